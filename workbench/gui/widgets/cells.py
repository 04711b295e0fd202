"""How a table cell is painted: icon and tone, main text, muted aside, and a small bar for a range."""

from __future__ import annotations

import re

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workbench.gui.theme import TONE_ICONS, Look, Space, Tone, look_of, pixmap
from workbench.gui.widgets.rows import UNKNOWN, CellRole, Mark, Span
from workbench.gui.widgets.text import breakable

PAD = 10
# Advances are rounded to whole pixels; a text that is one wider than said would be cut.
ROUNDING = 2
BAR_WIDTH = 44
_ASIDE_SHARE = 0.92
# Above and below the words of a row together.
ROW_PAD = 18
#: above the first line of a row that wraps
_TOP = 9
_SIGNS = re.compile(r"[/_=@?&:-](?=\S)|\.(?=[A-Za-z])")
_LINES = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft)


class CellDelegate(QStyledItemDelegate):
    """Paints a row flat: hairline below, soft ground when selected, nothing else around the cells. With `wraps` a text
    that is too long for its cell goes on in the next line, from the top of the row."""

    def __init__(self, parent: QObject, *, wraps: bool = False) -> None:
        super().__init__(parent)
        self._wraps = wraps

    def height_in(self, width: int, font: QFont, index: QModelIndex | QPersistentModelIndex) -> int:
        """How tall the cell's text is, in pixels, in a column so wide."""
        metrics = QFontMetrics(font)
        room = width - 2 * PAD - (picture_px_of(metrics) + Space.XS if index.data(CellRole.MARK) is not None else 0)
        text = f"{index.data() or ''} {index.data(CellRole.ASIDE) or ''}".strip()
        return _wrapped(metrics, text, room).height()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(option.font)
        width = metrics.horizontalAdvance(str(index.data() or "")) + 2 * PAD + ROUNDING
        aside = index.data(CellRole.ASIDE)
        if aside:
            width += metrics.horizontalAdvance(aside) + Space.XS
        if index.data(CellRole.RANGE) is not None:
            width += BAR_WIDTH + Space.S
        if index.data(CellRole.MARK) is not None:
            width += metrics.height() + Space.XS
        return QSize(width, metrics.height() + ROW_PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        view = option.widget
        assert isinstance(view, QWidget)
        look = look_of(view)
        painter.save()
        paint_ground(painter, option, look)
        area = option.rect.adjusted(PAD, 0, -PAD, -1)
        faint = bool(index.data(CellRole.FAINT))
        span, mark, aside = (index.data(r) for r in (CellRole.RANGE, CellRole.MARK, CellRole.ASIDE))
        room = area.width() - option.fontMetrics.horizontalAdvance(str(index.data() or ""))
        if isinstance(span, Span) and room > BAR_WIDTH + Space.S:
            area = paint_span(painter, area, span, look, faint)
            room -= BAR_WIDTH + Space.S
        if aside and room < option.fontMetrics.horizontalAdvance(aside) * _ASIDE_SHARE + Space.XS:
            aside = ""
        text, font, colour = main_words(option, index, look)
        if self._wraps:
            area = QRect(area.left(), area.top() + _TOP, area.width(), area.height() - _TOP)
            room = area.width() - (picture_px_of(QFontMetrics(font)) + Space.XS if isinstance(mark, Mark) else 0)
            if QFontMetrics(font).horizontalAdvance(text) > room:
                _paint_lines(painter, area, text, font, colour, mark, look)
                painter.restore()
                return
            area.setHeight(option.fontMetrics.height())
        paint_words(painter, area, text, aside or "", font, colour, mark, is_right(index), look)
        painter.restore()


def main_words(
    option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex, look: Look
) -> tuple[str, QFont, str]:
    """Text, font and colour of a cell's main words."""
    font = QFont(option.font)
    if index.data(CellRole.STRONG):
        font.setWeight(QFont.Weight.DemiBold)
    text = str(index.data() or "")
    return text, font, look.muted if index.data(CellRole.FAINT) or text == UNKNOWN else look.text


def is_right(index: QModelIndex | QPersistentModelIndex) -> bool:
    return bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & int(Qt.AlignmentFlag.AlignRight))


