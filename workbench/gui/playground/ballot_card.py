"""Blind voting: two answers without names, judged with a key. Nothing here knows whose they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.votes import Ballot, Choice
from workbench.gui.playground.answer_view import AnswerView
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card, Line
from workbench.gui.widgets.text import Words

#: key, choice: letters and digits work wherever the focus is in the card, arrows outside the texts
KEYS = {
    "A": Choice.LEFT, "1": Choice.LEFT, "Left": Choice.LEFT,
    "B": Choice.RIGHT, "2": Choice.RIGHT, "Right": Choice.RIGHT,
    "T": Choice.TIE, "0": Choice.TIE, "Down": Choice.TIE,
}  # fmt: skip


class BallotCard(Card):
    """`voted` (ballot, choice), `reveal_wanted` when the names should be shown, `left` to go on without voting,
    `stop_wanted` while answers are written."""

    voted = Signal(object, object)
    reveal_wanted = Signal()
    left = Signal()
    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Which answer is better?")
        self.setObjectName("ballot")
        self._ballots: list[Ballot] = []
        self._all = 0
        self._may_reveal = False
        self._sending = False
        self._sentence = Words("", "body")
        self._question = AnswerView("Question")
        self._sides = {name: AnswerView(f"Answer {name}") for name in ("A", "B")}
        self._choices: dict[Choice, QPushButton] = {
            Choice.LEFT: button("A is better  (A)", lambda: self._choose(Choice.LEFT)),
            Choice.TIE: button("No difference  (T)", lambda: self._choose(Choice.TIE)),
            Choice.RIGHT: button("B is better  (B)", lambda: self._choose(Choice.RIGHT)),
        }
        for choice, made in self._choices.items():
            made.setObjectName(f"ballot-{choice.value}")
        self._reveal = button("Show the names", self.reveal_wanted.emit, hint="From then on nobody can vote on these")
        self._reveal.setObjectName("ballot-reveal")
        self._leave = button("Later", self.left.emit, hint="The votes given stay; the others wait")
        self._leave.setObjectName("ballot-leave")
        self._stop = button("Stop all", self.stop_wanted.emit, hint="Every answer ends where it is")
        self._stop.setObjectName("ballot-stop")
        self._lay_out()
        for key, choice in KEYS.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda choice=choice: self._choose(choice))

    def _lay_out(self) -> None:
        for each in (self._stop, self._reveal, self._leave):
            self.add_beside_title(each)
        self.body.addWidget(self._sentence)
        self._question.setMaximumHeight(110)
        self._pair = QWidget()
        pair = QVBoxLayout(self._pair)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.addWidget(self._question)
        pair.addWidget(Line())
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        for name, view in self._sides.items():
            column = QVBoxLayout()
            column.addWidget(Words(f"Answer {name}", "heading"))
            column.addWidget(view, 1)
            row.addLayout(column, 1)
        pair.addLayout(row, 1)
        pair.addWidget(Line())
        below = QHBoxLayout()
        below.setSpacing(Space.S)
        for made in self._choices.values():
            below.addWidget(made, 1)
        pair.addLayout(below)
        self.body.addWidget(self._pair, 1)
        self._gap = QWidget()
        self.body.addWidget(self._gap, 1)

    @property
    def now(self) -> Ballot | None:
        """The pair that is shown."""
        return self._ballots[0] if self._ballots else None

    def show_writing(self, count: int) -> None:
        """Answers are being written; who is quick would be told by the text that comes first, so none is shown."""
        self._ballots, self._all = [], 0
        told = f"{words.count(count, 'answer')} are being written. You see them, without names, when all are there."
        self._clear(told, writing=True)

    @property
    def left_over(self) -> int:
        """How many pairs are still to be judged."""
        return len(self._ballots)

    def show_ballots(self, ballots: Sequence[Ballot], *, may_reveal: bool) -> None:
        """Judge these, one after the other. With none, names can still be shown (of answers that are no pair)."""
        self._ballots, self._all, self._sending = list(ballots), len(ballots), False
        self._may_reveal = may_reveal
        if ballots:
            self._show()
        else:
            self._clear("No pair waits. There must be two answers or more to judge between them.")

    def go_on(self) -> bool:
        """The vote on the pair shown is stored: the next one. False when that was the last."""
        self._sending = False
        self._ballots = self._ballots[1:]
        if self._ballots:
            self._show()
            return True
        self._clear("Every pair is judged, and your votes are locked. Show the names, or keep them for another person.")
        self._reveal.setFocus()
        return False

    def hold(self) -> None:
        """A vote could not be stored: the same pair again."""
        self._sending = False

    def _show(self) -> None:
        ballot = self._ballots[0]
        place = self._all - len(self._ballots) + 1
        again = " This pair is shown a second time, to see how steady the judgement is." if ballot.repeat else ""
        self._sentence.set_text(f"Pair {place} of {self._all}.{again} Keys: A, B, T for no difference.")
        self._question.set_text(ballot.prompt)
        self._sides["A"].set_text(ballot.left_text)
        self._sides["B"].set_text(ballot.right_text)
        self._enable(True)

    def _clear(self, sentence: str, *, writing: bool = False) -> None:
        self._sentence.set_text(sentence)
        for view in (self._question, *self._sides.values()):
            view.set_text("")
        self._enable(False, writing=writing)

    def _enable(self, voting: bool, *, writing: bool = False) -> None:
        for made in self._choices.values():
            made.setEnabled(voting)
        self._reveal.setEnabled(self._may_reveal)
        self._pair.setVisible(voting)
        self._gap.setVisible(not voting)
        self._stop.setVisible(writing)
        self._reveal.setVisible(not writing)
        self._leave.setVisible(not writing)

    def _choose(self, choice: Choice) -> None:
        if self._ballots and not self._sending:
            self._sending = True
            self.voted.emit(self._ballots[0], choice)
