"""One computation at a time for something that is dragged: while it runs, only the newest wish is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Tasks

W = TypeVar("W")
R = TypeVar("R")


class Newest(Generic[W, R]):
    """`work` (wish) runs in the pool; what it brings goes to `done` (wish, result) on the GUI thread.

    Every result that is computed is shown, so that the page follows a drag; wishes in between are skipped.
    """

    def __init__(
        self,
        tasks: Tasks,
        owner: QWidget,
        *,
        work: Callable[[W], R],
        done: Callable[[W, R], None],
        failed: Callable[[WorkbenchError], None],
    ) -> None:
        self._tasks, self._owner = tasks, owner
        self._work, self._done, self._failed = work, done, failed
        self._next: list[W] = []
        self._runs = False

    @property
    def has_newer(self) -> bool:
        """Whether what is shown now gives way to another result soon."""
        return bool(self._next)

    @property
    def is_idle(self) -> bool:
        return not self._runs

    def ask(self, wish: W) -> None:
        """Have this computed, in place of any wish that waits."""
        self._next = [wish]
        if not self._runs:
            self._start()

    def _start(self) -> None:
        if not self._next:
            self._runs = False
            return
        self._runs = True
        wish = self._next.pop()
        self._tasks.start(
            lambda: self._work(wish),
            lane="pool",
            done=lambda result: self._arrived(wish, result),
            failed=self._refused,
            stopped=self._start,
            owner=self._owner,
        )

    def _arrived(self, wish: W, result: R) -> None:
        try:
            self._done(wish, result)
        finally:
            self._start()

    def _refused(self, error: WorkbenchError) -> None:
        self._failed(error)
        self._start()
