"""The table of every page: rows to pick from, sorted, filtered, copied, with a first column that stays."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import menu_button
from workbench.gui.widgets.cells import ROW_PAD, CellDelegate
from workbench.gui.widgets.flow_cells import FlowDelegate
from workbench.gui.widgets.frozen_column import FrozenColumn
from workbench.gui.widgets.rows import Arrange, Column, Index, RowModel
from workbench.gui.widgets.table_widths import ColumnWidths
from workbench.gui.widgets.text import Words

R = TypeVar("R")
_HEADER_LINES = 2
# A flow narrower than this gets a line more.
_NARROW_FLOW = 260
_NOWHERE = QModelIndex()


class _View(QTableView):
    """A flat table view; Enter opens the row, Tab leaves the table."""

    opened = Signal(QModelIndex)
    moved = Signal(QModelIndex)

    def __init__(self, model: RowModel[R], parent: QWidget | None, *, wraps: bool, lines: int) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.cells = CellDelegate(self, wraps=wraps) if lines == 1 else FlowDelegate(self, lines=lines)
        self.setItemDelegate(self.cells)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self.doubleClicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if not event.isAutoRepeat():
                self.opened.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.moved.emit(current)


class DataTable(QWidget, Generic[R]):
    """A table of frozen rows.

    `picked` (id) is sent when the person moves to a row, `opened` (id) on Enter or double click; `select` shows a
    row without sending. Widths are remembered under `table/<id>` in `settings`. `filterable` puts a field above.
    A `snug` table is no taller than its rows: put a stretch below it. In one that `wraps` as well, a text too long for
    its cell goes on in the next line: for tables that are read, of some dozen rows. A row of two `lines`
    of words has three while a column that flows is narrow.
    """

    picked = Signal(str)
    opened = Signal(str)
    filtered = Signal(int)

    def __init__(
        self,
        id: str,
        columns: Sequence[Column[R]],
        *,
        row_id: Callable[[R], str],
        name: str,
        settings: SettingsPort,
        faint: Callable[[R], bool] | None = None,
        arrange: Arrange | None = None,
        number_of: Callable[[str], int] | None = None,
        filterable: bool = True,
        filter_hint: str = "Filter",
        visible_rows: int = 6,
        snug: bool = False,
        wraps: bool = False,
        lines: int = 1,
    ) -> None:
        super().__init__()
        self.setObjectName(f"table-{id}")
        self._quiet = False
        self._least_rows = visible_rows
        self._snug = snug
        self._lines = lines
        self.model: RowModel[R] = RowModel(
            columns, row_id=row_id, faint=faint, arrange=arrange, number_of=number_of, parent=self
        )
        self.view = _View(self.model, self, wraps=wraps, lines=lines)
        self.widths = ColumnWidths(self.view, self.model, settings, f"table/{id}/widths", wraps=wraps)
        self.view.setObjectName(f"view-{id}")
        self.view.setAccessibleName(name)
        self.filter_field = QLineEdit()
        self.filter_field.setPlaceholderText(filter_hint)
        self.filter_field.setClearButtonEnabled(True)
        self.filter_field.setAccessibleName(f"Filter: {name}")
        self._count = Words("", "muted")
        self._count.setWordWrap(False)
        self.filter_row = QHBoxLayout()
        self._lay_out(filterable, name)
        self._wraps = wraps
        for place, column in enumerate(columns):
            self.view.setColumnHidden(place, not column.shown)
        self._frozen = FrozenColumn(self.view, self.view.opened, self.model) if len(columns) > 2 and not wraps else None
        self._connect()
        self.widths.apply()

    # for the page

    def set_rows(self, rows: Iterable[R]) -> None:
        """Show these rows; the row that was selected stays selected if it is still there."""
        id = self.current_id
        self._quiet = True
        self.model.set_rows(rows)
        self._quiet = False
        if id:
            self.select(id)
        self._recount()
        self._widen()

    def rearrange(self) -> None:
        """Filter and sort anew, for a table whose rows somebody else arranges."""
        id = self.current_id
        self._quiet = True
        self.model.rearrange()
        self._quiet = False
        if id:
            self.select(id)
        self._recount()
        self.filtered.emit(self.model.rowCount())

    @property
    def current_id(self) -> str:
        """The id of the selected row or ""."""
        index = self.view.currentIndex()
        return self.model.id_at(index.row()) if index.isValid() else ""

    def select(self, id: str) -> None:
        """Show the row with this id as selected, "" selects nothing. Sends no signal."""
        self._quiet = True
        place = self.model.place_of(id) if id else -1
        if place < 0:
            self.view.setCurrentIndex(_NOWHERE)
            self.view.clearSelection()
        elif self.model.id_at(self.view.currentIndex().row()) != id or not self.view.selectionModel().hasSelection():
            index = self.model.index(place, max(self.view.currentIndex().column(), 0))
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(index, flags)
            self.view.scrollTo(index)
        self._quiet = False

    def sort_by(self, column_id: str, *, descending: bool = False) -> None:
        """Sort by a column, as a click on its header does."""
        place = next(i for i, c in enumerate(self.model.columns) if c.id == column_id)
        self.model.sort(place, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        self._stretch()

    def set_visible_rows(self, count: int) -> None:
        """How many rows the table is tall at least (fewer when it has fewer)."""
        self._least_rows = count
        self._resize_rows()

    def as_markdown(self) -> str:
        """The rows shown as a Markdown table."""
        heads = [_cell(c.heading) for c in self.model.columns]
        rule = ["---:" if c.right else "---" for c in self.model.columns]
        body = [[_cell(self.model.cell_text(r, c)) for c in self.model.columns] for r in self.model.shown]
        return "\n".join(f"| {' | '.join(line)} |" for line in (heads, rule, *body)) + "\n"

    def as_csv(self) -> str:
        """The rows shown as CSV; a text that a spreadsheet would run as a formula is made text."""
        return self._separated(",")

    def as_text(self) -> str:
        """The rows shown, separated by tabs, as spreadsheets paste them."""
        return self._separated("\t")

    def copy(self, how: Callable[[], str] | None = None) -> None:
        """Put the rows shown on the clipboard, by default with tabs."""
        QGuiApplication.clipboard().setText((how or self.as_text)())

    # inside

    def _lay_out(self, filterable: bool, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self.filter_row.setSpacing(Space.S)
        self.filter_row.addWidget(self.filter_field, 1)
        self.filter_row.addWidget(self._count)
        copy = menu_button(
            "Copy",
            {
                "Copy": self.copy,
                "Copy as Markdown": lambda: self.copy(self.as_markdown),
                "Copy as CSV": lambda: self.copy(self.as_csv),
            },
            hint="Copies the rows shown",
        )
        copy.setAccessibleName(f"Copy the table: {name}")
        self.filter_row.addWidget(copy)
        if not filterable:
            self.filter_field.hide()
            self._count.hide()
            copy.hide()
        column.addLayout(self.filter_row)
        column.addWidget(self.view, 1)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        keys = QAction("Copy", self)
        keys.setShortcut(QKeySequence.StandardKey.Copy)
        keys.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.triggered.connect(lambda _checked=False: self.copy())
        self.view.addAction(keys)

    def _connect(self) -> None:
        self._widener = QTimer(self, singleShot=True, interval=0)
        self._widener.timeout.connect(self._widen)
        self._typing = QTimer(self, singleShot=True, interval=60)
        self._typing.timeout.connect(self._filter)
        self.filter_field.textChanged.connect(lambda _text: self._typing.start())
        self.filter_field.returnPressed.connect(self._to_rows)
        header = self.view.horizontalHeader()
        header.sectionClicked.connect(self._sort_clicked)
        self.view.moved.connect(self._moved)
        self.view.opened.connect(lambda index: self.opened.emit(self.model.id_at(index.row())))
        self.model.modelReset.connect(self._resize_rows)
        self.view.viewport().installEventFilter(self)

    def _moved(self, index: QModelIndex) -> None:
        if not self._quiet and index.isValid():
            self.picked.emit(self.model.id_at(index.row()))

    def _filter(self) -> None:
        id = self.current_id
        self._quiet = True
        self.model.set_filter(self.filter_field.text())
        self._quiet = False
        if id:
            self.select(id)
        self._recount()
        self.filtered.emit(self.model.rowCount())

    def _to_rows(self) -> None:
        """Enter in the filter field goes to the first row."""
        self._filter()
        if self.model.rowCount():
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.view.selectRow(max(self.view.currentIndex().row(), 0))

    def _recount(self) -> None:
        shown, total = self.model.rowCount(), len(self.model.rows)
        self._count.set_text(
            f"{shown:,} of {total:,}" if shown != total else f"{total:,} rows" if total != 1 else "1 row"
        )

    def _sort_clicked(self, section: int) -> None:
        model = self.model
        if section != model._sort_column:
            first = Qt.SortOrder.DescendingOrder if model.columns[section].right else Qt.SortOrder.AscendingOrder
            model.sort(section, first)
        else:
            turned = Qt.SortOrder.AscendingOrder if model._descending else Qt.SortOrder.DescendingOrder
            model.sort(section, turned)

    def _widen(self) -> None:
        self.widths.widen()
        self._stretch()

    def _stretch(self) -> None:
        self.widths.fit()
        if self._wraps:
            self._fit_heights()
        self._fit_lines()

    def _fit_lines(self) -> None:
        """As many lines as what flows needs at its present width."""
        cells, columns = self.view.cells, enumerate(self.model.columns)
        widths = [self.view.columnWidth(place) for place, column in columns if column.flow is not None]
        if not isinstance(cells, FlowDelegate) or not widths:
            return
        lines = self._lines if min(widths) >= scaled_px(self, _NARROW_FLOW) else self._lines + 1
        if lines != cells.lines:
            cells.lines = lines
            self._resize_rows()

    def _fit_heights(self) -> None:
        """Each row as tall as its tallest cell, the table as tall as its rows."""
        view, header = self.view, self.view.horizontalHeader()
        columns, total = range(len(self.model.columns)), 0
        for row in range(self.model.rowCount()):
            cells = (
                view.cells.height_in(header.sectionSize(place), view.font(), self.model.index(row, place))
                for place in columns
            )
            height = max(cells, default=0) + 18
            view.setRowHeight(row, height)
            total += height
        spare = header.height() + view.horizontalScrollBar().sizeHint().height()
        self.view.setFixedHeight(max(total, view.fontMetrics().height() + 18) + spare)

    def _resize_rows(self) -> None:
        """Rows and header follow the text size; the table is as tall as the rows it must show."""
        line = self.view.fontMetrics().height()
        tall = ROW_PAD + line * (self.view.cells.lines if isinstance(self.view.cells, FlowDelegate) else 1)
        self.view.verticalHeader().setDefaultSectionSize(tall)
        has_units = any(column.unit for column in self.model.columns)
        self.view.horizontalHeader().setFixedHeight(line * (_HEADER_LINES if has_units else 1) + 16)
        rows = max(min(self._least_rows, max(len(self.model.rows), 1)), 1)
        bar = self.view.horizontalScrollBar().sizeHint().height()
        head = self.view.horizontalHeader().height()
        self.view.setMinimumHeight(rows * tall + head + bar)
        if self._snug and not self._wraps:
            self.view.setMaximumHeight(max(self.model.rowCount(), 1) * tall + head + bar)
        self._stretch()
        if self._frozen is not None:
            self._frozen.place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._stretch()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_frozen"):
            self._resize_rows()
            self._widener.start()

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Copy", self.copy)
        menu.addAction("Copy as Markdown", lambda: self.copy(self.as_markdown))
        menu.addAction("Copy as CSV", lambda: self.copy(self.as_csv))
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _separated(self, separator: str) -> str:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator, lineterminator="\n")
        writer.writerow([c.heading for c in self.model.columns])
        for row in self.model.shown:
            writer.writerow([_harmless(self.model.cell_text(row, c)) for c in self.model.columns])
        return out.getvalue()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _harmless(text: str) -> str:
    if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
