"""Terms that a page uses, each beside the (i) that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.info import InfoButton, glossary


class Terms(QWidget):
    """A quiet line of terms by glossary id: "Pareto front (i)  Interval (i)"."""

    def __init__(self, terms: Sequence[str]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        for term in terms:
            row.addWidget(_one(term))
        row.addStretch(1)


def _one(term: str) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.XS)
    title = QLabel(glossary()[term].title)
    title.setTextFormat(Qt.TextFormat.PlainText)
    set_role(title, "muted")
    row.addWidget(title)
    row.addWidget(InfoButton(term))
    return box
