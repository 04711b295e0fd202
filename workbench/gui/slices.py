"""Drawing in steps: one per turn of the event loop, so that a full page never holds the window for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Slices(QObject):
    """Runs steps one after another; new ones take the place of those that have not run yet."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._run_one)

    @property
    def is_done(self) -> bool:
        return not self._steps

    def run(self, *steps: Callable[[], None]) -> None:
        """Have these steps run soon, in this order."""
        self._steps = deque(steps)
        self._next.start()

    def _run_one(self) -> None:
        if self._steps:
            self._steps.popleft()()
        if not self._steps:
            self._next.stop()
