"""An answer while it streams: plain text, drawn thirty times a second, whatever its length."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit
from shiboken6 import isValid

from workbench.gui.playground.frame_clock import FrameClock

LONG_LINE, LONGEST_LINE = 4_000, 4_200
MOST_AT_ONCE = 20_000
_NEVER = 1 << 30


class AnswerView(QPlainTextEdit):
    """Shows `text` as it is, never as markup; `text` is the whole answer, also what waits to be drawn.

    A line longer than 4,000 characters is drawn as several, broken at a space where there is one, and at most 20,000
    characters are drawn at a time, so that an endless word does not stop the window. `text` has no such breaks.
    `set_preface` puts what was said before in front; it is no part of `text`.

    Qt paints a whole paragraph anew for every word that comes to it. Here only the lines from the old end on are
    painted: the layout's own wish to repaint is cut off, and the view asks for what has changed.
    """

    def __init__(self, name: str, clock: FrameClock | None = None) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "answer")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(1)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setAccessibleName(name)
        self.setPlaceholderText("The answer comes here.")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # every line wraps
        self._bar = self.verticalScrollBar()
        self._left_at = 0
        self._end, self._old_end = QTextCursor(self.document()), QTextCursor(self.document())
        self._old_end.setKeepPositionOnInsert(True)
        layout = self.document().documentLayout()
        layout.update.disconnect()
        layout.updateBlock.disconnect()
        self._parts: list[str] = []
        self._waiting = ""
        self._preface = ""
        self._breaker = LineBreaker()
        self._clock = clock or FrameClock(self)
        self._asked = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def append_text(self, text: str) -> None:
        """More of the answer; drawn with the next flush."""
        self._parts.append(text)
        self._waiting += text
        self._ask()

    def set_text(self, text: str) -> None:
        """Another answer from its beginning."""
        self._parts, self._waiting, self._breaker = [], self._preface, LineBreaker()
        self.clear()
        self._left_at = 0
        self.viewport().update()
        if text:
            self._parts.append(text)
            self._waiting += text
        self._draw()

    def set_preface(self, text: str) -> None:
        """What stands in front of the next text, until it is set again."""
        self._preface = text

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return False

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self._clock.draw_next(self._draw_next)

    def _draw_next(self) -> None:
        if isValid(self):
            self._asked = False
            self._draw()

    def _draw(self) -> None:
        now, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        if self._waiting:
            self._ask()
        if not now:
            return
        follows = self._follows
        was_empty = self._end.atStart()
        self._old_end.setPosition(self._end.position())
        self._end.insertText(self._breaker.broken(now))
        self._follow(follows)
        self._repaint_from(0 if was_empty else self._old_top())

    @property
    def _follows(self) -> bool:
        """Whether the view goes on with the text: nobody has scrolled up since it was left at the end."""
        return self._bar.value() >= min(self._left_at, self._bar.maximum()) - 1

    def _follow(self, follows: bool) -> None:
        """To the end, unless somebody reads further up: then until they come to the end themselves."""
        if follows:
            self._bar.setValue(self._bar.maximum())
        self._left_at = self._bar.value() if follows else _NEVER

    def _old_top(self) -> int:
        """Where the line lies in which the text ended before, or the one above it: the last word may have moved."""
        return self.cursorRect(self._old_end).top() - self.fontMetrics().lineSpacing()

    def _repaint_from(self, top: int) -> None:
        """Pixels of the viewport; those above it stay as they are."""
        area = self.viewport().rect()
        area.setTop(max(top, 0))
        if not area.isEmpty():
            self.viewport().update(area)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, also that which a scroll bar leaves, wraps all lines anew."""
        follows = self._follows
        super().resizeEvent(event)
        self._follow(follows)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill_ground()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._fill_ground()

    def _fill_ground(self) -> None:
        """A style sheet leaves the ground to the widgets behind: then all of them are painted for every word, and
        scrolling moves no pixels but paints them anew."""
        self.viewport().setAutoFillBackground(True)


class LineBreaker:
    """Breaks lines that are too long to lay out quickly; text may come in pieces."""

    def __init__(self) -> None:
        self._length = 0

    def broken(self, text: str) -> str:
        """More of the text, with breaks where a line grows too long."""
        out = []
        for number, whole in enumerate(text.replace("\r\n", "\n").split("\n")):
            if number:
                out.append("\n")
                self._length = 0
            out += self._pieces(whole)
        return "".join(out)

    def _pieces(self, line: str) -> list[str]:
        """A line, or the part of it that came, with breaks where it grows too long."""
        out, rest = [], line
        while self._length + len(rest) > LONG_LINE:
            at = rest.find(" ", max(LONG_LINE - self._length, 0))
            hard = LONGEST_LINE - self._length
            if not 0 <= at <= hard:
                if len(rest) <= hard:
                    break
                at = hard
            out.append(f"{rest[:at]}\n")
            rest, self._length = rest[at:].removeprefix(" "), 0
        self._length += len(rest)
        return [*out, rest]
