"""A scroll area for a column of widgets that wrap: as wide as there is room, as tall as that width needs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from workbench.gui.theme import Space


class ColumnScroller(QScrollArea):
    """Put widgets into `column`. Qt alone would give wrapping widgets the height of their narrowest form."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = QWidget()
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, Space.M, 0)
        self.column.setSpacing(Space.M)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is inside was laid out anew: texts know how tall they are only when they have their font."""
        done = super().eventFilter(watched, event)
        if watched is self._inside and event.type() is QEvent.Type.LayoutRequest:
            self._take_height()
        return done

    def fit(self) -> None:
        """After widgets came, went or changed: as tall as they need now."""
        self.column.invalidate()
        self._take_height()

    def _take_height(self) -> None:
        wanted = max(self.column.heightForWidth(self.viewport().width()), 1)
        if self._inside.minimumHeight() != wanted:  # else it would be laid out over and over
            self._inside.setFixedHeight(wanted)
