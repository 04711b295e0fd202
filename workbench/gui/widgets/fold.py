"""A line that says the answer, and unfolds what stands behind it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from workbench.gui.theme import Space, icon, look_of, scaled_px
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.text import Words


class Fold(QWidget):
    """`fill` makes the inside at the first unfolding; `renew` tells that it is out of date."""

    def __init__(self, title: str, answer: str, fill: Callable[[], QWidget], *, term: str = "") -> None:
        super().__init__()
        self._fill = fill
        self._inside: QWidget | None = None
        self._title = title
        self._arrow = QToolButton()
        self._arrow.setProperty("kind", "plain")
        self._arrow.setCheckable(True)
        self._arrow.setCursor(Qt.CursorShape.PointingHandCursor)
        self._arrow.toggled.connect(self._turned)
        self._words = Words("")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._arrow, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        if term:
            row.addWidget(InfoButton(term), 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.S)
        self._column.addLayout(row)
        self.set_answer(answer)
        self._draw()

    @property
    def title(self) -> str:
        return self._title

    @property
    def is_open(self) -> bool:
        return self._arrow.isChecked()

    def set_answer(self, answer: str) -> None:
        self._words.set_text(f"**{self._title}.** {answer}")
        self._name()

    def renew(self, answer: str, fill: Callable[[], QWidget]) -> None:
        """Another answer, and another inside; unfolded it is made again at once."""
        self._fill = fill
        self.set_answer(answer)
        self._drop()
        if self.is_open:
            self._put()

    def unfold(self, is_open: bool = True) -> None:
        self._arrow.setChecked(is_open)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()

    def _turned(self, is_open: bool) -> None:
        if is_open and self._inside is None:
            self._put()
        elif self._inside is not None:
            self._inside.setVisible(is_open)
        self._name()
        self._draw()

    def _put(self) -> None:
        self._inside = self._fill()
        self._inside.setContentsMargins(self._arrow.sizeHint().width() + Space.S, 0, 0, Space.M)
        self._column.addWidget(self._inside)

    def _drop(self) -> None:
        if self._inside is not None:
            self._inside.hide()
            self._inside.deleteLater()
            self._inside = None

    def _name(self) -> None:
        verb = "Hide" if self.is_open else "Show"
        self._arrow.setAccessibleName(f"{verb} what stands behind: {self._title}")
        self._arrow.setToolTip(f"{verb} what stands behind")

    def _draw(self) -> None:
        size = scaled_px(self, 14)
        self._arrow.setIcon(icon("chevron-down" if self.is_open else "chevron-right", look_of(self).muted, size))
        self._arrow.setIconSize(QSize(size, size))
