"""How a cell is painted where a row has several lines: bar or aside below the text, and a text that flows on."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from workbench.gui.theme import Look, Space, look_of
from workbench.gui.widgets.cells import (
    BAR_WIDTH,
    PAD,
    ROUNDING,
    ROW_PAD,
    CellDelegate,
    is_right,
    main_words,
    paint_ground,
    paint_mark,
    paint_span,
    paint_words,
    picture_px_of,
    small_font,
)
from workbench.gui.widgets.rows import CellRole, Mark, Span


class FlowDelegate(CellDelegate):
    """For rows of `lines` lines of words, the same for all rows of the table."""

    def __init__(self, parent: QObject, *, lines: int) -> None:
        super().__init__(parent)
        self.lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(option.font)
        width = metrics.horizontalAdvance(str(index.data() or "")) + 2 * PAD + ROUNDING
        if index.data(CellRole.RANGE) is not None:
            width = max(width, BAR_WIDTH + 2 * PAD)
        if index.data(CellRole.MARK) is not None:
            width += metrics.height() + Space.XS
        return QSize(width, self.lines * metrics.height() + ROW_PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = option.widget
        assert isinstance(view, QWidget)
        look = look_of(view)
        painter.save()
        paint_ground(painter, option, look)
        area, line = option.rect.adjusted(PAD, ROW_PAD // 2, -PAD, 0), option.fontMetrics.height()
        if index.data(CellRole.FLOW):
            area.setHeight(self.lines * line)
            _paint_flow(painter, area, option, index, look)
        else:
            area.setHeight(line)
            _paint_above_and_below(painter, area, option, index, look)
        painter.restore()


def _paint_above_and_below(
    painter: QPainter,
    line: QRect,
    option: QStyleOptionViewItem,
    index: QModelIndex | QPersistentModelIndex,
    look: Look,
) -> None:
    """The words on the first line; on the second the bar or the aside."""
    text, font, colour = main_words(option, index, look)
    below = line.translated(0, line.height())
    paint_words(painter, line, text, "", font, colour, index.data(CellRole.MARK), is_right(index), look)
    if isinstance(span := index.data(CellRole.RANGE), Span):
        paint_span(painter, below, span, look, bool(index.data(CellRole.FAINT)))
    elif aside := index.data(CellRole.ASIDE):
        paint_words(painter, below, aside, "", small_font(font), look.muted, None, is_right(index), look)


def flow_lines(text: str, font: QFont, width: int, lines: int, indent: int = 0) -> list[str]:
    """A text on so many lines of `width` pixels, the first `indent` shorter; what does not fit ends in an ellipsis."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    found, at = [], 0
    for place in range(lines - 1):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(width - (0 if place else indent), 1))
        found.append(text[at : at + line.textLength()].rstrip())
        at += line.textLength()
    layout.endLayout()
    return [*found, QFontMetrics(font).elidedText(text[at:], Qt.TextElideMode.ElideRight, width)]


def _paint_flow(
    painter: QPainter,
    area: QRect,
    option: QStyleOptionViewItem,
    index: QModelIndex | QPersistentModelIndex,
    look: Look,
) -> None:
    """The main words in their colour and, over the lines of the area, what goes on after them."""
    lead, font, lead_colour = main_words(option, index, look)
    colour = look.muted if index.data(CellRole.FAINT) else look.text
    metrics, indent = QFontMetrics(font), 0
    line = metrics.height()
    if isinstance(mark := index.data(CellRole.MARK), Mark):
        size = picture_px_of(metrics)
        lead_colour = paint_mark(painter, area.left(), area.top() + line // 2, size, mark, look)
        indent = size + Space.XS
    text = f"{lead}  {index.data(CellRole.FLOW)}"
    first, *rest = flow_lines(text, font, area.width(), area.height() // line, indent)
    painter.setFont(font)
    start, x = min(len(lead), len(first)), area.left() + indent
    for words, ink in ((first[:start], lead_colour), (first[start:], colour)):
        painter.setPen(QColor(ink))
        painter.drawText(QPointF(x, area.top() + metrics.ascent()), words)
        x += metrics.horizontalAdvance(words)
    for place, words in enumerate(rest, 1):
        painter.drawText(QPointF(area.left(), area.top() + place * line + metrics.ascent()), words)
