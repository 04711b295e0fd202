"""Several lines of plain text that grow with what is typed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit


class TextBox(QPlainTextEdit):
    """Several lines of plain text that grow with what is typed; Tab moves on.

    A text that was put there as a `suggestion` is selected when the person comes to it, so that typing takes its place;
    once it was changed it is theirs.
    """

    def __init__(self, name: str, *, placeholder: str = "", least_lines: int = 2, most_lines: int = 6) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self._least, self._most = least_lines, most_lines
        self._is_fitting = False
        self._is_suggestion = self._has_come = False
        self.textChanged.connect(self._fit)
        self.document().modificationChanged.connect(self._made_own)
        self._fit()

    def suggest(self, text: str) -> None:
        """A text that typing replaces."""
        self.setPlainText(text)
        self._is_suggestion = True
        if self.hasFocus():
            self.selectAll()

    def _made_own(self, changed: bool) -> None:
        if changed:
            self._is_suggestion = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._is_suggestion and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self.selectAll()
            self._has_come = event.reason() is Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The click that brought the focus has put the cursor somewhere and the selection away."""
        super().mouseReleaseEvent(event)
        if self._has_come and self._is_suggestion and not self.textCursor().hasSelection():
            self.selectAll()
        self._has_come = False

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files are for the page, not for the text."""
        return source.hasText() and not source.hasUrls()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """As tall as its lines. A new height may wrap them anew, and that asks for this again in the middle of it."""
        if self._is_fitting:
            return
        self._is_fitting = True
        for _ in range(2):
            self.setFixedHeight(self._wanted_height())
        self._is_fitting = False

    def _wanted_height(self) -> int:
        lines = min(max(round(self.document().size().height()), self._least), self._most)
        margins = self.contentsMargins()
        frame = margins.top() + margins.bottom() + round(2 * self.document().documentMargin())
        return lines * self.fontMetrics().lineSpacing() + frame + 2
