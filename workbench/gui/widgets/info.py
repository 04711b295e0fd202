"""The (i) button: a term explained in place, from `resources/glossary.json`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QToolButton, QVBoxLayout, QWidget

from workbench import paths
from workbench.gui.theme import Space, icon, look_of, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.text import Words

_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the glossary."""

    id: str
    title: str
    text: str


@lru_cache(maxsize=1)
def glossary() -> dict[str, Term]:
    """All terms by id."""
    raw = json.loads((paths.data_dir("resources") / "glossary.json").read_text(encoding="utf-8"))
    return {id: Term(id, entry["title"], entry["text"]) for id, entry in raw.items()}


class InfoButton(QToolButton):
    """Opens a small panel that explains `term`, an id of the glossary; an id it lacks raises KeyError."""

    def __init__(self, term: str) -> None:
        super().__init__()
        self._term = glossary()[term]
        self.setObjectName(f"info-{term}")
        self.setAccessibleName(f"What is {self._term.title}?")
        self.setToolTip(self._term.title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._open)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._draw()

    def _draw(self) -> None:
        size = scaled_px(self, 16)
        self.setIcon(icon("info", look_of(self).muted, size))
        self.setIconSize(QSize(size, size))

    def _open(self) -> None:
        panel = TermPanel(self._term, self, learn=self._reader())
        panel.show_at(self.mapToGlobal(QPoint(0, self.height() + Space.XS)))

    def _reader(self) -> Callable[[], None] | None:
        """Opens the glossary at this term, where a page can be left; a dialog has to be answered first."""
        place: QWidget | None = self
        while place is not None and not isinstance(place, QDialog):
            if isinstance(place, Leads):
                return partial(place.navigate.emit, "learn", self._term.id)
            place = place.parentWidget()
        return None


@runtime_checkable
class Leads(Protocol):
    """What sends people to another page (every page does)."""

    navigate: Any


class TermPanel(QFrame):
    """The panel: title, two or three sentences and the way to the glossary; Escape or a click elsewhere closes it."""

    def __init__(self, term: Term, parent: QWidget, *, learn: Callable[[], None] | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "card")
        self.setAccessibleName(f"{term.title}: {term.text}")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.XS)
        column.addWidget(Words(term.title, "heading"))
        column.addWidget(Words(term.text, "body"))
        if learn is not None:
            column.addWidget(button("See it in the glossary", partial(self._leave, learn), kind="link"))
        self.setFixedWidth(scaled_px(parent, _WIDTH))

    def _leave(self, learn: Callable[[], None]) -> None:
        self.close()
        learn()

    def show_at(self, at: QPoint) -> None:
        """Open at a place on the screen, moved in where it would hang over the edge."""
        self.adjustSize()
        area = self.screen().availableGeometry()
        x = min(at.x(), area.right() - self.width() - Space.S)
        y = min(at.y(), area.bottom() - self.height() - Space.S)
        self.move(max(x, area.left()), max(y, area.top()))
        self.show()
