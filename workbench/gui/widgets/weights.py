"""What matters: one slider per criterion, in swing points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout

from workbench.domain.criterion import Criterion
from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.buttons import menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.text import Words

COLUMN_PX = 190
ALIKE, ORDER, COMPARISONS, WIDER = "alike", "order", "comparisons", "wider"
WAYS = {
    ORDER: "Their order alone",
    ALIKE: "All the same",
    COMPARISONS: "A table of pairwise comparisons (AHP)…",
    WIDER: "The same points, on scales that hold every option",
}


class WeightsCard(Card):
    """Sends `moved` (criteria) while a slider is dragged and `settled` (criteria) when it is let go; `set_from` (one of
    WAYS) when the person wants all of them set in another way."""

    moved = Signal(object)
    settled = Signal(object)
    set_from = Signal(str)

    def __init__(self) -> None:
        super().__init__("What matters")
        ways = {title: partial(self.set_from.emit, way) for way, title in WAYS.items()}
        self.add_beside_title(menu_button("Set from", ways, hint="Other ways to say what matters"))
        self.add_beside_title(InfoButton("swing-weight"))
        self.body.addWidget(
            Words(
                "100 for what you would improve first if everything were at its worst; the others beside it.", "muted"
            )
        )
        self._criteria: tuple[Criterion, ...] = ()
        self._sliders: dict[str, ValueSlider] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(Space.XL)
        self.body.addLayout(self._grid)
        self._note = Words("", "small", "caution")
        self._note.hide()
        self.body.addWidget(self._note)

    def say(self, sentence: str) -> None:
        """What came of setting them where it changed nothing; until one is moved."""
        self._note.set_text(sentence)
        self._note.show()

    def show_criteria(self, criteria: Sequence[Criterion]) -> None:
        """Draws these points; sends nothing. Sliders are made anew only when the criteria themselves change."""
        if [c.id for c in criteria] != [c.id for c in self._criteria]:
            for slider in self._sliders.values():
                slider.hide()
                slider.deleteLater()
            self._sliders = {criterion.id: self._slider(criterion) for criterion in criteria}
        self._criteria = tuple(criteria)
        for criterion in criteria:
            self._sliders[criterion.id].set_value(criterion.points)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _slider(self, criterion: Criterion) -> ValueSlider:
        scale = f"0 at {_number(criterion.worst)}, 1 at {_number(criterion.best)} {criterion.unit}"
        slider = ValueSlider(criterion.title, 0, 100, 0, show=lambda v: f"{v:.0f}", round_to=5, hint=scale)
        slider.changed.connect(lambda _value: self.moved.emit(self._now()))
        slider.released.connect(lambda _value: self.settled.emit(self._now()))
        return slider

    def _now(self) -> tuple[Criterion, ...]:
        """The criteria as the sliders stand; all at zero weigh nothing, so then all count the same, and it is said."""
        points = {id: slider.value for id, slider in self._sliders.items()}
        nothing_counts = not any(points.values())
        if nothing_counts:
            points = dict.fromkeys(points, 100.0)
        self._note.set_text("With all of them at 0 nothing would count, so all count the same: 100 each.")
        self._note.setVisible(nothing_counts)
        return tuple(replace(criterion, points=points[criterion.id]) for criterion in self._criteria)

    def _arrange(self) -> None:
        """In as many columns as find room: one more would ask for a wider page, on which one more would fit, and Qt
        would lay the page out for ever."""
        edges, gap = self.contentsMargins(), self._grid.horizontalSpacing()
        if (layout := self.layout()) is not None:
            edges += layout.contentsMargins()
        room = self.width() - edges.left() - edges.right()
        sliders = self._sliders.values()
        least = max([scaled_px(self, COLUMN_PX), *(slider.minimumSizeHint().width() for slider in sliders)])
        columns = max(1, min(3, (room + gap) // (least + gap)))
        for place, slider in enumerate(sliders):
            self._grid.addWidget(slider, place // columns, place % columns)


def _number(value: float) -> str:
    return f"{value:,.0f}"
