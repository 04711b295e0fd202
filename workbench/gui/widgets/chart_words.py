"""The words in a chart: labels of points and lines, of regions and markers, of both sides of bars."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsSimpleTextItem, QWidget

from workbench.analysis.chartlabels import Box, LabelWish, place_labels, stack_labels
from workbench.analysis.chartspec import Bars, Chart, Line, Marker, Points, Region
from workbench.gui.theme import Size, look_of, point_size, scaled_px
from workbench.gui.widgets.chart_places import intervals, is_shown, on_axis

POINT_PX = 11
_GROUND_ALPHA = 170


def small_font(owner: QWidget, *, bold: bool = False) -> QFont:
    """The font of ticks and labels, in the window's text size."""
    font = QFont(owner.font())
    percent = 100 * font.pointSizeF() / point_size(Size.BODY)
    font.setPointSizeF(point_size(Size.SMALL) * percent / 100)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return font


class ChartWords:
    """Texts over a plot's view box (`box` is pyqtgraph's), in pixels, placed again whenever it changes size."""

    def __init__(self, *, owner: QWidget, box: Any) -> None:
        self._owner, self._box = owner, box
        self._texts: list[Any] = []
        self._selected = ""

    def clear(self) -> None:
        for text in self._texts:
            text.scene().removeItem(text)
        self._texts = []

    def place(self, chart: Chart, selected: str) -> None:
        """Write all labels again; those without room are left out, the selected one comes first."""
        self.clear()
        self._look, self._selected = look_of(self._owner), selected
        size = self._box.boundingRect()
        frame = Box(0, 0, size.width(), size.height())
        things, names = self._obstacles(chart), self._end_words(chart, frame)
        obstacles = things + names + self._frame_words(chart, frame, things, names)
        texts, wishes = self._wishes(chart)
        for text, place in zip(texts, place_labels(wishes, obstacles, frame), strict=True):
            if place is None:
                text.hide()
            else:
                text.setPos(place.left, place.top)

    def _text(self, words: str, colour: str, *, bold: bool) -> Any:
        text = QGraphicsSimpleTextItem(words, self._box)
        text.setFont(small_font(self._owner, bold=bold))
        text.setBrush(QBrush(QColor(colour)))
        text.setZValue(40)
        ground = QGraphicsRectItem(text.boundingRect().adjusted(-2, 0, 2, 0), text)
        ground.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemStacksBehindParent)
        ground.setPen(Qt.PenStyle.NoPen)
        shade = QColor(self._look.card)
        shade.setAlpha(_GROUND_ALPHA)
        ground.setBrush(QBrush(shade))
        self._texts.append(text)
        return text

    def _local(self, x: float, y: float) -> QPointF:
        return self._box.mapFromView(QPointF(x, y))  # type: ignore[no-any-return]

    def _wishes(self, chart: Chart) -> tuple[list[Any], list[LabelWish]]:
        """Texts beside points, the selected one first."""
        wanted: list[tuple[bool, str, float, float]] = []
        for series in chart.series:
            if isinstance(series, Points):
                for p in series.points:
                    if (p.labelled or (p.id and p.id == self._selected)) and is_shown(chart, p):
                        mine = p.id != "" and p.id == self._selected
                        wanted.append((mine, p.label, on_axis(chart.x, p.x), on_axis(chart.y, p.y)))
        texts, wishes = [], []
        for mine, words, x, y in sorted(wanted, key=lambda w: not w[0]):
            text, wish = self._wish(words, x, y, must=mine)
            texts.append(text)
            wishes.append(wish)
        return texts, wishes

    def _wish(self, words: str, x: float, y: float, *, must: bool) -> tuple[Any, LabelWish]:
        text = self._text(words, self._look.text, bold=True)
        rect, at = text.boundingRect(), self._local(x, y)
        gap = scaled_px(self._owner, POINT_PX) * (1.25 if must else 0.8)
        return text, LabelWish(at.x(), at.y(), rect.width(), rect.height(), gap, must=must)

    def _end_words(self, chart: Chart, frame: Box) -> list[Box]:
        """Names at the ends of lines, from top to bottom as the lines end."""
        lines = [s for s in chart.series if isinstance(s, Line) and s.labelled and s.xs]
        made = [self._wish(s.label, on_axis(chart.x, s.xs[-1]), on_axis(chart.y, s.ys[-1]), must=False) for s in lines]
        boxes = stack_labels([wish for _, wish in made], frame)
        for (text, _), box in zip(made, boxes, strict=True):
            text.setPos(box.left, box.top)
        return list(boxes)

    def _obstacles(self, chart: Chart) -> list[Box]:
        """Points with their intervals, and lines in short pieces."""
        boxes: list[Box] = []
        half = scaled_px(self._owner, POINT_PX) / 2 + 1
        for series in chart.series:
            if isinstance(series, Points):
                for p in (p for p in series.points if is_shown(chart, p)):
                    x, y = on_axis(chart.x, p.x), on_axis(chart.y, p.y)
                    at = self._local(x, y)
                    boxes.append(Box(at.x() - half, at.y() - half, 2 * half, 2 * half))
                    for x0, y0, x1, y1 in intervals(chart, p, x, y):
                        boxes.append(_box_between(self._local(x0, y0), self._local(x1, y1), 2))
            elif isinstance(series, Line):
                ends = [
                    self._local(on_axis(chart.x, x), on_axis(chart.y, y))
                    for x, y in zip(series.xs, series.ys, strict=True)
                ]
                boxes += [b for a, z in pairwise(ends) for b in _pieces(a, z)]
        return boxes

    def _frame_words(self, chart: Chart, frame: Box, things: list[Box], names: list[Box]) -> list[Box]:
        """Words of regions and markers where they cover least, rather lines than `names`; they keep others away."""
        boxes: list[Box] = []
        for series in chart.series:
            if isinstance(series, Region | Marker) and series.label:
                room = self._marker_room(chart, series, frame)
                text = self._text(self._wrapped(series.label, room), self._look.muted, bold=False)
                size = text.boundingRect()
                places = self._frame_places(chart, series, size.width(), size.height(), frame)
                best = min(
                    places, key=lambda box: _covered(box, boxes) * 3 + _covered(box, names) * 10 + _covered(box, things)
                )
                text.setPos(best.left, best.top)
                boxes.append(best)
        if chart.bars is not None:
            self._say_sides(chart, chart.bars, frame)
        return boxes

    def _say_sides(self, chart: Chart, bars: Bars, frame: Box) -> None:
        """What left and right of the base mean, under the bars."""
        middle = self._local(on_axis(chart.x, bars.base), 0.0).x()
        placed: list[Box] = []
        for words, left in ((f"← {bars.low_label}", True), (f"{bars.high_label} →", False)):
            text = self._text(words, self._look.muted, bold=False)
            size = text.boundingRect()
            x = middle - size.width() - 8 if left else middle + 8
            x = min(max(x, 2.0), max(frame.width - size.width() - 2, 2.0))
            box = Box(x, frame.height - size.height() - 2, size.width(), size.height())
            if any(box.overlap(other) for other in placed):
                box = Box(x, box.top - size.height(), box.width, box.height)
            placed.append(box)
            text.setPos(box.left, box.top)
            text.setVisible(words.strip("←→ ") != "")

    def _marker_room(self, chart: Chart, series: Region | Marker, frame: Box) -> float:
        """How wide words beside a vertical line may be: the wider side of it."""
        if isinstance(series, Region) or series.horizontal:
            return frame.width - 16
        x = self._local(on_axis(chart.x, series.value), 0.0).x()
        return max(x, frame.width - x) - 8

    def _wrapped(self, words: str, room: float) -> str:
        """The words in lines of at most `room` pixels."""
        metrics = QFontMetricsF(small_font(self._owner))
        lines = [""]
        for word in words.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def _frame_places(
        self, chart: Chart, series: Region | Marker, width: float, height: float, frame: Box
    ) -> list[Box]:
        """Where the words may stand: beside a vertical line at six heights, or along a level at three places."""
        if isinstance(series, Marker) and not series.horizontal:
            x = self._local(on_axis(chart.x, series.value), 0.0).x()
            sides = (x - width - 6, x + 6)
            inside = [left for left in sides if 0 <= left <= frame.width - width] or [max(frame.width - width, 0.0)]
            heights = (4.0, *(frame.height * part for part in (0.3, 0.15, 0.45, 0.6)), frame.height - height - 4)
            return [Box(left, top, width, height) for top in heights for left in inside]
        level = self._local(0.0, self._level(chart, series)).y()
        right = frame.width
        if isinstance(series, Region) and series.x_high is not None:
            right = self._local(on_axis(chart.x, series.x_high), 0.0).x()
        lefts = (right - width - 8, 8.0, (right - width) / 2)
        tops = [top for top in (level + 4, level + height + 8) if top + height <= frame.height] or [level - height - 4]
        return [Box(max(left, 0.0), max(top, 0.0), width, height) for top in tops for left in lefts]

    def _level(self, chart: Chart, series: Region | Marker) -> float:
        """The upper edge of a region, or where a horizontal marker lies, in plot coordinates."""
        value = series.value if isinstance(series, Marker) else series.y_high
        _, (_, top) = self._box.viewRange()
        return float(top) if value is None else on_axis(chart.y, value)


def _covered(box: Box, things: list[Box]) -> float:
    return sum(box.overlap(thing) for thing in things)


def _box_between(one: QPointF, other: QPointF, thick: float) -> Box:
    left, top = min(one.x(), other.x()), min(one.y(), other.y())
    return Box(left - thick, top - thick, abs(one.x() - other.x()) + 2 * thick, abs(one.y() - other.y()) + 2 * thick)


def _pieces(one: QPointF, other: QPointF) -> list[Box]:
    """A slanted line as small boxes, one for every 12 pixels."""
    steps = max(int(math.hypot(one.x() - other.x(), one.y() - other.y()) // 12), 1)
    ends = [one + (other - one) * (i / steps) for i in range(steps + 1)]
    return [_box_between(a, z, 1) for a, z in pairwise(ends)]
