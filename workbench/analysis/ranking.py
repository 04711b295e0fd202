"""Ranking options: additive value model on fixed anchors, weights, Pareto filter, second opinions.

Source: methods.md sections 1.1 to 1.4 (Keeney & Raiffa; Edwards & Barron; Hwang & Yoon; Brans PROMETHEE II).
Options are rows, criteria are columns, throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import BoolArray, FloatArray, IntArray, Numbers
from workbench.domain.errors import WorkbenchError

# Saaty's random consistency index by matrix size, from 3 to 10.
RANDOM_INDEX = {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}


# Up to this many options comparing each with each is quicker than sorting them.
_FEW = 200


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion with the two anchors stored with the decision; `worst > best` means less is better."""

    id: str
    worst: float
    best: float
    weight: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of an additive value model; arrays are options x criteria or options.

    `values` holds v in [0, 1] with NaN where the raw value is missing. `scores` counts a missing value as worst,
    `scores_high` as best, so the true score lies in [scores, scores_high]. `order` is best first by `scores`.
    """

    values: FloatArray
    clipped: BoolArray
    weights: FloatArray
    scores: FloatArray
    scores_high: FloatArray
    order: tuple[int, ...]

    @property
    def bars(self) -> FloatArray:
        """`weight * value` per option and criterion; each row adds up to the option's score."""
        return self.weights * np.nan_to_num(self.values, nan=0.0)

    @property
    def leader(self) -> int:
        """Row of the option ranked first."""
        return self.order[0]

    @property
    def leader_is_certain(self) -> bool:
        """True if no missing value could put another option ahead of the leader."""
        others = np.delete(self.scores_high, self.leader)
        return bool(others.size == 0 or self.scores[self.leader] >= others.max())


@dataclass(frozen=True, slots=True)
class ParetoFilter:
    """`front[i]` is True if nothing dominates option i; else `dominated_by[i]` names an option on the front."""

    front: BoolArray
    dominated_by: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class AhpWeights:
    """Weights from a pairwise comparison matrix with its consistency figures (ratio above 0.1: ask again)."""

    weights: FloatArray
    lambda_max: float
    consistency_index: float
    consistency_ratio: float


def criterion_weights(criteria: Sequence[Criterion]) -> FloatArray:
    """The criteria's weights scaled to sum to one."""
    if not criteria:
        raise WorkbenchError("There is no criterion to rank by", where="criteria", mend="Keep at least one criterion.")
    return checks.weights([c.weight for c in criteria], "Weights")


def value_scores(raw: npt.ArrayLike, criteria: Sequence[Criterion]) -> tuple[FloatArray, BoolArray]:
    """Raw figures (options x criteria, NaN = missing) as values in [0, 1], and where the anchors cut one off.

    `v = clip((x - worst) / (best - worst), 0, 1)`; a cut-off value means the anchors are too narrow.
    """
    table = checks.matrix(raw, "Option values", columns=len(criteria), missing_allowed=True)
    worst = np.array([checks.number(c.worst, f"Worst anchor of {c.id}") for c in criteria])
    best = np.array([checks.number(c.best, f"Best anchor of {c.id}") for c in criteria])
    for criterion in criteria:
        if criterion.worst == criterion.best:
            raise WorkbenchError(
                f"The worst and the best anchor of {criterion.id} are the same",
                where=criterion.id,
                mend="Move one of the two anchors.",
            )
    scaled = (table - worst) / (best - worst)
    clipped = (scaled < 0) | (scaled > 1)
    return np.clip(scaled, 0.0, 1.0), clipped


def rank(raw: npt.ArrayLike, criteria: Sequence[Criterion]) -> Ranking:
    """Additive value model `S_i = sum_j w_j * v_ij` on the criteria's fixed anchors (methods.md 1.1).

    `raw` is options x criteria in the criteria's own units, NaN = missing. Free of rank reversal: the score of
    an option depends on no other option. WorkbenchError on empty or non-finite input and on zero weights.
    """
    weights = criterion_weights(criteria)
    values, clipped = value_scores(raw, criteria)
    # Row by row: a matrix product may round a row differently when other rows are added.
    low = (np.nan_to_num(values, nan=0.0) * weights).sum(axis=1)
    high = (np.nan_to_num(values, nan=1.0) * weights).sum(axis=1)
    # Sure score first, then what is possible, then the order given: stable for identical options.
    order = np.lexsort((-high, -low))
    return Ranking(values, clipped, weights, low, high, tuple(int(i) for i in order))


