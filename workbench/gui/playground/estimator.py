"""What asking may take, counted again a moment after the question changed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.gui.playground.question import Question
from workbench.gui.playground.wording import estimate_words
from workbench.gui.tasks import Tasks
from workbench.services.playground import Estimate, PlaygroundService

AFTER_MS = 300


class Estimator(QObject):
    """`told` (a line of words, "" when there is nothing to say). `question` gives what stands on the page, or None."""

    told = Signal(str)

    def __init__(
        self, *, tasks: Tasks, playground: PlaygroundService, question: Callable[[], Question | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._service, self._question = tasks, playground, question
        self._asked = 0
        self._soon = QTimer(self, singleShot=True, interval=AFTER_MS)
        self._soon.timeout.connect(self._count)

    def soon(self) -> None:
        """The question changed."""
        self._soon.start()

    def _count(self) -> None:
        question = self._question()
        self._asked += 1
        mine = self._asked
        if question is None:
            self.told.emit("")
            return

        def show(estimates: tuple[Estimate, ...]) -> None:
            if mine == self._asked:
                self.told.emit(estimate_words(estimates))

        self._tasks.start(
            lambda: question.estimate(self._service), lane="db", done=show, failed=lambda _error: show(()), owner=self
        )
