"""A few things side by side: one column each, one row per question asked of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.theme import TONE_ICONS, Size, Space, Tone, look_of, pixmap, point_size, restyle, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.text import Words, breakable

LABEL_PX = 150
COLUMN_PX = 118


@dataclass(frozen=True, slots=True)
class Head:
    """A column: what a click selects, its title and a quieter line below it."""

    id: str
    title: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer. `aside` is quieter text behind it; a tone adds its icon and colour; `hint` is the tool tip."""

    text: str
    aside: str = ""
    tone: Tone | None = None
    strong: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells under its label; `term` is the glossary entry that its (i) opens."""

    label: str
    cells: tuple[Cell, ...]
    hint: str = ""
    term: str = ""


class Comparison(QScrollArea):
    """Draws heads and rows; `picked` (id) is sent when the person clicks or presses a head.

    More columns than fit scroll sideways under labels that stay.
    """

    picked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._name = name
        self._inside = _Inside()
        self._inside.setObjectName("comparison")
        self._inside.setAutoFillBackground(False)
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.XS)
        self._heads: dict[str, QPushButton] = {}
        self._cells: list[list[_CellView]] = []
        self._labels: list[QWidget] = []
        self._rows: tuple[Row, ...] = ()
        self._titles: tuple[Head, ...] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidgetResizable(True)
        self.setWidget(self._inside)
        self._inside.setAutoFillBackground(False)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._hold_labels())
        self._inside.installEventFilter(self)

    def set_content(self, heads: Sequence[Head], rows: Sequence[Row]) -> None:
        """Replaces everything; every row has one cell per head. Only what differs is made anew."""
        alike = tuple(heads) == self._titles and _labels(rows) == _labels(self._rows)
        self._titles, self._rows = tuple(heads), tuple(rows)
        if not alike:
            self._build()
        for views, row in zip(self._cells, rows, strict=True):
            for view, cell in zip(views, row.cells, strict=True):
                view.show_cell(cell, row.label)
        self._fit()

    def select(self, id: str) -> None:
        """Shows one column as selected; sends nothing."""
        for head, made in self._heads.items():
            if made.isChecked() != (head == id):
                made.setChecked(head == id)
                restyle(made)

    def as_markdown(self) -> str:
        """The same as a Markdown table."""
        heads = ["", *(f"{head.title} {head.aside}".strip() for head in self._titles)]
        lines = [heads, ["---", *("---:" for _ in self._titles)]]
        lines += [[row.label, *(f"{cell.text} {cell.aside}".strip() for cell in row.cells)] for row in self._rows]
        return "\n".join("| " + " | ".join(_in_markdown(cell) for cell in line) + " |" for line in lines) + "\n"

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Words that wrap anew ask for another height."""
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hold_labels()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """As tall as its rows, with room for the scroll bar when there is one."""
        least = self._inside.minimumWidth()
        tall = self._grid.heightForWidth(max(least, width))
        return tall + (self.horizontalScrollBar().sizeHint().height() if least > width else 0)

    def sizeHint(self) -> QSize:
        return QSize(self._least_width(), self.heightForWidth(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled_px(self, LABEL_PX + COLUMN_PX), 0)

    def _least_width(self) -> int:
        count = len(self._titles)
        return scaled_px(self, LABEL_PX) + count * (scaled_px(self, COLUMN_PX) + Space.L)

    def _fit(self) -> None:
        """The least width follows the columns; the height follows from the width, see `heightForWidth`."""
        self._inside.setMinimumWidth(max(self._least_width(), self._grid.minimumSize().width()))
        self.updateGeometry()
        self._hold_labels()

    def _hold_labels(self) -> None:
        """The labels stay at the left edge while the columns scroll below them."""
        at = self.horizontalScrollBar().value()
        for label in self._labels:
            label.move(at, label.y())
            label.setAutoFillBackground(at > 0)
            label.raise_()

    def _build(self) -> None:
        self._heads, self._cells, self._labels = {}, [], []
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for column in range(1, self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        self._grid.setColumnStretch(0, 4)
        self._grid.setColumnMinimumWidth(0, scaled_px(self, LABEL_PX))
        for column, head in enumerate(self._titles, 1):
            self._grid.addWidget(self._head(head), 0, column)
            self._grid.setColumnStretch(column, 3)
        for number, row in enumerate(self._rows):
            self._put_row(number, row)
        for place in range(self._grid.count()):
            # Qt shows new children later, and a hidden one has no height for `_fit` to count.
            if (item := self._grid.itemAt(place)) is not None and (made := item.widget()) is not None:
                made.show()

    def _head(self, head: Head) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        made = button(head.title, kind="plain")
        made.setCheckable(True)
        made.setProperty("head", "true")  # its name ends where the figures below it end
        made.setObjectName(f"head-{head.id}")
        made.setAccessibleName(f"{self._name}: {head.title} {head.aside}".strip())
        made.clicked.connect(lambda _checked=False, id=head.id: self._pick(id))
        self._heads[head.id] = made
        column.addWidget(made, 0, Qt.AlignmentFlag.AlignRight)
        aside = Words(breakable(head.aside), "muted")
        aside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        column.addWidget(aside, 1)
        return box

    def _pick(self, id: str) -> None:
        self.select(id)
        self.picked.emit(id)

    def _put_row(self, number: int, row: Row) -> None:
        line, place = 2 * number + 1, 2 * number + 2
        self._grid.addWidget(Line(), line, 0, 1, len(row.cells) + 1)
        label = self._label(row)
        self._labels.append(label)
        self._grid.addWidget(label, place, 0)
        views = [_CellView() for _ in row.cells]
        for column, view in enumerate(views, 1):
            self._grid.addWidget(view, place, column)
        self._cells.append(views)

    def _label(self, row: Row) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.XS)
        words = Words(row.label)
        words.setToolTip(row.hint)
        line.addWidget(words, 0 if row.term else 1)
        if row.term:
            words.setWordWrap(False)
            line.addWidget(InfoButton(row.term))
            line.addStretch(1)
        return box


class _Inside(QWidget):
    """The ground of the grid; its height follows from its width (Qt would count words at their narrowest)."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class _CellView(QWidget):
    """One cell, painted: a dozen options make a hundred of them, too many for labels inside boxes."""

    def __init__(self) -> None:
        super().__init__()
        self._cell = Cell("")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_cell(self, cell: Cell, label: str) -> None:
        if cell != self._cell:
            self._cell = cell
            self.setToolTip(cell.hint)
            self.setAccessibleName(f"{label}: {cell.text} {cell.aside}".strip())
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        main, small = self._fonts()
        words = QFontMetrics(main)
        wide = words.horizontalAdvance(self._cell.text) + 1
        if self._cell.aside:
            wide += Space.XS + QFontMetrics(small).horizontalAdvance(self._cell.aside) + 1
        if self._has_icon:
            wide += Space.XS + self._icon_px
        return QSize(wide, words.height() + 2 * Space.XS)

    def minimumSizeHint(self) -> QSize:
        """The aside may be left out, the answer never."""
        main, _small = self._fonts()
        icon = Space.XS + self._icon_px if self._has_icon else 0
        return QSize(QFontMetrics(main).horizontalAdvance(self._cell.text) + 1 + icon, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        cell, look, painter = self._cell, look_of(self), QPainter(self)
        main, small = self._fonts()
        aside = cell.aside if self.sizeHint().width() <= self.width() else ""
        right, middle = self.width(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if aside:
            painter.setFont(small)
            painter.setPen(QColor(look.muted))
            painter.drawText(QRect(0, 0, right, self.height()), middle, aside)
            right -= QFontMetrics(small).horizontalAdvance(aside) + 1 + Space.XS
        painter.setFont(main)
        tone = cell.tone if cell.tone is not Tone.NEUTRAL else None
        painter.setPen(QColor(look.tone(tone) if tone else look.text))
        painter.drawText(QRect(0, 0, right, self.height()), middle, cell.text)
        if tone is not None:
            right -= QFontMetrics(main).horizontalAdvance(cell.text) + 1 + Space.XS
            picture = pixmap(TONE_ICONS[tone], look.tone(tone), self._icon_px, self.devicePixelRatioF())
            painter.drawPixmap(right - self._icon_px, (self.height() - self._icon_px) // 2, picture)
        painter.end()

    @property
    def _has_icon(self) -> bool:
        return self._cell.tone is not None and self._cell.tone is not Tone.NEUTRAL

    @property
    def _icon_px(self) -> int:
        return scaled_px(self, 14)

    def _fonts(self) -> tuple[QFont, QFont]:
        """The fonts of the answer and of what stands behind it, in the window's text size."""
        main, small = QFont(self.font()), QFont(self.font())
        small.setPointSizeF(main.pointSizeF() * point_size(Size.SMALL) / point_size(Size.BODY))
        if self._cell.strong:
            main.setWeight(QFont.Weight.DemiBold)
        return main, small


def _labels(rows: Sequence[Row]) -> tuple[tuple[str, str, str], ...]:
    return tuple((row.label, row.hint, row.term) for row in rows)


def _in_markdown(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
