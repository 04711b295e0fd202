"""When Python looks for garbage: between two events of the window, and never within one.

Python looks whenever enough objects have been made, in the middle of anything. A closed dialog that is garbage takes
its widgets with it, and Qt, which tells all widgets of a new style sheet or another size of text one after the other,
would go on to one that is gone and crash.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

#: often enough for what a second of streaming leaves, seldom enough to cost nothing
EVERY_MS = 500


class GarbageTimer(QObject):
    """Collects by Python's own thresholds, on the window's thread, while its event loop is at rest."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """What is there by now stays for good: it is not looked through."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()

    def _look(self) -> None:
        counts, most = gc.get_count(), gc.get_threshold()
        oldest = max((k for k in range(len(counts)) if counts[k] > most[k]), default=None)
        if oldest is not None:
            gc.collect(oldest)
