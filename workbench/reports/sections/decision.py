"""What was decided, first of all; then what follows from it and how it will be checked."""

from __future__ import annotations

from workbench.analysis import words
from workbench.domain.decision import Decision, DecisionStatus
from workbench.domain.option import Option
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Facts,
    Item,
    KeyFigure,
    KeyFigures,
    Length,
    Listing,
    Mark,
    Paragraph,
    Part,
    Section,
    SectionId,
    Table,
)
from workbench.reports.material import Material
from workbench.reports.numbers import day, points

_STATUS_WORDS = {
    DecisionStatus.DRAFT: (Mark.CAUTION, "Draft"),
    DecisionStatus.PROPOSED: (Mark.CAUTION, "Proposed"),
    DecisionStatus.ACCEPTED: (Mark.GOOD, "Accepted"),
    DecisionStatus.SUPERSEDED: (Mark.BAD, "Superseded"),
}
_CARRIED_BY = {
    "constraints": "The limits carry this decision, not the score.",
    "score": "The score carries this decision; more than one option is inside the limits.",
    "both": "The limits and the score both point to it.",
}


def decision(material: Material, length: Length) -> Section:
    """The decision in one box, why, and its figures; says so when there is none yet."""
    chosen = material.chosen
    blocks: list[Block] = [_verdict(material)]
    record = material.scenario.decision
    if record and record.because:
        blocks.append(Paragraph(record.because, lead="Because"))
    blocks.extend(_recommendation(material))
    if chosen:
        blocks.append(_figures(material, chosen))
    if record and length is Length.PAGE and record.risks:
        blocks.append(Listing(tuple(Item(risk.text, _owner(risk.owner), Mark.CAUTION) for risk in record.risks[:3])))
    return Section(SectionId.DECISION, "The decision", tuple(blocks))


def heading_facts(material: Material, length: Length) -> tuple[tuple[str, str], ...]:
    """Status, dates and people, for the head of the report; what nobody filled in is left out."""
    record = material.scenario.decision
    if record is None:
        return (("Status", "No decision recorded"), ("Report made", day(material.made_on)))
    asked = (("Consulted", words.listed(record.consulted)), ("Informed", words.listed(record.informed)))
    facts = (
        ("Status", _STATUS_WORDS[record.status][1]),
        ("Decided", day(record.decided_at)),
        ("Decided by", words.listed(record.deciders)),
        *(asked if length is Length.FULL else ()),
        ("Review on", day(record.review_on)),
        ("Report made", day(material.made_on)),
    )
    return tuple((term, text) for term, text in facts if text)


def consequences(material: Material) -> Section:
    """What follows from the choice: good and bad, risks with who looks after them, and who disagreed."""
    record, chosen = material.scenario.decision, material.chosen
    blocks: list[Block] = []
    if chosen:
        blocks.append(Listing(tuple(_effects(chosen, material))))
    parts: list[Part] = []
    if record and record.risks:
        rows = tuple(
            (Cell(risk.text), Cell(risk.owner or "nobody named"), Cell(risk.mitigation or words.UNKNOWN_FIGURE))
            for risk in record.risks
        )
        columns = (Column("Risk"), Column("Looked after by"), Column("What is done about it"))
        parts.append(Part("Risks", (Table(columns, rows),)))
    if record and record.dissent:
        parts.append(Part("Who disagreed", (Paragraph(record.dissent),)))
    return Section(SectionId.CONSEQUENCES, "Consequences and risks", tuple(blocks), tuple(parts))


def confirmation(material: Material, length: Length) -> Section:
    """How it will be checked, when it is looked at again, and what would reopen it before."""
    record = material.scenario.decision or Decision("", "")
    blocks: list[Block] = []
    if record.confirmation:
        blocks.append(Paragraph(record.confirmation))
    if record.review_on:
        blocks.append(Paragraph(f"{day(record.review_on)}.", lead="Looked at again on"))
    if record.triggers:
        blocks.append(Paragraph("", lead="Looked at again before that if"))
        shown = record.triggers if length is Length.FULL else record.triggers[:4]
        blocks.append(Listing(tuple(Item(trigger) for trigger in shown)))
    if not blocks:
        blocks.append(Paragraph("Nobody has written down yet how this decision will be checked."))
    if length is Length.FULL and (people := _people(record)):
        blocks.append(Facts(people))
    return Section(SectionId.CONFIRMATION, "How we check it, and when we look again", tuple(blocks))


