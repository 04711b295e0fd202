"""What was written, told to every view; and undo, which swaps frozen scenarios."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

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
    """An undo stack for each scenario, over all pages; `group` follows that of the open one.

    `save` is called with every scenario swapped in.
    """

    def __init__(self, *, save: Callable[[Scenario], None]) -> None:
        super().__init__()
        self.group = QUndoGroup(self)
        self._stacks: dict[str, QUndoStack] = {}
        self._left: dict[str, Scenario] = {}
        self._save = save
        self.turn_to(None, left=None)

    @property
    def stack(self) -> QUndoStack:
        """The steps of the scenario that lies open."""
        return self.group.activeStack()

    def turn_to(self, scenario: Scenario | None, *, left: Scenario | None) -> None:
        """`left` is put away as it is now, and `scenario` lies open with the steps that were made in it.

        They start anew when it was changed elsewhere meanwhile: a step would take that back, unseen.
        """
        if left is not None:
            self._left[left.id] = left
        id = scenario.id if scenario is not None else ""
        stack = self._stacks.get(id)
        if stack is None:
            stack = self._stacks[id] = QUndoStack(self.group)
            stack.setUndoLimit(500)
        if scenario is None or not _same_content(self._left.get(id), scenario):
            stack.clear()
        self.group.setActiveStack(stack)

    def edit(self, old: Scenario, new: Scenario, *, text: str, merge_key: str = "") -> None:
        """Swap `new` in. Nothing happens when they are equal."""
        if new != old:
            self.stack.push(SwapScenario(old, new, save=self._save, text=text, merge_key=merge_key))

    def note(self, deed: Deed) -> None:
        """Something was done that can be taken back."""
        self.stack.push(_DeedStep(deed))


def _same_content(left: Scenario | None, found: Scenario) -> bool:
    """Whether a scenario is as it was left, by all that a person sees of it."""
    return left is not None and left == replace(found, version=left.version, updated_at=left.updated_at)
