"""A card to try something on: sliders on top, the answer as a sentence, the picture and its table below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from workbench.analysis.chartspec import Chart
from workbench.domain.errors import WorkbenchError
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

_COLUMNS = 2


class Explorer(Card):
    """`redraw` is called at once and whenever a slider moves; it returns the sentence and draws with `draw`.

    What `redraw` refuses (WorkbenchError) is shown in the card instead of an answer.
    """

    def __init__(self, title: str, *, chart_height: int = 380) -> None:
        super().__init__(title)
        self._redraw: Callable[[], str] | None = None
        self._sliders = QGridLayout()
        self._sliders.setHorizontalSpacing(Space.XL)
        self._sliders.setVerticalSpacing(Space.S)
        self._controls: list[tuple[QWidget, bool]] = []
        self._columns = 0
        self._chart_height = chart_height
        self.sentence = Words("", "answer")
        self.error = ErrorBox()
        self.chart: ChartView | None = None
        self._table: ReadingTable | None = None
        self._fold = button("Show as a table", self._fold_table, kind="link")
        self._fold.hide()

    def add_presets(self, name: str, presets: Mapping[str, Callable[[], object]]) -> None:
        """Buttons that put the sliders onto well-known values."""
        row = QWidget()
        row.setAccessibleName(name)
        flow = FlowLayout(row)
        for title, run in presets.items():
            flow.addWidget(button(title, run, kind="chip"))
        self.body.addWidget(Words(name, "muted"))
        self.body.addWidget(row)

    def add_control(self, control: QWidget, *, wide: bool = False) -> None:
        """A slider or field, two beside each other; a `wide` one takes the whole line."""
        # Its words may not widen the page: where two do not fit beside each other they go below each other.
        control.setMinimumWidth(1)
        self._controls.append((control, wide))
        if isinstance(control, ValueSlider):
            control.changed.connect(lambda _value: self.run())

    def begin(self, redraw: Callable[[], str], *, note: str = "") -> None:
        """Lays out what was added and draws for the first time."""
        self._place_controls()
        self.body.addLayout(self._sliders)
        self.body.addWidget(self.error)
        self.body.addWidget(self.sentence)
        self._redraw = redraw
        self.run()
        self.body.addWidget(self._fold)
        if note:
            self.body.addWidget(Words(note, "muted"))

    def run(self) -> None:
        """Computes again from where the sliders are."""
        if self._redraw is None:
            return
        try:
            sentence = self._redraw()
        except WorkbenchError as error:
            self._withdraw()
            self.error.show_error(error)
            return
        self.error.clear()
        self.sentence.set_text(sentence)

    def draw(self, chart: Chart) -> None:
        """Shows the picture, and its table when that is unfolded."""
        if self.chart is None:
            self.chart = ChartView(height=self._chart_height, motion=False)
            self.chart.show_table_requested.connect(self._show_table)
            self.body.addWidget(self.chart)
        self.chart.set_chart(chart)
        self.chart.show()
        self._fold.setVisible(bool(chart.rows))
        if self._table is not None:
            self._put_table()

    def _withdraw(self) -> None:
        """Takes away the last answer: it is not one to what the sliders say now."""
        self.sentence.set_text("")
        for part in (self.chart, self._table, self._fold):
            if part is not None:
                part.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_controls()

    def _place_controls(self) -> None:
        """As many columns as the widest slider's words allow."""
        widest = max((c.minimumSizeHint().width() for c, wide in self._controls if not wide), default=0)
        columns = _COLUMNS if _COLUMNS * widest + 3 * Space.XL <= self.width() else 1
        if columns == self._columns:
            return
        self._columns = columns
        place = 0
        for control, wide in self._controls:
            if wide:
                place += -place % columns
            self._sliders.addWidget(control, place // columns, place % columns, 1, columns if wide else 1)
            place += columns if wide else 1
        for column in range(_COLUMNS):
            self._sliders.setColumnStretch(column, 1 if column < columns else 0)

    def _fold_table(self) -> None:
        if self._table is None:
            self._show_table()
        else:
            self._take_table()
            self._name_fold("Show as a table")

    def _show_table(self) -> None:
        self._put_table()
        self._name_fold("Hide the table")

    def _put_table(self) -> None:
        self._take_table()
        if self.chart is not None and self.chart.chart is not None:
            self._table = ReadingTable(self.chart.chart.columns, self.chart.chart.rows)
            self.body.insertWidget(self.body.indexOf(self._fold) + 1, self._table)

    def _take_table(self) -> None:
        if self._table is not None:
            self._table.hide()
            self._table.deleteLater()
            self._table = None

    def _name_fold(self, text: str) -> None:
        self._fold.setText(text)
        self._fold.setAccessibleName(text)
