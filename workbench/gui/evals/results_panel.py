"""What an eval found: the shares with their intervals, every pair in words, and the cases behind them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.analysis.chartspec import Chart
from workbench.domain.evals import EvalRun, EvalSummary, ModelSummary, PairSummary, PairVerdict
from workbench.gui.evals.case_table import CaseTable
from workbench.gui.playground.wording import seconds
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space, Tone
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.chart import ChartView
from workbench.gui.widgets.info import InfoButton
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark, Span
from workbench.gui.widgets.table import DataTable
from workbench.services.eval_words import CaseRow, NameOf, difference_words, ends_words, percent, share_words, turned

CHART_LINE_PX = 46
TONES = {
    PairVerdict.BETTER: Tone.GOOD,
    PairVerdict.WORSE: Tone.BAD,
    PairVerdict.EQUIVALENT: Tone.NEUTRAL,
    PairVerdict.NOT_SHOWN: Tone.CAUTION,
}
VERDICT_WORDS = {
    PairVerdict.BETTER: "is better than",
    PairVerdict.WORSE: "is worse than",
    PairVerdict.EQUIVALENT: "is as good as",
    PairVerdict.NOT_SHOWN: "not shown to differ from",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about one run that is drawn, worked out before it reaches the GUI thread."""

    run: EvalRun
    summary: EvalSummary
    rows: tuple[CaseRow, ...]
    chart: Chart

    @property
    def scorer(self) -> str:
        """The scorer that counts."""
        return self.run.scorers[0]


class ResultsPanel(QWidget):
    """`case_picked` (id) when the person moves to a case."""

    case_picked = Signal(str)

    def __init__(self, *, settings: SettingsPort, name_of: NameOf) -> None:
        super().__init__()
        self._settings, self._name_of = settings, name_of
        self._chart = ChartView(height=200)
        chart = Card("Answered right")
        chart.add_beside_title(InfoButton("interval"))
        chart.body.addWidget(self._chart)
        self._models = self._make_models()
        self._pairs = self._make_pairs()
        self._pair_card = Card("Which is better")
        self._pair_card.body.addWidget(self._pairs)
        for table in (self._models.view, self._pairs.view):
            table.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
            table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        models = Card("Each model")
        models.body.addWidget(self._models)
        self.cases = CaseTable(settings=settings, name_of=name_of)
        self.cases.picked.connect(self.case_picked)
        cases = Card("Cases")
        cases.body.addWidget(self.cases)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for card in (chart, models, self._pair_card, cases):
            column.addWidget(card)

    def show_run(self, shown: Shown) -> None:
        """Draw a run; the selected case stays selected where it is still shown."""
        self._chart.set_chart(shown.chart)
        models = [model for model in shown.summary.models if model.scorer == shown.scorer]
        self._chart.setFixedHeight(CHART_LINE_PX * (len(models) + 2))
        self._models.set_rows(sorted(models, key=lambda model: -(model.mean or -1.0)))
        pairs = [pair for pair in shown.summary.pairs if pair.scorer == shown.scorer]
        self._pairs.set_rows([turned(pair) if (pair.difference or 0.0) < 0 else pair for pair in pairs])
        self._pair_card.setVisible(bool(pairs))
        self.cases.show_cases(shown.run.model_ids, shown.rows)

    def _make_models(self) -> DataTable[ModelSummary]:
        return DataTable(
            "eval-models",
            (
                Column("model", "Model", lambda m: self._name_of(m.model_id), width=130, stretch=True),
                Column(
                    "right",
                    "Right",
                    lambda m: percent(m.mean),
                    unit="with 95 % interval",
                    right=True,
                    aside=_interval,
                    sort=lambda m: m.mean,
                    span=_span,
                    hint=lambda m: f"{share_words(m)}; {m.method}" if m.mean is not None else "Nothing was scored.",
                    width=170,
                ),
                Column(
                    "n", "Cases", lambda m: f"{m.n:,}", right=True, aside=_errors, sort=lambda m: float(m.n), width=64
                ),
                Column(
                    "first",
                    "First token",
                    _waits,
                    unit="median · 19 in 20",
                    right=True,
                    sort=lambda m: m.ttft_p50_s,
                    hint=lambda m: "Half the answers began within the first time, 19 of 20 within the second.",
                    width=120,
                ),
                Column("rate", "Tokens/s", _rate, unit="median", right=True, sort=lambda m: m.tokens_per_s, width=80),
            ),
            row_id=lambda m: m.model_id,
            name="Each model's results",
            settings=self._settings,
            filterable=False,
            visible_rows=4,
        )

    def _make_pairs(self) -> DataTable[PairSummary]:
        return DataTable(
            "eval-pairs",
            (
                Column("a", "Model", lambda p: self._name_of(p.a), width=110),
                Column(
                    "verdict",
                    "Verdict",
                    lambda p: f"{VERDICT_WORDS[p.verdict]} {self._name_of(p.b)}",
                    mark=lambda p: Mark(TONES[p.verdict]),
                    hint=_verdict_hint,
                    width=210,
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
                Column("p", "p", _p, unit="Holm", right=True, sort=lambda p: p.p_adjusted, hint=_p_hint, width=64),
            ),
            row_id=lambda p: f"{p.a}|{p.b}",
            name="Every pair of models",
            settings=self._settings,
            filterable=False,
            visible_rows=6,
        )


def _span(model: ModelSummary) -> Span | None:
    if model.mean is None or model.low is None or model.high is None:
        return None
    return Span(model.low, model.mean, model.high, 0.0, 1.0)


def _interval(model: ModelSummary) -> str:
    if model.low is None or model.high is None:
        return ""
    return f"{ends_words(model.low, model.high, '–')} %"


def _waits(model: ModelSummary) -> str:
    if model.ttft_p50_s is None or model.ttft_p95_s is None:
        return UNKNOWN
    return f"{seconds(model.ttft_p50_s)} · {seconds(model.ttft_p95_s)}"


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
