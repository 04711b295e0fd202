"""A text box that is as tall as its text, so that nothing hides behind a small scroll bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit

from workbench.gui.theme import Space

MOST_LINES = 12


class TextBox(QPlainTextEdit):
    """Several lines of plain text; grows from `lines` to a dozen lines. Tab leaves it."""

    def __init__(self, name: str, *, lines: int = 1, placeholder: str = "") -> None:
        super().__init__()
        self._least = lines
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def set_text(self, text: str) -> None:
        """Shows `text` from its start and sends nothing; the text that stands there already is left alone."""
        if text != self.toPlainText():
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)
            self._fit()

    def text(self) -> str:
        return self.toPlainText().strip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Takes the height of the wrapped lines.

        The scroll bar takes room from the lines: one that came and went with the height would change it for ever.
        """
        layout, block, words = self.document().documentLayout(), self.document().begin(), 0.0
        while block.isValid():
            words += layout.blockBoundingRect(block).height()
            block = block.next()
        line = self.fontMetrics().lineSpacing()
        most = line * MOST_LINES
        scrolls = words > most + 1
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() is not policy:
            self.setVerticalScrollBarPolicy(policy)
        frame = 2 * round(self.document().documentMargin()) + Space.L
        tall = round(min(max(words, line * self._least), most)) + frame
        if tall != self.height():
            self.setFixedHeight(tall)
