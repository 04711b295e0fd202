"""All decisions together as a report: the answer first, then money, leaning, failures, endings and reviews."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from workbench.analysis import words
from workbench.analysis.concentration import Concentration
from workbench.analysis.learning_charts import concentration_chart
from workbench.domain.portfolio import Leaning, Portfolio, SharedFailure
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Document,
    JsonValue,
    KeyFigure,
    KeyFigures,
    Length,
    Mark,
    Paragraph,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
)

_MARKS = {"Unchanged": Mark.GOOD, "Weaker": Mark.CAUTION, "Flipped": Mark.BAD}
#: from here on two models fail together so much more often than by chance that one is no reserve for the other
BLIND_SPOT = 1.5


def answer(found: Portfolio) -> tuple[str, str]:
    """All of it in a sentence, and on whom it leans most."""
    if not found.decisions:
        return "No decision is accepted yet.", "Accept one, and it is counted here with all others."
    number = words.count(len(found.decisions), "accepted decision")
    lead = f"{number}, {words.usd(found.usd_month)} a month for {words.rounded(found.requests_month)} requests."
    if found.developers is None:
        return lead, ""
    first = found.developers.slices[0]
    return lead, f"If {first.name} is down, {words.share(first.requests_share)} of the traffic is lost."


def build(found: Portfolio, version: str) -> Document:
    """The tree; every figure as handed over."""
    return Document(
        title="Model decisions together",
        subtitle=" ".join(answer(found)).strip(),
        length=Length.FULL,
        facts=(("As of", words.day(found.today)), ("Facts collected", words.day(found.collected))),
        sections=(
            _decisions(found),
            _leaning(found.developers, SectionId.DEVELOPERS, "By developer", found),
            _leaning(found.providers, SectionId.PROVIDERS, "By provider", found),
            _failures(found.failures),
            _endings(found),
            _reviews(found),
        ),
        figures=figures(found),
        footer=", ".join(
            (
                f"Model Selection Workbench {version}",
                f"made {words.day(found.today)}",
                f"catalog of {words.day(found.collected)} ({found.fingerprint[:12]})",
                "not legal advice",
            )
        ),
    )


def figures(found: Portfolio) -> dict[str, JsonValue]:
    """The numbers, unrounded, as `workbench portfolio --json` gives them."""
    shape = dataclasses.asdict(found)
    return {"portfolio": {**shape, "usd_month": found.usd_month, "requests_month": found.requests_month}}


def _decisions(found: Portfolio) -> Section:
    if not found.decisions:
        return Section(SectionId.DECISIONS, "Decisions", (Paragraph("No decision is accepted yet."),))
    blocks: list[Block] = [
        KeyFigures(
            (
                KeyFigure("Decisions", f"{len(found.decisions):,}", "accepted"),
                KeyFigure("A month", words.usd(found.usd_month), "likely, all together"),
                KeyFigure("Requests", words.rounded(found.requests_month), "a month"),
            )
        ),
        Table(
            (Column("Scenario"), Column("Decided for"), Column("Cost", "USD a month", right=True),
             Column("Requests", "a month", right=True), Column("Today")),
            tuple(
                (
                    Cell(each.scenario, strong=True),
                    Cell(each.option),
                    Cell(words.usd(each.usd_month)),
                    Cell(words.rounded(each.requests_month)),
                    Cell(each.standing, each.sentence, _MARKS.get(each.standing)),
                )
                for each in found.decisions
            ),
        ),
    ]  # fmt: skip
    if found.unpriced:
        blocks.append(Source(f"Without a known cost: {words.listed(found.unpriced)}."))
    return Section(SectionId.DECISIONS, "Decisions", tuple(blocks))


def _leaning(leaning: Leaning | None, id: SectionId, title: str, found: Portfolio) -> Section:
    if leaning is None:
        return Section(id, title, (Paragraph("There is no traffic to count."),))
    names = [each.name for each in leaning.slices]
    kind = "developer" if id is SectionId.DEVELOPERS else "provider"
    said = (
        f"By traffic as concentrated as {leaning.effective:.2f} equal {kind}s (Herfindahl index {leaning.hhi:,.0f})"
        + (f", by spend as {leaning.effective_spend:.2f}." if leaning.effective_spend is not None else ".")
    )
    table = Table(
        (Column(kind.capitalize()), Column("Cost", "USD a month", right=True), Column("of the spend", right=True),
         Column("lost when down", "of the traffic", right=True), Column("Decisions")),
        tuple(
            (
                Cell(each.name, strong=True),
                Cell(words.usd(each.usd_month)),
                Cell(words.UNKNOWN_FIGURE if each.usd_share is None else words.share(each.usd_share)),
                Cell(words.share(each.requests_share)),
                Cell(words.listed(each.scenarios)),
            )
            for each in leaning.slices
        ),
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(said), table]
    if id is SectionId.DEVELOPERS and len(names) > 1:
        import numpy as np

        shares = np.array([each.requests_share for each in leaning.slices])
        blocks.append(Picture(concentration_chart(names, Concentration(shares, leaning.hhi, leaning.effective))))
    blocks.append(Source("Bands of antitrust law mean nothing below six vendors; what is lost with each says more."))
    return Section(id, title, tuple(blocks))


def _failures(failures: Sequence[SharedFailure]) -> Section:
    title = "Failures that models share"
    if not failures:
        text = "No eval behind these decisions ran two models on the same cases."
        return Section(SectionId.FAILURES, title, (Paragraph(text),))
    rows = tuple(
        (
            Cell(f"{each.first} and {each.second}", each.scenario, strong=True),
            Cell(f"{each.cases:,}"),
            Cell(words.share(each.wrong_first)),
            Cell(words.share(each.wrong_second)),
            Cell(words.share(each.wrong_both)),
            _ratio(each),
        )
        for each in failures
    )
    columns = (
        Column("Models"), Column("Cases", right=True), Column("First wrong", right=True),
        Column("Second wrong", right=True), Column("Both wrong", right=True), Column("Against chance", right=True),
    )  # fmt: skip
    text = "How much more often two models are wrong on the same case than two that fail independently would be."
    note = "A graded answer below half of the score counts as wrong. Near 1 the other model is a reserve; well above 1 "
    return Section(
        SectionId.FAILURES,
        title,
        (Paragraph(text), Table(columns, rows), Source(f"{note}they have the same blind spots.")),
    )


def _ratio(each: SharedFailure) -> Cell:
    if each.ratio is None:
        return Cell(words.UNKNOWN_FIGURE, "one is never wrong")
    together = each.ratio >= BLIND_SPOT
    return Cell(f"{each.ratio:.2f}", "shared blind spots" if together else "", Mark.CAUTION if together else None)


def _endings(found: Portfolio) -> Section:
    title = "Shutdown calendar"
    if not found.endings:
        text = f"No end of a model used here is announced within {words.count(found.months, 'month')}."
        return Section(SectionId.CALENDAR, title, (Paragraph(text),))
    rows = tuple(
        (Cell(words.day(each.day)), Cell(each.model, strong=True), Cell(each.words), Cell(words.listed(each.scenarios)))
        for each in found.endings
    )
    columns = (Column("When"), Column("Model"), Column("What happens"), Column("Decisions"))
    return Section(SectionId.CALENDAR, title, (Table(columns, rows),))


def _reviews(found: Portfolio) -> Section:
    title = "Reviews"
    if not found.reviews:
        return Section(SectionId.REVIEWS, title, (Paragraph("There is nothing to review."),))
    rows = tuple(
        (
            Cell(words.day(each.day) if each.day else "none agreed"),
            Cell(each.scenario, strong=True),
            Cell(each.option),
            Cell("due" if each.is_due else "", mark=Mark.CAUTION if each.is_due else None),
        )
        for each in found.reviews
    )
    return Section(
        SectionId.REVIEWS, title, (Table((Column("When"), Column("Scenario"), Column("Option"), Column("")), rows),)
    )
