"""Any number of entries below each other, each a small form of its own that can be removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RowSignals(QObject):
    """What a row says: it was edited, or its Remove was pressed."""

    changed = Signal()
    removed = Signal()


class Row(Protocol[T_co]):
    """A widget that edits one entry. `value` is None while the entry is empty and need not be kept."""

    @property
    def signals(self) -> RowSignals: ...

    @property
    def widget(self) -> QWidget: ...

    def begin(self) -> None: ...

    def value(self) -> T_co | None: ...


class EntryRows(QWidget, Generic[T]):
    """The rows with a link that adds one. Sends `changed` after each edit; `show_entries` never sends."""

    changed = Signal(object)

    def __init__(self, add_text: str, make: Callable[[T], Row[T]], empty: Callable[[], T], *, most: int = 100) -> None:
        super().__init__()
        self._make, self._empty, self._most = make, empty, most
        self._rows: list[Row[T]] = []
        self._shown: tuple[T, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        self._place = QVBoxLayout()
        self._place.setSpacing(Space.S)
        column.addLayout(self._place)
        self._more = button(add_text, self._add, kind="link")
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def rows(self) -> Sequence[Row[T]]:
        return self._rows

    def show_entries(self, entries: Sequence[T]) -> None:
        """Draws these entries, unless they are the ones shown."""
        if tuple(entries) == self.value() and len(entries) == len(self._rows):
            return
        for row in self._rows:
            row.widget.hide()
            row.widget.deleteLater()
        self._rows = []
        for entry in entries:
            self._put(entry)

    def value(self) -> tuple[T, ...]:
        return tuple(value for row in self._rows if (value := row.value()) is not None)

    def _add(self) -> None:
        self._put(self._empty()).begin()

    def _put(self, entry: T) -> Row[T]:
        row = self._make(entry)
        row.signals.changed.connect(lambda: self.changed.emit(None))
        row.signals.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._place.addWidget(row.widget)
        self._more.setEnabled(len(self._rows) < self._most)
        return row

    def _remove(self, row: Row[T]) -> None:
        self._rows.remove(row)
        row.widget.hide()
        row.widget.deleteLater()
        self._more.setEnabled(True)
        self.changed.emit(None)
