"""Routing from the scenario's newest eval: the frontier of all its models, and every pair of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.analysis.chartspec import Chart
from workbench.domain.evals import EvalRun
from workbench.domain.routing import Frontier, Router, RoutingStudy
from workbench.domain.scenario import Scenario
from workbench.gui.pages.base import House
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.card import Card, take_room
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.state import EmptyState, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf

if TYPE_CHECKING:
    from workbench.services.routing import RoutingService

FRONTIER_PX, PAIR_PX = 320, 300
#: seven tenths of it hold the longest rule with its figures
BEST_PX = 420


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn, worked out before it reaches the GUI thread."""

    run: EvalRun
    frontier: Frontier
    chart: Chart
    sentence: str
    studies: tuple[RoutingStudy, ...]
    charts: tuple[Chart, ...]


class RoutingView(QWidget):
    """`answered` (lead, rest) is the page's sentence; `eval_wanted` when there is nothing to draw yet."""

    answered = Signal(str, str)
    eval_wanted = Signal()

    def __init__(self, *, house: House, routing: Callable[[], RoutingService], name_of: NameOf) -> None:
        super().__init__()
        self._house, self._routing, self._name_of = house, routing, name_of
        self._scenario_id = ""
        self._asked_for = 0
        self.shown: Shown | None = None
        self._empty = EmptyState(
            "Routing is judged on your own cases: run an eval of two models or more on 20 cases or more.",
            "Set up an eval",
            self.eval_wanted.emit,
            icon="validate",
        )
        self.error = ErrorBox()
        self.frontier = ChartView(height=FRONTIER_PX)
        self._all = Card("All models together")
        self._all.add_beside_title(InfoButton("routing"))
        self._all.body.addWidget(self.frontier)
        self.pairs = self._make_pairs()
        self._pairs = Card("Every pair")
        self._pairs.body.addWidget(self.pairs)
        self.pair = ChartView(height=PAIR_PX)
        self._sentence = Words("")
        self._one = Card("One pair")
        self._one.body.addWidget(self._sentence)
        self._one.body.addWidget(self.pair)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for widget in (self._empty, self.error, self._all, self._pairs, self._one):
            column.addWidget(widget)
        column.addStretch(1)
        self._arrange(known=False)

    def event(self, event: QEvent) -> bool:
        """The words below a picture wrap; the view takes what they want, and the page scrolls."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            take_room(self)
        return done

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Another scenario has its own evals."""
        if scenario is None or scenario.id == self._scenario_id:
            return
        self._scenario_id, self.shown = scenario.id, None
        self._arrange(known=False)
        self.answered.emit("", "")
        if self.isVisible():
            self.read()

    def read(self) -> None:
        """The newest eval, worked out in the background; only the newest request is drawn."""
        scenario_id = self._scenario_id
        if not scenario_id:
            return
        self._asked_for += 1
        number = self._asked_for

        def show(found: Shown | None) -> None:
            if number == self._asked_for:
                self.shown = found
                self._draw()

        self._house.tasks.start(
            lambda: self._worked_out(scenario_id), done=show, failed=self.error.show_error, owner=self
        )

    def _worked_out(self, scenario_id: str) -> Shown | None:
        """In the pool."""
        from workbench.analysis.routing_frontier import frontier_chart, frontier_words

        service = self._routing()
        run = service.newest(scenario_id)
        found = service.frontier(run) if run is not None else None
        if run is None or found is None:
            return None
        names = [self._name_of(model.model_id) for model in found.models]
        studies = service.studies(run)
        charts = tuple(service.chart(study, self._name_of) for study in studies)
        return Shown(run, found, frontier_chart(found, names), frontier_words(found, names), studies, charts)

    def _draw(self) -> None:
        shown = self.shown
        self._arrange(known=True)
        if shown is None:
            self.say()
            return
        self.error.clear()
        self.frontier.set_chart(shown.chart)
        self.pairs.set_rows(shown.studies)
        if shown.studies:
            self.pairs.select(_id(shown.studies[-1]))
            self._show_pair(_id(shown.studies[-1]))
        self.say()

    def _arrange(self, *, known: bool) -> None:
        """Nothing final is said before the evals were read."""
        has = self.shown is not None
        self._empty.setVisible(known and not has)
        self._all.setVisible(has)
        self._pairs.setVisible(self.shown is not None and bool(self.shown.studies))
        self._one.setVisible(self.shown is not None and bool(self.shown.studies))

    def say(self) -> None:
        """The answer of the view."""
        if self.shown is None:
            self.answered.emit("Nothing to route yet.", "Run an eval of two models or more on 20 cases or more.")
            return
        lead, _, rest = self.shown.sentence.partition(". ")
        run = self.shown.run
        told = f"{rest} From “{run.name}”, {words.count(self.shown.frontier.cases, 'case')}."
        self.answered.emit(f"{lead.removesuffix('.')}.", told.replace(" %", "\N{NO-BREAK SPACE}%").strip())

    def _show_pair(self, id: str) -> None:
        if self.shown is None:
            return
        for study, chart in zip(self.shown.studies, self.shown.charts, strict=True):
            if _id(study) == id:
                self._one.set_title(f"{self._name_of(study.weak)} first, {self._name_of(study.strong)} where it pays")
                self._sentence.set_text(study.sentence)
                self.pair.set_chart(chart)

    def _make_pairs(self) -> DataTable[RoutingStudy]:
        table: DataTable[RoutingStudy] = DataTable(
            "routing-pairs",
            (
                Column("weak", "Weaker", lambda s: self._name_of(s.weak), width=110),
                Column("strong", "Stronger", lambda s: self._name_of(s.strong), width=110),
                Column(
                    "only_strong", "Only the stronger", lambda s: words.share(s.only_strong / s.cases), unit="right",
                    right=True, sort=lambda s: s.only_strong / s.cases, width=104, gives_way=1,
                    hint=lambda s: f"{s.only_strong} of {s.cases} cases: what routing can win.",
                ),
                Column(
                    "only_weak", "Only the weaker", lambda s: words.share(s.only_weak / s.cases), unit="right",
                    right=True, sort=lambda s: s.only_weak / s.cases, width=104, gives_way=3,
                    hint=lambda s: f"{s.only_weak} of {s.cases} cases: why a mix can beat the stronger model alone.",
                ),
                Column(
                    "oracle", "One who knows", lambda s: words.share(s.oracle_quality), unit="right", right=True,
                    sort=lambda s: s.oracle_quality, width=96, gives_way=2,
                    hint=lambda s: f"Sends {words.share(s.oracle_share)} of the cases to the stronger model.",
                ),
                Column(
                    "router", "Best rule known", _best, stretch=True, width=BEST_PX, hint=lambda s: s.sentence,
                    sort=lambda s: _area(_best_router(s)), aside=_doubt, mark=_shown_mark,
                ),
            ),
            row_id=_id,
            name="Routing between every pair of models",
            settings=self._house.settings,
            filterable=False,
            visible_rows=8,
            snug=True,
        )  # fmt: skip
        table.picked.connect(self._show_pair)
        return table


