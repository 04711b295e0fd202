"""What was decided, first of all; then what follows from it and how it will be checked."""

from __future__ import annotations

from workbench.analysis import words
from workbench.domain.decision import Decision, DecisionStatus, Effect
from workbench.domain.figures import Figure
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
    Source,
    Table,
)
from workbench.reports.material import Material
from workbench.reports.numbers import points

_STATUS_WORDS = {
    DecisionStatus.DRAFT: (Mark.CAUTION, "Draft"),
    DecisionStatus.PROPOSED: (Mark.CAUTION, "Proposed"),
    DecisionStatus.ACCEPTED: (Mark.GOOD, "Accepted"),
    DecisionStatus.SUPERSEDED: (Mark.BAD, "Superseded"),
}
_EFFECT_WORDS = {
    Effect.GOOD: ("Good", Mark.GOOD),
    Effect.NEUTRAL: ("Neutral", None),
    Effect.BAD: ("Bad", Mark.BAD),
}
_SHOWN_ON_A_PAGE = 3
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
        nearest = (Item(_first_sentence(risk.text), _owner(risk.owner), Mark.CAUTION) for risk in record.risks)
        blocks.append(Listing(tuple(nearest)[:_SHOWN_ON_A_PAGE]))
    return Section(SectionId.DECISION, "The decision", tuple(blocks))


def heading_facts(material: Material, length: Length) -> tuple[tuple[str, str], ...]:
    """Status, dates and people, for the head of the report; what nobody filled in is left out."""
    record = material.scenario.decision
    if record is None:
        return (("Status", "No decision recorded"), ("Report made", words.day(material.made_on)))
    asked = (("Consulted", words.listed(record.consulted)), ("Informed", words.listed(record.informed)))
    facts = (
        ("Status", _STATUS_WORDS[record.status][1]),
        ("Decided", words.day(record.decided_at)),
        ("Decided by", words.listed(record.deciders)),
        *(asked if length is Length.FULL else ()),
        ("Review on", words.day(record.review_on)),
        ("Report made", words.day(material.made_on)),
    )
    return tuple((term, text) for term, text in facts if text)


def consequences(material: Material) -> Section:
    """What follows from the choice: good and bad, risks with who looks after them, and who disagreed."""
    record, chosen = material.scenario.decision, material.chosen
    items: list[Item] = []
    if record and record.consequences:
        items += [Item(each.text, *_EFFECT_WORDS[each.effect]) for each in record.consequences]
    elif chosen:  # the record's own were drafted from these figures
        items += _effects(chosen, material)
    blocks: list[Block] = [Listing(tuple(items))] if items else []
    if not items:
        blocks.append(Paragraph("No option is chosen or recommended yet, so nothing follows from it."))
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
    if length is Length.PAGE:
        blocks.extend(_review_in_a_sentence(record))
    else:
        blocks.extend(_review(record))
    if not blocks:
        blocks.append(Paragraph("Nobody has written down yet how this decision will be checked."))
    parts: tuple[Part, ...] = ()
    if length is Length.FULL and record.sign_offs:
        parts = (Part("Signed", _signatures(record)),)
    return Section(SectionId.CONFIRMATION, "How we check it, and when we look again", tuple(blocks), parts)


def _signatures(record: Decision) -> tuple[Block, ...]:
    rows = tuple(
        (
            Cell(signed.name, note=signed.role),
            Cell(words.day(signed.signed_at)),
            Cell(signed.digest),
        )
        for signed in record.sign_offs
    )
    table = Table((Column("Name"), Column("On"), Column("SHA-256 of what was signed")), rows)
    return (table, Source("A signature holds while the record still has that hash; the workbench checks it."))


def _review(record: Decision) -> list[Block]:
    blocks: list[Block] = []
    if record.thresholds:
        blocks.append(Paragraph("", lead="It holds as long as none of this is so"))
        blocks.append(Listing(tuple(Item(threshold.text) for threshold in record.thresholds)))
    if record.review_on:
        blocks.append(Paragraph(f"{words.day(record.review_on)}.", lead="Looked at again on"))
    if record.triggers:
        blocks.append(Paragraph("", lead="Looked at again before that if"))
        blocks.append(Listing(tuple(Item(trigger.text) for trigger in record.triggers)))
    if people := _people(record):
        blocks.append(Facts(people))
    return blocks


def _review_in_a_sentence(record: Decision) -> list[Block]:
    triggers = "; ".join(trigger.text.strip().rstrip(".") for trigger in record.triggers[:_SHOWN_ON_A_PAGE])
    on = f"on {words.day(record.review_on)}" if record.review_on else ""
    told = (on, f"earlier if: {triggers}" if triggers else "")
    text = ", and ".join(part for part in told if part)
    return [Paragraph(f"{text}.", lead="Looked at again")] if text else []


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
    """What the computation says, where the reason does not say it already, and whether the decision follows it."""
    advice = material.option_set.recommendation
    record = material.scenario.decision
    blocks: list[Block] = []
    if advice.sentence and not (record and advice.sentence in record.because):
        detail = advice.detail or _CARRIED_BY.get(advice.because, "")
        blocks.append(Paragraph(detail, lead=advice.sentence))
    if record and record.option and advice.option and record.option != advice.option:
        text = f"The computation recommends {advice.option}; the decision is for {record.option}."
        blocks.append(Callout(Mark.CAUTION, "Against the computation", text))
    return blocks


def _figures(material: Material, chosen: Option) -> KeyFigures:
    horizon = material.option_set.horizon_months
    setup, monthly, weeks = (chosen.figures.get(name) for name in ("setup_usd", "monthly_usd", "weeks"))
    limit = material.requirements.weeks_limit
    items = [
        KeyFigure("Set-up", words.usd(setup.likely if setup else None), _width(setup, "once")),
        KeyFigure("Running", words.usd(monthly.likely if monthly else None), _width(monthly, "a month")),
        KeyFigure(words.count(horizon, "month"), words.usd(chosen.tco_usd.get(horizon)), "in all, not discounted"),
        KeyFigure(
            "Live in",
            f"{points(weeks.likely)} weeks" if weeks else words.UNKNOWN_FIGURE,
            "no limit given" if limit is None else f"limit {points(limit)}",
        ),
        KeyFigure("Scores best in", words.share(chosen.best_probability), "of random draws"),
    ]
    return KeyFigures(tuple(items))


def _width(figure: Figure | None, unit: str) -> str:
    """The unit, and the range where there is one."""
    return unit if figure is None or figure.value.is_exact else f"{unit}, {words.usd_range(figure.value)}"


def _first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence: on one page the rest is in the full report."""
    head, stop, _ = text.partition(". ")
    return head + stop.strip()


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
    setup, monthly = chosen.figures.get("setup_usd"), chosen.figures.get("monthly_usd")
    if setup and monthly:
        spent = f"It commits {words.usd(setup.likely)} at the start and {words.usd(monthly.likely)} a month."
        items.append(Item(spent, "Neutral"))
    months = material.option_set.horizon_months
    own = chosen.tco_usd.get(months)
    for other in material.option_set.options:
        theirs = other.tco_usd.get(months)
        if own is not None and theirs is not None and theirs < own:
            extra, span = words.usd(own - theirs), words.count(months, "month")
            items.append(Item(f"Over {span} it costs {extra} more than {other.id}.", "Bad", Mark.BAD))
    return items


def _people(record: Decision) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Decided by", words.listed(record.deciders)),
        ("Consulted", words.listed(record.consulted)),
        ("Informed", words.listed(record.informed)),
    )
    return tuple((term, names) for term, names in pairs if names)
