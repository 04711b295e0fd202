"""Draws a `Chart` in the window: the only importer of pyqtgraph, and only when the first chart is drawn."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QMenu, QStyle, QToolTip, QVBoxLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.gui.theme import Look, Space, look_of, scaled_px
from workbench.gui.widgets.chart_canvas import Canvas
from workbench.gui.widgets.chart_places import Place, nearest, places_of
from workbench.gui.widgets.text import Words

_REACH_PX = 16
_LEAST_SHARE = 0.75


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
        self._canvas: Canvas | None = None
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
        self._fit_height()
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
        self._fit_height()
        self._empty.setVisible(chart.is_empty)
        for label, axis in ((self._x_label, chart.x), (self._y_label, chart.y)):
            label.set_text(axis.label)
            label.setVisible(bool(axis.label) and not chart.is_empty)
        if chart.is_empty:
            if self._canvas is not None:
                self._canvas.widget.hide()
            return
        if self._canvas is None:
            self._canvas = Canvas(self, pg=_pyqtgraph())
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

    def settle(self) -> None:
        """Lay everything out now, also while it is not on screen."""
        self.grab()
        if self._canvas is not None:
            self._canvas.settle()

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(self.picture())

    def save_picture(self, path: Path) -> bool:
        """Write a PNG; False when the file could not be written."""
        return QImageWriter(str(path), QByteArray(b"png")).write(self.picture())

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

    def _fit_height(self) -> None:
        """Three quarters of its height at least, and room for the note on top of that."""
        note = self._note.heightForWidth(max(self.width(), 240)) if self._note.isVisibleTo(self) else 0
        self.setMinimumHeight(scaled_px(self, max(round(self._height * _LEAST_SHARE), 140)) + note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_height()
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


def _picture(view: ChartView, width: int, height: int) -> QImage:
    """Title, chart and note on the card's ground, at 2x; drawn by a second view of that size."""
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
    if view.chart is not None:
        copy = ChartView(motion=False)
        copy.resize(width - 2 * Space.L, height - 24 - 2 * Space.M)
        copy.set_chart(view.chart)
        copy.select(view.selected)
        copy.settle()
        copy.render(painter, QPoint(Space.L, Space.M + 24), QRegion(), QWidget.RenderFlag.DrawChildren)
        copy.deleteLater()
    painter.end()
    return image


def _pyqtgraph() -> Any:
    """Imported late: it takes a third of a second, and Home has no chart."""
    import pyqtgraph

    return pyqtgraph
