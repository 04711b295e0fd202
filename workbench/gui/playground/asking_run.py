"""A question under way: on the net lane, with what is heard brought to the GUI thread."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Comparison
from workbench.gui.playground.frame_clock import FrameClock
from workbench.gui.tasks import Tasks
from workbench.services.asking import Asking, Listener, PaneEnded, PaneEvent


class AskingRun(QObject):
    """One at a time. `heard` (PaneEvent or PaneEnded), then `finished` (Comparison) or `failed` (WorkbenchError).

    What is heard waits in a queue until the next picture of the `clock`: a hundred signals a second between threads
    would cost as much as the drawing.
    """

    heard = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    changed = Signal()

    def __init__(self, *, tasks: Tasks, clock: FrameClock, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._clock = tasks, clock
        self._inbox: deque[PaneEvent | PaneEnded] = deque()
        self._asking: Asking | None = None
        self._stop_early = False
        self._number = self._now = 0

    @property
    def is_busy(self) -> bool:
        return self._now != 0

    def start(self, make: Callable[[Listener], Asking]) -> None:
        """Run what `make` makes (it may read the store, and raise WorkbenchError); nothing else may run."""
        self._number += 1
        number = self._now = self._number
        self._asking, self._stop_early = None, False
        inbox = self._inbox = deque()
        self._clock.watch(self._drain)
        self.changed.emit()

        async def run() -> Comparison:
            asking = await asyncio.to_thread(make, inbox.append)
            self._asking = asking
            running = asyncio.create_task(asking.run())
            if self._stop_early:
                await asyncio.sleep(0)
                asking.stop()
            return await running

        self._tasks.start(
            run,
            lane="net",
            done=partial(self._finish, number),
            failed=partial(self._fail, number),
            stopped=partial(self._stopped, number),
            owner=self,
        )

    def stop(self, place: int | None = None) -> None:
        """End one answer, or all of them, between two tokens."""
        if self._asking is not None:
            self._asking.stop(place)
        elif place is None:
            self._stop_early = True

    def forget(self) -> None:
        """Stop all, and say nothing more of them."""
        self.stop()
        self._inbox.clear()
        self._rest()
        self.changed.emit()

    def _rest(self) -> None:
        self._now, self._asking = 0, None
        self._clock.leave(self._drain)

    def _drain(self) -> None:
        """Everything that was heard since the last picture."""
        while self._inbox:
            self.heard.emit(self._inbox.popleft())

    def _finish(self, number: int, comparison: Comparison) -> None:
        if self._ended(number):
            self.finished.emit(comparison)

    def _fail(self, number: int, error: WorkbenchError) -> None:
        if self._ended(number):
            self.failed.emit(error)

    def _stopped(self, number: int) -> None:
        self._ended(number)

    def _ended(self, number: int) -> bool:
        """Whether it was the one under way; an older one says nothing any more."""
        if number != self._now:
            return False
        self._drain()
        self._rest()
        self.changed.emit()
        return True
