"""Blind voting in the playground: which ballots wait, storing a vote, showing the names at the end."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Comparison
from workbench.domain.votes import Ballot, Choice
from workbench.gui.playground.ballot_card import BallotCard
from workbench.gui.tasks import Tasks
from workbench.services.votes import VoteService


class BlindVote(QObject):
    """`said` (lead, rest) is the page's sentence, `waiting` (count) what is to be judged, `revealed` (Comparison) the
    last one whose names are shown now, `wrote` (Changes), `failed` (WorkbenchError)."""

    said = Signal(str, str)
    waiting = Signal(int)
    revealed = Signal(object)
    wrote = Signal(object)
    failed = Signal(object)

    def __init__(self, *, tasks: Tasks, votes: VoteService, card: BallotCard, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._votes, self._card = tasks, votes, card
        self._scenario_id: str | None = None
        self._judged: dict[str, None] = {}
        card.voted.connect(self._vote)
        card.reveal_wanted.connect(self._reveal)

    def open(self, scenario_id: str | None) -> None:
        """Another scenario: nothing of the last one is left."""
        self._scenario_id = scenario_id
        self._judged = {}

    def read(self, made: Comparison | None = None) -> None:
        """Show the pairs that wait; `made` is a comparison that was just answered."""
        scenario_id = self._scenario_id
        if scenario_id is None:
            return
        if made is not None:
            self._judged[made.id] = None

        def show(ballots: tuple[Ballot, ...]) -> None:
            if scenario_id != self._scenario_id:
                return
            self._judged |= dict.fromkeys(ballot.comparison_id for ballot in ballots)
            self._card.show_ballots(ballots, may_reveal=bool(self._judged))
            self.waiting.emit(len(ballots))
            if ballots:
                self._say(len(ballots))

        self._tasks.start(
            lambda: self._votes.ballots(scenario_id), lane="db", done=show, failed=self.failed.emit, owner=self
        )

    def _say(self, count: int) -> None:
        pairs = words.count(count, "pair")
        self.said.emit(
            "Which answer is better?", f"{pairs} to judge. Names and order stay hidden until your votes are locked."
        )

    def _vote(self, ballot: Ballot, choice: Choice) -> None:
        def done(changes: Changes) -> None:
            if self._card.go_on():
                self._say(self._card.left_over)
            else:
                self.said.emit("All pairs are judged.", "Your votes are locked. Show the names when you are ready.")
            self.wrote.emit(changes)

        def failed(error: WorkbenchError) -> None:
            self._card.hold()
            self.failed.emit(error)

        self._tasks.start(lambda: self._votes.vote(ballot, choice), lane="db", done=done, failed=failed, owner=self)

    def _reveal(self) -> None:
        """The names of every comparison that was judged or passed over here."""
        ids = list(self._judged)

        def reveal() -> Comparison | None:
            shown = None
            for comparison_id in ids:
                shown = self._votes.reveal(comparison_id)
            return shown

        def done(shown: Comparison | None) -> None:
            self._judged = {}
            if shown is not None:
                self.wrote.emit(Changes(comparisons=frozenset(ids)))
                self.revealed.emit(shown)

        self._tasks.start(reveal, lane="db", done=done, failed=self.failed.emit, owner=self)
