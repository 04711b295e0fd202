"""How wide the columns of a table are, and which give way where there is not room for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QTableView

from workbench.gui.ports import SettingsPort
from workbench.gui.theme import scaled_px
from workbench.gui.widgets.rows import Column, RowModel

R = TypeVar("R")
_SAMPLE = 30
_WIDEST = 320
_LEAST_STRETCH = 0.7
_SAVE_AFTER_MS = 400


class ColumnWidths(QObject, Generic[R]):
    """The widths of one table's columns: those a person dragged are kept in `settings` under `key`, the others follow
    what the columns hold and what room there is."""

    def __init__(self, view: QTableView, model: RowModel[R], settings: SettingsPort, key: str, *, wraps: bool) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._settings, self._key = settings, key
        self._wraps = wraps
        self._wanted: dict[int, int] = {}
        self._wanted_first = 0
        self._dragged: set[int] = set()
        # Until `apply`: a page may be built while the mouse is down.
        self._arranging = True
        self.saver = QTimer(self, singleShot=True, interval=_SAVE_AFTER_MS)
        self.saver.timeout.connect(self.save)
        view.horizontalHeader().sectionResized.connect(self._note)

    def fit(self) -> None:
        """Give what is left to the stretching column, never less than its own width: then the table scrolls."""
        self._arranging = True
        self._fit_columns()
        self._shrink()
        self._share_out()
        self._arranging = False

    def apply(self) -> None:
        """The widths that were kept, else the columns' own."""
        header = self._view.horizontalHeader()
        kept = self._settings.get(self._key, {})
        widths = kept if isinstance(kept, dict) else {}
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, column in enumerate(self._model.columns):
            width = widths.get(column.id)
            chosen = int(width) if isinstance(width, int | float) else scaled_px(self._view, column.width)
            header.resizeSection(place, max(chosen, 40))
        header.setMinimumSectionSize(scaled_px(self._view, 72))
        self._arranging = False

    def widen(self) -> None:
        """Give columns that nobody has resized room for what they hold, judged by the first rows. Fit them then."""
        delegate, header = self._view.itemDelegate(), self._view.horizontalHeader()
        option = QStyleOptionViewItem()
        option.font = self._view.font()
        self._arranging = True
        for place, column in enumerate(self._model.columns):
            if column.stretch or not column.shown or self._is_kept(column):
                continue
            seen = range(0 if self._wraps else min(self._model.rowCount(), _SAMPLE))
            hints = (delegate.sizeHint(option, self._model.index(r, place)).width() for r in seen)
            least = max(scaled_px(self._view, column.width), header.sectionSizeHint(place), *hints, 0)
            self._wanted[place] = min(least, scaled_px(self._view, _WIDEST))
            header.resizeSection(place, self._wanted[place])
        self._wanted_first = header.sectionSize(0)
        self._arranging = False

    def save(self) -> None:
        """Keep the widths that the person dragged."""
        header = self._view.horizontalHeader()
        kept = self._settings.get(self._key, {})
        columns = ((place, self._model.columns[place]) for place in self._dragged)
        sizes = {column.id: header.sectionSize(place) for place, column in columns if not column.stretch}
        self._settings.set(self._key, {**(kept if isinstance(kept, dict) else {}), **sizes})

    def _note(self, section: int) -> None:
        """A width that the person drags is kept; one that gives way while the mouse is down on a row is not."""
        if not self._arranging and QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._dragged.add(section)
            self.saver.start()

    def _fit_columns(self) -> None:
        """Leave out what gives way where there is not room for all, and say so at the header."""
        columns = self._model.columns
        ranks = {i: column.gives_way for i, column in enumerate(columns) if self._may_go(i, column)}
        if not any(column.gives_way for column in columns):
            return
        gone = left_out([self._least(i) for i in range(len(columns))], ranks, self._view.viewport().width())
        for place, column in enumerate(columns):
            if column.shown and self._view.isColumnHidden(place) is not (place in gone):
                self._view.setColumnHidden(place, place in gone)
        names = ", ".join(columns[place].title for place in sorted(gone))
        self._view.horizontalHeader().setToolTip(f"No room here for {names}; Copy takes them along." if gone else "")

    def _may_go(self, place: int, column: Column[R]) -> bool:
        """Not what the person sorted by or gave a width."""
        return column.gives_way > 0 and column.shown and place != self._model._sort_column and not self._is_kept(column)

    def _least(self, place: int) -> int:
        """The least width of a column in a table that does not scroll."""
        column = self._model.columns[place]
        if not column.shown:
            return 0
        if column.stretch:
            return self._least_stretch(place)
        if self._is_kept(column):
            return self._view.horizontalHeader().sectionSize(place)
        return scaled_px(self._view, column.width) if place == 0 else self._wanted.get(place, 0)

    def _shrink(self) -> None:
        """Where the table is too narrow for all columns, the first gives up what it has beyond its own width."""
        header, first = self._view.horizontalHeader(), self._model.columns[0]
        if first.stretch or self._is_kept(first):
            return
        others = sum(header.sectionSize(i) for i in range(1, len(self._model.columns)) if not self._stretches(i))
        others += sum(self._wanted_stretch(i) for i in range(1, len(self._model.columns)) if self._stretches(i))
        least = scaled_px(self._view, first.width)
        room = max(self._view.viewport().width() - others, least)
        header.resizeSection(0, min(max(self._wanted_first, least), room))

    def _share_out(self) -> None:
        header = self._view.horizontalHeader()
        columns = self._model.columns
        stretching = [i for i, column in enumerate(columns) if column.stretch]
        if not stretching:
            return
        taken = sum(header.sectionSize(i) for i in range(len(columns)) if i not in stretching)
        left = self._view.viewport().width() - taken
        wanted = sum(columns[place].width for place in stretching)
        for place in stretching:
            header.resizeSection(place, max(left * columns[place].width // wanted, self._least_stretch(place)))

    def _stretches(self, place: int) -> bool:
        return self._model.columns[place].stretch

    def _least_stretch(self, place: int) -> int:
        return round(scaled_px(self._view, self._model.columns[place].width) * _LEAST_STRETCH)

    def _wanted_stretch(self, place: int) -> int:
        """What a stretching column may ask of the first: a flow its whole width, since it is there to be read."""
        column = self._model.columns[place]
        return scaled_px(self._view, column.width) if column.flow is not None else self._least_stretch(place)

    def _is_kept(self, column: Column[R]) -> bool:
        """Whether the person gave this column its width."""
        kept = self._settings.get(self._key, {})
        return isinstance(kept, dict) and column.id in kept


def left_out(widths: Sequence[int], gives_way: Mapping[int, int], room: int) -> frozenset[int]:
    """The places of the columns to leave out so that the others fit into `room` pixels.

    `widths` are the least widths of all columns; `gives_way` the places that may go with their rank, the highest goes
    first. What finds room again beside those that stay is kept. Where even that is too wide, all that may go have gone.
    """
    taken, gone = sum(widths), []
    for place in sorted(gives_way, key=lambda each: -gives_way[each]):
        if taken <= room:
            break
        taken -= widths[place]
        gone.append(place)
    for place in reversed(gone[:-1]):
        if taken + widths[place] <= room:
            taken += widths[place]
            gone.remove(place)
    return frozenset(gone)
