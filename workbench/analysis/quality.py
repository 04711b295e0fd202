"""One quality axis from many public benchmarks: a latent ability per model, with an interval.

Source: quality.md, the notes on the quality axis. `y = a_b + s_b*theta_m + e`, `e ~ N(0, sigma_b²)`,
on the logit scale; priors theta ~ N(0, 1.5²), s_b ~ N(1, 0.15²), sigma_b shrunk to 0.4 with the weight of 4 rows.
A model without a row gets no ability: it is never imputed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import BoolArray, FloatArray, IntArray
from workbench.domain.errors import WorkbenchError

THETA_SD = 1.5
SLOPE_SD = 0.15
SMALLEST_SLOPE = 0.2
NOISE_VARIANCE = 0.16
NOISE_WEIGHT = 4.0
FEWEST_MODELS = 6
INTERVAL_Z = 1.645
_ROUNDS = 2_000
_STILL = 1e-7

Unit = Literal["percent", "share", "elo"]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One model's best score on one benchmark. `unit`: percent (0-100), share (0-1) or elo.

    `standard_error` in the same unit, for an eval of one's own (public tables: 0).
    """

    model: str
    benchmark: str
    value: float
    unit: Unit
    standard_error: float = 0.0


@dataclass(frozen=True, slots=True)
class Ability:
    """Latent ability in logits with its standard deviation and the number of benchmarks behind it."""

    theta: float
    sd: float
    rows: int


@dataclass(frozen=True, slots=True)
class BenchmarkFit:
    """What the fit learned of a benchmark: `logit(score) = intercept + slope*theta`, noise sd, models on it."""

    intercept: float
    slope: float
    noise: float
    rows: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class QualityScore:
    """A model on the shown scale: percent for percent and share benchmarks, rating for elo; 90 % interval."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class QualityFit:
    """Abilities by model and fits by benchmark; `left_out` names benchmarks with too few models."""

    abilities: Mapping[str, Ability]
    benchmarks: Mapping[str, BenchmarkFit]
    left_out: tuple[str, ...] = ()

    def on_scale_of(self, benchmark: str) -> dict[str, QualityScore]:
        """Every model with an ability on the scale of one fitted benchmark, ends of the interval mapped alike."""
        if benchmark not in self.benchmarks:
            raise WorkbenchError(
                f"The benchmark {benchmark} has no fit", where="Reference benchmark", mend="Choose a fitted benchmark."
            )
        reference = self.benchmarks[benchmark]
        scores = {}
        for model, ability in self.abilities.items():
            reach = INTERVAL_Z * ability.sd
            low, value, high = (
                _from_logit(reference.intercept + reference.slope * theta, reference.unit)
                for theta in (ability.theta - reach, ability.theta, ability.theta + reach)
            )
            scores[model] = QualityScore(value, low, high, ability.rows)
        return scores


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A held-out row: what it was, what the fit without it said (logits), and what the benchmark's mean would say."""

    model: str
    benchmark: str
    actual: float
    predicted: float
    predicted_sd: float
    benchmark_mean: float


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """How far the axis can be trusted: errors in logits and the share of rows inside their 90 % interval."""

    rows: tuple[LeftOutRow, ...]

    @property
    def mean_absolute_error(self) -> float:
        """Mean distance of prediction and score, in points of 100."""
        return float(np.mean([abs(r.actual - r.predicted) for r in self.rows]))

    @property
    def baseline_error(self) -> float:
        """Mean absolute error of guessing the benchmark's mean."""
        return float(np.mean([abs(r.actual - r.benchmark_mean) for r in self.rows]))

    @property
    def coverage(self) -> float:
        """Share of scores inside their predicted interval, 0 to 1."""
        return float(np.mean([abs(r.actual - r.predicted) <= INTERVAL_Z * r.predicted_sd for r in self.rows]))


@dataclass(slots=True)
class _State:
    """The rows as arrays and the parameters as they move."""

    model: IntArray
    benchmark: IntArray
    y: FloatArray
    error: FloatArray
    weight: FloatArray
    theta: FloatArray
    intercept: FloatArray
    slope: FloatArray
    noise2: FloatArray
    count: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.count = np.bincount(self.benchmark, minlength=self.slope.size).astype(np.float64)


