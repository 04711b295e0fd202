"""A chart as pyqtgraph items; pyqtgraph itself is handed in by `chart`, its only importer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QBrush, QColor, QFontMetricsF
from PySide6.QtWidgets import QGraphicsLineItem, QLabel, QWidget

from workbench.analysis.chartspec import (
    Band,
    Bars,
    Chart,
    Line,
    Marker,
    Point,
    Points,
    Region,
    Series,
    Shape,
    ticks_for,
)
from workbench.gui.theme import look_of, scaled_px
from workbench.gui.widgets.chart_places import Place, intervals, is_shown, on_axis, places_of, series_colour
from workbench.gui.widgets.chart_words import POINT_PX, ChartWords, small_font

_SYMBOLS = {
    Shape.CIRCLE: "o",
    Shape.SQUARE: "s",
    Shape.TRIANGLE: "t1",
    Shape.DIAMOND: "d",
    Shape.STAR: "star",
    Shape.CROSS: "+",
}
_FAINT_ALPHA = 95
_DIMMED = 0.4
_LIVE_MS = 120
_WORDS_WHILE_LIVE_MS = 60
_SIDES_ROW = 0.6
_LINE_LABEL_ROOM = 0.07
_TICK_SPACE_PX = 20
_TICK_GAP_PX = 12
_PAST_PX = 14
# Half a dot as a share of a usual chart's width and height.
_DOT_WIDE, _DOT_TALL = 0.015, 0.035


class Canvas:
    """The pyqtgraph side: one plot whose items are made again for each chart."""

    def __init__(self, owner: QWidget, *, pg: Any) -> None:
        pg.setConfigOptions(antialias=True)
        self._pg = pg
        self._owner = owner
        self.widget: Any = pg.PlotWidget(background=None)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget.setFrameShape(QLabel.Shape.NoFrame)
        self.widget.setMinimumHeight(120)
        self._plot: Any = self.widget.getPlotItem()
        self._plot.hideButtons()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._box: Any = self._plot.getViewBox()
        self._box.setDefaultPadding(0)
        self._words = ChartWords(owner=owner, box=self._box)
        self._items: list[Any] = []
        self._dots: list[tuple[Points, Any, Any]] = []
        self._grid_lines: list[QGraphicsLineItem] = []
        self._lines: list[QGraphicsLineItem] = []
        self._grid_rows: list[float] = []
        self._ring: list[Any] = []
        self._shown: dict[str, tuple[float, float]] = {}
        self._chart: Chart | None = None
        self._selected = ""
        self._glide = QVariantAnimation(owner)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setDuration(180)
        self._glide.valueChanged.connect(self._move_dots)
        self._glide_from: dict[str, tuple[float, float]] = {}
        self._glide_to: dict[str, tuple[float, float]] = {}
        self._live = QTimer(owner, singleShot=True, interval=_LIVE_MS)
        self._labels_due = QTimer(owner, singleShot=True, interval=0)
        self._labels_due.timeout.connect(self._place_words)
        self._box.sigResized.connect(self._resized)

    # drawing

    def draw(self, chart: Chart, selected: str, *, glide: bool) -> None:
        self._glide.stop()
        self._look = look_of(self._owner)
        before = dict(self._shown)
        self._clear()
        self.widget.setBackground(self._look.card)
        self._chart, self._selected = chart, selected
        self._set_axes(chart)
        for series in chart.series:
            self._draw_series(chart, series)
        self._shown = {p.id: (p.x, p.y) for p in places_of(chart) if p.id}
        self.show_selection(chart, selected)
        self._place_words_soon()
        moving = {i for i, xy in self._shown.items() if i in before and before[i] != xy}
        if glide and moving and not self._live.isActive():
            self._glide_from, self._glide_to = before, dict(self._shown)
            self._glide.start()
        self._live.start()

    def _clear(self) -> None:
        for item in (*self._items, *self._ring):
            self._plot.removeItem(item)
        for line in self._lines:
            self._box.removeItem(line)
        self._items, self._ring, self._dots, self._lines = [], [], [], []

    def _set_axes(self, chart: Chart) -> None:
        (x0, x1), (y0, y1) = chart.range_x, chart.range_y
        bars = chart.bars
        if bars is not None and (bars.low_label or bars.high_label):
            y1 += _SIDES_ROW
        xs = self._x_ticks(chart)
        ys = [(on_axis(chart.y, t.value), t.label) for t in ticks_for(chart.y, y0, y1)]
        if bars is not None:
            ys = [(float(i), bar.label) for i, bar in enumerate(bars.bars)]
        at = [
            (on_axis(chart.x, point.x), on_axis(chart.y, point.y))
            for series in chart.series
            if isinstance(series, Points)
            for point in series.points
            if is_shown(chart, point)
        ]
        left, right = _with_room(on_axis(chart.x, x0), on_axis(chart.x, x1), [x for x, _ in at], _DOT_WIDE)
        bottom, top = _with_room(on_axis(chart.y, y0), on_axis(chart.y, y1), [y for _, y in at], _DOT_TALL)
        if any(isinstance(s, Line) and s.labelled for s in chart.series):
            right += (right - left) * _LINE_LABEL_ROOM
        self._box.invertY(bars is not None)
        self._box.setRange(
            xRange=(left, right),
            yRange=(bottom, top),
            padding=1e-4,
        )
        self._style_axis("bottom", xs)
        self._style_axis("left", ys)
        self._grid_rows = [] if bars is not None else [y for y, _ in ys]
        self._grid([x for x, _ in xs])

    def _x_ticks(self, chart: Chart) -> list[tuple[float, str]]:
        """As many ticks as there is room for, in plot coordinates."""
        ticks = ticks_for(chart.x, *chart.range_x)
        metrics = QFontMetricsF(small_font(self._owner))
        widest = max((metrics.horizontalAdvance(tick.label) for tick in ticks), default=0.0)
        room = max(int(self._box.width() // (widest + scaled_px(self._owner, _TICK_SPACE_PX))), 2)
        every = -(-len(ticks) // room)
        zero = next((i for i, tick in enumerate(ticks) if tick.value == 0), 0)
        return [(on_axis(chart.x, t.value), t.label) for i, t in enumerate(ticks) if (i - zero) % every == 0]

    def _resized(self) -> None:
        """Ticks and words follow the new size."""
        if self._chart is not None:
            ticks = self._x_ticks(self._chart)
            self._plot.getAxis("bottom").setTicks([ticks])
            self._grid([x for x, _ in ticks])
        self._place_words_soon()

    def settle(self) -> None:
        self._resized()
        self._labels_due.stop()
        self._place_words()

    def _style_axis(self, side: str, ticks: list[tuple[float, str]]) -> None:
        look, item = self._look, self._plot.getAxis(side)
        item.setTicks([ticks])
        item.setPen(self._pg.mkPen(look.hairline))
        item.setTextPen(self._pg.mkPen(look.muted))
        metrics = QFontMetricsF(small_font(self._owner))
        widest = max((metrics.horizontalAdvance(words) for _, words in ticks), default=0.0)
        past = math.ceil(widest / 2) + 1  # the words of a tick at the very end stand half outside
        item.setStyle(
            tickLength=0, tickFont=small_font(self._owner), tickTextOffset=6,
            hideOverlappingLabels=max(past, _PAST_PX),
        )  # fmt: skip
        item.showLabel(False)
        if side == "left":
            item.setWidth(widest + _TICK_GAP_PX)
        else:
            item.setHeight(metrics.height() + _TICK_GAP_PX)
            self._plot.layout.setContentsMargins(0, 8, max(past, _PAST_PX), 0)

    def _grid(self, xs: list[float]) -> None:
        """A hairline at each tick."""
        for line in self._grid_lines:
            self._box.removeItem(line)
        self._grid_lines = []
        for upright, values in ((True, xs), (False, self._grid_rows)):
            for value in values:
                pen = self._pg.mkPen(self._look.hairline, width=1)
                self._grid_lines.append(self._line_across(value, upright=upright, pen=pen, z=-20))

    def _draw_series(self, chart: Chart, series: Series) -> None:
        match series:
            case Points():
                self._draw_points(chart, series)
            case Line():
                self._draw_line(chart, series)
            case Band():
                self._draw_band(chart, series)
            case Region():
                self._draw_region(chart, series)
            case Marker():
                self._draw_marker(chart, series)
            case Bars():
                self._draw_bars(chart, series)

    def _draw_points(self, chart: Chart, series: Points) -> None:
        for faint in (True, False):
            points = tuple(p for p in series.points if p.faint is faint and is_shown(chart, p))
            if not points:
                continue
            colour = QColor(series_colour(self._look, series.colour))
            colour.setAlpha(_FAINT_ALPHA if faint else 255)
            part = Points(series.label, points, series.colour, series.shape)
            bars = self._pg.PlotCurveItem(pen=self._pg.mkPen(colour, width=1.5), connect="pairs")
            bars.setZValue(5)
            dots = self._pg.ScatterPlotItem(
                symbol=_SYMBOLS[series.shape],
                size=scaled_px(self._owner, POINT_PX),
                brush=self._pg.mkBrush(colour),
                pen=self._pg.mkPen(self._look.card, width=1),
            )
            dots.setZValue(10 if not faint else 6)
            self._add(bars)
            self._add(dots)
            self._dots.append((part, dots, bars))
            self._put_dots(chart, part, dots, bars, {})

    def _put_dots(
        self, chart: Chart, part: Points, dots: Any, bars: Any, moved: dict[str, tuple[float, float]]
    ) -> None:
        at = [moved.get(p.id) or (on_axis(chart.x, p.x), on_axis(chart.y, p.y)) for p in part.points]
        dots.setData(x=[x for x, _ in at], y=[y for _, y in at])
        xs: list[float] = []
        ys: list[float] = []
        for point, (x, y) in zip(part.points, at, strict=True):
            for x0, y0, x1, y1 in intervals(chart, point, x, y):
                xs += [x0, x1]
                ys += [y0, y1]
        bars.setData(x=xs, y=ys)

    def _draw_line(self, chart: Chart, line: Line) -> None:
        pen = self._pg.mkPen(series_colour(self._look, line.colour), width=2)
        if line.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        xs, ys = [on_axis(chart.x, x) for x in line.xs], [on_axis(chart.y, y) for y in line.ys]
        item = self._pg.PlotCurveItem(x=xs, y=ys, pen=pen, connect="finite")
        item.setZValue(2)
        self._add(item)

    def _draw_band(self, chart: Chart, band: Band) -> None:
        xs = [on_axis(chart.x, x) for x in band.xs]
        low = self._pg.PlotCurveItem(x=xs, y=[on_axis(chart.y, y) for y in band.lows], pen=None)
        high = self._pg.PlotCurveItem(x=xs, y=[on_axis(chart.y, y) for y in band.highs], pen=None)
        colour = QColor(series_colour(self._look, band.colour))
        colour.setAlpha(45)
        fill = self._pg.FillBetweenItem(low, high, brush=QBrush(colour))
        fill.setZValue(-5)
        for item in (low, high, fill):
            self._add(item)

    def _draw_region(self, chart: Chart, region: Region) -> None:
        (x0, x1), (y0, y1) = self._box.viewRange()
        left = x0 if region.x_low is None else on_axis(chart.x, region.x_low)
        right = x1 if region.x_high is None else on_axis(chart.x, region.x_high)
        low = y0 if region.y_low is None else on_axis(chart.y, region.y_low)
        high = y1 if region.y_high is None else on_axis(chart.y, region.y_high)
        colour = QColor(series_colour(self._look, region.colour))
        colour.setAlpha(20)
        xs, tops = [left, right], [high, high]
        item = self._pg.PlotCurveItem(x=xs, y=tops, pen=None, fillLevel=low, brush=QBrush(colour))
        item.setZValue(-15)
        self._add(item)

    def _draw_marker(self, chart: Chart, marker: Marker) -> None:
        axis = chart.y if marker.horizontal else chart.x
        pen = self._pg.mkPen(series_colour(self._look, marker.colour), width=1, style=Qt.PenStyle.DashLine)
        value = on_axis(axis, marker.value)
        self._lines.append(self._line_across(value, upright=not marker.horizontal, pen=pen, z=1))

    def _draw_bars(self, chart: Chart, bars: Bars) -> None:
        base = on_axis(chart.x, bars.base)
        lows = [min(bar.low, bars.base) for bar in bars.bars]
        highs = [max(bar.high, bars.base) for bar in bars.bars]
        for colour, ends in ((bars.low_colour, lows), (bars.high_colour, highs)):
            brush = self._pg.mkBrush(series_colour(self._look, colour))
            item = self._pg.BarGraphItem(
                x0=[base] * len(ends),
                x1=[on_axis(chart.x, e) for e in ends],
                y=list(range(len(ends))),
                height=0.46,
                brush=brush,
                pen=None,
            )
            self._add(item)
        pen = self._pg.mkPen(self._look.border, width=1)
        self._lines.append(self._line_across(base, upright=True, pen=pen, z=12))

    def _line_across(self, value: float, *, upright: bool, pen: Any, z: float) -> QGraphicsLineItem:
        """A straight line over the whole plot.

        WORKAROUND: not pyqtgraph's InfiniteLine (0.14.0), which raises when drawn while the plot is being deleted.
        """
        (x0, x1), (y0, y1) = self._box.viewRange()
        line = QGraphicsLineItem(value, y0, value, y1) if upright else QGraphicsLineItem(x0, value, x1, value)
        line.setPen(pen)
        line.setZValue(z)
        self._box.addItem(line, ignoreBounds=True)
        return line

    def _add(self, item: Any) -> None:
        self._plot.addItem(item, ignoreBounds=True)
        self._items.append(item)

    # selection, motion

    def show_selection(self, chart: Chart, id: str) -> None:
        self._selected = id
        for item in self._ring:
            self._plot.removeItem(item)
        self._ring = []
        found = self._point_with(chart, id) if id else None
        for _part, dots, bars in self._dots:
            dots.setOpacity(_DIMMED if found else 1.0)
            bars.setOpacity(_DIMMED if found else 1.0)
        if found is None:
            return
        series, point = found
        x, y = on_axis(chart.x, point.x), on_axis(chart.y, point.y)
        colour, size = series_colour(self._look, series.colour), scaled_px(self._owner, POINT_PX)
        ring = self._pg.ScatterPlotItem(
            x=[x], y=[y], symbol="o", size=size * 1.9, brush=self._pg.mkBrush(self._look.card),
            pen=self._pg.mkPen(self._look.accent, width=2.2),
        )  # fmt: skip
        dot = self._pg.ScatterPlotItem(
            x=[x], y=[y], symbol=_SYMBOLS[series.shape], size=size, brush=self._pg.mkBrush(colour), pen=None
        )
        bars = self._pg.PlotCurveItem(pen=self._pg.mkPen(colour, width=2), connect="pairs")
        self._ring = [bars, ring, dot]
        self._put_dots(chart, Points("", (point,)), dot, bars, {})
        for z, item in enumerate(self._ring):
            item.setZValue(20 + z)
            self._plot.addItem(item, ignoreBounds=True)
        self._place_words_soon()

    def _point_with(self, chart: Chart, id: str) -> tuple[Points, Point] | None:
        for series in chart.series:
            if isinstance(series, Points):
                for point in series.points:
                    if point.id == id and is_shown(chart, point):
                        return series, point
        return None

    def _move_dots(self, share: float) -> None:
        chart = self._chart
        if chart is None:
            return
        eased = 1 - (1 - share) ** 3
        moved = {}
        for id, (x1, y1) in self._glide_to.items():
            x0, y0 = self._glide_from.get(id, (x1, y1))
            moved[id] = (x0 + (x1 - x0) * eased, y0 + (y1 - y0) * eased)
        for part, dots, bars in self._dots:
            self._put_dots(chart, part, dots, bars, moved)

    # pixels

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Plot coordinates in pixels of the plot's viewport."""
        scene = self._box.mapViewToScene(QPointF(x, y))
        at = self.widget.mapFromScene(scene)
        return float(at.x()), float(at.y())

    def bar_under(self, places: tuple[Place, ...], at: QPointF) -> Place | None:
        """The bar whose row the mouse is in."""
        y = self._box.mapSceneToView(self.widget.mapToScene(at.toPoint())).y()
        return next((p for p in places if abs(p.y - y) <= 0.5), None)

    def _place_words_soon(self) -> None:
        """At once after a change; while a slider is dragged a few times a second, so that the points keep up."""
        if not self._labels_due.isActive():
            self._labels_due.start(_WORDS_WHILE_LIVE_MS if self._live.isActive() else 0)

    def _place_words(self) -> None:
        if self._chart is not None:
            self._words.place(self._chart, self._selected)


def _with_room(low: float, high: float, values: Sequence[float], room: float) -> tuple[float, float]:
    """The ends of an axis, each a little further out where a dot there would be cut."""
    least = (high - low) * room
    return (
        low - least if any(abs(value - low) < least for value in values) else low,
        high + least if any(abs(high - value) < least for value in values) else high,
    )
