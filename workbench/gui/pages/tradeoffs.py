"""Trade-offs: monthly cost against quality, live while volume and weights are dragged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog

from workbench.analysis import words
from workbench.analysis.chartspec import Chart
from workbench.analysis.tradeoffs import TradePoint
from workbench.domain.changes import Changes
from workbench.domain.option import DataFlow, ModelRole, OptionDraft, Strategy, Technique
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.forms.option_form import free_id
from workbench.gui.newest import Newest
from workbench.gui.pages.base import House, Page, PageAction
from workbench.gui.selection import Picked
from workbench.gui.slices import Slices
from workbench.gui.theme import Space, Tone, scaled_px
from workbench.gui.widgets.buttons import button, menu_button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark, Span
from workbench.gui.widgets.slider import ValueSlider
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.terms import Terms
from workbench.gui.widgets.text import Words
from workbench.gui.widgets.volume import VolumeSlider, at_volume, is_moved
from workbench.reports.charts import svg
from workbench.reports.files import write_whole
from workbench.services.eval_results import EvalResults
from workbench.services.tradeoffs import TradeoffService, TradeoffView

KIND = "offer"
CHART_PX = 330
WIDE_PX = 560
SVG_SIZE = (960, 600)
WEIGHT_TITLES = {"quality": "Quality matters", "monthly_usd": "Running cost matters"}
HOSTING_WORDS = {Hosting.API: "API", Hosting.SELF_HOST: "own servers", Hosting.LOCAL_FILE: "this machine"}
KNEE = "The knee of the front: from here on more money buys little more (each tenfold step of cost counts the same)."
LEAVES_HINT = "What leaves this machine"
LEAVES = {Hosting.API: "what you send", Hosting.SELF_HOST: "nothing", Hosting.LOCAL_FILE: "nothing"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sliders say; what is None is as the scenario says."""

    scenario: Scenario
    volume: float | None
    weights: Mapping[str, float] | None


