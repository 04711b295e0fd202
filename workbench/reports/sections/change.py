"""What would change our mind: the value of each input at which another option leads."""

from __future__ import annotations

from workbench.analysis import words
from workbench.domain.option import Flip
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
from workbench.reports.numbers import points

_SHOWN_ON_A_PAGE = 4
_LIMITS = ("weeks_limit", "monthly_cap_usd", "setup_cap_usd")


def flips(material: Material, length: Length) -> Section:
    """The nearest flips in words, all of them as a table, and how firm the ranking is."""
    found = material.option_set.flips
    title = "What would change our mind"
    if not found:
        text = "No single input, moved alone within its range, makes another option lead."
        return Section(SectionId.FLIPS, title, (Paragraph(text),))
    if length is Length.PAGE:
        nearest = tuple(Item(flip.text) for flip in found[:_SHOWN_ON_A_PAGE])
        return Section(SectionId.FLIPS, title, (Listing(nearest),))
    blocks: list[Block] = [Paragraph("Each line moves one input and leaves all others as they are.")]
    if chart := material.charts.get("tornado"):
        blocks.append(Picture(chart))
    inputs = [flip for flip in found if flip.option]
    limits = [flip for flip in found if flip.input in _LIMITS]
    weights = [flip for flip in found if not flip.option and flip.input not in _LIMITS]
    parts = [
        Part(heading, (_table(material, rows),))
        for heading, rows in (
            ("If a figure turns out differently", inputs),
            ("If a limit gives", limits),
            ("If we weigh differently", weights),
        )
        if rows
    ]
    blocks.append(Source(_firmness(material)))
    return Section(SectionId.FLIPS, title, tuple(blocks), tuple(parts))


def _table(material: Material, found: list[Flip]) -> Table:
    rows = tuple(
        (
            Cell(flip.text),
            Cell(_value(material, flip, flip.now)),
            Cell(_value(material, flip, flip.at), strong=True),
            Cell(_leads(flip)),
        )
        for flip in found
    )
    columns = (Column("What happens"), Column("Now", right=True), Column("Turns at", right=True), Column("Then leads"))
    return Table(columns, rows)


def _leads(flip: Flip) -> str:
    """An option that stays outside the limits leads by score only."""
    if not flip.winner:
        return "none"
    return f"{flip.winner}, by score" if flip.stays_out else flip.winner


def _value(material: Material, flip: Flip, value: float) -> str:
    if not flip.option and flip.input not in _LIMITS:
        return f"{value * 100:.1f} %"
    if flip.input.endswith("_usd"):
        return words.usd(value)
    if flip.input == "weeks_limit":
        return f"{points(value)} weeks"
    unit = next((c.unit for c in material.option_set.criteria if c.id == flip.input and c.unit == "weeks"), "")
    return f"{points(value)} {unit}".strip()


def _firmness(material: Material) -> str:
    """How often each option leads when what is uncertain is drawn at random."""
    found = material.option_set.options
    best = ", ".join(f"{option.id} {words.share(option.best_probability)}" for option in found)
    text = f"Scores best when only the order of the criteria is known: {best}"
    costs = [(option.id, option.cheapest_probability) for option in found if option.cheapest_probability is not None]
    if costs:
        cheapest = ", ".join(f"{name} {words.share(chance)}" for name, chance in costs)
        text += f". Costs least over {words.count(material.option_set.horizon_months, 'month')}: {cheapest}"
    return f"{text}. Shares of random draws, seed {material.seed}; an option outside the limits is drawn too."
