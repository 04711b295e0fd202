"""Cost: against quality, over time, and where self-hosting pays."""

from __future__ import annotations

import math

from workbench.analysis import words
from workbench.domain.option import Crossover
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Length,
    Listing,
    Paragraph,
    Part,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
)
from workbench.reports.material import Material


def cost_and_quality(material: Material) -> Section:
    """The trade-off chart with intervals, and what its quality axis rests on."""
    blocks: list[Block] = []
    if material.quality_sentence:
        blocks.append(Paragraph(material.quality_sentence))
    chart = material.charts.get("tradeoffs")
    if chart is not None:
        blocks.append(Picture(chart))
    if material.knee:
        blocks.append(Paragraph(material.knee, lead="The knee."))
    if material.quality_basis and (chart is None or material.quality_basis not in chart.note):
        blocks.append(Source(f"Quality: {material.quality_basis}"))
    if not blocks:
        blocks.append(Paragraph("No model on the shortlist has both a cost and a quality yet."))
    return Section(SectionId.QUALITY, "Cost against quality", tuple(blocks))


def cost_over_time(material: Material, length: Length) -> Section:
    """Cumulative cost, who overtakes whom when, and break-even volumes."""
    found, chosen = material.option_set, material.chosen
    shown = [c for c in found.crossovers if length is Length.FULL or (chosen and chosen.id in (c.a, c.b))]
    blocks: list[Block] = [Listing(tuple(Item(crossing_words(crossing)) for crossing in shown))]
    if chart := material.charts.get("cumulative"):
        blocks.append(Picture(chart))
    if length is Length.PAGE or not found.options:
        return Section(SectionId.COST, "Cost over time", tuple(blocks))
    blocks.append(_totals(material))
    parts: tuple[Part, ...] = ()
    if found.breakevens:
        told = Listing(tuple(Item(breakeven.text) for breakeven in found.breakevens))
        parts = (Part("From which volume own servers cost less", (told,)),)
    return Section(SectionId.COST, "Cost over time and break-even", tuple(blocks), parts)


def crossing_words(crossing: Crossover) -> str:
    """When the option with the dearer set-up has become the cheaper one."""
    if crossing.months is None:
        return f"{crossing.b} never becomes cheaper than {crossing.a}."
    if crossing.months_discounted is None:
        return f"{crossing.b} becomes cheaper than {crossing.a} after {crossing.months:.2f} months; discounted, never."
    plain, discounted = f"{crossing.months:.2f}", f"{crossing.months_discounted:.2f}"
    more = f" ({discounted} discounted)" if plain != discounted else ""
    return (
        f"{crossing.b} becomes cheaper than {crossing.a} after {plain} months{more}, "
        f"so in month {math.ceil(crossing.months)}."
    )


def _totals(material: Material) -> Table:
    found = material.option_set
    months = sorted({month for option in found.options for month in option.tco_usd})
    columns = (Column("In all after"), *(Column(option.id, unit="USD", right=True) for option in found.options))
    rows = []
    for month in months:
        plain = [option.tco_usd.get(month) for option in found.options]
        cheapest = min((value for value in plain if value is not None), default=None)
        cells = tuple(
            Cell(
                words.usd(value),
                note=_discounted(option.tco_discounted_usd.get(month), value),
                strong=value is not None and value == cheapest,
            )
            for option, value in zip(found.options, plain, strict=True)
        )
        rows.append((Cell(words.count(month, "month")), *cells))
    caption = f"Total cost of ownership; the cheapest in bold; discounted at {words.share(found.discount_rate)} a year"
    return Table(columns, tuple(rows), caption=f"{caption} in small print")


def _discounted(value: float | None, undiscounted: float | None) -> str:
    return "" if value is None or value == undiscounted else f"discounted {words.usd(value)}"
