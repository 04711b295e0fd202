"""A white card with a hairline: the one kind of box. Cards are never put inside cards."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.gui.theme import Space
from workbench.gui.widgets.text import Words


class Card(QFrame):
    """Add widgets to `body`; a `title` stands in bold on top, with room at its right for `add_beside_title`."""

    def __init__(self, title: str = "", *, padding: int = Space.M) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(padding, padding, padding, padding)
        column.setSpacing(Space.S)
        self._top = QHBoxLayout()
        self._top.setSpacing(Space.S)
        self._title = Words(title, "heading")
        self._title.setVisible(bool(title))
        self._top.addWidget(self._title, 1)
        column.addLayout(self._top)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.S)
        column.addLayout(self.body, 1)
        if title:
            self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        self._title.set_text(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def add_beside_title(self, widget: QWidget) -> None:
        """A small control at the right of the title."""
        self._top.addWidget(widget)


class WordyCard(Card):
    """A card of wrapped texts, as tall as they are at its width: a column of cards asks for their least height only,
    and would cut them. Call `take_room` when the texts have changed."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.take_room()

    def take_room(self) -> None:
        take_room(self)


def take_room(widget: QWidget) -> None:
    """As tall at least as what is in it wants to be at its width."""
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        widget.setMinimumHeight(layout.totalHeightForWidth(widget.width()))


class Line(QFrame):
    """A hairline between two parts."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "line")
        self.setFixedHeight(1)
