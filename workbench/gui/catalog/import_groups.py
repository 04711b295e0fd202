"""What a diff does not propose, group by group: how many rows, why, and a button that takes them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton

from workbench.domain.catalog_diff import Choice, Diff, DiffRow, Held, left_words
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button, name_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words

#: what a person should know before taking a group whole
_BEFORE_TAKING: Mapping[Held, str] = {
    Held.WRONG: "Look at them one by one: a figure is far off, or older than the catalog's.",
    Held.PROVIDER: "The catalog would get providers whose terms nobody has read.",
    Held.MODEL: "The catalog would get models of which it knows no more than the list says.",
    Held.ALIKE: "They may be other models: compare the names.",
    Held.VANISHED: "Their offers would count as no longer sold.",
}


class LeftGroups(Card):
    """Sends `shown` (Held) to see a group's rows, `decided` (Held, take or not) to take or leave it whole."""

    shown = Signal(object)
    decided = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__("Left unless you take them")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.S)
        self._grid.setVerticalSpacing(Space.XS)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._takers: dict[Held, tuple[QPushButton, tuple[DiffRow, ...]]] = {}

    def show_diff(self, diff: Diff, choices: Mapping[str, Choice]) -> None:
        """The groups of another diff."""
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._takers = {}
        for why, before in _BEFORE_TAKING.items():
            if rows := diff.held(why):
                self._add(why, before, rows)
        self.setVisible(bool(self._takers))
        self.show_choices(choices)

    def show_choices(self, choices: Mapping[str, Choice]) -> None:
        """Each button says what pressing it does now."""
        for why, (taker, rows) in self._takers.items():
            verb = "Leave" if _all_taken(rows, choices) else "Take"
            name_button(taker, f"{verb} {'all ' if len(rows) > 1 else ''}{len(rows):,}")
            taker.setAccessibleName(f"{verb} {left_words(why, len(rows))}")

    def _add(self, why: Held, before: str, rows: tuple[DiffRow, ...]) -> None:
        place = len(self._takers)
        self._grid.addWidget(Words(f"**{left_words(why, len(rows))}.** {before}"), place, 0)
        show = button("Show", partial(self.shown.emit, why), kind="link")
        show.setAccessibleName(f"Show {left_words(why, len(rows))}")
        taker = button("Take", self._turn(why))
        self._grid.addWidget(show, place, 1)
        self._grid.addWidget(taker, place, 2)
        self._takers[why] = taker, rows

    def _turn(self, why: Held) -> Callable[[], None]:
        return lambda: self.decided.emit(why, self._takers[why][0].text().startswith("Take"))


def _all_taken(rows: tuple[DiffRow, ...], choices: Mapping[str, Choice]) -> bool:
    return all(choices.get(row.id, row.proposed) is not Choice.REJECT for row in rows)
