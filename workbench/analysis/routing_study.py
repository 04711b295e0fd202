"""What paired results say of routing: every router beside the coin flip and the oracle, learned ones on held-out cases.

Source: methods.md section 4.1 and 4.2. Scores in [0, 1], costs in USD per case; items are rows, models columns.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks, routing
from workbench.analysis.budget_routing import within_budget
from workbench.analysis.checks import FloatArray
from workbench.analysis.concentration import shared_failure_ratio
from workbench.analysis.statistics import mcnemar
from workbench.analysis.words import share
from workbench.domain.errors import WorkbenchError
from workbench.domain.routing import Budget, Cascade, Router, RoutingStudy, Topic

# Points along the share at which a curve is kept for the picture.
STEPS = 20
FEWEST_CASES = 20
FEWEST_PER_TOPIC = 4
RESAMPLES = 200
# A verifier nobody has measured yet [A]: methods.md TV-4c.
ACCEPTS_RIGHT, ACCEPTS_WRONG = 0.9, 0.3
BUDGETS = 10
#: a difference that chance makes more often than this is not shown
SHOWN = 0.05


@dataclass(frozen=True, slots=True)
class Paired:
    """The cases every model has a score for. `topics` may hold "" for none; `lengths` are tokens of the prompt."""

    models: tuple[str, ...]
    scores: FloatArray
    costs_usd: FloatArray
    topics: tuple[str, ...]
    lengths: tuple[float, ...]


def study(
    data: Paired, weak: str, strong: str, *, eval_id: str = "", eval_name: str = "", seed: int = 0
) -> RoutingStudy:
    """The study of two of the models, weak first. WorkbenchError with fewer than 20 shared cases, or unknown models."""
    columns = [_column(data, name) for name in (weak, strong)]
    scores = checks.matrix(data.scores, "Scores", low=0.0, high=1.0, columns=len(data.models))
    costs = checks.matrix(data.costs_usd, "Costs", low=0.0, columns=len(data.models))
    if len(scores) < FEWEST_CASES:
        raise WorkbenchError(
            f"{len(scores)} cases that both models answered say too little about routing",
            where="routing",
            mend=f"Run {FEWEST_CASES} cases or more on both.",
        )
    first, second = (scores[:, k] for k in columns)
    weak_usd, strong_usd = (costs[:, k] for k in columns)
    counts = routing.paired_counts(first >= 0.5, second >= 0.5)
    routers = _routers(data, first, second, weak_usd, strong_usd, seed)
    means = scores.mean(axis=0)
    mean_costs = costs.mean(axis=0)
    hull = routing.mixture_hull(mean_costs, means)
    needed = routing.usd_per_avoided_error(
        float(weak_usd.mean()), float(strong_usd.mean()), float(first.mean()), float(second.mean())
    )
    oracle = routing.oracle_curve(first, second, weak_usd, strong_usd)
    best = int(np.argmax(oracle.quality))
    return RoutingStudy(
        eval_id=eval_id,
        eval_name=eval_name,
        weak=weak,
        strong=strong,
        cases=len(scores),
        both=counts.both,
        only_strong=counts.only_strong,
        only_weak=counts.only_weak,
        neither=counts.neither,
        weak_quality=float(first.mean()),
        strong_quality=float(second.mean()),
        weak_usd=float(weak_usd.mean()),
        strong_usd=float(strong_usd.mean()),
        oracle_quality=float(oracle.quality[best]),
        oracle_share=float(oracle.share[best]),
        routers=routers,
        topics=_topics(data, first, second),
        cascade=_cascade(counts, weak_usd, strong_usd),
        budgets=_budgets(scores, costs),
        hull=tuple(data.models[k] for k in hull),
        shared_failures=shared_failure_ratio((scores < 0.5).astype(float)) if len(data.models) > 1 else None,
        usd_per_right=needed if math.isfinite(needed) else None,
        sentence=_sentence(routers, counts, first, second),
    )


def _column(data: Paired, name: str) -> int:
    if name not in data.models:
        known = ", ".join(data.models)
        raise WorkbenchError(f"{name} has no results in this eval", where="routing", mend=f"Choose among {known}.")
    return data.models.index(name)


def _routers(
    data: Paired, weak: FloatArray, strong: FloatArray, weak_usd: FloatArray, strong_usd: FloatArray, seed: int
) -> tuple[Router, ...]:
    """The coin flip, what signals there are, and the oracle, in that order."""
    coin = routing.random_line(*(float(v.mean()) for v in (weak, strong, weak_usd, strong_usd)))
    found = [_router("random", "Coin flip", "The line every router must beat.", coin, None, held_out=True)]
    lengths = np.asarray(data.lengths, dtype=np.float64)
    if lengths.size and np.ptp(lengths) > 0:
        curve = routing.threshold_curve(lengths, weak, strong, weak_usd, strong_usd)
        interval = routing.average_gap_interval(lengths, weak, strong, resamples=RESAMPLES, seed=seed)
        words = "The longest prompts go to the strong model; nothing is learned."
        found.append(_router("length", "Length of the prompt", words, curve, interval, held_out=True))
    signal = held_out_topics(data.topics, weak, strong)
    if signal is not None:
        curve = routing.threshold_curve(signal, weak, strong, weak_usd, strong_usd)
        interval = routing.average_gap_interval(signal, weak, strong, resamples=RESAMPLES, seed=seed)
        words = "Topics where the strong model gained most go first; learned on one half, judged on the other."
        found.append(_router("topics", "Topic table", words, curve, interval, held_out=True))
    oracle = routing.oracle_curve(weak, strong, weak_usd, strong_usd)
    words = "Knows the outcome: no router can beat it."
    found.append(_router("oracle", "Oracle", words, oracle, None, held_out=False))
    return tuple(found)


def held_out_topics(topics: Sequence[str], weak: FloatArray, strong: FloatArray) -> FloatArray | None:
    """Each case's topic gain as learned from the half it is not in; None without two topics of four cases each.

    Halves alternate within each topic, so both hold every topic.
    """
    sizes = Counter(name for name in topics if name)
    if sum(size >= FEWEST_PER_TOPIC for size in sizes.values()) < 2:
        return None
    seen: Counter[str] = Counter()
    half = np.zeros(len(topics), dtype=np.bool_)
    for row, name in enumerate(topics):
        half[row] = seen[name] % 2 == 0
        seen[name] += 1
    signal = np.empty(len(topics))
    for learn in (half, ~half):
        signal[~learn] = routing.topic_signal(topics, weak, strong, learn)[~learn]
    return signal


def _router(
    identity: str, name: str, words: str, curve: routing.RoutingCurve, interval: object, *, held_out: bool
) -> Router:
    shares = np.linspace(0, 1, STEPS + 1)
    low, high = (getattr(interval, end, None) for end in ("low", "high"))
    return Router(
        id=identity,
        name=name,
        explained=words,
        held_out=held_out,
        shares=tuple(float(value) for value in shares),
        qualities=tuple(float(v) for v in np.interp(shares, curve.share, curve.quality)),
        costs_usd=tuple(float(v) for v in np.interp(shares, curve.share, curve.cost_usd)),
        recovered=curve.average_gap_recovered(),
        recovered_low=low,
        recovered_high=high,
        half_at=curve.share_for(0.5),
        most_at=curve.share_for(0.8),
    )


def _topics(data: Paired, weak: FloatArray, strong: FloatArray) -> tuple[Topic, ...]:
    """Topics by what the strong model gains, largest first."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(data.topics):
        if name:
            rows.setdefault(name, []).append(row)
    gain = strong - weak
    found = [Topic(name, len(places), float(gain[places].mean())) for name, places in rows.items()]
    return tuple(sorted(found, key=lambda topic: (-topic.gain, topic.name)))


