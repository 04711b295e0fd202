"""A slider with its name and value above it; the page follows while it is dragged."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.theme import Space, look_of, scaled_px, set_role

_STEPS = 1000


class _Track(QSlider):
    """A flat track with a round handle; the wheel scrolls the page, not the value."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(120, scaled_px(self, 20))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = look_of(self)
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        span = self.maximum() - self.minimum()
        share = (self.sliderPosition() - self.minimum()) / span if span else 0.0
        radius = 6.5
        middle, left, right = self.height() / 2, radius + 2, self.width() - radius - 2
        x = left + (right - left) * share
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.border if self.isEnabled() else look.hairline))
        painter.setOpacity(0.5)
        painter.drawRoundedRect(QRectF(left, middle - 2, right - left, 4), 2, 2)
        painter.setOpacity(1.0)
        accent = look.accent if self.isEnabled() else look.border
        painter.setBrush(QColor(accent))
        painter.drawRoundedRect(QRectF(left, middle - 2, max(x - left, 0), 4), 2, 2)
        painter.setPen(QPen(QColor(accent), 2))
        painter.setBrush(QColor(look.card))
        painter.drawEllipse(QRectF(x - radius, middle - radius, 2 * radius, 2 * radius))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.drawEllipse(QRectF(x - radius - 3, middle - radius - 3, 2 * radius + 6, 2 * radius + 6))


class ValueSlider(QWidget):
    """A named slider from `low` to `high`; on a `log` scale equal distances are equal factors.

    `changed` (float) is sent while it moves, `released` (float) when the person lets go or uses a key: save then.
    `show` words the value ("9,700", "34 %"); `round_to` rounds it first, say to 100 requests.
    """

    changed = Signal(float)
    released = Signal(float)

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        value: float,
        *,
        show: Callable[[float], str],
        log: bool = False,
        round_to: float = 0.0,
        hint: str = "",
    ) -> None:
        super().__init__()
        self._low, self._high, self._log, self._round, self._show = low, high, log, round_to, show
        self._value = value
        self._quiet = False
        title = QLabel(name)
        title.setTextFormat(Qt.TextFormat.PlainText)
        set_role(title, "muted")
        self._shown = QLabel("")
        self._shown.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._shown, "small")
        self.track = _Track()
        self.track.setRange(0, _STEPS)
        self.track.setSingleStep(_STEPS // 100)
        self.track.setPageStep(_STEPS // 10)
        self.track.setAccessibleName(name)
        title.setBuddy(self.track)
        if hint:
            self.setToolTip(hint)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(self._shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(top)
        column.addWidget(self.track)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.track.valueChanged.connect(self._moved)
        self.track.sliderReleased.connect(lambda: self.released.emit(self._value))
        self.set_value(value)

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Show a value; sends nothing."""
        self._quiet = True
        self._value = min(max(value, self._low), self._high)
        self.track.setValue(round(self._share(self._value) * _STEPS))
        self._quiet = False
        self._tell()

    def _moved(self, step: int) -> None:
        if self._quiet:
            return
        self._value = self._rounded(self._at(step / _STEPS))
        self._tell()
        self.changed.emit(self._value)
        if not self.track.isSliderDown():
            self.released.emit(self._value)

    def _share(self, value: float) -> float:
        if self._log:
            return math.log(value / self._low) / math.log(self._high / self._low)
        return (value - self._low) / (self._high - self._low)

    def _at(self, share: float) -> float:
        if self._log:
            return float(self._low * (self._high / self._low) ** share)
        return self._low + (self._high - self._low) * share

    def _rounded(self, value: float) -> float:
        value = round(value / self._round) * self._round if self._round else value
        return min(max(value, self._low), self._high)

    def _tell(self) -> None:
        words = self._show(self._value)
        self._shown.setText(words)
        self.track.setAccessibleDescription(words)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.track.update()
