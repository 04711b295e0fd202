"""Thirty pictures a second, each drawn at once: one picture of four columns costs less than four."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

FRAME_MS = 33
Call = Callable[[], None]


class FrameClock(QObject):
    """At each picture it asks its sources what has come, then lets draw what waits. Without either it stands still.

    `frame` counts the pictures.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Call] = []
        self._waiting: list[Call] = []
        self.frame = 0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._tick)

    def watch(self, source: Call) -> None:
        """Call `source` at each picture, until `leave`."""
        if source not in self._sources:
            self._sources.append(source)
        self._go()

    def leave(self, source: Call) -> None:
        if source in self._sources:
            self._sources.remove(source)

    def draw_next(self, draw: Call) -> None:
        """Call `draw` with the next picture."""
        self._waiting.append(draw)
        self._go()

    def _go(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _tick(self) -> None:
        self.frame += 1
        for source in list(self._sources):
            source()
        now, self._waiting = self._waiting, []
        for draw in now:
            draw()
        if not now and not self._sources:
            self._timer.stop()
