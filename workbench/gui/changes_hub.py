"""What was written, told to every view; and undo, which swaps frozen scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from workbench.domain.changes import Changes
from workbench.domain.scenario import Scenario


class ChangesHub(QObject):
    """Passes on what service calls wrote."""

    changed = Signal(object)

    def tell(self, changes: Changes) -> None:
        """Tell every view; empty changes are not passed on."""
        if changes != Changes():
            self.changed.emit(changes)


class SwapScenario(QUndoCommand):
    """Replaces one frozen scenario by another. Edits with the same `merge_key` in a row become one step."""

    _ID = 1

    def __init__(
        self, old: Scenario, new: Scenario, *, save: Callable[[Scenario], None], text: str, merge_key: str = ""
    ) -> None:
        super().__init__(text)
        self._old = old
        self._new = new
        self._save = save
        self._merge_key = merge_key

    def id(self) -> int:
        return self._ID if self._merge_key else -1

    def redo(self) -> None:
        self._save(self._new)

    def undo(self) -> None:
        self._save(self._old)

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take a later edit of the same field into this one (Qt calls it after the later one was done)."""
        if not isinstance(other, SwapScenario) or other._merge_key != self._merge_key:
            return False
        if other._old.id != self._new.id:
            return False
        self._new = other._new
        return True


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a page has done that is no edit of a scenario; both functions only start what has to be done."""

    text: str
    undo: Callable[[], None]
    redo: Callable[[], None]


class _DeedStep(QUndoCommand):
    """A deed on the undo stack. It is done already when it gets there."""

    def __init__(self, deed: Deed) -> None:
        super().__init__(deed.text)
        self._deed = deed
        self._is_new = True

    def redo(self) -> None:
        if not self._is_new:
            self._deed.redo()
        self._is_new = False

    def undo(self) -> None:
        self._deed.undo()


class UndoHistory(QObject):
    """The undo stack of the open scenario, over all pages. `save` is called with every scenario swapped in."""

    def __init__(self, *, save: Callable[[Scenario], None]) -> None:
        super().__init__()
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(500)
        self._save = save

    def edit(self, old: Scenario, new: Scenario, *, text: str, merge_key: str = "") -> None:
        """Swap `new` in. Nothing happens when they are equal."""
        if new != old:
            self.stack.push(SwapScenario(old, new, save=self._save, text=text, merge_key=merge_key))

    def note(self, deed: Deed) -> None:
        """Something was done that can be taken back."""
        self.stack.push(_DeedStep(deed))

    def forget(self) -> None:
        """Start anew: another scenario was opened."""
        self.stack.clear()
