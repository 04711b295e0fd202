"""The inspector: one column that explains whatever is selected, on every page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.gui.explanation import Explanation, InspectorAction
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.explained import ExplanationText
from workbench.gui.widgets.fields import FlowLayout

WIDTH_PX = 320
_NOTHING = "Select a row, a point or an option, and it explains itself here."


class Inspector(QWidget):
    """Shows an `Explanation`, or what to do to see one. Its actions stay in sight below the text."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self._explanation: Explanation | None = None
        self._actions: tuple[InspectorAction, ...] = ()
        self._text = ExplanationText("Explanation of the selection")
        self._buttons = QWidget()
        self._flow = FlowLayout(self._buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L + 1, Space.L, Space.XS, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._text, 1)
        column.addWidget(self._buttons)
        self._buttons.hide()
        self._text.show_words(_NOTHING)

    @property
    def explanation(self) -> Explanation | None:
        return self._explanation

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Replace what is shown; None says what can be selected."""
        if explanation is self._explanation:
            return
        self._explanation = explanation
        self._text.show_words(explanation if explanation is not None else _NOTHING)
        self._buttons.setVisible(explanation is not None)
        if explanation is not None:
            self._offer(explanation.actions)

    def preferred_width(self) -> int:
        return scaled_px(self, WIDTH_PX)

    def _offer(self, actions: tuple[InspectorAction, ...]) -> None:
        """New buttons only where the words differ: from row to row they mostly do not."""
        before, self._actions = self._actions, actions
        if self._flow.count() and _words(before) == _words(actions):
            return
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for place, action in enumerate(actions):
            self._flow.addWidget(button(action.text, partial(self._run, place), hint=action.hint))
        copy = button("Copy text", self._copy, kind="normal", hint="Copies this explanation as text")
        copy.setAccessibleName("Copy the explanation")
        self._flow.addWidget(copy)

    def _run(self, place: int) -> None:
        self._actions[place].run()

    def _copy(self) -> None:
        if self._explanation is not None:
            QGuiApplication.clipboard().setText(self._explanation.as_text())


def _words(actions: tuple[InspectorAction, ...]) -> list[tuple[str, str]]:
    return [(action.text, action.hint) for action in actions]
