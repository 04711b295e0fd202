"""A small table to read: the twin of a chart, or the rows behind a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.text import Words

_LEAST_WEIGHT, _MOST_WEIGHT = 14, 60


class ReadingTable(QWidget):
    """A small table to read: cells wrap, the first column is the row's name, hairlines between the rows."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        for place, title in enumerate(columns):
            grid.addWidget(Words(title, "section"), 0, place)
            grid.setColumnStretch(place, _weight(title, [row[place] for row in rows]))
        for number, row in enumerate(rows):
            grid.addWidget(Line(), 2 * number + 1, 0, 1, len(columns))
            for place, cell in enumerate(row):
                words = Words(cell, "heading" if place == 0 else "body")
                # A figure such as −$1,874 stays on one line.
                words.setWordWrap(" " in cell or "\u200b" in cell)
                words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(words, 2 * number + 2, place)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)


def _weight(title: str, cells: list[str]) -> int:
    """How wide a column should be against the others: by its longest cell, within bounds."""
    longest = max(len(text) for text in (title, *cells))
    return min(max(longest, _LEAST_WEIGHT), _MOST_WEIGHT)
