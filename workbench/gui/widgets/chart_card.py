"""A chart in a card with its table twin behind one button, and a choice where the card may show several pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from workbench.analysis.chartspec import Chart
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.reading_table import ReadingTable

_LEAST_PX = 80


class ChartCard(Card):
    """Shows one of several pictures. `chosen` (name) is sent when the person chooses another one.

    `titles` are the pictures by name, in their order; `terms` the glossary entries that explain one. A picture named
    "tornado/B" is a version of "tornado": those of one picture are chosen by their own titles, in a second line.
    """

    chosen = Signal(str)

    def __init__(self, titles: Mapping[str, str], terms: Mapping[str, Sequence[str]], *, height: int = 250) -> None:
        super().__init__()
        self._titles = dict(titles)
        self._terms = terms
        self._charts: Mapping[str, Chart] = {}
        self._name = ""
        self._table: ReadingTable | None = None
        self._versions: dict[str, str] = {}
        self.chart = ChartView(height=height)
        self.chart.show_table_requested.connect(self._show_table)
        self._choice = QComboBox()
        self._choice.setProperty("kind", "plain")
        self._choice.setAccessibleName("Picture")
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # Its longest entry may not widen the page.
        self._choice.setMinimumWidth(_LEAST_PX)
        self._choice.activated.connect(self._choose)
        self._version = QComboBox()
        self._version.setAccessibleName("Compared with")
        self._version.setMinimumWidth(_LEAST_PX)
        self._version.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._version.activated.connect(self._choose_version)
        self._version.hide()
        self._turn = button("Table", self._turn_over, kind="link", hint="The same numbers as a table")
        self._infos: list[InfoButton] = []
        self._top.insertWidget(0, self._choice)
        self._top.insertStretch(1, 1)
        self._top.addWidget(self._turn)
        self.body.addWidget(self._version)
        self.body.addWidget(self.chart, 1)

    @property
    def name(self) -> str:
        """The picture that is shown; "" before there is one."""
        return self._name

    @property
    def charts(self) -> Mapping[str, Chart]:
        return self._charts

    def set_charts(self, charts: Mapping[str, Chart], wanted: str) -> None:
        """The pictures there are now; shows the wanted one, else the first."""
        self._charts = charts
        names = [name for name in self._titles if name in charts]
        known = [self._choice.itemData(place) for place in range(self._choice.count())]
        if names != known:
            self._choice.clear()
            for name in names:
                self._choice.addItem(self._titles[name], name)
        self.setVisible(bool(names))
        if names:
            self._show(wanted if wanted in names else names[0])

    def _choose(self, place: int) -> None:
        name = str(self._choice.itemData(place))
        self._show(name)
        self.chosen.emit(name)

    def _choose_version(self, place: int) -> None:
        self._versions[self._name] = str(self._version.itemData(place))
        self._show(self._name)

    def _show_versions(self, name: str) -> str:
        """Fills the second line; the version to show, "" when the picture has none."""
        versions = [key for key in self._charts if key.startswith(f"{name}/")]
        titles = [self._charts[key].title for key in versions]
        if titles != [self._version.itemText(place) for place in range(self._version.count())]:
            self._version.clear()
            for key, title in zip(versions, titles, strict=True):
                self._version.addItem(title, key)
        self._version.setVisible(bool(versions))
        if not versions:
            return ""
        shown = self._versions.get(name, "")
        shown = shown if shown in versions else versions[0]
        self._version.setCurrentIndex(versions.index(shown))
        return shown

    def _show(self, name: str) -> None:
        chart = self._charts[self._show_versions(name) or name]
        if name != self._name:
            self._name = name
            self._show_terms(name)
            self._hide_table()
        self._choice.setCurrentIndex(self._choice.findData(name))
        self.setAccessibleName(chart.title)
        self._choice.setToolTip(chart.title)
        self.chart.set_chart(chart)
        self._turn.setVisible(bool(chart.rows))
        if self._table is not None:
            self._show_table()

    def _show_terms(self, name: str) -> None:
        for old in self._infos:
            old.hide()
            old.deleteLater()
        self._infos = [InfoButton(term) for term in self._terms.get(name, ())]
        for info in self._infos:
            self._top.insertWidget(self._top.indexOf(self._turn), info)

    def _turn_over(self) -> None:
        if self._table is None:
            self._show_table()
        else:
            self._hide_table()

    def _show_table(self) -> None:
        found = self.chart.chart
        if found is None:
            return
        self._hide_table()
        self._table = ReadingTable(found.columns, found.rows)
        self.body.addWidget(self._table)
        self.chart.hide()
        self._turn.setText("Picture")
        self._turn.setAccessibleName("Picture")

    def _hide_table(self) -> None:
        if self._table is not None:
            self._table.hide()
            self._table.deleteLater()
            self._table = None
        self.chart.show()
        self._turn.setText("Table")
        self._turn.setAccessibleName("Table")
