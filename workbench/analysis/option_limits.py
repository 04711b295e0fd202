"""The person's limits against an option: the same rules as for models, asked of its figures and its data flow.

Source: methods.md section 6, tiers 0 to 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.analysis.distributions import Pert
from workbench.analysis.lifecycle import DATED_RISKS
from workbench.analysis.matching import Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.rules import Finding, Outcome, Rule
from workbench.analysis.rules_law import LEVEL_WORDS
from workbench.analysis.words import rounded, usd
from workbench.domain.figures import Figure, Origin
from workbench.domain.option import DataFlow, OptionDraft, Technique
from workbench.domain.requirements import Requirements, Skill, ThirdParty
from workbench.domain.verdict import NOT_ANSWERED, Hosting, Reason

_YOURS = "your answers"


def option_reasons(
    draft: OptionDraft, figures: Mapping[str, Figure], requirements: Requirements, matching: Matching
) -> tuple[Reason, ...]:
    """Every limit that applies to the option, with what it offers; lower tiers first."""
    checks = (
        _data(draft, requirements),
        *_models(draft, matching),
        *_tuning(draft, matching),
        _money("R2.1", "monthly_cap_usd", requirements.monthly_cap_usd, figures.get("monthly_usd"), "a month"),
        _money("R2.7", "setup_cap_usd", requirements.setup_cap_usd, figures.get("setup_usd"), "to set up"),
        _quality(requirements, figures.get("quality")),
        _weeks(requirements, figures.get("weeks")),
        _team(draft, requirements),
    )
    return tuple(sorted((reason for reason in checks if reason is not None), key=lambda reason: reason.tier))


def _data(draft: OptionDraft, requirements: Requirements) -> Reason | None:
    """R0.1 for a whole option: what leaves against what may."""
    rule, kind, flow = requirements.third_party, LEVEL_WORDS[requirements.sensitivity], draft.data_flow
    offered = {
        DataFlow.ALL_LEAVES: "every request goes to another company",
        DataFlow.CLEAN_LEAVES: "only clean requests go to another company",
        DataFlow.NOTHING_LEAVES: "nothing goes to another company",
    }[flow]

    def reason(kept: bool, text: str, asked: str, *, warning: bool = False) -> Reason:
        return Reason("R0.1", 0, kept, text, asked, offered, _YOURS, "third_party", warning)

    if rule is ThirdParty.FORBIDDEN:
        asked = "no other company processes the data"
        if flow is DataFlow.NOTHING_LEAVES:
            return reason(True, "Nothing goes to another company.", asked)
        return reason(False, "Sends requests to another company; you said none may process the data.", asked)
    if rule is ThirdParty.SENSITIVE_STAYS:
        asked = f"no {kind} text to another company"
        if flow is DataFlow.ALL_LEAVES:
            return reason(False, f"Sends {kind} text to another company.", asked)
        return reason(True, f"Keeps {kind} text on your own servers.", asked)
    if requirements.data_is_open and flow is not DataFlow.NOTHING_LEAVES:
        text = "Sends requests to another company; you have not said yet whether one may process the data."
        return reason(True, text, NOT_ANSWERED, warning=True)
    return reason(True, f"You allow that: {offered}.", "no limit" if rule is ThirdParty.FREE else "under a contract")


def _models(draft: OptionDraft, matching: Matching) -> list[Reason]:
    """What law and physics say against the models of the option, and that one of them ends or changes its price; the
    data rule is asked of the option as a whole."""
    found: list[Reason] = []
    for role in draft.models:
        item = candidate_of(role, matching)
        risks = [each for each in item.findings if _is_risk(each)] if item else []
        for rule, finding in [*item.blocked_by, *risks] if item else ():
            if rule.tier < 2 and rule.id != "R0.1":
                reason = rule.reason(finding)
                name = item.candidate.model_name if item else role.model_id
                found.append(replace(reason, text=f"{name}: {reason.text}"))
    return found


def _is_risk(found: tuple[Rule, Finding]) -> bool:
    """An announced end or price change: what an option must say although it excludes nothing."""
    rule, finding = found
    return finding.outcome is Outcome.WARNING and rule.id in DATED_RISKS and bool(finding.text)


def _tuning(draft: OptionDraft, matching: Matching) -> list[Reason]:
    """Fine-tuning a hosted model is possible only where its maker sells that; it is a dated fact (A4)."""
    if draft.technique is not Technique.FINE_TUNING:
        return []
    found: list[Reason] = []
    for role in draft.models:
        item = candidate_of(role, matching)
        if item is None or item.candidate.hosting is not Hosting.API or item.candidate.model is None:
            continue
        name, sold = item.candidate.model_name, item.candidate.model.capabilities.fine_tuning
        if sold is False:
            text = f"{name} cannot be fine-tuned at {item.candidate.offer_name}; open weights can."
            found.append(Reason("R1.7", 1, False, text, "fine-tuning", "not offered", "catalog", "options"))
        elif sold is None:
            text = f"Unproven: no source says whether {name} can be fine-tuned at {item.candidate.offer_name}."
            found.append(Reason("R1.7", 1, True, text, "fine-tuning", "no source says", "catalog", "options", True))
    return found


def _money(rule: str, question: str, cap: float | None, figure: Figure | None, per: str) -> Reason | None:
    """The likely value decides, a high value above the cap is a warning with the chance to stay below."""
    if cap is None:
        return None
    asked = f"at most {usd(cap)} {per}"
    if figure is None:
        text = f"What it costs {per} is not known."
        return Reason(rule, 2, True, text, asked, "not known", _YOURS, question, True)
    cost, source = figure.value, figure.source
    offered = f"{usd(cost.likely)} {per}"
    if cost.likely > cap:
        return Reason(rule, 2, False, f"Costs {offered}; you allow {usd(cap)}.", asked, offered, source, question)
    if cost.high > cap:
        chance = _in_ten(Pert(cost.low, cost.likely, cost.high).below(cap))
        text = f"Likely {offered}, and below {usd(cap)} in {chance}; up to {usd(cost.high)}."
        return Reason(rule, 2, True, text, asked, offered, source, question, True)
    return Reason(rule, 2, True, f"Costs {offered}, below {usd(cap)}.", asked, offered, source, question)


def _in_ten(chance: float) -> str:
    tenths = round(chance * 10)
    return "nearly every case" if tenths == 10 else f"{tenths} of 10 cases"


def _quality(requirements: Requirements, figure: Figure | None) -> Reason | None:
    """An own eval must show the bar with its lower end; what the person entered counts as said; else unproven."""
    bar = requirements.quality_target
    if bar is None:
        return None
    asked = f"{rounded(bar)} of 100 right"
    if figure is None:
        text = "Unproven: no score for its models. Your own eval will tell."
        return Reason("R2.2", 2, True, text, asked, "no score", _YOURS, "quality_target", True)
    found, offered = figure.value, f"{figure.likely:.0f} of 100"
    if figure.origin is Origin.MEASURED:
        kept = found.low >= bar
        text = f"Your eval shows {found.likely:.0f}, at least {found.low:.0f}{'' if kept else ', below your bar'}."
        return Reason("R2.2", 2, kept, text, asked, offered, figure.source, "quality_target")
    if figure.origin is Origin.YOURS:
        kept = found.likely >= bar
        text = f"You rate it {found.likely:.0f}; your bar is {rounded(bar)}. An eval can prove it."
        return Reason("R2.2", 2, kept, text, asked, offered, figure.source, "quality_target", kept)
    text = f"Unproven: {found.likely:.0f} of 100 is {_basis(figure)}, not your own eval."
    return Reason("R2.2", 2, True, text, asked, offered, figure.source, "quality_target", True)


def _basis(figure: Figure) -> str:
    return "an assumed rating" if figure.origin is Origin.ASSUMED else "from public benchmarks"


def _weeks(requirements: Requirements, figure: Figure | None) -> Reason | None:
    limit = requirements.weeks_limit
    if limit is None:
        return None
    asked = f"live within {rounded(limit)} weeks"
    if figure is None:
        text = "How long it takes is not known."
        return Reason("R2.3", 2, True, text, asked, "not known", _YOURS, "weeks_limit", True)
    time, offered = figure.value, f"{rounded(figure.likely)} weeks"
    if time.likely > limit:
        text = f"Needs {offered}; you allow {rounded(limit)}."
        return Reason("R2.3", 2, False, text, asked, offered, figure.source, "weeks_limit")
    if time.high > limit:
        text = f"Likely {offered}, but up to {rounded(time.high)}; you allow {rounded(limit)}."
        return Reason("R2.3", 2, True, text, asked, offered, figure.source, "weeks_limit", True)
    return Reason("R2.3", 2, True, f"Live in {offered}.", asked, offered, figure.source, "weeks_limit")


def _team(draft: OptionDraft, requirements: Requirements) -> Reason | None:
    own = any(role.offer.startswith("self-host") for role in draft.models)
    if not own or requirements.skill not in (Skill.NONE, Skill.API):
        return None
    text = "Nobody in your team has run model servers yet: count in time to learn, or a managed service."
    return Reason("R2.4", 2, True, text, "team can run it", "own servers", _YOURS, "skill", True)
