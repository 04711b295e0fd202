"""What would change our mind, as sentences with a button that tries each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.domain.option import Flip
from workbench.gui.options.conflicts import tried_row
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.more_card import MoreCard

FIRST_SHOWN = 5


class FlipsCard(MoreCard):
    """Sends `tried` (Flip). The nearest come first."""

    tried = Signal(object)

    def __init__(self) -> None:
        super().__init__("What would change our mind", self._row, first=FIRST_SHOWN)
        self.add_beside_title(InfoButton("flip"))

    def set_flips(self, flips: Sequence[Flip]) -> None:
        self.set_items(flips)

    def _row(self, flip: object) -> QWidget:
        assert isinstance(flip, Flip)
        return tried_row(flip.text, partial(self.tried.emit, flip))