def _cascade(counts: routing.PairedCounts, weak_usd: FloatArray, strong_usd: FloatArray) -> Cascade:
    point = routing.cascade(
        counts, float(weak_usd.mean()), float(strong_usd.mean()),
        accepts_right=ACCEPTS_RIGHT, accepts_wrong=ACCEPTS_WRONG,
    )  # fmt: skip
    return Cascade(ACCEPTS_RIGHT, ACCEPTS_WRONG, point.escalated, point.quality, point.cost_usd)


def _budgets(scores: FloatArray, costs: FloatArray) -> tuple[Budget, ...]:
    """From the cheapest model for every case to no limit, in even steps; one point when nothing costs more."""
    least, most = float(costs.min(axis=1).mean()), float(costs.max(axis=1).mean())
    steps = np.linspace(least, most, BUDGETS + 1) if most > least else np.array([least])
    plans = ((float(step), within_budget(scores, costs, float(step))) for step in steps)
    return tuple(Budget(step, plan.quality, plan.cost_usd) for step, plan in plans)


def _sentence(routers: Sequence[Router], counts: routing.PairedCounts, weak: FloatArray, strong: FloatArray) -> str:
    """Whether a router is worth having: the best real one against the coin flip, with its interval."""
    if float(strong.mean()) <= float(weak.mean()):
        return "The stronger model is no better on these cases: nothing is won by routing to it."
    if counts.only_strong == 0:
        return "There is no case that only the stronger model gets right, so there is nothing to route."
    real = [router for router in routers if router.id in ("length", "topics") and router.recovered is not None]
    best = max(real, key=lambda router: router.recovered or 0.0, default=None)
    oracle = share(counts.oracle_share)
    tail = f"The oracle needs {oracle} of the requests and no router is better than that."
    if mcnemar(counts.only_strong, counts.only_weak).p >= SHOWN:
        tail += (
            " Mind that the stronger model is not shown to be the better one: of the cases that one of the two gets "
            f"right alone it has {counts.only_strong}, the other {counts.only_weak}."
        )
    if best is None or best.recovered is None:
        return f"No signal to route by is known for these cases yet: name topics in the data set. {tail}"
    low = best.recovered_low if best.recovered_low is not None else best.recovered
    if low > 0.5:
        return f"“{best.name}” beats the coin flip ({best.recovered:.2f} of the area, at least {low:.2f}). {tail}"
    return f"No signal is shown to beat the coin flip; “{best.name}” comes nearest ({best.recovered:.2f}). {tail}"
