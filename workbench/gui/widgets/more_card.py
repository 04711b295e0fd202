"""A card with a list that shows its first rows, and the rest behind a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card


class MoreCard(Card):
    """Hidden while it has no rows. `make` turns an item into its row; what is alike is not made anew."""

    def __init__(self, title: str, make: Callable[[object], QWidget], *, first: int) -> None:
        super().__init__(title)
        self._make, self._first = make, first
        self._items: tuple[object, ...] = ()
        self._all = False
        self.hide()

    def set_items(self, items: Sequence[object]) -> None:
        if tuple(items) != self._items:
            self._items = tuple(items)
            self._draw()
        self.setVisible(bool(items))

    def _draw(self) -> None:
        clear(self)
        for item in self._items if self._all else self._items[: self._first]:
            self.body.addWidget(self._make(item))
        hidden = len(self._items) - self._first
        if hidden > 0:
            self.body.addWidget(button("Show less" if self._all else f"Show {hidden} more", self._turn, kind="link"))

    def _turn(self) -> None:
        self._all = not self._all
        self._draw()


def clear(card: Card) -> None:
    """Takes everything out of a card's body."""
    while (item := card.body.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
