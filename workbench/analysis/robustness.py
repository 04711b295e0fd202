"""How firm a ranking is: flips in closed form, regret, knee.

Source: methods.md sections 1.5 and 1.7. Takes the values in [0, 1] of ranking.value_scores
(options x criteria, more is better) and weights that are scaled to sum to one here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, Numbers
from workbench.analysis.ranking import Criterion, criterion_weights, pareto, value_scores
from workbench.domain.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class WeightFlip:
    """With the weight of `criterion` at `at` (now `now`), `rival` draws level; the other weights keep their ratio."""

    criterion: int
    rival: int
    now: float
    at: float


@dataclass(frozen=True, slots=True)
class RawFlip:
    """With `option`'s raw figure on `criterion` at `at` (now `now`), `option` and `rival` draw level."""

    criterion: int
    option: int
    rival: int
    now: float
    at: float


@dataclass(frozen=True, slots=True)
class WeightTransfer:
    """Moving `amount` of weight from one criterion to another makes the two options draw level."""

    amount: float
    from_criterion: int
    to_criterion: int


@dataclass(frozen=True, slots=True)
class LimitStep:
    """From this limit on (up to the next step), `winner` is the best option within it; None: nothing fits."""

    limit: float
    winner: int | None


@dataclass(frozen=True, slots=True)
class Regret:
    """Regret per option and state, the largest of each option, and the option where that is smallest."""

    table: FloatArray
    largest: FloatArray
    choice: int


@dataclass(frozen=True, slots=True)
class Knee:
    """The point of a cost / quality frontier that lies farthest above the line between its ends."""

    index: int
    distance: float
    axis: str


def weight_flip(values: npt.ArrayLike, weights: Numbers, leader: int, rival: int, criterion: int) -> float | None:
    """Weight of `criterion` in [0, 1] at which `rival` draws level with `leader`; None if no weight does.

    `w* = (R_b - R_a) / ((v_ak - R_a) - (v_bk - R_b))`, R the score of the other criteria, rescaled.
    """
    table, w = _problem(values, weights)
    a, b = checks.index(leader, "Leader", len(table)), checks.index(rival, "Rival", len(table))
    at = float(_weight_flip_table(table, w, a)[b, checks.index(criterion, "Criterion", len(w))])
    return None if math.isnan(at) else at


def weight_flips(values: npt.ArrayLike, weights: Numbers, leader: int) -> tuple[WeightFlip, ...]:
    """Every weight flip against every rival, the closest to today's weight first."""
    table, w = _problem(values, weights)
    at = _weight_flip_table(table, w, checks.index(leader, "Leader", len(table)))
    flips = [WeightFlip(int(k), int(b), float(w[k]), float(at[b, k])) for b, k in np.argwhere(~np.isnan(at))]
    return tuple(sorted(flips, key=lambda flip: abs(flip.at - flip.now)))


def weights_after(weights: Numbers, criterion: int, weight: float) -> FloatArray:
    """The weights with one set to `weight` and the others scaled to keep their ratio; the sum stays one."""
    w = checks.weights(weights, "Weights")
    k = checks.index(criterion, "Criterion", len(w))
    new = checks.share(weight, "Weight")
    rest = 1.0 - w[k]
    if rest <= 1e-12:
        raise WorkbenchError(
            "All weight lies on one criterion", where="Weights", mend="Give another criterion some weight first."
        )
    result = w * (1.0 - new) / rest
    result[k] = new
    return np.asarray(result)


def raw_flip(
    raw: npt.ArrayLike, criteria: Sequence[Criterion], option: int, rival: int, criterion: int
) -> float | None:
    """Raw figure of `option` on `criterion` at which it draws level with `rival`; None if the anchors forbid it.

    `v* = v - (S_option - S_rival)/w_k`, turned back into the criterion's unit. For a leader it is the figure it
    must not get worse than, for a rival the figure it would have to reach.
    """
    table, _ = value_scores(raw, criteria)
    table, w = _problem(table, criterion_weights(criteria))
    a, b = checks.index(option, "Option", len(table)), checks.index(rival, "Rival", len(table))
    k = checks.index(criterion, "Criterion", len(w))
    needed = float(_needed_values(table, w, a)[0][b, k])
    return None if math.isnan(needed) else criteria[k].worst + needed * (criteria[k].best - criteria[k].worst)


def raw_flips(raw: npt.ArrayLike, criteria: Sequence[Criterion], leader: int) -> tuple[RawFlip, ...]:
    """Every figure of the leader, and of each rival, at which the two draw level.

    Sorted by the share of the anchors' span that has to be crossed, smallest first.
    """
    figures = checks.matrix(raw, "Option values", columns=len(criteria))
    values, w = _problem(value_scores(figures, criteria)[0], criterion_weights(criteria))
    a = checks.index(leader, "Leader", len(values))
    of_leader, of_rival = _needed_values(values, w, a)
    flips: list[RawFlip] = []
    for needed, leaders_own in ((of_leader, True), (of_rival, False)):
        for b, k in np.argwhere(~np.isnan(needed)):
            option, rival = (a, int(b)) if leaders_own else (int(b), a)
            at = criteria[k].worst + float(needed[b, k]) * (criteria[k].best - criteria[k].worst)
            flips.append(RawFlip(int(k), option, rival, float(figures[option, k]), at))
    spans = [abs(c.best - c.worst) for c in criteria]
    return tuple(sorted(flips, key=lambda flip: abs(flip.at - flip.now) / spans[flip.criterion]))


