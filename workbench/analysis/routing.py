"""Splitting traffic between a cheap and a strong model, from the team's own paired results.

Source: methods.md section 4.1 (RouteLLM's PGR, APGR and CPT; RouterBench's AIQ; FrugalGPT's cascade). Scores in
[0, 1] per item, costs in USD per item. Budgets over many models are in budget_routing.py, sensitive data in
sensitivity.py. Every router is read beside the random line and the oracle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import BoolArray, FloatArray, IntArray, Numbers
from workbench.analysis.statistics import Interval
from workbench.domain.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """How often neither, only the strong, only the weak, or both models were right on the same items."""

    neither: int
    only_strong: int
    only_weak: int
    both: int

    def __post_init__(self) -> None:
        for value in (self.neither, self.only_strong, self.only_weak, self.both):
            checks.count(value, "Paired items")
        if self.items == 0:
            raise WorkbenchError("There are no paired items", where="Paired items", mend="Run both on the same cases.")

    @property
    def items(self) -> int:
        """How many items both models answered."""
        return self.neither + self.only_strong + self.only_weak + self.both

    @property
    def weak_quality(self) -> float:
        """Share of items that the weak model gets right."""
        return (self.only_weak + self.both) / self.items

    @property
    def strong_quality(self) -> float:
        """Share of items that the strong model gets right."""
        return (self.only_strong + self.both) / self.items

    @property
    def oracle_quality(self) -> float:
        """Quality if every item only the strong model gets right went to it: `1 - n00/n`."""
        return 1 - self.neither / self.items

    @property
    def oracle_share(self) -> float:
        """Share of traffic the oracle sends to the strong model: `n01/n`."""
        return self.only_strong / self.items


@dataclass(frozen=True, slots=True)
class RoutingCurve:
    """Quality and cost as more traffic goes to the strong model; `share` rises from 0 to 1.

    Starts at the weak model alone and ends at the strong model alone.
    """

    share: FloatArray
    quality: FloatArray
    cost_usd: FloatArray

    def at_share(self, share: float) -> tuple[float, float]:
        """(quality, cost per item) at a strong share, interpolated between items."""
        wanted = checks.share(share, "Strong share")
        quality = float(np.interp(wanted, self.share, self.quality))
        return quality, float(np.interp(wanted, self.share, self.cost_usd))

    def gap_recovered(self) -> FloatArray | None:
        """PGR along the curve: `(q - q_weak)/(q_strong - q_weak)`; None if the two models are equally good."""
        gap = self.quality[-1] - self.quality[0]
        return None if gap == 0 else (self.quality - self.quality[0]) / gap

    def average_gap_recovered(self) -> float | None:
        """APGR: area under PGR over the strong share; 0.5 is a coin flip, above 1 the mix beats the strong model."""
        recovered = self.gap_recovered()
        return None if recovered is None else float(np.trapezoid(recovered, self.share))

    def share_for(self, recovered: float) -> float | None:
        """CPT: smallest strong share that recovers this part of the gap; None if it never does."""
        wanted = checks.share(recovered, "Part of the gap")
        along = self.gap_recovered()
        if along is None:
            return None
        reached = np.flatnonzero(along >= wanted - 1e-12)
        if reached.size == 0:
            return None
        first = int(reached[0])
        if first == 0:
            return 0.0
        before, after = along[first - 1], along[first]
        part = (wanted - before) / (after - before)
        return float(self.share[first - 1] + part * (self.share[first] - self.share[first - 1]))


@dataclass(frozen=True, slots=True)
class CascadePoint:
    """A cascade in operation: share of items escalated to the strong model, quality and cost per item."""

    escalated: float
    quality: float
    cost_usd: float


def paired_counts(weak_right: Sequence[bool] | BoolArray, strong_right: Sequence[bool] | BoolArray) -> PairedCounts:
    """The four counts from right/wrong per item, weak model first."""
    weak, strong = np.asarray(weak_right, dtype=np.bool_), np.asarray(strong_right, dtype=np.bool_)
    checks.same_length(strong, len(weak), "Results of the strong model")
    both, only_strong, only_weak = (int(flags.sum()) for flags in (weak & strong, ~weak & strong, weak & ~strong))
    return PairedCounts(len(weak) - both - only_strong - only_weak, only_strong, only_weak, both)


def threshold_curve(
    signal: Numbers, weak: Numbers, strong: Numbers, weak_usd: Numbers | float, strong_usd: Numbers | float
) -> RoutingCurve:
    """The curve of a router that sends the items with the highest signal to the strong model first.

    Scores and costs per item (or one cost for all). Items with the same signal cannot be told apart, so the curve
    runs straight through such a group, as a random choice within it would on average.
    """
    first, second = _scores(weak, strong)
    order_by = checks.vector(signal, "Routing signal", size=first.size)
    extra = _costs(strong_usd, first.size, "Cost of the strong model") - _costs(weak_usd, first.size, "Cost")
    base = float(np.mean(_costs(weak_usd, first.size, "Cost of the weak model")))
    order = np.argsort(-order_by, kind="stable")
    ranked = order_by[order]
    ends: IntArray = np.append(np.flatnonzero(np.diff(ranked)) + 1, ranked.size)
    gain = np.cumsum((second - first)[order])[ends - 1] / first.size
    cost = np.cumsum(extra[order])[ends - 1] / first.size
    return RoutingCurve(
        np.concatenate(([0.0], ends / first.size)),
        first.mean() + np.concatenate(([0.0], gain)),
        base + np.concatenate(([0.0], cost)),
    )


def random_line(weak_quality: float, strong_quality: float, weak_usd: float, strong_usd: float) -> RoutingCurve:
    """The straight line of a coin flip: the baseline every router must beat."""
    quality = [checks.share(weak_quality, "Weak quality"), checks.share(strong_quality, "Strong quality")]
    cost = [checks.number(weak_usd, "Weak cost", low=0.0), checks.number(strong_usd, "Strong cost", low=0.0)]
    return RoutingCurve(np.array([0.0, 1.0]), np.array(quality), np.array(cost))


def oracle_curve(
    weak: Numbers, strong: Numbers, weak_usd: Numbers | float, strong_usd: Numbers | float
) -> RoutingCurve:
    """The curve of a router that knows the outcome: what no signal can beat."""
    first, second = _scores(weak, strong)
    return threshold_curve(second - first, first, second, weak_usd, strong_usd)


def topic_signal(
    topics: Sequence[str], weak: Numbers, strong: Numbers, learn: Sequence[bool] | BoolArray
) -> FloatArray:
    """A routing signal that can be explained: each item gets its topic's mean gain on the items to learn from.

    `learn` marks those items; judge the router on the others only. A topic unseen there gets the overall mean.
    """
    first, second = _scores(weak, strong)
    checks.same_length(topics, first.size, "Topics")
    seen = np.asarray(learn, dtype=np.bool_)
    checks.same_length(seen, first.size, "Items to learn from")
    if not seen.any():
        raise WorkbenchError("There is no item to learn from", where="Items to learn from", mend="Mark about half.")
    numbers = {name: i for i, name in enumerate(dict.fromkeys(topics))}
    topic = np.array([numbers[name] for name in topics])
    gain = second - first
    count = np.bincount(topic[seen], minlength=len(numbers))
    total = np.bincount(topic[seen], weights=gain[seen], minlength=len(numbers))
    mean = np.where(count > 0, total / np.maximum(count, 1), gain[seen].mean())
    return np.asarray(mean[topic], dtype=np.float64)


def average_gap_interval(
    signal: Numbers, weak: Numbers, strong: Numbers, *, resamples: int = 500, seed: int = 0
) -> Interval | None:
    """APGR with its 95 % bootstrap interval over items; None if the two models are equally good."""
    first, second = _scores(weak, strong)
    order_by = checks.vector(signal, "Routing signal", size=first.size)
    point = threshold_curve(order_by, first, second, 0.0, 0.0).average_gap_recovered()
    if point is None:
        return None
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(checks.count(resamples, "Resamples", low=20, high=100_000)):
        pick = rng.integers(0, first.size, first.size)
        value = threshold_curve(order_by[pick], first[pick], second[pick], 0.0, 0.0).average_gap_recovered()
        if value is not None:
            found.append(value)
    low, high = np.percentile(found, [2.5, 97.5]) if found else (point, point)
    return Interval(point, min(point, float(low)), max(point, float(high)))


def cascade(
    counts: PairedCounts,
    weak_usd: float,
    strong_usd: float,
    *,
    accepts_right: float,
    accepts_wrong: float,
    verifier_usd: float = 0.0,
) -> CascadePoint:
    """Cheap model first; a verifier accepts its answer or sends the item on to the strong model.

    `accepts_right` = P(accept | weak right), `accepts_wrong` = P(accept | weak wrong). Latency adds up.
    """
    tpr, fpr = checks.share(accepts_right, "Accepted when right"), checks.share(accepts_wrong, "Accepted when wrong")
    costs = checks.number(weak_usd, "Weak cost", low=0.0) + checks.number(verifier_usd, "Verifier cost", low=0.0)
    q = counts.weak_quality
    escalated = q * (1 - tpr) + (1 - q) * (1 - fpr)
    right = q * tpr + counts.both / counts.items * (1 - tpr) + counts.only_strong / counts.items * (1 - fpr)
    return CascadePoint(escalated, right, costs + escalated * checks.number(strong_usd, "Strong cost", low=0.0))


def usd_per_avoided_error(weak_usd: float, strong_usd: float, weak_quality: float, strong_quality: float) -> float:
    """The strong model pays if one avoided error is worth more than this: `(c_s - c_w)/(q_s - q_w)`.

    0.0 if it is better and no dearer, `math.inf` if it is not better.
    """
    extra = checks.number(strong_usd, "Strong cost", low=0.0) - checks.number(weak_usd, "Weak cost", low=0.0)
    gain = checks.share(strong_quality, "Strong quality") - checks.share(weak_quality, "Weak quality")
    return max(0.0, extra / gain) if gain > 0 else math.inf


def mixture_hull(cost_usd: Numbers, quality: Numbers) -> tuple[int, ...]:
    """Models on the upper hull of (cost, quality), cheapest first, up to the best one.

    Any point between two neighbours is reached by a random split between them; everything else is beaten by one.
    """
    cost = checks.vector(cost_usd, "Cost", low=0.0)
    q = checks.vector(quality, "Quality", size=cost.size)
    hull: list[int] = []
    for i in np.lexsort((-q, cost)):
        if hull and q[i] <= q[hull[-1]]:
            continue
        while len(hull) >= 2 and _turns_up(cost, q, hull[-2], hull[-1], int(i)):
            hull.pop()
        hull.append(int(i))
    return tuple(hull)


def average_quality(cost_usd: Numbers, quality: Numbers, largest_cost_usd: float | None = None) -> float:
    """AIQ: mean height of the mixture hull from the cheapest cost to `largest_cost_usd` (default: the dearest).

    `integral/(c_max - c_min)`; past the last hull point the height stays. The quality itself for a single cost.
    """
    hull = list(mixture_hull(cost_usd, quality))
    cost, q = np.asarray(cost_usd, dtype=np.float64), np.asarray(quality, dtype=np.float64)
    start, end = float(cost.min()), float(cost.max()) if largest_cost_usd is None else float(largest_cost_usd)
    checks.number(end, "Largest cost", low=start)
    if end == start:
        return float(q[hull].max())
    points = np.unique(np.concatenate((cost[hull][cost[hull] <= end], [start, end])))
    return float(np.trapezoid(np.interp(points, cost[hull], q[hull]), points) / (end - start))


def _turns_up(cost: FloatArray, quality: FloatArray, a: int, b: int, c: int) -> bool:
    """True if b lies on or below the line from a to c."""
    rise_b = (quality[b] - quality[a]) * (cost[c] - cost[a])
    return bool(rise_b <= (quality[c] - quality[a]) * (cost[b] - cost[a]))


def _scores(weak: Numbers, strong: Numbers) -> tuple[FloatArray, FloatArray]:
    first = checks.vector(weak, "Scores of the weak model", low=0.0, high=1.0)
    return first, checks.vector(strong, "Scores of the strong model", low=0.0, high=1.0, size=first.size)


def _costs(cost: Numbers | float, size: int, field: str) -> FloatArray:
    if isinstance(cost, int | float):
        return np.full(size, checks.number(cost, field, low=0.0))
    return checks.vector(cost, field, low=0.0, size=size)
