"""What pulls against what, each with its way out; and the limits whose loosening lets something in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.domain.questions import QUESTIONS
from workbench.domain.verdict import Conflict, Relaxation
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.fold import Fold
from workbench.gui.widgets.more_card import clear
from workbench.gui.widgets.text import Words
from workbench.services.wording import limit_name


class ConflictsCard(Card):
    """Hidden while nothing conflicts. Sends `change` (question id) when the person wants to change an answer."""

    change = Signal(str)

    def __init__(self) -> None:
        super().__init__("What pulls against what")
        self._shown: tuple[Conflict, ...] = ()
        self.hide()

    def set_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        if tuple(conflicts) != self._shown:
            self._shown = tuple(conflicts)
            clear(self)
            for item in conflicts:
                self.body.addWidget(Fold(item.title, item.text, partial(self._inside, item)))
        self.setVisible(bool(conflicts))

    def _inside(self, item: Conflict) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(Words(item.way_out))
        row = QWidget()
        flow = FlowLayout(row)
        for name in item.requirements:
            if name in QUESTIONS:
                text = f"Change {limit_name(name)}"
                flow.addWidget(button(text, partial(self.change.emit, name), kind="link"))
        column.addWidget(row)
        return inside


class RelaxationsCard(Card):
    """Hidden while there is nothing to loosen. Sends `tried` (Relaxation)."""

    tried = Signal(object)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._shown: tuple[Relaxation, ...] = ()
        self.hide()

    def set_relaxations(self, relaxations: Sequence[Relaxation]) -> None:
        if tuple(relaxations) != self._shown:
            self._shown = tuple(relaxations)
            clear(self)
            for item in relaxations:
                self.body.addWidget(tried_row(item.text, partial(self.tried.emit, item)))
        self.setVisible(bool(relaxations))


def tried_row(text: str, run: Callable[[], None]) -> QWidget:
    """A sentence with the button that tries it."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(Words(text), 1)
    try_it = button("Try it", run, hint="Undo with Ctrl+Z")
    try_it.setAccessibleName(f"Try it: {text}")
    line.addWidget(try_it)
    return row
