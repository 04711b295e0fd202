"""The evidence annex: what this report holds under the headings of two public frameworks. No claim of compliance.

Headings are named after Annex IV of Regulation (EU) 2024/1689 (the EU AI Act) and the functions of the NIST AI Risk
Management Framework 1.0 (NIST AI 100-1, January 2023), in our own short words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workbench.analysis import words
from workbench.domain.decision import Decision
from workbench.reports.document import Callout, Cell, Column, Mark, Section, SectionId, Source, Table
from workbench.reports.material import Material

_NOTHING = "Nothing in this report."
_NO_CLAIM = "Headings, not a claim of compliance"
_Row = tuple[str, Callable[[Material], str], tuple[SectionId, ...]]


def eu_ai_act(material: Material, titles: dict[SectionId, str]) -> Section:
    """The nine headings of Annex IV, technical documentation."""
    text = "The table shows where an author of the technical documentation finds what this report knows."
    note = "Headings after Annex IV of Regulation (EU) 2024/1689, in short words of our own."
    title = "Annex: evidence for EU AI Act, Annex IV"
    return _annex(SectionId.EU_AI_ACT, title, _ANNEX_IV, material, titles, text, note)


def nist(material: Material, titles: dict[SectionId, str]) -> Section:
    """The four functions of the framework with the categories that a choice of a model touches."""
    text = "The table shows which outcomes of the framework this report holds evidence for."
    note = "Functions and categories after NIST AI 100-1 (January 2023), in short words of our own."
    return _annex(SectionId.NIST, "Annex: evidence for NIST AI RMF", _NIST, material, titles, text, note)


def _annex(
    section_id: SectionId,
    title: str,
    rows: Iterable[_Row],
    material: Material,
    titles: dict[SectionId, str],
    text: str,
    note: str,
) -> Section:
    columns = (Column("Heading"), Column("What this report holds"), Column("Where"))
    cells = tuple(
        (Cell(heading), Cell(found), Cell("; ".join(titles[at] for at in places if at in titles) if held else ""))
        for heading, tell, places in rows
        for held in (tell(material),)
        for found in (held or _NOTHING,)
    )
    blocks = (Callout(Mark.CAUTION, _NO_CLAIM, text), Table(columns, cells), Source(note))
    return Section(section_id, title, blocks)


def _record(material: Material) -> Decision:
    return material.scenario.decision or Decision("", "")


def _purpose(material: Material) -> str:
    return f"Intended purpose: {material.requirements.job.rstrip('.')}." if material.requirements.job else ""


def _models(material: Material) -> str:
    chosen = material.chosen
    if chosen is None or not chosen.draft.models:
        return ""
    return f"Models: {words.listed([material.model_name(role.model_id) for role in chosen.draft.models])}."


def _general(material: Material) -> str:
    return " ".join(text for text in (_purpose(material), _models(material)) if text)


def _design(material: Material) -> str:
    count = len(material.option_set.options)
    if not count:
        return ""
    return f"{words.count(count, 'option')} compared by fixed criteria, with limits apart; adaptation and routing."


def _tested(material: Material) -> str:
    return "; ".join(f"{e.run.name}, {words.count(e.summary.case_count, 'case')}" for e in material.evals)


def _tested_sentence(material: Material) -> str:
    told = _tested(material)
    return f"Tested with the team's own cases: {told}." if told else ""


def _metrics(material: Material) -> str:
    scorers = sorted({scorer for found in material.evals for scorer in found.run.scorers})
    return f"Scored by {words.listed(scorers)}, with intervals and paired tests." if scorers else ""


def _data(material: Material) -> str:
    return material.outflow.sentence


def _oversight(material: Material) -> str:
    record = _record(material)
    told = (record.confirmation, *(threshold.text for threshold in record.thresholds))
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in told if text)


def _risks(material: Material) -> str:
    found = _record(material).risks
    if not found:
        return ""
    owned = sum(bool(risk.owner) for risk in found)
    return f"{words.count(len(found), 'risk')}, {owned} with somebody who looks after it."


def _changes(material: Material) -> str:
    record = _record(material)
    told = f"Decided on {words.day(record.decided_at)}." if record.decided_at else ""
    found = words.count(len(record.triggers), "condition") if record.triggers else ""
    return f"{told} {found} that would reopen it.".strip() if found else told


def _review(material: Material) -> str:
    record = _record(material)
    return f"Looked at again on {words.day(record.review_on)}." if record.review_on else ""


def _people(material: Material) -> str:
    record = _record(material)
    pairs = (
        ("Decided by", record.deciders),
        ("consulted", record.consulted),
        ("informed", record.informed),
        ("signed by", tuple(signed.name for signed in record.sign_offs)),
    )
    told = "; ".join(f"{word} {words.listed(names)}" for word, names in pairs if names)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _third_parties(material: Material) -> str:
    chosen = material.chosen
    if chosen is None or not chosen.draft.models:
        return ""
    names = dict.fromkeys(material.offer_name(role.model_id, role.offer) for role in chosen.draft.models)
    return f"Models come through {words.listed(list(names))}."


def _flips(material: Material) -> str:
    found = material.option_set.flips
    return f"{words.count(len(found), 'value')} at which another option would lead." if found else ""


def _dissent(material: Material) -> str:
    return "A dissenting view is recorded." if _record(material).dissent else ""


def _nothing(_: Material) -> str:
    return ""


_S = SectionId
_ANNEX_IV: tuple[_Row, ...] = (
    ("1. General description of the system", _general, (_S.CONTEXT, _S.OPTIONS)),
    ("2. How it was designed and developed", _design, (_S.DRIVERS, _S.OPTIONS, _S.WEIGHING, _S.ADAPTATION)),
    ("2. Testing and validation, data used", _tested_sentence, (_S.EVIDENCE, _S.CASES, _S.PROMPTS)),
    ("3. Monitoring, functioning and control", _oversight, (_S.CONFIRMATION, _S.PRIVACY)),
    ("4. Why the measures of performance fit", _metrics, (_S.EVIDENCE,)),
    ("5. Risk management", _risks, (_S.CONSEQUENCES,)),
    ("6. Changes through the lifecycle", _changes, (_S.CONFIRMATION, _S.FLIPS)),
    ("7. Harmonised standards applied", _nothing, ()),
    ("8. Declaration of conformity", _nothing, ()),
    ("9. Plan after it is on the market", _review, (_S.CONFIRMATION,)),
)
_NIST: tuple[_Row, ...] = (
    ("Govern: who answers for it", _people, (_S.CONFIRMATION,)),
    ("Govern: third parties", _third_parties, (_S.ADAPTATION, _S.PRIVACY)),
    ("Govern: other views are heard", _dissent, (_S.CONSEQUENCES,)),
    ("Map: context and purpose", _purpose, (_S.CONTEXT,)),
    ("Map: benefits, costs, alternatives", _design, (_S.OPTIONS, _S.COST, _S.QUALITY)),
    ("Measure: methods and metrics", _metrics, (_S.EVIDENCE,)),
    ("Measure: tested for trustworthiness", _tested_sentence, (_S.EVIDENCE, _S.CASES)),
    ("Measure: privacy", _data, (_S.PRIVACY,)),
    ("Manage: risks are ranked and treated", _risks, (_S.CONSEQUENCES,)),
    ("Manage: what would reopen the choice", _flips, (_S.FLIPS,)),
    ("Manage: watched after the decision", _oversight, (_S.CONFIRMATION,)),
)