class TradeoffsPage(Page):
    """The scatter, the sliders under it, and the same points as a table."""

    id: ClassVar[str] = "tradeoffs"
    title: ClassVar[str] = "Trade-offs"
    icon: ClassVar[str] = "tradeoffs"
    needs: ClassVar[tuple[str, ...]] = ("tradeoffs", "eval_results")

    def __init__(self, *, house: House, tradeoffs: TradeoffService, eval_results: EvalResults) -> None:
        super().__init__(house=house)
        self._service = tradeoffs
        self._evals = eval_results
        self._shown: TradeoffView | None = None
        self._slices = Slices(self)
        exports = {"Copy picture": self._copy_picture, "PNG picture": self._save_png, "SVG picture": self._save_svg}
        self.header.add_button(menu_button("Export", exports))
        self.header.add_button(button("Go to options", lambda: self.navigate.emit("options", None), kind="main"))
        self._error = ErrorBox()
        self._newest: Newest[Wish, TradeoffView] = Newest(
            house.tasks, self, work=self._compute, done=self._arrived, failed=self._error.show_error
        )
        self._chart = ChartView(height=CHART_PX)
        self._chart.picked.connect(lambda id: house.selection.pick(KIND, id))
        self._volume = VolumeSlider()
        self._sliders = self._make_sliders()
        self._table = self._make_table()
        self._lay_out_page()
        house.selection.changed.connect(self._selection_changed)

    def _make_sliders(self) -> dict[str, ValueSlider]:
        sliders = {
            key: ValueSlider(title, 0, 100, 50, show=lambda v: f"{v:.0f} points", round_to=5)
            for key, title in WEIGHT_TITLES.items()
        }
        for slider in (*sliders.values(), self._volume):
            slider.changed.connect(lambda _value: self._ask(dragged=True))
            slider.released.connect(lambda _value: self._keep())
        return sliders

    def _make_table(self) -> DataTable[TradePoint]:
        table: DataTable[TradePoint] = DataTable(
            "tradeoffs",
            (
                Column("model", "Model", lambda p: p.model_name, aside=lambda p: p.offer_name, width=190, stretch=True),
                Column(
                    "cost",
                    "Cost a month",
                    _cost_text,
                    unit="USD",
                    right=True,
                    aside=_cost_range,
                    sort=lambda p: p.cost_usd.likely if p.cost_usd else None,
                    width=140,
                ),
                Column(
                    "quality",
                    "Quality",
                    _quality_text,
                    unit="of 100",
                    right=True,
                    span=_quality_span,
                    sort=lambda p: p.quality.value if p.quality else None,
                    hint=lambda p: p.quality.label if p.quality else "No independent score.",
                    width=112,
                ),
                Column(
                    "value",
                    "Value",
                    _value_text,
                    unit="of 100",
                    right=True,
                    sort=lambda p: p.score,
                    hint=lambda _: self._shown.order_words if self._shown is not None else "",
                    width=62,
                ),
                Column("front", "Front", _front_word, mark=_front_mark, width=62),
                Column(
                    "leaves",
                    "Leaves",
                    lambda p: LEAVES[p.hosting],
                    hint=lambda _: LEAVES_HINT,
                    width=124,
                ),
            ),
            row_id=lambda p: p.id,
            name="Models by cost and quality",
            settings=self.house.settings,
            faint=lambda p: not p.pareto,
            filter_hint="Filter by model or provider",
            visible_rows=6,
        )
        table.picked.connect(lambda id: self.house.selection.pick(KIND, id))
        return table

    def _lay_out_page(self) -> None:
        self._picture = Card()
        self._picture.body.addWidget(self._chart)
        self._picture.body.addWidget(Terms(("front", "interval", "swing-weight")))
        controls = Card()
        self._slider_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._slider_row.setSpacing(Space.XL)
        for slider in (*self._sliders.values(), self._volume):
            self._slider_row.addWidget(slider, 1)
        controls.body.addLayout(self._slider_row)
        self.body.addWidget(self._error)
        self.body.addWidget(self._picture)
        self._picture.hide()
        self._order = Words("", "muted")
        self.body.addWidget(controls)
        self.body.addWidget(self._order)
        self.body.addWidget(self._table, 1)

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Computes the points; the sliders stand where the scenario's weights are once those are known."""
        super().show_scenario(scenario)
        self.setEnabled(scenario is not None)
        if scenario is None:
            return
        self._volume.show_answers(scenario.answers)
        self._ask()

    def forget(self) -> None:
        self._shown = None
        self.header.set_answer("")
        self._error.clear()
        self._picture.hide()
        self._draw_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sliders stand side by side where there is room, else below each other."""
        super().resizeEvent(event)
        wide = self.width() > scaled_px(self, WIDE_PX)
        self._slider_row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def refresh(self, changes: Changes) -> None:
        """The team's own eval moves the points."""
        if changes.evals or changes.catalog:
            self._ask()

    def page_actions(self) -> tuple[PageAction, ...]:
        return (
            PageAction("Copy the chart as a picture", self._copy_picture),
            PageAction("Copy the chart's data", self._chart.copy_data),
            PageAction("Save the chart as PNG", self._save_png),
            PageAction("Save the chart as SVG", self._save_svg),
            PageAction("Copy the trade-offs as Markdown", lambda: self._table.copy(self._table.as_markdown)),
        )

    # following the sliders

    def _ask(self, *, dragged: bool = False) -> None:
        """Has computed what the scenario says, or the sliders while one is dragged."""
        if self.scenario is None:
            return
        weights = {key: self._sliders[key].value for key in WEIGHT_TITLES} if dragged else None
        if weights is not None and not any(weights.values()):
            weights = dict.fromkeys(WEIGHT_TITLES, 1.0)
        volume = self._volume.value if is_moved(self.scenario.answers, self._volume.value) else None
        self._newest.ask(Wish(self.scenario, volume, weights))

    def _compute(self, wish: Wish) -> TradeoffView:
        return self._service.points(
            wish.scenario,
            requests_per_day=wish.volume,
            weights=wish.weights,
            evidence=self._evals.evidence(wish.scenario.id),
        )

    def _keep(self) -> None:
        """A slider was released: its value becomes part of the scenario; weights only when one of them was moved."""
        scenario = self.scenario
        if scenario is None:
            return
        in_force = self._shown.criteria if self._shown is not None else scenario.criteria
        said = tuple(replace(c, points=self._sliders[c.id].value) if c.id in WEIGHT_TITLES else c for c in in_force)
        criteria = said if said != in_force else scenario.criteria
        answers = at_volume(scenario.answers, self._volume.value)
        self.begin_edit(replace(scenario, criteria=criteria, answers=answers), "Move a slider", merge_key="tradeoffs")

    # drawing

    def _arrived(self, wish: Wish, view: TradeoffView) -> None:
        if self.scenario is None or self.scenario.id != wish.scenario.id:
            return
        if wish.weights is None and not self._newest.has_newer:
            for criterion in view.criteria:
                if criterion.id in WEIGHT_TITLES:
                    self._sliders[criterion.id].set_value(criterion.points)
        self._draw(view)

    def _draw(self, view: TradeoffView) -> None:
        self._shown = view
        self._error.clear()
        lead, _, rest = view.sentence.partition(". ")
        self.header.set_answer(f"{lead}." if rest else lead, rest)
        self._chart.set_chart(view.chart)
        self._picture.show()
        self._slices.run(self._draw_rows, self._select_something)

    def _draw_rows(self) -> None:
        """The kept points in the service's order: what sensitive data needs first, then the best under the weights."""
        points = self._shown.points if self._shown is not None else ()
        self._order.set_text(self._shown.order_words if self._shown is not None else "")
        self._table.set_rows(point for point in points if point.kept)

    def _select_something(self) -> None:
        """The best point, where the person has not chosen one that is here."""
        view, chosen = self._shown, self.house.selection.id_of(KIND)
        if view is not None and view.best and not any(p.id == chosen for p in view.points):
            self.house.selection.pick(KIND, view.best)
        else:
            self._show_selection()

    def _selection_changed(self, _picked: Picked | None) -> None:
        self._show_selection()

    def _show_selection(self) -> None:
        chosen = self.house.selection.id_of(KIND)
        self._chart.select(chosen)
        self._table.select(chosen)
        if self.isVisible() and self._shown is not None:
            found = next((p for p in self._shown.points if p.id == chosen), None)
            self.explain.emit(None if found is None else self._explanation(found))

    def _explanation(self, point: TradePoint) -> Explanation:
        names = {p.id: p.model_name for p in (self._shown.points if self._shown else ())}
        places: list[Row] = []
        if self._shown is not None and point.id == self._shown.knee:
            places.append(Row(KNEE, Tone.GOOD))
        if not point.kept:
            place = Row(point.why_out, Tone.BAD)
        elif point.pareto:
            place = Row("Nothing that qualifies and could replace it costs less and is better.", Tone.GOOD)
        elif point.dominated_by:
            better = names.get(point.dominated_by, point.dominated_by)
            place = Row(f"**{better}** costs less and is at least as good.", Tone.CAUTION)
        else:
            place = Row("It cannot be placed: a price or a score is missing.", Tone.CAUTION)
        figures = []
        if point.cost_usd is not None:
            cost = point.cost_usd
            figures.append(Row(f"**{words.usd(cost.likely)}** a month{words.usd_span(cost)}"))
        if point.later is not None:
            starts, after = point.later
            figures.append(Row(f"**{words.usd(after.likely)}** a month from {words.day(starts)} on", Tone.CAUTION))
        if point.quality is not None:
            quality = point.quality
            figures.append(
                Row(f"Quality **{quality.value:.0f}** of 100, between {quality.low:.0f} and {quality.high:.0f}")
            )
        figures.append(Row(f"Runs on {HOSTING_WORDS[point.hosting]}; {LEAVES[point.hosting]} leaves the machine"))
        actions = [InspectorAction("Make it an option", lambda: self._make_option(point))] if point.kept else []
        if point.hosting is Hosting.LOCAL_FILE:
            actions.append(
                InspectorAction("Try it side by side", lambda: self.navigate.emit("validate", point.model_id))
            )
        sources = (point.quality.label,) if point.quality is not None else ()
        return Explanation(
            point.model_name,
            point.offer_name,
            (
                Section("On the front" if point.pareto else "Off the front", (place, *places)),
                Section("Figures", tuple(figures)),
            ),
            sources,
            tuple(actions),
        )

    # what the person does

    def _make_option(self, point: TradePoint) -> None:
        """Adds a buy or build option of this one model; its figures are computed. What counts how much stays."""
        if self.scenario is None or self._shown is None:
            return
        buy = point.hosting is Hosting.API
        draft = OptionDraft(
            id=free_id({option.id for option in self.scenario.options}),
            name=f"{point.model_name}, {point.offer_name}",
            strategy=Strategy.BUY if buy else Strategy.BUILD,
            summary=f"{point.model_name} for every request.",
            models=(ModelRole(point.model_id, point.offer, "every request", 1.0),),
            technique=Technique.PROMPT,
            data_flow=DataFlow.ALL_LEAVES if buy else DataFlow.NOTHING_LEAVES,
        )
        options = (*self.scenario.options, draft)
        new = replace(self.scenario, options=options, criteria=self._shown.criteria)
        self.begin_edit(new, f"Add option {draft.id}")
        self.house.selection.pick("option", draft.id)
        self.navigate.emit("options", None)

    def _copy_picture(self) -> None:
        self._chart.copy_picture()

    def _save_png(self) -> None:
        self._chart.ask_and_save()

    def _save_svg(self) -> None:
        """The same chart as the reports draw it."""
        chart = self._chart.chart
        if chart is None:
            return
        name, _kind = QFileDialog.getSaveFileName(self, "Save the chart", "trade-offs.svg", "SVG picture (*.svg)")
        if name:
            self.house.tasks.start(
                lambda: _write_svg(chart, Path(name)),
                lane="pool",
                done=lambda _none: self._error.clear(),
                failed=self._error.show_error,
                owner=self,
            )


def _write_svg(chart: Chart, path: Path) -> None:
    write_whole(path, svg(chart, *SVG_SIZE).encode())


def _cost_text(point: TradePoint) -> str:
    return words.usd(point.cost_usd.likely if point.cost_usd is not None else None).removeprefix("$")


def _cost_range(point: TradePoint) -> str:
    cost = point.cost_usd
    if cost is None or cost.is_exact:
        return ""
    return "–".join(words.usd(end).removeprefix("$") for end in (cost.low, cost.high))


def _value_text(point: TradePoint) -> str:
    return UNKNOWN if point.score is None else f"{point.score * 100:.0f}"


def _quality_text(point: TradePoint) -> str:
    return UNKNOWN if point.quality is None else f"{point.quality.value:.0f}"


def _quality_span(point: TradePoint) -> Span | None:
    quality = point.quality
    return None if quality is None else Span(quality.low, quality.value, quality.high, 0.0, 100.0)


def _front_word(point: TradePoint) -> str:
    return "yes" if point.pareto else "no"


def _front_mark(point: TradePoint) -> Mark | None:
    return Mark(Tone.GOOD) if point.pareto else None
