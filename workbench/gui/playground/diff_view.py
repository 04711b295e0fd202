"""Two answers side by side with what differs marked: by colour and underlined, so not by colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from workbench.gui.playground.answer_diff import Difference, Span, difference
from workbench.gui.playground.answer_view import LineBreaker
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, look_of
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words

MOST_CHARACTERS = 100_000


class DiffView(Card):
    """`closed` when the person goes back to the answers."""

    closed = Signal()

    def __init__(self, *, tasks: Tasks) -> None:
        super().__init__("Two answers compared")
        self._tasks = tasks
        self._answers: Sequence[tuple[str, str]] = ()
        self._found: Difference | None = None
        self._sides = [_side("left"), _side("right")]
        self._choosers = [QComboBox(), QComboBox()]
        self._sentence = Words("", "body")
        back = button("Back to the answers", self.closed.emit)
        back.setObjectName("diff-back")
        self.add_beside_title(back)
        self.body.addWidget(self._sentence)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for name, chooser, side in zip(("Left", "Right"), self._choosers, self._sides, strict=True):
            chooser.setAccessibleName(f"{name} answer")
            chooser.activated.connect(lambda _place: self._compare())
            column = QVBoxLayout()
            column.addWidget(chooser)
            column.addWidget(side, 1)
            row.addLayout(column, 1)
        self.body.addLayout(row, 1)

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def show_answers(self, answers: Sequence[tuple[str, str]], left: int, right: int) -> None:
        """Names with their texts, and which two to begin with."""
        self._answers = answers
        for chooser, place in zip(self._choosers, (left, right), strict=True):
            chooser.clear()
            chooser.addItems([name for name, _ in answers])
            chooser.setCurrentIndex(place)
        self._compare()

    def show_nothing(self) -> None:
        """No name and no answer is in it any more."""
        self._answers, self._found = (), None
        self._sentence.set_text("")
        for chooser, side in zip(self._choosers, self._sides, strict=True):
            chooser.clear()
            side.setExtraSelections([])
            side.clear()

    def _compare(self) -> None:
        left, right = (_shown(self._answers[chooser.currentIndex()][1]) for chooser in self._choosers)
        self._sentence.set_text("Comparing …")
        self._found = None
        for side, text in zip(self._sides, (left, right), strict=True):
            side.setExtraSelections([])
            side.setPlainText(text)
        self._tasks.start(lambda: difference(left, right), done=self._show, owner=self)

    def _show(self, found: Difference) -> None:
        if not self._answers:
            return
        self._found = found
        self._mark()
        if not found.left and not found.right:
            self._sentence.set_text("Both say the same, word for word.")
            return
        cut = " Only their beginnings were compared." if found.cut else ""
        self._sentence.set_text(
            f"{found.alike:.0%} of the words are the same; what differs is underlined.{cut}".replace("%", " %", 1)
        )

    def _mark(self) -> None:
        if self._found is None:
            return
        for side, spans in zip(self._sides, (self._found.left, self._found.right), strict=True):
            side.setExtraSelections([_marked(side, span) for span in spans])


def _shown(text: str) -> str:
    """As much as is compared, in lines that can be laid out."""
    return LineBreaker().broken(text[:MOST_CHARACTERS])


def _side(name: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    made.setAccessibleName(f"Text of the {name} answer")
    made.setObjectName(f"diff-{name}")
    return made


def _marked(side: QWidget, span: Span) -> QTextEdit.ExtraSelection:
    assert isinstance(side, QPlainTextEdit)
    look = look_of(side)
    form = QTextCharFormat()
    form.setBackground(QColor(look.soft))
    form.setFontUnderline(True)
    cursor = QTextCursor(side.document())
    cursor.setPosition(span.start)
    cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
    selection = QTextEdit.ExtraSelection()
    selection.cursor, selection.format = cursor, form
    return selection
