"""What is selected, shared by all pages: pick a model in the table and the chart shows it too."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True, slots=True)
class Picked:
    """One thing by kind ("offer", "option", "model", "case" …) and id."""

    kind: str
    id: str


class Selection(QObject):
    """The one thing selected in the window, or nothing."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._current: Picked | None = None

    @property
    def current(self) -> Picked | None:
        return self._current

    def id_of(self, kind: str) -> str:
        """The id selected, if it is of this kind, else ""."""
        return self._current.id if self._current is not None and self._current.kind == kind else ""

    def pick(self, kind: str, id: str) -> None:
        """Select one thing; says so only when it is another than before."""
        self._set(Picked(kind, id))

    def clear(self) -> None:
        self._set(None)

    def _set(self, picked: Picked | None) -> None:
        if picked != self._current:
            self._current = picked
            self.changed.emit(picked)