def fit_quality(
    rows: Iterable[ScoreRow],
    *,
    doubled: frozenset[str] = frozenset(),
    own_evals: frozenset[str] = frozenset(),
) -> QualityFit:
    """Fits abilities to the rows (one per model and benchmark).

    Benchmarks with fewer than 6 models are left out, except those in `own_evals`. `doubled` names benchmarks of the
    task group at hand, whose rows weigh twice. WorkbenchError on bad scores, repeated rows or nothing to fit.
    """
    kept, left_out = _kept_rows(list(rows), own_evals)
    models = list(dict.fromkeys(row.model for row in kept))
    benchmarks = list(dict.fromkeys(row.benchmark for row in kept))
    state = _start(kept, models, benchmarks, doubled)
    _settle(state)
    sd = _theta_precision(state) ** -0.5
    rows_of = Counter(row.model for row in kept)
    units = {row.benchmark: row.unit for row in kept}
    return QualityFit(
        {m: Ability(float(state.theta[i]), float(sd[i]), rows_of[m]) for i, m in enumerate(models)},
        {
            b: BenchmarkFit(
                float(state.intercept[i]),
                float(state.slope[i]),
                float(math.sqrt(state.noise2[i])),
                int(state.count[i]),
                units[b],
            )
            for i, b in enumerate(benchmarks)
        },
        left_out,
    )


def leave_one_out(rows: Iterable[ScoreRow], *, only: Sequence[int] | None = None) -> LeaveOneOut:
    """Holds out each row of a model with two or more, fits the rest, and predicts it.

    `only`: positions within those rows (in the order given) to hold out, for a quick check. WorkbenchError if no
    model has two rows.
    """
    kept, _ = _kept_rows(list(rows), frozenset())
    per_model = Counter(row.model for row in kept)
    candidates = [i for i, row in enumerate(kept) if per_model[row.model] >= 2]
    if not candidates:
        raise WorkbenchError("No model has two scores, so none can be held out", where="Scores", mend="Add scores.")
    chosen = candidates if only is None else [candidates[i] for i in only]
    models = list(dict.fromkeys(row.model for row in kept))
    benchmarks = list(dict.fromkeys(row.benchmark for row in kept))
    full = _start(kept, models, benchmarks, frozenset())
    _settle(full)
    return LeaveOneOut(tuple(_hold_out(full, i, kept[i]) for i in chosen))


def logit_of(value: float, unit: Unit) -> float:
    """The score on the logit scale: `ln(p/(1-p))` with p cut to [.01, .99], or `rating * ln(10)/400`."""
    if unit == "elo":
        return checks.number(value, "Elo rating", low=0.0, high=10_000.0) * math.log(10) / 400
    top = 100.0 if unit == "percent" else 1.0
    p = min(0.99, max(0.01, checks.number(value, "Benchmark score", low=0.0, high=top) / top))
    return math.log(p / (1 - p))


def _from_logit(y: float, unit: Unit) -> float:
    return y * 400 / math.log(10) if unit == "elo" else 100 / (1 + math.exp(-y))


def _logit_error(row: ScoreRow) -> float:
    """Standard error on the logit scale (delta method, at the cut-off score)."""
    error = checks.number(row.standard_error, "Standard error of a score", low=0.0)
    if row.unit == "elo":
        return error * math.log(10) / 400
    top = 100.0 if row.unit == "percent" else 1.0
    p = min(0.99, max(0.01, row.value / top))
    return error / top / (p * (1 - p))


def _kept_rows(rows: list[ScoreRow], own_evals: frozenset[str]) -> tuple[list[ScoreRow], tuple[str, ...]]:
    repeated = [key for key, times in Counter((r.model, r.benchmark) for r in rows).items() if times > 1]
    if repeated:
        raise WorkbenchError(
            f"{repeated[0][0]} has two scores on {repeated[0][1]}", where="Scores", mend="Keep the best variant only."
        )
    sizes = Counter(row.benchmark for row in rows)
    small = {b for b, size in sizes.items() if size < FEWEST_MODELS and b not in own_evals}
    kept = [row for row in rows if row.benchmark not in small]
    if not kept:
        raise WorkbenchError(
            "No benchmark covers enough models", where="Scores", mend=f"Give one with {FEWEST_MODELS} models or more."
        )
    return kept, tuple(sorted(small))


