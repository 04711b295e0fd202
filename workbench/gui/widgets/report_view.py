"""A report drawn in the window: the same tree that the writers turn into files."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QEvent, QRect, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from workbench.gui.theme import TONE_ICONS, Space, Tone, set_role
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words
from workbench.reports.document import (
    Block,
    Callout,
    Cell,
    Document,
    Facts,
    KeyFigures,
    Listing,
    Mark,
    Paragraph,
    Picture,
    Source,
    Table,
    Verbatim,
)

TONES = {Mark.GOOD: Tone.GOOD, Mark.CAUTION: Tone.CAUTION, Mark.BAD: Tone.BAD}
# Longer tables stand whole in the files; on screen they would only bury what follows.
ROWS_SHOWN = 12
CHART_PX = 280
TURN_S = 0.008
FIGURES_BESIDE = 3


class ReportView(QWidget):
    """Shows a `Document`; parts appear one after another, so that the window never waits for a long report.

    The parts are placed below each other by hand: a layout measures all of them again for each one that comes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Report preview")
        self._waiting: Iterator[QWidget] = iter(())
        self._parts: list[QWidget] = []
        self._placed = self._bottom = self._widest = 0
        self._moved = self._has_asked = False
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._go_on)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What is shown so far, from top to bottom."""
        return tuple(self._parts)

    @property
    def is_complete(self) -> bool:
        return not self._next.isActive()

    def show_document(self, document: Document, *, headed: bool = True) -> None:
        """Replaces what is shown; not `headed`: without title, sentence and facts, where a page says them already."""
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts = []
        self._waiting = _widgets(document, headed=headed)
        self._place_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place_anew()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a part has another height than before
            self._has_asked = True
            if self.is_complete:
                self._place_anew()
        return super().event(event)

    def _place_anew(self) -> None:
        self._placed = self._bottom = self._widest = 0
        self._moved = self._has_asked = False
        self._next.start()

    def _go_on(self) -> None:
        """As many parts as fit into half a frame; at the end once more where a part asked while others were placed."""
        until = perf_counter() + TURN_S
        while perf_counter() < until:
            if self._placed == len(self._parts):
                part = next(self._waiting, None)
                if part is None:
                    break
                part.setParent(self)
                self._parts.append(part)
                part.show()
            self._place(self._parts[self._placed])
            self._placed += 1
        else:
            self.setMinimumSize(max(self._widest, self.minimumWidth()), max(self._bottom, self.minimumHeight()))
            return
        self._next.stop()
        if self._moved and self._has_asked:
            self._place_anew()
        else:
            self.setMinimumSize(self._widest, self._bottom)  # last: a new width begins anew

    def _place(self, part: QWidget) -> None:
        """Below the one before, as tall as its words at this width."""
        self._widest = max(self._widest, part.minimumSizeHint().width())
        width = max(self.width(), self._widest)
        height = part.heightForWidth(width) if part.hasHeightForWidth() else part.sizeHint().height()
        top = self._bottom + Space.M if self._placed else 0
        where = QRect(0, top, width, max(height, part.minimumHeight()))
        if part.geometry() != where:
            part.setGeometry(where)
            self._moved = True
        self._bottom = top + where.height()


def _widgets(document: Document, *, headed: bool) -> Iterator[QWidget]:
    if headed:
        yield Words(document.title, "title")
        yield Words(document.subtitle, "muted")
        yield _facts(Facts(document.facts))
    for place, section in enumerate(document.sections):
        if headed or place:
            yield Line()
        yield Words(section.title, "subject")
        for block in section.blocks:
            yield _widget(block)
        for part in section.parts:
            yield Words(part.title, "heading")
            for block in part.blocks:
                yield _widget(block)
    yield Words(document.footer, "muted")


def _widget(block: Block) -> QWidget:
    match block:
        case Paragraph(text, lead):
            return Words(f"**{_plain(lead)}** {_plain(text)}" if lead else _plain(text))
        case KeyFigures():
            return _key_figures(block)
        case Table():
            return _table(block)
        case Picture(chart):
            view = ChartView(height=CHART_PX)
            view.set_chart(chart)
            return view
        case Callout(mark, word, text):
            return _marked(TONES[mark], f"**{_plain(word)}** {_plain(text)}")
        case Listing(items):
            return _stack(
                _marked(TONES[item.mark] if item.mark else Tone.NEUTRAL, _led(item.lead, item.text)) for item in items
            )
        case Facts():
            return _facts(block)
        case Source(text):
            return Words(_plain(text), "muted")
        case Verbatim(label, text):
            return _verbatim(label, text)


def _plain(text: str) -> str:
    """What people wrote must not turn into our own bold marks."""
    return text.replace("**", "∗∗")


def _led(lead: str, text: str) -> str:
    return f"**{_plain(lead)}** {_plain(text)}" if lead else _plain(text)


def _as_tall_as_its_words(box: QWidget) -> QWidget:
    """Lets wrapped words have all their lines: a layout asks its widgets only when they say that height follows."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    box.setSizePolicy(policy)
    return box


