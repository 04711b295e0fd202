"""The pictures of the Options page: two beside each other, each of them one of all there are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.chart_card import ChartCard

TITLES = {
    "cumulative": "Cost over time",
    "tornado": "What moves the gap",
    "break-even": "Break-even volume",
    "acceptability": "How often each is best",
    "contributions": "What carries the score",
    "routing": "Routing",
}
TERMS = {
    "cumulative": ("crossover",),
    "tornado": ("tornado", "percentile"),
    "break-even": ("break-even",),
    "acceptability": ("smaa",),
    "contributions": ("swing-weight",),
    "routing": ("routing",),
}
FIRST = ("cumulative", "tornado")
_KEY = "options/pictures"
WIDE_PX = 640
HEIGHT_PX = 250


class Pictures(QWidget):
    """Remembers which two are shown."""

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__()
        self._settings = settings
        kept = settings.get(_KEY)
        wanted = [str(name) for name in kept] if isinstance(kept, list) and len(kept) == len(FIRST) else list(FIRST)
        self._wanted = [name if name in TITLES else first for name, first in zip(wanted, FIRST, strict=True)]
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(Space.M)
        self.cards = tuple(ChartCard(TITLES, TERMS, height=HEIGHT_PX) for _ in FIRST)
        for place, card in enumerate(self.cards):
            card.chosen.connect(lambda name, place=place: self._keep(place, name))
            self._row.addWidget(card, 1)

    def set_charts(self, charts: Mapping[str, Chart]) -> None:
        """Draws what there is; a picture that is not there gives way to the first that is."""
        for card, wanted in zip(self.cards, self._wanted, strict=True):
            card.set_charts(charts, wanted)

    def show_picture(self, place: int, name: str) -> None:
        """Another picture at a place, as the choice in the card does it."""
        self._keep(place, name)
        self.cards[place].set_charts(self.cards[place].charts, name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, else below each other."""
        super().resizeEvent(event)
        wide = self.width() > scaled_px(self, WIDE_PX)
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def _keep(self, place: int, name: str) -> None:
        self._wanted[place] = name
        self._settings.set(_KEY, [*self._wanted])
