"""A few things side by side: one column each, one row per question asked of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.gui.theme import TONE_ICONS, Space, Tone, restyle, set_role
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words


@dataclass(frozen=True, slots=True)
class Head:
    """A column: what a click selects, its title and a quieter line below it."""

    id: str
    title: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer. `aside` is quieter text behind it; a tone adds its icon and colour; `hint` is the tool tip."""

    text: str
    aside: str = ""
    tone: Tone | None = None
    strong: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells under its label."""

    label: str
    cells: tuple[Cell, ...]
    hint: str = ""


class Comparison(QWidget):
    """Draws heads and rows; `picked` (id) is sent when the person clicks or presses a head."""

    picked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._name = name
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.XS)
        self._heads: dict[str, QPushButton] = {}
        self._rows: tuple[Row, ...] = ()
        self._titles: tuple[Head, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_content(self, heads: Sequence[Head], rows: Sequence[Row]) -> None:
        """Replaces everything; every row has one cell per head."""
        self._titles, self._rows = tuple(heads), tuple(rows)
        self._clear()
        for column, head in enumerate(heads, 1):
            self._grid.addWidget(self._head(head), 0, column)
            self._grid.setColumnStretch(column, 3)
        self._grid.setColumnStretch(0, 4)
        for number, row in enumerate(rows):
            self._put_row(number, row)

    def select(self, id: str) -> None:
        """Shows one column as selected; sends nothing."""
        for head, made in self._heads.items():
            made.setChecked(head == id)
            restyle(made)

    def as_markdown(self) -> str:
        """The same as a Markdown table."""
        heads = ["", *(f"{head.title} {head.aside}".strip() for head in self._titles)]
        lines = [heads, ["---", *("---:" for _ in self._titles)]]
        lines += [[row.label, *(f"{cell.text} {cell.aside}".strip() for cell in row.cells)] for row in self._rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"

    def _clear(self) -> None:
        self._heads = {}
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()

    def _head(self, head: Head) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        made = button(head.title, kind="plain")
        made.setCheckable(True)
        made.setObjectName(f"head-{head.id}")
        made.setAccessibleName(f"{self._name}: {head.title} {head.aside}".strip())
        made.clicked.connect(lambda _checked=False, id=head.id: self._pick(id))
        self._heads[head.id] = made
        column.addWidget(made, 0, Qt.AlignmentFlag.AlignRight)
        aside = Words(head.aside, "muted")
        aside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        column.addWidget(aside, 1)
        return box

    def _pick(self, id: str) -> None:
        self.select(id)
        self.picked.emit(id)

    def _put_row(self, number: int, row: Row) -> None:
        line, place = 2 * number + 1, 2 * number + 2
        self._grid.addWidget(Line(), line, 0, 1, len(row.cells) + 1)
        label = Words(row.label)
        label.setToolTip(row.hint)
        self._grid.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
        for column, cell in enumerate(row.cells, 1):
            self._grid.addWidget(self._cell(cell, row.label), place, column, Qt.AlignmentFlag.AlignVCenter)

    def _cell(self, cell: Cell, label: str) -> QWidget:
        box = QWidget()
        box.setToolTip(cell.hint)
        box.setAccessibleName(f"{label}: {cell.text} {cell.aside}".strip())
        row = QHBoxLayout(box)
        row.setContentsMargins(0, Space.XS, 0, Space.XS)
        row.setSpacing(Space.XS)
        row.addStretch(1)
        if cell.tone is not None and cell.tone is not Tone.NEUTRAL:
            row.addWidget(IconLabel(TONE_ICONS[cell.tone], cell.tone.value, 14))
        text = QLabel(cell.text)
        text.setTextFormat(Qt.TextFormat.PlainText)
        set_role(text, "heading" if cell.strong else "body", cell.tone.value if cell.tone else "")
        row.addWidget(text)
        if cell.aside:
            aside = QLabel(cell.aside)
            aside.setTextFormat(Qt.TextFormat.PlainText)
            set_role(aside, "muted")
            row.addWidget(aside)
        return box
