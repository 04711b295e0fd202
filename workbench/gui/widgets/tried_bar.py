"""What became of something that was tried, with the button that takes it back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from workbench.domain.scenario import Scenario
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words


class TriedBar(QFrame):
    """Stands there for as long as the tried scenario is the one on screen. Sends `taken_back`.

    A page tells it what it tries (`trying`), each scenario it shows (`follow`) and each answer (`answer`).
    """

    taken_back = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "pick")
        self.setObjectName("tried")
        self._tried: Scenario | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.S)
        row.addWidget(IconLabel("swap", "accent", 18))
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        self._what, self._now = Words("", "heading"), Words("")
        column.addWidget(self._what)
        column.addWidget(self._now)
        row.addLayout(column, 1)
        back = button("Take it back", self.taken_back.emit, hint="The same as Undo, Ctrl+Z")
        row.addWidget(back, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(button("Keep it", self.forget), 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def trying(self, scenario: Scenario, what: str) -> None:
        """`scenario` is about to be shown, because the person tries `what`."""
        self._tried = scenario
        self._what.set_text(f"Tried: {what}")
        self._now.set_text("")

    def follow(self, scenario: Scenario | None) -> None:
        """Hides as soon as another scenario, or another state of it, is shown."""
        if scenario != self._tried:
            self.forget()

    def answer(self, sentence: str) -> None:
        """What holds now; shown if it is of what was tried."""
        if self._tried is not None:
            self._now.set_text(f"Now: {sentence}")
            self.setAccessibleName(f"{self._what.text()} Now: {sentence}")
            self.show()

    def forget(self) -> None:
        """It is kept, or gone."""
        self._tried = None
        self.hide()