def _verdict(material: Material) -> Callout:
    record, chosen = material.scenario.decision, material.chosen
    if record is None or not record.option:
        if chosen is None:
            return Callout(Mark.CAUTION, "Nothing decided yet", "There is no option inside the limits to recommend.")
        return Callout(Mark.CAUTION, "Nothing decided yet", f"The workbench recommends {_titled(chosen)}.")
    mark, word = _STATUS_WORDS[record.status]
    if chosen is None:
        return Callout(Mark.BAD, word, f"Option {record.option} was chosen, and is no longer among the options.")
    return Callout(mark, word, f"{_titled(chosen)}.")


def _titled(option: Option) -> str:
    return option.name if option.name.startswith(option.id) else f"{option.id}: {option.name}"


def _recommendation(material: Material) -> list[Block]:
    """What the computation says, and whether the decision follows it."""
    advice = material.option_set.recommendation
    record = material.scenario.decision
    blocks: list[Block] = []
    if advice.sentence:
        detail = advice.detail or _CARRIED_BY.get(advice.because, "")
        blocks.append(Paragraph(detail, lead=advice.sentence))
    if record and record.option and advice.option and record.option != advice.option:
        text = f"The computation recommends {advice.option}; the decision is for {record.option}."
        blocks.append(Callout(Mark.CAUTION, "Against the computation", text))
    return blocks


def _figures(material: Material, chosen: Option) -> KeyFigures:
    horizon = material.option_set.horizon_months
    figures = chosen.figures
    monthly = figures["monthly_usd"].value
    total = chosen.tco_usd.get(horizon)
    items = [
        KeyFigure("Set-up", words.usd(figures["setup_usd"].likely), "once"),
        KeyFigure(
            "Running", words.usd(monthly.likely), f"a month{_range_note(words.usd_range(monthly), monthly.is_exact)}"
        ),
        KeyFigure(f"{horizon} months", words.usd(total), "in all, not discounted"),
        KeyFigure("Live in", f"{points(figures['weeks'].likely)} weeks", _weeks_note(material)),
        KeyFigure("Best option in", words.share(chosen.best_probability), "of the draws over all uncertain inputs"),
    ]
    return KeyFigures(tuple(items))


def _range_note(text: str, exact: bool) -> str:
    return "" if exact else f", {text}"


def _weeks_note(material: Material) -> str:
    limit = material.requirements.weeks_limit
    return f"limit {points(limit)}" if limit is not None else "no limit given"


def _owner(owner: str) -> str:
    return f"Risk ({owner})" if owner else "Risk"


def _effects(chosen: Option, material: Material) -> list[Item]:
    """Every limit the choice keeps or strains, then the costs it commits to."""
    items = [
        Item(material.reason_text(reason), "Good", Mark.GOOD)
        for reason in chosen.reasons
        if reason.kept and not reason.warning
    ]
    items += [
        Item(material.reason_text(reason), "Watch", Mark.CAUTION)
        for reason in chosen.reasons
        if reason.kept and reason.warning
    ]
    items += [Item(material.reason_text(reason), "Bad", Mark.BAD) for reason in chosen.excluded_by]
    setup, monthly = chosen.figures["setup_usd"].likely, chosen.figures["monthly_usd"].likely
    items.append(Item(f"It commits {words.usd(setup)} at the start and {words.usd(monthly)} a month.", "Neutral"))
    cheaper = [
        other
        for other in material.option_set.options
        if other.id != chosen.id
        and other.tco_usd.get(material.option_set.horizon_months, 0)
        < chosen.tco_usd.get(material.option_set.horizon_months, 0)
    ]
    items += [Item(_dearer(chosen, other, material.option_set.horizon_months), "Bad", Mark.BAD) for other in cheaper]
    return items


def _dearer(chosen: Option, other: Option, months: int) -> str:
    extra = words.usd(chosen.tco_usd[months] - other.tco_usd[months])
    return f"Over {months} months it costs {extra} more than {other.id}."


def _people(record: Decision) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Decided by", words.listed(record.deciders)),
        ("Consulted", words.listed(record.consulted)),
        ("Informed", words.listed(record.informed)),
    )
    return tuple((term, names) for term, names in pairs if names)