def swing_weights(points: Numbers) -> FloatArray:
    """Weights from swing points (100 for the criterion one would move to best first, others relative to it)."""
    return checks.weights(points, "Swing points")


def rank_order_centroid(size: int) -> FloatArray:
    """Weights for criteria known only by rank, most important first: `w_k = (1/n) * sum_{i=k..n} 1/i`. Steep."""
    n = checks.count(size, "Number of criteria", low=1)
    return np.cumsum(1.0 / np.arange(n, 0, -1))[::-1] / n


def rank_sum(size: int) -> FloatArray:
    """The flatter alternative to the centroid: `w_k = 2(n + 1 - k) / (n(n + 1))`."""
    n = checks.count(size, "Number of criteria", low=1)
    return 2.0 * np.arange(n, 0, -1) / (n * (n + 1))


def weights_by_rank(order: Sequence[int], weights_of_rank: Numbers) -> FloatArray:
    """Weights in criterion order, from criteria listed most important first and the weight of each rank."""
    ranked = checks.vector(weights_of_rank, "Rank weights", low=0.0, size=len(order))
    if sorted(order) != list(range(len(order))):
        raise WorkbenchError(
            "The order does not name every criterion once", where="Criteria order", mend="List each criterion once."
        )
    result = np.empty_like(ranked)
    result[np.asarray(order, dtype=np.int64)] = ranked
    return result


def ahp_weights(comparisons: npt.ArrayLike) -> AhpWeights:
    """Principal eigenvector of a reciprocal comparison matrix (import only; methods.md 1.1).

    `CI = (lambda_max - n)/(n - 1)`, `CR = CI/RI(n)`. WorkbenchError unless square, positive and reciprocal.
    """
    table = checks.matrix(comparisons, "Comparison matrix", low=0.0)
    n = table.shape[0]
    if table.shape[1] != n or not np.allclose(table * table.T, 1.0, rtol=1e-6):
        raise WorkbenchError(
            "The comparison matrix does not mirror itself",
            where="Comparison matrix",
            mend="Make each entry one divided by its mirror entry, with 1 on the diagonal.",
        )
    eigenvalues, vectors = np.linalg.eig(table)
    top = int(np.argmax(eigenvalues.real))
    vector = np.abs(vectors[:, top].real)
    lambda_max = float(eigenvalues[top].real)
    index = (lambda_max - n) / (n - 1) if n > 1 else 0.0
    random_index = RANDOM_INDEX.get(n, RANDOM_INDEX[10] if n > 10 else 0.0)
    ratio = index / random_index if random_index else 0.0
    return AhpWeights(vector / vector.sum(), lambda_max, index, ratio)


def pareto(table: npt.ArrayLike, maximise: Sequence[bool] | None = None) -> ParetoFilter:
    """Which options no other option beats or equals everywhere, and who dominates the rest.

    `maximise[j]` False means less of column j is better (default: more is better everywhere). A missing value
    (NaN) neither dominates nor can be dominated. Of identical options none dominates the other.
    """
    values = _oriented(checks.matrix(table, "Option values", missing_allowed=True), maximise)
    if values.shape[1] == 2 and len(values) > _FEW:
        return _pareto_of_two(values)
    # dominates[i, k]: i is sure to equal or beat k everywhere and to beat it somewhere (NaN compares False).
    at_least = np.ones((len(values), len(values)), dtype=np.bool_)
    beats = np.zeros_like(at_least)
    for column in values.T:
        at_least &= column[:, None] >= column[None, :]
        beats |= column[:, None] > column[None, :]
    dominates: BoolArray = at_least & beats
    front: BoolArray = np.logical_not(dominates.any(axis=0))
    # Dominance is transitive, so a dominated option always has a dominator on the front.
    named = np.argmax(dominates & front[:, None], axis=0)
    return ParetoFilter(front, tuple(None if front[i] else int(named[i]) for i in range(len(values))))


