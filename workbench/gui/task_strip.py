"""What runs now: name, percent, time left, Cancel. Takes no room while nothing runs."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from workbench.gui.tasks import TaskHandle, Tasks
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words

_MOST = 3
_SHOWN_AFTER_S = 0.3


def time_left_words(seconds: float | None) -> str:
    """The time left as a person says it: "about 40 s left", "about 3 min left", "" when unknown."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {round(seconds / 3600)} h left"


class TaskStrip(QWidget):
    """One line for each named task, the oldest three; how many more there are is said.

    A task shows after 0.3 s: what is over sooner would only flicker.
    """

    def __init__(self, *, tasks: Tasks) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Running tasks")
        self._tasks = tasks
        self._lines: dict[TaskHandle, _TaskLine] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.S, Space.XL, Space.S)
        self._column.setSpacing(Space.XS)
        self._more = Words("", "muted")
        self._column.addWidget(self._more)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._tick)
        self._soon = QTimer(self, singleShot=True, interval=round(_SHOWN_AFTER_S * 1000))
        self._soon.timeout.connect(self._arrange)
        tasks.named_changed.connect(self._arrange)
        self._arrange()

    def _arrange(self) -> None:
        now = time.monotonic()
        running = self._tasks.named
        named = tuple(h for h in running if now - h.started_at >= _SHOWN_AFTER_S)
        if len(named) < len(running):
            self._soon.start()
        for handle in [h for h in self._lines if h not in named[:_MOST]]:
            line = self._lines.pop(handle)
            self._column.removeWidget(line)
            line.deleteLater()
        for handle in named[:_MOST]:
            if handle not in self._lines:
                self._lines[handle] = _TaskLine(handle)
                self._column.insertWidget(self._column.count() - 1, self._lines[handle])
        more = len(named) - _MOST
        self._more.set_text(f"and {more} more" if more > 0 else "")
        self._more.setVisible(more > 0)
        self.setVisible(bool(named))
        if named and not self._clock.isActive():
            self._clock.start()
        elif not named:
            self._clock.stop()

    def _tick(self) -> None:
        for line in self._lines.values():
            line.show_state()


class _TaskLine(QWidget):
    def __init__(self, handle: TaskHandle) -> None:
        super().__init__()
        self._handle = handle
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        self._name = Words(handle.name or "", "heading")
        self._name.setWordWrap(False)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {handle.name}")
        self._bar.setFixedWidth(scaled_px(self, 160))
        self._state = Words("", "muted")
        self._state.setWordWrap(False)
        self._cancel = button("Cancel", handle.cancel)
        self._cancel.setAccessibleName(f"Cancel {handle.name}")
        row.addWidget(self._name)
        row.addWidget(self._bar)
        row.addWidget(self._state, 1)
        row.addWidget(self._cancel)
        handle.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Percent, note and time left as they are now."""
        share = self._handle.share_done
        self._bar.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self._bar.setValue(round(share * 1000))
        if self._handle.was_cancelled:
            self._state.set_text("Stopping …")
            self._cancel.setEnabled(False)
            return
        percent = f"{share:.0%}".replace("%", " %") if share is not None else ""
        parts = (percent, self._handle.progress.note, time_left_words(self._handle.seconds_left))
        self._state.set_text(" · ".join(part for part in parts if part))
