"""What an eval found: the shares with their intervals, every pair in words, each tag, and the cases behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.analysis.chartspec import Chart
from workbench.domain.evals import DataSetVersion, EvalRun, EvalSummary, ModelSummary, PairSummary
from workbench.gui.evals.case_table import CaseTable
from workbench.gui.evals.case_view import CaseView
from workbench.gui.evals.runs_card import RunsCard
from workbench.gui.evals.slices_card import SlicesCard
from workbench.gui.evals.verdicts import TONES, VERDICT_WORDS
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space
from workbench.gui.widgets.card import Card, take_room
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark, Span
from workbench.gui.widgets.state import Cautions
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_grid import CaseGrid
from workbench.services.eval_words import (
    NameOf,
    cost_words,
    cut_words,
    difference_words,
    each_words,
    ends_words,
    free_words,
    kept_words,
    percent,
    share_words,
    turned,
    wait_words,
)

CHART_LINE_PX = 46


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about one run that is drawn, worked out before it reaches the GUI thread. The cases come first: the
    figures of a long run are there a moment later."""

    run: EvalRun
    scorer: str
    grid: CaseGrid
    version: DataSetVersion | None = None
    summary: EvalSummary | None = None
    chart: Chart | None = None


class ResultsPanel(QWidget):
    """`case_picked` (id) when the person moves to a case, `scorer_chosen` (name) when they look at another scorer."""

    case_picked = Signal(str)
    scorer_chosen = Signal(str)

    def __init__(
        self, *, settings: SettingsPort, name_of: NameOf, scorer_title: Callable[[str], str] = lambda name: name
    ) -> None:
        super().__init__()
        self._settings, self._name_of, self._scorer_title = settings, name_of, scorer_title
        self._chart = ChartView(height=200)
        self._scorers = QComboBox()
        self._scorers.setAccessibleName("Figures by which scorer")
        self._scorers.setObjectName("eval-shown-scorer")
        self._scorers.activated.connect(lambda place: self.scorer_chosen.emit(self._scorers.itemData(place)))
        chart = self._chart_card = Card("Answered right")
        chart.add_beside_title(self._scorers)
        chart.add_beside_title(InfoButton("interval"))
        chart.body.addWidget(self._chart)
        self._models = self._make_models()
        self._pairs = self._make_pairs()
        self._pair_card = Card("Which is better")
        self._pair_card.body.addWidget(self._pairs)
        models = Card("Each model")
        models.body.addWidget(self._models)
        self._cut = Cautions()
        self._cut.setObjectName("eval-cut")
        models.body.addWidget(self._cut)
        self._free = Words("", "muted")
        self._free.setObjectName("eval-free")
        models.body.addWidget(self._free)
        models.body.addWidget(Words("What a person waits", "section"))
        self._waits = self._make_waits()
        models.body.addWidget(self._waits)
        self._kept = Words("", "muted")
        self._kept.setObjectName("eval-kept")
        models.body.addWidget(self._kept)
        self.slices = SlicesCard(settings=settings, name_of=name_of)
        self.runs = RunsCard(settings=settings, name_of=name_of)
        self.cases = CaseTable(settings=settings, name_of=name_of)
        self.cases.picked.connect(self.case_picked)
        cases = Card("Cases")
        cases.body.addWidget(self.cases)
        self.case = CaseView(name_of=name_of, scorer_title=scorer_title)
        self.case.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for card in (chart, self._pair_card, models, self.slices, cases, self.case, self.runs):
            column.addWidget(card)

    def event(self, event: QEvent) -> bool:
        """Cards grow and shrink with their texts; the panel takes what all of them want, and the page scrolls."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            take_room(self)
        return done

    def add_card(self, card: Card) -> None:
        """One more card, below the others."""
        column = self.layout()
        assert column is not None
        column.addWidget(card)

    def show_run(self, shown: Shown) -> None:
        """Draw the cases of a run; the selected case stays selected where it is still shown."""
        self.cases.show_cases(shown.run.id, shown.grid)

    def show_first(self, shown: Shown) -> None:
        """Draw the first cases of a long run, while the others are read."""
        self.cases.show_first(shown.grid, of=shown.run.case_count)

    def show_figures(self, shown: Shown) -> None:
        """Draw what the cases come to."""
        summary = shown.summary
        if summary is None or shown.chart is None:
            return
        self._show_scorers(shown)
        self._chart_card.set_title(shown.chart.title)
        self._chart.set_chart(shown.chart)
        models = [model for model in summary.models if model.scorer == shown.scorer]
        self._chart.setFixedHeight(CHART_LINE_PX * (len(models) + 2))
        models.sort(key=lambda model: -(model.mean or -1.0))
        self._models.set_rows(models)
        self._waits.set_rows(models)
        cut = cut_words(models, self._name_of)
        self._cut.set_texts([cut] if cut else [])
        for label, said in ((self._free, free_words(models)), (self._kept, kept_words(models, self._name_of))):
            label.set_text(said)
            label.setVisible(bool(said))
        rank = [model.model_id for model in models]
        pairs = [pair for pair in summary.pairs if pair.scorer == shown.scorer]
        pairs = [turned(pair) if rank.index(pair.a) > rank.index(pair.b) else pair for pair in pairs]
        self._pairs.set_rows(sorted(pairs, key=lambda pair: (rank.index(pair.a), rank.index(pair.b))))
        self._pair_card.setVisible(bool(pairs))
        self.slices.show_slices(summary, shown.scorer, shown.run.model_ids)

    def _show_scorers(self, shown: Shown) -> None:
        self._scorers.clear()
        for name in shown.run.scorers:
            self._scorers.addItem(self._scorer_title(name), name)
        self._scorers.setCurrentIndex(max(self._scorers.findData(shown.scorer), 0))
        self._scorers.setVisible(len(shown.run.scorers) > 1)

    def _make_models(self) -> DataTable[ModelSummary]:
        return DataTable(
            "eval-models",
            (
                Column("model", "Model", lambda m: self._name_of(m.model_id), width=130, stretch=True),
                Column(
                    "right",
                    "Score",
                    lambda m: percent(m.mean),
                    unit="with 95 % interval",
                    right=True,
                    aside=_interval,
                    sort=lambda m: m.mean,
                    span=_span,
                    hint=lambda m: f"{share_words(m)}; {m.method}" if m.mean is not None else "Nothing was scored.",
                    width=140,
                ),
                Column(
                    "n", "Cases", lambda m: f"{m.n:,}", right=True, aside=_errors, sort=lambda m: float(m.n), width=58
                ),
                Column(
                    "case_cost",
                    "A case",
                    lambda m: each_words(m.cost_per_case_usd),
                    unit="costs",
                    right=True,
                    sort=lambda m: m.cost_per_case_usd,
                    hint=lambda m: "" if m.cost_per_case_usd else cost_words(m),
                    width=58,
                ),
                Column(
                    "right_cost",
                    "A right",
                    lambda m: each_words(m.cost_per_right_usd),
                    unit="one costs",
                    right=True,
                    sort=lambda m: m.cost_per_right_usd,
                    hint=cost_words,
                    width=76,
                ),
            ),
            row_id=lambda m: m.model_id,
            name="Each model's results",
            settings=self._settings,
            filterable=False,
            visible_rows=6,
            snug=True,
        )

    def _make_waits(self) -> DataTable[ModelSummary]:
        """What a person waits, with the intervals written out."""
        return DataTable(
            "eval-waits",
            (
                Column("model", "Model", lambda m: self._name_of(m.model_id), width=150, stretch=True),
                Column(
                    "first",
                    "First token",
                    lambda m: wait_words(m.first_token),
                    unit="half",
                    right=True,
                    sort=lambda m: m.ttft_p50_s,
                    hint=_first_hint,
                    width=110,
                ),
                Column(
                    "whole",
                    "Whole answer",
                    lambda m: wait_words(m.whole),
                    unit="half",
                    right=True,
                    sort=lambda m: m.whole.p50 if m.whole else None,
                    hint=_whole_hint,
                    width=110,
                ),
                Column(
                    "whole95",
                    "Whole answer",
                    lambda m: wait_words(m.whole, upper=True),
                    unit="19 in 20",
                    right=True,
                    sort=lambda m: m.whole.p95 if m.whole else None,
                    hint=_whole_hint,
                    width=110,
                    gives_way=1,
                ),
                Column(
                    "rate",
                    "Tokens/s",
                    _rate,
                    unit="median",
                    right=True,
                    sort=lambda m: m.tokens_per_s,
                    width=80,
                    gives_way=2,
                ),
            ),
            row_id=lambda m: m.model_id,
            name="Each model's waits",
            settings=self._settings,
            filterable=False,
            visible_rows=6,
            snug=True,
        )

    def _make_pairs(self) -> DataTable[PairSummary]:
        return DataTable(
            "eval-pairs",
            (
                Column("a", "Model", lambda p: self._name_of(p.a), width=90),
                Column(
                    "verdict",
                    "Verdict",
                    lambda p: f"{VERDICT_WORDS[p.verdict]} {self._name_of(p.b)}",
                    mark=lambda p: Mark(TONES[p.verdict]),
                    hint=_verdict_hint,
                    width=430,
                    stretch=True,
                ),
                Column(
                    "difference",
                    "Difference",
                    difference_words,
                    unit="with 95 % interval",
                    right=True,
                    sort=lambda p: p.difference,
                    width=150,
                ),
                Column(
                    "p",
                    "p",
                    _p,
                    unit="Holm",
                    right=True,
                    sort=lambda p: p.p_adjusted,
                    hint=_p_hint,
                    width=64,
                    gives_way=1,
                ),
            ),
            row_id=lambda p: f"{p.a}|{p.b}",
            name="Every pair of models",
            settings=self._settings,
            filterable=False,
            visible_rows=6,
            snug=True,
        )


def _span(model: ModelSummary) -> Span | None:
    if model.mean is None or model.low is None or model.high is None:
        return None
    return Span(model.low, model.mean, model.high, 0.0, 1.0)


def _interval(model: ModelSummary) -> str:
    if model.low is None or model.high is None:
        return ""
    return f"{ends_words(model.low, model.high, '–')} %"


def _first_hint(model: ModelSummary) -> str:
    if model.first_token is None:
        return "No answer was given alone and now: those given together or before say nothing of waiting."
    return (
        f"Half the answers began within {wait_words(model.first_token)}, 19 of 20 within "
        f"{wait_words(model.first_token, upper=True)}; in brackets what {model.first_token.n:,} answers bound it to."
    )


def _whole_hint(model: ModelSummary) -> str:
    if model.whole is None:
        return "No answer was given alone and now: those given together or before say nothing of waiting."
    return (
        f"Half the answers were there within {wait_words(model.whole)}, 19 of 20 within "
        f"{wait_words(model.whole, upper=True)}."
    )


def _rate(model: ModelSummary) -> str:
    return UNKNOWN if model.tokens_per_s is None else words.rounded(model.tokens_per_s)


def _p(pair: PairSummary) -> str:
    if pair.p_adjusted is None:
        return UNKNOWN
    return "< 0.001" if pair.p_adjusted < 0.001 else f"{pair.p_adjusted:.2g}"


def _p_hint(pair: PairSummary) -> str:
    if pair.p_adjusted is None:
        return "Too few cases in common to test."
    return f"How often chance alone would show this much or more, all pairs counted together. {pair.method}."


def _verdict_hint(pair: PairSummary) -> str:
    if pair.only_a is None:
        return pair.method
    return f"Of {pair.n:,} cases {pair.only_a} are right only here, {pair.only_b} only in the other. {pair.method}."


def _errors(model: ModelSummary) -> str:
    return words.count(model.errors, "error") if model.errors else ""
