"""Draws a `Chart` in the window: the only importer of pyqtgraph, and only when the first chart is drawn."""

from __future__ import annotations

import html
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QGraphicsSimpleTextItem,
    QLabel,
    QMenu,
    QStyle,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis.chartlabels import Box, LabelWish, place_labels
from workbench.analysis.chartspec import (
    Band,
    Bars,
    Chart,
    Colour,
    Line,
    Marker,
    Point,
    Points,
    Region,
    Series,
    Shape,
    ticks_for,
)
from workbench.gui.theme import Look, Size, Space, look_of, point_size, scaled_px
from workbench.gui.widgets.chart_places import Place, hover_words, nearest, on_axis, places_of, series_colour
from workbench.gui.widgets.text import Words

_SYMBOLS = {
    Shape.CIRCLE: "o",
    Shape.SQUARE: "s",
    Shape.TRIANGLE: "t1",
    Shape.DIAMOND: "d",
    Shape.STAR: "star",
    Shape.CROSS: "+",
}
_REACH_PX = 16
_POINT_PX = 11
_FAINT_ALPHA = 95
_SIDES_ROW = 0.6
_DIMMED = 0.4
_LIVE_MS = 120
_LEAST_SHARE = 0.62
_TICK_ROOM_PX = 76


class ChartView(QWidget):
    """One chart. `picked` (id) is sent on a click or an arrow key; `select` shows a selection without sending.

    Its data as a table is `chart.columns` and `chart.rows`; `show_table_requested` asks the page to show it.
    """

    picked = Signal(str)
    show_table_requested = Signal()

    def __init__(self, *, height: int = 300, motion: bool = True) -> None:
        super().__init__()
        self._chart: Chart | None = None
        self._selected = ""
        self._places: tuple[Place, ...] = ()
        self._motion = motion
        self._canvas: _Canvas | None = None
        self._height = height
        self._empty = Words("Nothing to draw yet.", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._note = Words("", "muted")
        self._note.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._y_label = Words("", "muted")
        self._x_label = Words("", "muted")
        self._x_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column.addWidget(self._y_label)
        self._column.addWidget(self._empty, 1)
        self._column.addWidget(self._x_label)
        self._column.addWidget(self._note)
        self.setMinimumHeight(max(round(height * _LEAST_SHARE), 140))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Chart")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    # for the page

    @property
    def chart(self) -> Chart | None:
        return self._chart

    @property
    def selected(self) -> str:
        return self._selected

    def set_chart(self, chart: Chart) -> None:
        """Draw this chart; points that were there before glide to their new place."""
        if chart == self._chart:
            return
        self._chart = chart
        self._places = places_of(chart)
        self.setAccessibleName(chart.title)
        self._describe()
        self._note.set_text(chart.note)
        self._note.setVisible(bool(chart.note))
        self._empty.setVisible(chart.is_empty)
        for label, axis in ((self._x_label, chart.x), (self._y_label, chart.y)):
            label.set_text(axis.label)
            label.setVisible(bool(axis.label) and not chart.is_empty)
        if chart.is_empty:
            if self._canvas is not None:
                self._canvas.widget.hide()
            return
        if self._canvas is None:
            self._canvas = _Canvas(self)
            self._canvas.widget.viewport().installEventFilter(self)
            self._column.insertWidget(1, self._canvas.widget, 1)
        self._canvas.widget.show()
        self._canvas.draw(chart, self._selected, glide=self._motion and self._animation_ms() > 0)

    def select(self, id: str) -> None:
        """Ring the thing with this id and dim the rest; "" selects nothing."""
        if id == self._selected:
            return
        self._selected = id
        self._describe()
        if self._canvas is not None and self._chart is not None:
            self._canvas.show_selection(self._chart, id)

    def picture(self, *, width: int = 1200, height: int = 700) -> QImage:
        """The chart with its title and note as a picture, twice as fine, in the colours on screen."""
        return _picture(self, width, height)

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self.picture())

    def save_picture(self, path: Path) -> bool:
        """Write a PNG; False when the file could not be written."""
        return self.picture().save(str(path), b"PNG")

    def copy_data(self) -> None:
        """The chart's numbers as a tab-separated table on the clipboard."""
        if self._chart is not None:
            lines = (self._chart.columns, *self._chart.rows)
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines) + "\n")

    # what Qt calls

    def sizeHint(self) -> QSize:
        return QSize(480, scaled_px(self, self._height))

    def hasHeightForWidth(self) -> bool:
        """The words around the plot wrap, but the chart's height is its own."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        choices = [p for p in self._places if p.id]
        if step is None or not choices:
            super().keyPressEvent(event)
            return
        at = next((i for i, p in enumerate(choices) if p.id == self._selected), None)
        place = choices[(0 if step > 0 else -1) if at is None else (at + step) % len(choices)]
        self.select(place.id)
        self.picked.emit(place.id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and self._canvas is not None:
            place = self._place_under(event.position())
            if event.type() == QEvent.Type.MouseMove:
                self._hover(place, event)
            elif event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                if place is not None and place.id:
                    self.select(place.id)
                    self.picked.emit(place.id)
            return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        redraw = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in redraw and self._canvas is not None and self._chart is not None:
            self._canvas.draw(self._chart, self._selected, glide=False)

    def focusInEvent(self, event: Any) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(look_of(self).accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    # inside

    def _animation_ms(self) -> int:
        """How long this desktop lets things move; 0 where the person asked for no motion."""
        return self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self)

    def _describe(self) -> None:
        if self._chart is None:
            return
        place = next((p for p in self._places if p.id and p.id == self._selected), None)
        selected = f" Selected: {place.words}." if place else ""
        keys = " Arrow keys go from point to point." if any(p.id for p in self._places) else ""
        self.setAccessibleDescription(f"{self._chart.description}{selected}{keys}".strip())

    def _place_under(self, at: QPointF) -> Place | None:
        assert self._canvas is not None
        if self._chart is not None and self._chart.bars is not None:
            return self._canvas.bar_under(self._places, at)
        pixels = [(place, *self._canvas.pixel(place.x, place.y)) for place in self._places]
        return nearest(pixels, at.x(), at.y(), _REACH_PX)

    def _hover(self, place: Place | None, event: QMouseEvent) -> None:
        assert self._canvas is not None
        cursor = Qt.CursorShape.PointingHandCursor if place is not None and place.id else Qt.CursorShape.ArrowCursor
        self._canvas.widget.viewport().setCursor(cursor)
        if place is None or not place.words:
            QToolTip.hideText()
            return
        first, _, rest = place.words.partition("\n")
        text = f"<b>{html.escape(first)}</b><br>{html.escape(rest)}".replace("\n", "<br>").removesuffix("<br>")
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def _show_menu(self, at: Any) -> None:
        menu = QMenu(self)
        menu.addAction("Copy picture", self.copy_picture)
        menu.addAction("Save picture…", self.ask_and_save)
        menu.addAction("Copy data", self.copy_data)
        menu.addAction("Show as a table", self.show_table_requested.emit)
        menu.popup(self.mapToGlobal(at))

    def ask_and_save(self) -> None:
        """Ask for a file name and write the picture there."""
        name = "".join(c if c.isalnum() else "-" for c in (self._chart.title if self._chart else "chart").lower())
        path, _filter = QFileDialog.getSaveFileName(self, "Save picture", f"{name}.png", "PNG picture (*.png)")
        if path:
            self.save_picture(Path(path))


class _Canvas:
    """The pyqtgraph side: one plot whose items are made again for each chart."""

    def __init__(self, owner: QWidget) -> None:
        import pyqtgraph as pg

        pg.setConfigOptions(antialias=True)
        self._pg: Any = pg
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
        self._plot.layout.setContentsMargins(0, 8, 14, 0)
        self._items: list[Any] = []
        self._dots: list[tuple[Points, Any, Any]] = []
        self._texts: list[Any] = []
        self._grid_lines: list[Any] = []
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
        self._labels_due.timeout.connect(self._place_labels)
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
        self._labels_due.start()
        moving = {i for i, xy in self._shown.items() if i in before and before[i] != xy}
        if glide and moving and not self._live.isActive():
            self._glide_from, self._glide_to = before, dict(self._shown)
            self._glide.start()
        self._live.start()

    def _clear(self) -> None:
        for item in (*self._items, *self._ring):
            self._plot.removeItem(item)
        for text in self._texts:
            text.scene().removeItem(text)
        self._items, self._ring, self._texts, self._dots = [], [], [], []

    def _set_axes(self, chart: Chart) -> None:
        (x0, x1), (y0, y1) = chart.range_x, chart.range_y
        bars = chart.bars
        if bars is not None and (bars.low_label or bars.high_label):
            y1 += _SIDES_ROW
        xs = self._x_ticks(chart)
        ys = [(on_axis(chart.y, t.value), t.label) for t in ticks_for(chart.y, y0, y1)]
        if bars is not None:
            ys = [(float(i), bar.label) for i, bar in enumerate(bars.bars)]
        self._box.invertY(bars is not None)
        self._box.setRange(
            xRange=(on_axis(chart.x, x0), on_axis(chart.x, x1)),
            yRange=(on_axis(chart.y, y0), on_axis(chart.y, y1)),
            padding=1e-4,
        )
        self._style_axis("bottom", xs)
        self._style_axis("left", ys)
        self._grid_rows = [] if bars is not None else [y for y, _ in ys]
        self._grid([x for x, _ in xs])

    def _x_ticks(self, chart: Chart) -> list[tuple[float, str]]:
        """As many ticks as there is room for, in plot coordinates."""
        ticks = ticks_for(chart.x, *chart.range_x)
        room = max(int(self._box.width() // scaled_px(self._owner, _TICK_ROOM_PX)), 2)
        every = -(-len(ticks) // room)
        zero = next((i for i, tick in enumerate(ticks) if tick.value == 0), 0)
        return [(on_axis(chart.x, t.value), t.label) for i, t in enumerate(ticks) if (i - zero) % every == 0]

    def _resized(self) -> None:
        """Ticks and words follow the new size."""
        if self._chart is not None:
            ticks = self._x_ticks(self._chart)
            self._plot.getAxis("bottom").setTicks([ticks])
            self._grid([x for x, _ in ticks])
        self._labels_due.start()

    def _style_axis(self, side: str, ticks: list[tuple[float, str]]) -> None:
        look, item = self._look, self._plot.getAxis(side)
        item.setTicks([ticks])
        item.setPen(self._pg.mkPen(look.hairline))
        item.setTextPen(self._pg.mkPen(look.muted))
        item.setStyle(tickLength=0, tickFont=self._small_font(), tickTextOffset=6, hideOverlappingLabels=False)
        item.showLabel(False)

    def _grid(self, xs: list[float]) -> None:
        """A hairline at each tick."""
        for line in self._grid_lines:
            self._plot.removeItem(line)
        self._grid_lines = []
        for angle, values in ((90, xs), (0, self._grid_rows)):
            for value in values:
                line = self._pg.InfiniteLine(value, angle=angle, pen=self._pg.mkPen(self._look.hairline, width=1))
                line.setZValue(-20)
                self._plot.addItem(line, ignoreBounds=True)
                self._grid_lines.append(line)

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
            points = tuple(p for p in series.points if p.faint is faint and _is_shown(chart, p))
            if not points:
                continue
            colour = QColor(series_colour(self._look, series.colour))
            colour.setAlpha(_FAINT_ALPHA if faint else 255)
            part = Points(series.label, points, series.colour, series.shape)
            bars = self._pg.PlotCurveItem(pen=self._pg.mkPen(colour, width=1.5), connect="pairs")
            bars.setZValue(5)
            dots = self._pg.ScatterPlotItem(
                symbol=_SYMBOLS[series.shape],
                size=scaled_px(self._owner, _POINT_PX),
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
            for x0, y0, x1, y1 in _intervals(chart, point, x, y):
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
        line = self._pg.InfiniteLine(on_axis(axis, marker.value), angle=0 if marker.horizontal else 90, pen=pen)
        line.setZValue(1)
        self._add(line)

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
        line = self._pg.InfiniteLine(base, angle=90, pen=self._pg.mkPen(self._look.border, width=1))
        line.setZValue(12)
        self._add(line)

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
        colour, size = series_colour(self._look, series.colour), scaled_px(self._owner, _POINT_PX)
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
        self._labels_due.start()

    def _point_with(self, chart: Chart, id: str) -> tuple[Points, Point] | None:
        for series in chart.series:
            if isinstance(series, Points):
                for point in series.points:
                    if point.id == id and _is_shown(chart, point):
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

    # words in the picture

    def _small_font(self, *, bold: bool = False) -> QFont:
        font = QFont(self._owner.font())
        percent = 100 * font.pointSizeF() / point_size(Size.BODY)
        font.setPointSizeF(point_size(Size.SMALL) * percent / 100)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def _text(self, words: str, colour: str, *, bold: bool) -> Any:
        text = QGraphicsSimpleTextItem(words, self._box)
        text.setFont(self._small_font(bold=bold))
        text.setBrush(QBrush(QColor(colour)))
        text.setZValue(40)
        self._texts.append(text)
        return text

    def _place_labels(self) -> None:
        chart = self._chart
        if chart is None or not self._box.isVisible():
            return
        for text in self._texts:
            text.scene().removeItem(text)
        self._texts = []
        size = self._box.boundingRect()
        frame = Box(0, 0, size.width(), size.height())
        texts, wishes = self._wishes(chart)
        obstacles = self._obstacles(chart) + self._frame_words(chart, frame)
        for text, place in zip(texts, place_labels(wishes, obstacles, frame), strict=True):
            if place is None:
                text.hide()
            else:
                text.setPos(place.left, place.top)

    def _local(self, x: float, y: float) -> QPointF:
        return self._box.mapFromView(QPointF(x, y))  # type: ignore[no-any-return]

    def _wishes(self, chart: Chart) -> tuple[list[Any], list[LabelWish]]:
        """Texts beside points and line ends, the selected one first."""
        wanted: list[tuple[bool, str, float, float]] = []
        for series in chart.series:
            if isinstance(series, Points):
                for p in series.points:
                    if (p.labelled or (p.id and p.id == self._selected)) and _is_shown(chart, p):
                        mine = p.id != "" and p.id == self._selected
                        wanted.append((mine, p.label, on_axis(chart.x, p.x), on_axis(chart.y, p.y)))
            elif isinstance(series, Line) and series.labelled and series.xs:
                wanted.append((False, series.label, on_axis(chart.x, series.xs[-1]), on_axis(chart.y, series.ys[-1])))
        texts, wishes = [], []
        for mine, words, x, y in sorted(wanted, key=lambda w: not w[0]):
            text = self._text(words, self._look.text, bold=True)
            rect, at = text.boundingRect(), self._local(x, y)
            texts.append(text)
            gap = scaled_px(self._owner, _POINT_PX) * (1.25 if mine else 0.8)
            wishes.append(LabelWish(at.x(), at.y(), rect.width(), rect.height(), gap))
        return texts, wishes

    def _obstacles(self, chart: Chart) -> list[Box]:
        """Points with their intervals, and lines in short pieces."""
        boxes: list[Box] = []
        half = scaled_px(self._owner, _POINT_PX) / 2 + 1
        for series in chart.series:
            if isinstance(series, Points):
                for p in (p for p in series.points if _is_shown(chart, p)):
                    x, y = on_axis(chart.x, p.x), on_axis(chart.y, p.y)
                    at = self._local(x, y)
                    boxes.append(Box(at.x() - half, at.y() - half, 2 * half, 2 * half))
                    for x0, y0, x1, y1 in _intervals(chart, p, x, y):
                        boxes.append(_box_between(self._local(x0, y0), self._local(x1, y1), 2))
            elif isinstance(series, Line):
                ends = [
                    self._local(on_axis(chart.x, x), on_axis(chart.y, y))
                    for x, y in zip(series.xs, series.ys, strict=True)
                ]
                boxes += [b for a, z in pairwise(ends) for b in _pieces(a, z)]
        return boxes

    def _frame_words(self, chart: Chart, frame: Box) -> list[Box]:
        """Words of regions and markers, at their edge; they keep other labels away."""
        boxes: list[Box] = []
        for series in chart.series:
            if isinstance(series, Region | Marker) and series.label:
                room = self._marker_room(chart, series, frame)
                text = self._text(self._wrapped(series.label, room), self._look.muted, bold=False)
                rect = text.boundingRect()
                at = self._frame_place(chart, series, rect.width(), rect.height(), frame, boxes)
                text.setPos(at)
                boxes.append(Box(at.x(), at.y(), rect.width(), rect.height()))
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
        metrics = QFontMetricsF(self._small_font())
        lines = [""]
        for word in words.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def _frame_place(
        self, chart: Chart, series: Region | Marker, width: float, height: float, frame: Box, taken: list[Box]
    ) -> QPointF:
        if isinstance(series, Marker) and not series.horizontal:
            x = self._local(on_axis(chart.x, series.value), 0.0).x()
            left = x - width - 6 if x - width - 6 >= 0 else min(x + 6, max(frame.width - width, 0.0))
            y = 4.0
            while any(Box(left, y, width, height).overlap(box) for box in taken):
                y += height + 2
            return QPointF(left, y)
        value = series.value if isinstance(series, Marker) else series.y_high
        _, (_, y1) = self._box.viewRange()
        top = self._local(0.0, y1 if value is None else on_axis(chart.y, value)).y()
        below = top + 4 if top + 4 + height <= frame.height else top - height - 4
        right = frame.width
        if isinstance(series, Region) and series.x_high is not None:
            right = self._local(on_axis(chart.x, series.x_high), 0.0).x()
        return QPointF(right - width - 8, max(below, 0.0))


def _is_shown(chart: Chart, point: Point) -> bool:
    return math.isfinite(on_axis(chart.x, point.x)) and math.isfinite(on_axis(chart.y, point.y))


def _intervals(chart: Chart, point: Point, x: float, y: float) -> list[tuple[float, float, float, float]]:
    """The interval lines of a point that is drawn at (x, y), in plot coordinates."""
    lines = []
    if point.y_low is not None and point.y_high is not None:
        shift = y - on_axis(chart.y, point.y)
        lines.append((x, on_axis(chart.y, point.y_low) + shift, x, on_axis(chart.y, point.y_high) + shift))
    if point.x_low is not None and point.x_high is not None:
        shift = x - on_axis(chart.x, point.x)
        lines.append((on_axis(chart.x, point.x_low) + shift, y, on_axis(chart.x, point.x_high) + shift, y))
    return [line for line in lines if all(math.isfinite(v) for v in line)]


def _box_between(one: QPointF, other: QPointF, thick: float) -> Box:
    left, top = min(one.x(), other.x()), min(one.y(), other.y())
    return Box(left - thick, top - thick, abs(one.x() - other.x()) + 2 * thick, abs(one.y() - other.y()) + 2 * thick)


def _pieces(one: QPointF, other: QPointF) -> list[Box]:
    """A slanted line as small boxes, one for every 12 pixels."""
    steps = max(int(math.hypot(one.x() - other.x(), one.y() - other.y()) // 12), 1)
    ends = [one + (other - one) * (i / steps) for i in range(steps + 1)]
    return [_box_between(a, z, 1) for a, z in pairwise(ends)]


def _picture(view: ChartView, width: int, height: int) -> QImage:
    """Title, chart and note on the card's ground, at 2x."""
    look: Look = look_of(view)
    image = QImage(width * 2, height * 2, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(2)
    image.fill(QColor(look.card))
    painter = QPainter(image)
    font = QFont(view.font())
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(QColor(look.text))
    title = view.chart.title if view.chart is not None else ""
    painter.drawText(QRectF(Space.L, Space.M, width - 2 * Space.L, 24), Qt.AlignmentFlag.AlignVCenter, title)
    before = view.size()
    inner = QSize(width - 2 * Space.L, height - 24 - 2 * Space.M)
    view.resize(inner)
    QGuiApplication.processEvents()
    view.render(painter, QPointF(Space.L, Space.M + 24).toPoint(), flags=QWidget.RenderFlag.DrawChildren)  # type: ignore[call-overload]
    view.resize(before)
    painter.end()
    return image


__all__ = ["ChartView", "Colour", "hover_words"]