def _start(rows: list[ScoreRow], models: list[str], benchmarks: list[str], doubled: frozenset[str]) -> _State:
    model_number = {name: i for i, name in enumerate(models)}
    benchmark_number = {name: i for i, name in enumerate(benchmarks)}
    benchmark = np.array([benchmark_number[r.benchmark] for r in rows], dtype=np.int64)
    y = np.array([logit_of(r.value, r.unit) for r in rows])
    return _State(
        model=np.array([model_number[r.model] for r in rows], dtype=np.int64),
        benchmark=benchmark,
        y=y,
        error=np.array([_logit_error(r) for r in rows]),
        weight=np.array([2.0 if r.benchmark in doubled else 1.0 for r in rows]),
        theta=np.zeros(len(models)),
        intercept=np.bincount(benchmark, weights=y) / np.bincount(benchmark),
        slope=np.ones(len(benchmarks)),
        noise2=np.full(len(benchmarks), NOISE_VARIANCE),
    )


def _row_precision(state: _State) -> FloatArray:
    return state.weight / (state.noise2[state.benchmark] + state.error**2)


def _theta_precision(state: _State) -> FloatArray:
    pull = _row_precision(state) * state.slope[state.benchmark] ** 2
    return np.asarray(THETA_SD**-2 + np.bincount(state.model, weights=pull, minlength=state.theta.size), np.float64)


def _settle(state: _State) -> None:
    """Alternates abilities, lines and noise until nothing moves."""
    for _ in range(_ROUNDS):
        before = state.theta
        _update_theta(state)
        _recentre(state)
        _update_lines(state)
        _update_noise(state)
        if float(np.abs(state.theta - before).max()) < _STILL:
            return


def _update_theta(state: _State) -> None:
    slope = state.slope[state.benchmark]
    pull = _row_precision(state) * slope * (state.y - state.intercept[state.benchmark])
    total = np.bincount(state.model, weights=pull, minlength=state.theta.size)
    state.theta = total / _theta_precision(state)


def _recentre(state: _State) -> None:
    """Moves the mean ability to 0 and the intercepts along with it.

    With flat intercepts only the prior feels such a shift, and it is happiest at 0; rounds alone creep there.
    """
    shift = float(state.theta.mean())
    state.theta = state.theta - shift
    state.intercept = state.intercept + state.slope * shift


def _update_lines(state: _State) -> None:
    """A 2x2 ridge per benchmark: intercept flat, slope pulled to 1."""
    size = state.slope.size
    # The row weight cancels within a benchmark, save against the prior of the slope: leave it out there.
    p = 1.0 / (state.noise2[state.benchmark] + state.error**2)
    x = state.theta[state.model]

    def total(values: FloatArray) -> FloatArray:
        return np.asarray(np.bincount(state.benchmark, weights=values, minlength=size), dtype=np.float64)

    sum_p, sum_x, sum_y = total(p), total(p * x), total(p * state.y)
    sum_xx, sum_xy = total(p * x * x), total(p * x * state.y)
    prior = SLOPE_SD**-2
    slope = (sum_xy + prior - sum_x * sum_y / sum_p) / (sum_xx + prior - sum_x**2 / sum_p)
    state.slope = np.maximum(slope, SMALLEST_SLOPE)
    state.intercept = (sum_y - state.slope * sum_x) / sum_p


def _update_noise(state: _State) -> None:
    e = state.y - state.intercept[state.benchmark] - state.slope[state.benchmark] * state.theta[state.model]
    beyond_known = np.maximum(0.0, e**2 - state.error**2)
    total = np.bincount(state.benchmark, weights=beyond_known, minlength=state.slope.size)
    state.noise2 = (total + NOISE_WEIGHT * NOISE_VARIANCE) / (state.count + NOISE_WEIGHT)


def _hold_out(full: _State, position: int, row: ScoreRow) -> LeftOutRow:
    keep: BoolArray = np.arange(full.y.size) != position
    # Starting from the full fit saves rounds; the answer is the same fixed point.
    rest = _State(
        full.model[keep], full.benchmark[keep], full.y[keep], full.error[keep], full.weight[keep],
        full.theta, full.intercept, full.slope, full.noise2,
    )  # fmt: skip
    _settle(rest)
    m, b = full.model[position], full.benchmark[position]
    sd = _theta_precision(rest) ** -0.5
    return LeftOutRow(
        row.model,
        row.benchmark,
        float(full.y[position]),
        float(rest.intercept[b] + rest.slope[b] * rest.theta[m]),
        float(math.sqrt(rest.noise2[b] + rest.error[rest.benchmark == b].mean() ** 2 + (rest.slope[b] * sd[m]) ** 2)),
        float(rest.y[rest.benchmark == b].mean()),
    )