def _id(study: RoutingStudy) -> str:
    return f"{study.weak}|{study.strong}"


def _best_router(study: RoutingStudy) -> Router | None:
    """The rule with the largest area among those that need no oracle."""
    real = [router for router in study.routers if router.id not in ("random", "oracle")]
    return max(real, key=_area_known, default=None)


def _area_known(router: Router) -> float:
    return -1.0 if router.recovered is None else router.recovered


def _area(router: Router | None) -> float | None:
    return None if router is None else router.recovered


def _best(study: RoutingStudy) -> str:
    """ "Topic table: 0.69 (0.62 to 0.75)"."""
    router = _best_router(study)
    if router is None or router.recovered is None:
        return UNKNOWN
    ends = ""
    if router.recovered_low is not None and router.recovered_high is not None:
        ends = f" ({router.recovered_low:.2f} to {router.recovered_high:.2f})"
    return f"{router.name}: {router.recovered:.2f}{ends}"


def _beats_chance(study: RoutingStudy) -> bool:
    router = _best_router(study)
    return router is not None and router.recovered_low is not None and router.recovered_low > 0.5


def _doubt(study: RoutingStudy) -> str:
    return "" if _beats_chance(study) or _area(_best_router(study)) is None else "not shown to beat chance"


def _shown_mark(study: RoutingStudy) -> Mark | None:
    return Mark(Tone.GOOD) if _beats_chance(study) else None
