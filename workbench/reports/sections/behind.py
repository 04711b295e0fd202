"""What stands behind the recommendation: other ways to rank, the worth of knowing, capacity, exposure, energy."""

from __future__ import annotations

from workbench.analysis.words import UNKNOWN_FIGURE
from workbench.domain.insight import Section as Insight
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Item,
    Listing,
    Part,
    Picture,
    Section,
    SectionId,
    Source,
    Table,
)
from workbench.reports.material import Material

#: what is the same at any price; the others are withheld where prices are
_WITHOUT_PRICES = frozenset({"leaks", "capacity", "vendors", "energy"})


def behind(material: Material) -> tuple[Section, ...]:
    """The insights that have data: their answers first, then each with its picture or its table; () without any."""
    if not material.behind:
        return ()
    answers = Listing(tuple(Item(insight.answer, f"{insight.title}.") for insight in material.behind))
    parts = tuple(
        Part(insight.title, _part(insight, material), priced=insight.id not in _WITHOUT_PRICES)
        for insight in material.behind
    )
    return (Section(SectionId.BEHIND, "What stands behind it", (answers,), parts),)


def _part(insight: Insight, material: Material) -> tuple[Block, ...]:
    """A picture comes with a table of its own."""
    if chart := material.charts.get(insight.id):
        return (Picture(chart),)
    columns = tuple(
        Column(title, right=place > 0 and all(_is_figure(row[place]) for row in insight.rows))
        for place, title in enumerate(insight.columns)
    )
    table = Table(columns, tuple(tuple(Cell(text) for text in row) for row in insight.rows))
    return (table, Source(insight.note)) if insight.note else (table,)


def _is_figure(text: str) -> bool:
    """A number, or the word that stands for one; names and sentences begin at the left."""
    return text in (UNKNOWN_FIGURE, "never", "none", "at once") or text.lstrip("+-−$")[:1].isdigit()