def weight_transfer(values: npt.ArrayLike, weights: Numbers, leader: int, rival: int) -> WeightTransfer | None:
    """Smallest move of weight between two criteria that makes `rival` draw level; None if no single move does.

    `amount = G / (d_from - d_to)`, and no more can be taken from a criterion than it has.
    """
    table, w = _problem(values, weights)
    a, b = checks.index(leader, "Leader", len(table)), checks.index(rival, "Rival", len(table))
    d = table[a] - table[b]
    gap = float(d @ w)
    step = d[:, None] - d[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        amount = np.where(step > 0, gap / step, np.inf)
    amount = np.where((amount <= w[:, None] + 1e-12) & (amount >= 0), amount, np.inf)
    best = np.unravel_index(int(np.argmin(amount)), amount.shape)
    smallest = float(amount[best])
    return None if math.isinf(smallest) else WeightTransfer(smallest, int(best[0]), int(best[1]))


def smallest_weight_change(values: npt.ArrayLike, weights: Numbers, leader: int, rival: int) -> float | None:
    """Euclidean length of the smallest change of all weights that makes `rival` draw level: `G/||d - mean(d)||`.

    None if the options differ equally on every criterion, so that no weights separate them differently.
    """
    table, w = _problem(values, weights)
    a, b = checks.index(leader, "Leader", len(table)), checks.index(rival, "Rival", len(table))
    d = table[a] - table[b]
    length = float(np.linalg.norm(d - d.mean()))
    return abs(float(d @ w)) / length if length > 1e-15 else None


def limit_steps(scores: Numbers, figures: Numbers, *, at_most: bool = True) -> tuple[LimitStep, ...]:
    """The winner as the limit on one figure is relaxed: each step is a limit at which the winner changes.

    With `at_most` an option fits if its figure is at or below the limit (cost, weeks), else at or above it
    (accuracy). The first step has an infinite limit (nothing fits).
    """
    points = checks.vector(scores, "Scores")
    limits = checks.vector(figures, "Figures", size=points.size)
    steps = [LimitStep(-math.inf if at_most else math.inf, None)]
    for limit in sorted(set(limits.tolist()), reverse=not at_most):
        fits = limits <= limit if at_most else limits >= limit
        winner = int(np.argmax(np.where(fits, points, -np.inf)))
        if winner != steps[-1].winner:
            steps.append(LimitStep(float(limit), winner))
    return tuple(steps)


def regret(payoff: npt.ArrayLike) -> Regret:
    """Regret `max_k P_ks - P_is` (options x states, more is better) and the minimax choice."""
    table = checks.matrix(payoff, "Payoff")
    missed = table.max(axis=0) - table
    largest = missed.max(axis=1)
    return Regret(missed, largest, int(np.argmin(largest)))


def knee(cost_usd: Numbers, quality: Numbers, *, log_cost: bool = False) -> Knee | None:
    """Where more money stops buying much: largest `(q - c)/sqrt 2` on the frontier, both axes scaled to [0, 1].

    Dominated points are left out; None with fewer than three frontier points. `axis` says which scale of cost
    ("linear" or "log") the answer belongs to, because it depends on it.
    """
    cost = checks.vector(cost_usd, "Cost", low=0.0)
    quality_of = checks.vector(quality, "Quality", size=cost.size)
    front = np.flatnonzero(pareto(np.column_stack([-cost, quality_of])).front)
    if log_cost and (cost[front] <= 0).any():
        raise WorkbenchError(
            "A free option has no place on a logarithmic axis", where="Cost", mend="Use a linear axis."
        )
    x = np.log10(cost[front]) if log_cost else cost[front]
    y = quality_of[front]
    if front.size < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    above = ((y - y.min()) / np.ptp(y) - (x - x.min()) / np.ptp(x)) / math.sqrt(2.0)
    best = int(np.argmax(above))
    return Knee(int(front[best]), float(above[best]), "log" if log_cost else "linear")


def _weight_flip_table(table: FloatArray, w: FloatArray, leader: int) -> FloatArray:
    """Rivals x criteria: the weight at which the rival draws level, NaN where none in [0, 1] does."""
    rest = 1.0 - w
    # With all weight on one criterion there is no ratio to keep among the others.
    room = np.where(rest > 1e-12, rest, np.nan)
    others = ((table * w).sum(axis=1)[:, None] - w * table) / room
    beyond = table - others
    slope = beyond[leader] - beyond
    at = (others - others[leader]) / np.where(np.abs(slope) > 1e-15, slope, np.nan)
    at[leader] = np.nan
    return np.where((at >= 0.0) & (at <= 1.0), at, np.nan)


def _needed_values(table: FloatArray, w: FloatArray, option: int) -> tuple[FloatArray, FloatArray]:
    """Rivals x criteria: the value of the option, and of the rival, that draws level; NaN where outside [0, 1]."""
    scores = (table * w).sum(axis=1)
    with np.errstate(over="ignore"):  # a weight next to nothing: no value reaches that far
        step = (scores[option] - scores)[:, None] / np.where(w > 0, w, np.nan)
    tables = table[option] - step, table + step
    for needed in tables:
        needed[option] = np.nan
    own, rivals = (np.where((v >= -1e-12) & (v <= 1 + 1e-12), v, np.nan) for v in tables)
    return own, rivals


def _problem(values: npt.ArrayLike, weights: Numbers) -> tuple[FloatArray, FloatArray]:
    table = checks.matrix(values, "Values", low=0.0, high=1.0)
    return table, checks.weights(weights, "Weights", size=table.shape[1])