def small_font(font: QFont) -> QFont:
    """That of an aside."""
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * _ASIDE_SHARE)
    small.setWeight(QFont.Weight.Normal)
    return small


def paint_mark(painter: QPainter, x: int, middle: int, size_px: int, mark: Mark, look: Look) -> str:
    """The mark's picture; returns the colour of the words behind it."""
    ratio = painter.device().devicePixelRatioF()
    picture = pixmap(mark.icon or TONE_ICONS[mark.tone], look.tone(mark.tone), size_px, ratio)
    painter.drawPixmap(x, middle - size_px // 2, picture)
    return look.text if mark.tone is Tone.NEUTRAL else look.tone(mark.tone)


def picture_px_of(metrics: QFontMetrics) -> int:
    return metrics.height() - 2


def _breakable(text: str) -> str:
    """Addresses and keys may break after their signs, endless words anywhere."""
    return _SIGNS.sub("\\g<0>\u200b", breakable(text))


def _wrapped(metrics: QFontMetrics, text: str, width: int) -> QRect:
    return metrics.boundingRect(QRect(0, 0, max(width, 24), 10_000), _LINES, _breakable(text))


def _paint_lines(painter: QPainter, area: QRect, text: str, font: QFont, colour: str, mark: object, look: Look) -> None:
    """A text in several lines, the mark before the first."""
    if isinstance(mark, Mark):
        size = picture_px_of(QFontMetrics(font))
        colour = paint_mark(painter, area.left(), area.top() + 1 + size // 2, size, mark, look)
        area = area.adjusted(size + Space.XS, 0, 0, 0)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, _LINES, _breakable(text))


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, look: Look) -> None:
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, QColor(look.soft))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(option.rect, QColor(look.hover))
    else:
        painter.fillRect(option.rect, QColor(look.card))
    painter.setPen(QColor(look.hairline))
    painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())


def paint_span(painter: QPainter, area: QRect, span: Span, look: Look, faint: bool) -> QRect:
    """The bar at the right end of the cell; returns what is left for the words."""
    bar = QRectF(area.right() - BAR_WIDTH, area.center().y() - 3, BAR_WIDTH, 6)
    scale = max(span.ceiling - span.floor, 1e-12)

    def at(value: float) -> float:
        return bar.left() + bar.width() * min(max((value - span.floor) / scale, 0.0), 1.0)

    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.hairline))
    painter.drawRoundedRect(QRectF(bar.left(), bar.center().y() - 1, bar.width(), 2), 1, 1)
    painter.setBrush(QColor(look.border if faint else look.accent))
    painter.drawRoundedRect(QRectF(at(span.low), bar.top() + 1, max(at(span.high) - at(span.low), 3), 4), 2, 2)
    painter.setBrush(QColor(look.text))
    painter.drawRect(QRectF(at(span.likely) - 1, bar.top() - 1, 2, 8))
    return area.adjusted(0, 0, -(BAR_WIDTH + Space.S), 0)


def paint_words(
    painter: QPainter,
    area: QRect,
    text: str,
    aside: str,
    font: QFont,
    colour: str,
    mark: object,
    right: bool,
    look: Look,
) -> None:
    metrics = QFontMetrics(font)
    small = small_font(font)
    picture_px = picture_px_of(metrics) if isinstance(mark, Mark) else 0
    fixed = (picture_px + Space.XS if picture_px else 0) + (
        QFontMetrics(small).horizontalAdvance(aside) + Space.XS if aside else 0
    )
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(area.width() - fixed, 24))
    width = fixed + metrics.horizontalAdvance(text)
    x = max(area.right() - width, area.left()) if right else area.left()
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    if isinstance(mark, Mark):
        colour = paint_mark(painter, x, area.center().y(), picture_px, mark, look)
        x += picture_px + Space.XS
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(QRect(x, area.top(), area.right() - x + 1, area.height()), middle, text)
    if aside:
        x += metrics.horizontalAdvance(text) + Space.XS
        painter.setFont(small)
        painter.setPen(QColor(look.muted))
        painter.drawText(QRect(x, area.top(), max(area.right() - x + 1, 0), area.height()), middle, aside)
