"""Types of models: a table with what the catalog holds of each, and below it what to know of the one picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.domain.model import ModelKind
from workbench.gui.learn.topic import Topic
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import UNKNOWN, Column
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.learn import TypeCount


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of model as the lesson tells it, and how many of it the catalog holds."""

    id: str
    name: str
    takes: str
    gives: str
    named: str
    used_for: str
    paid: str
    watch_out: str
    count: TypeCount | None = None


class TypesTopic(Topic):
    """Pick a type to read about it."""

    def fill(self) -> None:
        self._counts: Mapping[ModelKind, TypeCount] = {}
        self._asked = False
        part = self.lesson.part("The types")
        self._table = DataTable[TypeRow](
            "learn-types",
            [
                Column("type", "Type", lambda row: row.name, width=140, strong=lambda _row: True),
                Column("in", "Goes in", lambda row: row.takes, stretch=True, width=110),
                Column("out", "Comes out", lambda row: row.gives, width=80),
                Column("count", "Models", _count, unit="listed", right=True, width=80, sort=_models),
            ],
            row_id=lambda row: row.id,
            name="Types of models",
            settings=self.house.settings,
            filterable=False,
            snug=True,
            visible_rows=len(part.rows),
        )
        self._table.picked.connect(self._show)
        self._about = Card("")
        self._lines = [Words() for _ in range(5)]
        for line in self._lines:
            self._about.body.addWidget(line)
        self.column.addWidget(self._table)
        self.column.addWidget(self._about)
        self.column.addWidget(Words(f"Source: {part.source}.", "muted"))
        self._draw()
        self._table.select(part.rows[0][0])
        self._show(part.rows[0][0])

    def shown(self) -> None:
        """Counts the catalog's models of each type, once."""
        if not self._asked:
            self._asked = True
            self.house.tasks.start(lambda: self.learn().counts(), lane="pool", owner=self, done=self._take_counts)

    def _take_counts(self, counts: Mapping[ModelKind, TypeCount]) -> None:
        self._counts = counts
        picked = self._table.current_id
        self._draw()
        self._table.select(picked)
        self._show(picked)

    def _rows(self) -> list[TypeRow]:
        return [self._row(cells) for cells in self.lesson.part("The types").rows]

    def _row(self, cells: tuple[str, ...]) -> TypeRow:
        id, name, takes, gives, named, used_for, paid, watch_out = cells
        return TypeRow(id, name, takes, gives, named, used_for, paid, watch_out, self._counts.get(ModelKind(id)))

    def _draw(self) -> None:
        self._table.set_rows(self._rows())

    def _show(self, type_id: str) -> None:
        row = next((row for row in self._rows() if row.id == type_id), None)
        if row is None:
            return
        self._about.set_title(row.name)
        newest = "" if row.count is None else f"**In the catalog of {row.count.as_of}, newest first:** "
        names = "" if row.count is None else ", ".join(row.count.newest)
        texts = (
            f"**Used for:** {row.used_for}",
            f"**How it is paid:** {row.paid}",
            f"**Watch out:** {row.watch_out}",
            f"**Named in the lessons:** {row.named}.",
            f"{newest}{names}." if names else "",
        )
        for line, text in zip(self._lines, texts, strict=True):
            line.set_text(text)
            line.setVisible(bool(text))


def _count(row: TypeRow) -> str:
    return UNKNOWN if row.count is None else str(row.count.models)


def _models(row: TypeRow) -> float | None:
    return None if row.count is None else float(row.count.models)
