"""Downloads that were begun and can go on, above the table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words
from workbench.services.fitting import size_words

if TYPE_CHECKING:
    from workbench.services.download_plan import Unfinished

MOST_SHOWN = 3


class DownloadsStrip(QWidget):
    """Sends `resumed` and `discarded` (Unfinished)."""

    resumed = Signal(object)
    discarded = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self.hide()

    def show_items(self, items: tuple[Unfinished, ...]) -> None:
        """The latest few of those that do not run now."""
        while (old := self._column.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for item in items[:MOST_SHOWN]:
            self._column.addWidget(self._line(item))
        self.setVisible(bool(items))

    def _line(self, item: Unfinished) -> QWidget:
        plan = item.plan
        name = plan.model.name
        there, whole = size_words(plan.here_bytes), size_words(plan.model.bytes)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(Words(f"**{name}** is not fetched yet: {there} of {whole} are here.", "body"), 1)
        for text, signal in (("Go on", self.resumed), ("Throw away", self.discarded)):
            made = button(text, partial(signal.emit, item))
            made.setAccessibleName(f"{text}: {name}")
            row.addWidget(made)
        return line