def _stack(widgets: Iterator[QWidget]) -> QWidget:
    box = _as_tall_as_its_words(QWidget())
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.XS)
    for widget in widgets:
        column.addWidget(widget)
    return box


def _marked(tone: Tone, text: str) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    row.addWidget(IconLabel(TONE_ICONS[tone], "muted" if tone is Tone.NEUTRAL else tone.value, 14), 0)
    row.addWidget(Words(text), 1)
    return box


def _key_figures(block: KeyFigures) -> QWidget:
    """Side by side, in two rows when they are many: a figure is never broken off from its unit."""
    box = _as_tall_as_its_words(QWidget())
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.XL)
    grid.setVerticalSpacing(Space.M)
    for place, item in enumerate(block.items):
        value = item.value.replace(" ", "\N{NO-BREAK SPACE}")
        parts = (Words(item.label, "muted"), Words(value, "figure"), Words(item.note, "muted"))
        column = place % FIGURES_BESIDE
        stacked = _stack(part for part in parts if part.text())
        grid.addWidget(stacked, place // FIGURES_BESIDE, column, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(column, 1)
    return box


def _facts(block: Facts) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.XS)
    grid.setColumnStretch(1, 1)
    for number, (term, text) in enumerate(block.items):
        label = QLabel(term)
        label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(label, "muted")
        grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Words(_plain(text)), number, 1)
    return box


def _table(block: Table) -> QWidget:
    box = _as_tall_as_its_words(QWidget())
    box.setAccessibleName(block.caption or "Table")
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.XS)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for place, column in enumerate(block.columns):
        head = Words(f"{column.title}\n{column.unit}" if column.unit else column.title, "section")
        head.setAlignment(right if column.right else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(head, 0, place)
        grid.setColumnStretch(place, 3 if place == 0 else 2)
    for number, row in enumerate(block.rows[:ROWS_SHOWN]):
        grid.addWidget(Line(), 2 * number + 1, 0, 1, len(block.columns))
        for place, (cell, column) in enumerate(zip(row, block.columns, strict=True)):
            grid.addWidget(_cell(cell, right=column.right), 2 * number + 2, place)
    left_out = len(block.rows) - ROWS_SHOWN
    words = Words(f"… and {left_out} more rows in the report's files" if left_out > 0 else "", "muted")
    parts = (Words(block.caption, "muted"), box, words)
    return _stack(part for part in parts if not isinstance(part, Words) or part.text())


def _cell(cell: Cell, *, right: bool) -> QWidget:
    text = _plain(cell.text)
    note = f"  {_plain(cell.note)}" if cell.note else ""
    words = Words(
        f"**{text}**{note}" if cell.strong else text + note, "body", TONES[cell.mark].value if cell.mark else ""
    )
    if right:
        words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return words


def _verbatim(label: str, text: str) -> QWidget:
    shown = QPlainTextEdit(text)
    shown.setReadOnly(True)
    shown.setAccessibleName(label)
    shown.setTabChangesFocus(True)
    lines = min(max(text.count("\n") + 1, len(text) // 90 + 1), 8)
    shown.setFixedHeight(shown.fontMetrics().lineSpacing() * lines + 2 * Space.M)
    return _stack(iter((Words(label, "muted"), shown)))
