"""The head of a page: its title, its actions, and its answer in a sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from workbench.gui.theme import Space, set_role
from workbench.gui.widgets.text import Words, without_marks


class AnswerHeader(QWidget):
    """Title and views left, buttons right, the answer below over the whole width."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("answer-header")
        self._title = QLabel(title)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._title, "title")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(Space.S)
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        self._views = QHBoxLayout()
        self._views.setSpacing(Space.S)
        top.addWidget(self._title)
        top.addLayout(self._views)
        top.addStretch(1)
        top.addLayout(self._buttons)
        self._answer = Words("", "answer")
        self._answer.setObjectName("answer")
        self._answer.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(top)
        column.addWidget(self._answer)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def answer(self) -> str:
        """The answer as plain text."""
        return self._answer.accessibleName()

    def set_title(self, title: str) -> None:
        self._title.setText(title)

    def set_answer(self, lead: str, rest: str = "") -> None:
        """The bold lead says the answer, the rest says why; `**` in either makes bold."""
        lead = without_marks(lead).strip()
        self._answer.set_text(f"**{lead}** {rest}".strip() if lead else rest)
        self._answer.setVisible(bool(lead or rest))

    def set_buttons_enabled(self, enabled: bool) -> None:
        """Grey the buttons while what they act on is not there yet."""
        for place in range(self._buttons.count()):
            item = self._buttons.itemAt(place)
            if item is not None and (made := item.widget()) is not None:
                made.setEnabled(enabled)

    def add_view(self, widget: QWidget) -> None:
        """Put a button for one of the page's views beside the title, where it stays whatever the view's own buttons
        are."""
        self._views.addWidget(widget)

    def add_button(self, widget: QWidget) -> None:
        """Put a button at the right end; the last one added is the rightmost: make it the main action."""
        self._buttons.addWidget(widget)
