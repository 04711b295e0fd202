"""A table of frozen rows as a Qt model: what stands in each cell, in which order, and which rows are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from workbench.gui.theme import Tone
from workbench.gui.widgets.text import straight

R = TypeVar("R")
Arrange = Callable[[str, str, bool], Sequence[int]]
Index = QModelIndex | QPersistentModelIndex
UNKNOWN = "—"
_NOWHERE = QModelIndex()


class CellRole(IntEnum):
    """What the delegate and the page ask of a cell beyond Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1
    ASIDE = Qt.ItemDataRole.UserRole + 2
    RANGE = Qt.ItemDataRole.UserRole + 3
    MARK = Qt.ItemDataRole.UserRole + 4
    FAINT = Qt.ItemDataRole.UserRole + 5
    STRONG = Qt.ItemDataRole.UserRole + 6
    FLOW = Qt.ItemDataRole.UserRole + 7


@dataclass(frozen=True, slots=True)
class Span:
    """A range drawn as a small bar beside the number, on a scale from `floor` to `ceiling` shared by the column."""

    low: float
    likely: float
    high: float
    floor: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A tone for a cell: its icon stands before the text, whose colour it sets. `icon` replaces the tone's own."""

    tone: Tone
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column. `text` gives the cell's words; "—" is unknown, and `hint` then says why.

    `unit` stands under the title in the header; `right` aligns figures; `sort` gives the value to sort by
    (None sorts last), by default the text; `aside` is smaller, muted text after the main one (below it where a row has
    several lines); `width` is in pixels at normal text size, `stretch` gives the column what is left.

    `flow` goes on after the text and wraps where a row has several lines. It is not copied with the text: give it a
    column of its own that is not `shown`, which is searched and copied like the others.

    `gives_way`: where a table is too narrow for all its columns those above 0 go, the highest first. They are searched
    and copied all the same.
    """

    id: str
    title: str
    text: Callable[[R], str]
    unit: str = ""
    right: bool = False
    sort: Callable[[R], float | str | None] | None = None
    aside: Callable[[R], str] | None = None
    span: Callable[[R], Span | None] | None = None
    mark: Callable[[R], Mark | None] | None = None
    hint: Callable[[R], str] | None = None
    width: int = 110
    stretch: bool = False
    strong: Callable[[R], bool] | None = None
    flow: Callable[[R], str] | None = None
    shown: bool = True
    gives_way: int = 0

    @property
    def heading(self) -> str:
        """Title and unit in one line, as copied and read aloud."""
        return f"{self.title}, {self.unit}" if self.unit else self.title


class RowModel(QAbstractTableModel, Generic[R]):
    """Shows a tuple of rows. Sorting and filtering keep a list of row numbers: no proxy, quick at 100,000 rows.

    With `arrange` (words, column id or "", descending -> row numbers) somebody else filters and sorts; with `number_of`
    (id -> row number, -1 for none) somebody else knows where a row is.
    """

    def __init__(
        self,
        columns: Sequence[Column[R]],
        *,
        row_id: Callable[[R], str],
        faint: Callable[[R], bool] | None = None,
        arrange: Arrange | None = None,
        number_of: Callable[[str], int] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._number_of = number_of
        self._arrange = arrange
        self._row_id = row_id
        self._faint = faint
        self._rows: tuple[R, ...] = ()
        self._order: list[int] = []
        self._texts: list[str] | None = None
        self._numbers: dict[str, int] | None = None
        self._needle = ""
        self._sort_column = -1
        self._descending = False

    # what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._order):
            return None
        row, column = self._rows[self._order[index.row()]], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return straight(column.text(row))
            case Qt.ItemDataRole.ToolTipRole:
                return (column.hint(row) if column.hint else "") or None
            case Qt.ItemDataRole.AccessibleTextRole:
                flow = f". {column.flow(row)}" if column.flow else ""
                return f"{column.heading}: {self.cell_text(row, column)}{flow}"
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
        return self._own_data(row, column, role)

    def _own_data(self, row: R, column: Column[R], role: int) -> Any:
        match role:
            case CellRole.ROW:
                return row
            case CellRole.ASIDE:
                return column.aside(row) if column.aside else ""
            case CellRole.RANGE:
                return column.span(row) if column.span else None
            case CellRole.MARK:
                return column.mark(row) if column.mark else None
            case CellRole.FAINT:
                return self._faint(row) if self._faint else False
            case CellRole.STRONG:
                return column.strong(row) if column.strong else False
            case CellRole.FLOW:
                return column.flow(row) if column.flow else ""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                arrow = (" ↓" if self._descending else " ↑") if section == self._sort_column else ""
                return f"{column.title}{arrow}\n{column.unit}" if column.unit else f"{column.title}{arrow}"
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignBottom)
            case Qt.ItemDataRole.AccessibleTextRole:
                return column.heading
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; unknown values stay at the end either way. -1 gives the order the rows came in."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        before = [self._order[i.row()] for i in old]
        self._sort_column, self._descending = column, order is Qt.SortOrder.DescendingOrder
        self._order = self._sorted(self._order) if self._arrange is None else self._arranged()
        new = [self.index(self._order.index(number), i.column()) for number, i in zip(before, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    # what the page asks

    @property
    def rows(self) -> tuple[R, ...]:
        """All rows as they came, shown or not."""
        return self._rows

    @property
    def shown(self) -> list[R]:
        """The rows that pass the filter, in the order on screen."""
        return [self._rows[number] for number in self._order]

    def set_rows(self, rows: Iterable[R]) -> None:
        """Show other rows; filter and sorting stay."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self._texts, self._numbers = None, None
        self._order = self._arranged()
        self.endResetModel()

    def rearrange(self) -> None:
        """Filter and sort anew: what `arrange` goes by has changed."""
        self.beginResetModel()
        self._order = self._arranged()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only the rows in which every word of `text` occurs, in any cell, whatever the case; what stands in
        quotation marks as it is."""
        needle = " ".join(text.casefold().split())
        if needle != self._needle:
            self.beginResetModel()
            self._needle = needle
            self._order = self._arranged()
            self.endResetModel()

    def id_at(self, place: int) -> str:
        """The id of the row shown at `place`, "" beyond the end."""
        return self._row_id(self._rows[self._order[place]]) if 0 <= place < len(self._order) else ""

    def place_of(self, id: str) -> int:
        """Where the row with this id is shown, -1 when it is not."""
        if self._number_of is not None:
            number = self._number_of(id)
        else:
            if self._numbers is None:
                self._numbers = {self._row_id(row): number for number, row in reversed(tuple(enumerate(self._rows)))}
            number = self._numbers.get(id, -1)
        try:
            return -1 if number < 0 else self._order.index(number)
        except ValueError:
            return -1

    def cell_text(self, row: R, column: Column[R]) -> str:
        """A cell in words, aside included."""
        aside = column.aside(row) if column.aside else ""
        return f"{column.text(row)} {aside}".strip()

    def _arranged(self) -> list[int]:
        """The numbers of the rows to show, in order."""
        if self._arrange is None:
            return self._sorted(self._passing())
        column = self.columns[self._sort_column].id if 0 <= self._sort_column < len(self.columns) else ""
        return list(self._arrange(self._needle, column, self._descending)) if self._rows else []

    def _passing(self) -> list[int]:
        if not self._needle:
            return list(range(len(self._rows)))
        from workbench.analysis.search_words import terms  # numpy, which no first page needs

        words = terms(self._needle)
        if self._texts is None:
            self._texts = [
                " ".join(self.cell_text(row, column) for column in self.columns).casefold() for row in self._rows
            ]
        texts = self._texts
        return [n for n in range(len(self._rows)) if all(word in texts[n] for word in words)]

    def _sorted(self, order: list[int]) -> list[int]:
        if not 0 <= self._sort_column < len(self.columns):
            return sorted(order)
        column = self.columns[self._sort_column]
        keys = {n: _sort_key(column, self._rows[n]) for n in order}
        known = [n for n in sorted(order) if keys[n] is not None]
        unknown = [n for n in sorted(order) if keys[n] is None]
        known.sort(key=lambda n: keys[n], reverse=self._descending)  # type: ignore[arg-type,return-value]
        return known + unknown


def _sort_key(column: Column[R], row: R) -> float | str | None:
    if column.sort is not None:
        return column.sort(row)
    text = column.text(row)
    return None if text == UNKNOWN else text.casefold()