def _pareto_of_two(values: FloatArray) -> ParetoFilter:
    """The same for two columns by sorting, n log n instead of n squared: a whole catalog has two, cost and quality."""
    known = np.flatnonzero(~np.isnan(values).any(axis=1))
    front = np.ones(len(values), dtype=np.bool_)
    dominator: list[int | None] = [None] * len(values)
    if known.size == 0:
        return ParetoFilter(front, tuple(dominator))
    # Best first column first and, of equal ones, best second: what comes later never dominates what came before.
    order = known[np.lexsort((known, -values[known, 1], -values[known, 0]))]
    first, second = values[order].T
    fresh = np.concatenate([[True], (first[1:] != first[:-1]) | (second[1:] != second[:-1])])
    group = np.cumsum(fresh) - 1  # of identical options, whose earliest stands first
    heads = np.flatnonzero(fresh)
    best_before = np.concatenate([[-np.inf], np.maximum.accumulate(second[heads])[:-1]])
    # A head falls with the first column and rises with the second exactly when nothing before it reaches its second.
    on_front = second[heads] > best_before
    on_front[0] = True
    front[order] = on_front[group]
    falling, rising = first[heads][on_front], second[heads][on_front]
    lowest = _lowest_in_ranges(order[heads][on_front])
    beaten = np.flatnonzero(~front)
    # Of the front, those from `begin` on have enough of the second column, those before `end` enough of the first.
    begins = np.searchsorted(rising, values[beaten, 1], side="left")
    ends = np.searchsorted(-falling, -values[beaten, 0], side="right")
    for option, begin, end in zip(beaten.tolist(), begins.tolist(), ends.tolist(), strict=True):
        dominator[option] = lowest(begin, end)
    return ParetoFilter(front, tuple(dominator))


def _lowest_in_ranges(numbers: IntArray) -> Callable[[int, int], int]:
    """A function of (begin, end) that gives the lowest of `numbers[begin:end]`, from tables by powers of two."""
    tables = [numbers]
    while (step := 1 << (len(tables) - 1)) * 2 <= numbers.size:
        tables.append(np.minimum(tables[-1][:-step], tables[-1][step:]))

    def lowest(begin: int, end: int) -> int:
        power = (end - begin).bit_length() - 1
        table = tables[power]
        return int(min(table[begin], table[end - (1 << power)]))

    return lowest


def topsis(table: npt.ArrayLike, weights: Numbers, maximise: Sequence[bool] | None = None) -> FloatArray:
    """Closeness to the ideal in [0, 1] with vector normalisation: a second opinion, never the headline.

    Depends on the set of options (rank reversal, methods.md 1.4). Identical options all get 0.5.
    """
    values = checks.matrix(table, "Option values")
    w = checks.weights(weights, "Weights", size=values.shape[1])
    norm = np.linalg.norm(values, axis=0)
    scaled = _oriented(w * values / np.where(norm > 0, norm, 1.0), maximise)
    to_best = np.linalg.norm(scaled - scaled.max(axis=0), axis=1)
    to_worst = np.linalg.norm(scaled - scaled.min(axis=0), axis=1)
    span = to_best + to_worst
    return np.where(span > 0, to_worst / np.where(span > 0, span, 1.0), 0.5)


def promethee(table: npt.ArrayLike, weights: Numbers, maximise: Sequence[bool] | None = None) -> FloatArray:
    """Net flow in [-1, 1] of PROMETHEE II with the usual criterion: a second opinion, never the headline."""
    values = _oriented(checks.matrix(table, "Option values"), maximise)
    w = checks.weights(weights, "Weights", size=values.shape[1])
    if len(values) == 1:
        return np.zeros(1)
    wins = np.sign(values[:, None, :] - values[None, :, :]) @ w
    return np.asarray(wins.sum(axis=1) / (len(values) - 1))


def local_minmax_scores(table: npt.ArrayLike, weights: Numbers) -> FloatArray:
    """Weighted sum scaled by the best and worst option present; only to show rank reversal (methods.md 1.4)."""
    values = checks.matrix(table, "Option values")
    w = checks.weights(weights, "Weights", size=values.shape[1])
    span = np.ptp(values, axis=0)
    return np.asarray((values - values.min(axis=0)) / np.where(span > 0, span, 1.0) @ w)


def _oriented(values: FloatArray, maximise: Sequence[bool] | None) -> FloatArray:
    """Columns where less is better change sign, so that more is better everywhere."""
    if maximise is None:
        return values
    checks.same_length(maximise, values.shape[1], "Directions")
    return values * np.where(np.asarray(maximise, dtype=np.bool_), 1.0, -1.0)
