"""A text box that is as tall as its text, so that nothing hides behind a small scroll bar."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QTextLayout, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from workbench.gui.theme import Space
from workbench.gui.widgets.fields import leaves_to_window

MOST_LINES = 12


class TextBox(QPlainTextEdit):
    """Several lines of plain text; grows from `lines` to a dozen lines. Tab leaves it."""

    def __init__(self, name: str, *, lines: int = 1, placeholder: str = "") -> None:
        super().__init__()
        self._least = lines
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.document().contentsChanged.connect(self._fit)
        self._fit()

    def set_text(self, text: str) -> None:
        """Shows `text` from its start and sends nothing; the text that stands there already is left alone."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)

    def text(self) -> str:
        return self.toPlainText().strip()

    def event(self, event: QEvent) -> bool:
        document = self.document()
        if leaves_to_window(event, can_undo=document.isUndoAvailable(), can_redo=document.isRedoAvailable()):
            return False
        return super().event(event)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the wrapped lines: known before it is given, so that nothing is painted over anything."""
        edges, inner = self.contentsMargins(), 2 * round(self.document().documentMargin())
        line, count = self._measure(width - edges.left() - edges.right() - inner)
        lines = min(max(count, self._least), MOST_LINES)
        return math.ceil(lines * line) + edges.top() + edges.bottom() + inner + Space.XS

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.heightForWidth(self.width()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """A scroll bar only where the text is longer than the tallest box: one that came and went would shift words."""
        inner = 2 * round(self.document().documentMargin())
        scrolls = self._measure(self.viewport().width() - inner)[1] > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() is not policy:
            self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()

    def _measure(self, width: int) -> tuple[float, int]:
        """Height of a line, and how many the text takes at this width: at most one more than the tallest box shows."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        block, count, tall = self.document().begin(), 0, float(self.fontMetrics().lineSpacing())
        while block.isValid() and count <= MOST_LINES:
            layout = QTextLayout(block.text()[:20_000], self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            while count <= MOST_LINES and (line := layout.createLine()).isValid():
                line.setLineWidth(max(width, 1))
                count += 1
                tall = max(tall, line.height())
            layout.endLayout()
            block = block.next()
        return tall, count
