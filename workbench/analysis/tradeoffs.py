"""Monthly cost against quality: one point per model and kind of hosting, the front, and mixes of two models.

Source: methods.md sections 1.1 (Pareto), 1.4 (fixed anchors) and 4.1 (the straight line of a random mix).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workbench.analysis.candidates import Candidate
from workbench.analysis.matching import Judged
from workbench.analysis.quality_axis import OWN_EVAL
from workbench.analysis.ranking import pareto
from workbench.analysis.robustness import knee
from workbench.analysis.words import rounded, usd, usd_short
from workbench.domain.evidence import Quality
from workbench.domain.figures import Estimate
from workbench.domain.requirements import Requirements, ThirdParty
from workbench.domain.verdict import Hosting

# Fixed ends of the cost scale of this page: each tenfold saving counts the same.
CHEAP_USD, DEAR_USD = 10.0, 100_000.0
_STEPS = 10
_MOST_PAIRS = 3
# A model excluded only by these is shown pale: another answer would let it in. What cannot do the job is not shown,
# unless the team's own eval has measured it.
_SHOWN_PALE = frozenset(
    {"third_party", "papers", "regions", "certifications", "licence", "company_in_eu", "monthly_cap_usd",
     "weeks_limit", "quality_target", "excluded_developers", "excluded_countries", "ttft_limit_s", "total_limit_s"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TradePoint:
    """One model in one kind of hosting. `cost_usd` a month, None without a price; `quality` None without a score.

    `pareto`: kept, and nothing kept that could replace it costs less and is better; else `dominated_by` is the id of
    one that does.
    `score` is the value under the weights, None where cost or quality is missing. `later` is an announced price: the
    ISO day and USD a month from then on; the point stands at today's.
    """

    id: str
    model_id: str
    model_name: str
    offer: str
    offer_name: str
    hosting: Hosting
    kept: bool
    cost_usd: Estimate | None
    quality: Quality | None
    pareto: bool = False
    dominated_by: str = ""
    score: float | None = None
    why_out: str = ""
    later: tuple[str, Estimate] | None = None

    @property
    def leaves(self) -> bool:
        """Whether requests go to another company."""
        return self.hosting is Hosting.API


@dataclass(frozen=True, slots=True)
class Mix:
    """A share of the requests to the strong model, the rest to the weak one, split without a clever router."""

    weak: str
    strong: str
    share: float
    cost_usd_month: float
    quality: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much quality and cost count; any two numbers that are not negative, at least one above zero."""

    quality: float
    cost: float

    @classmethod
    def of(cls, points: Mapping[str, float]) -> Weights:
        """From swing points by criterion: those of "quality" and "monthly_usd"; without both, each counts the same."""
        return cls(float(points.get("quality", 0.0)), float(points.get("monthly_usd", 0.0)))

    @property
    def quality_share(self) -> float:
        """Quality's part of both, 0 to 1; a half when both are zero."""
        total = self.quality + self.cost
        return self.quality / total if total > 0 else 0.5


def points(
    judged: Sequence[Judged],
    candidates: Sequence[Candidate],
    requirements: Requirements,
    qualities: Mapping[str, Quality],
    weights: Weights,
) -> tuple[TradePoint, ...]:
    """The cheapest way per model and kind of hosting: kept ones first, with mixed data one's own, best value first.

    `candidates` are those of `judged`, in their order, priced at the volume to show; the budget is asked again.
    """
    best: dict[tuple[str, Hosting], _Way] = {}
    for item, candidate in zip(judged, candidates, strict=True):
        way = _way(item, candidate, requirements, qualities)
        if way is None:
            continue
        key = (candidate.model_id, candidate.hosting)
        if key not in best or way.preferred < best[key].preferred:
            best[key] = way
    ways, own_first = list(best.values()), stands_apart(requirements)
    groups = ([w for w in ways if not w.leaves], [w for w in ways if w.leaves]) if own_first else (ways,)
    found = [point for group in groups for point in _with_front(group, weights)]
    return tuple(sorted(found, key=lambda point: (not point.kept, own_first and point.leaves, -(point.score or 0.0))))


class _Way(NamedTuple):
    """The candidate of a point to be, before the front is known; the cheapest kept one is `preferred`, least first."""

    candidate: Candidate
    kept: bool
    quality: Quality | None
    why_out: str
    preferred: tuple[bool, float]

    @property
    def id(self) -> str:
        return f"{self.candidate.model_id}@{self.candidate.offer_id}"

    @property
    def leaves(self) -> bool:
        return self.candidate.hosting is Hosting.API


def _way(
    item: Judged, candidate: Candidate, requirements: Requirements, qualities: Mapping[str, Quality]
) -> _Way | None:
    blocked = item.blocked_by and [found for found in item.blocked_by if found[0].requirement != "monthly_cap_usd"]
    quality = qualities.get(candidate.model_id)
    if blocked and any(rule.requirement not in _SHOWN_PALE for rule, _ in blocked):
        measured = quality is not None and quality.basis == OWN_EVAL
        if not measured:
            return None
    cap, cost = requirements.monthly_cap_usd, candidate.monthly_usd
    over = cap is not None and cost is not None and cost.likely > cap
    why = blocked[0][1].text if blocked else f"Costs more than {usd(cap)} a month." if over else ""
    kept = not blocked and not over
    return _Way(candidate, kept, quality, why, (not kept, cost.likely if cost is not None else math.inf))


def _point(way: _Way, weights: Weights, *, pareto: bool, dominated_by: str) -> TradePoint:
    candidate, quality = way.candidate, way.quality
    return TradePoint(
        id=way.id,
        model_id=candidate.model_id,
        model_name=candidate.model_name,
        offer=candidate.offer_id,
        offer_name=candidate.offer_name,
        hosting=candidate.hosting,
        kept=way.kept,
        cost_usd=candidate.monthly_usd,
        quality=quality,
        pareto=pareto,
        dominated_by=dominated_by,
        score=value_of(quality, candidate.monthly_usd, weights),
        why_out=way.why_out,
        later=candidate.later,
    )


def value_of(quality: Quality | None, cost: Estimate | None, weights: Weights) -> float | None:
    """Weighted value of quality (0 to 100) and monthly cost (USD, each tenfold saving alike) on the fixed scales of
    this page, 0 to 1; None where one of the two is not known."""
    if quality is None or cost is None:
        return None
    span = math.log10(DEAR_USD / CHEAP_USD)
    cheap = 1.0 - math.log10(max(cost.likely, CHEAP_USD) / CHEAP_USD) / span
    part = weights.quality_share
    return part * quality.value / 100.0 + (1.0 - part) * max(cheap, 0.0)


def _with_front(ways: Sequence[_Way], weights: Weights) -> list[TradePoint]:
    """The points, with the front among kept ones marked; every other priced and scored one names one that beats it."""
    on = [way for way in ways if way.kept and way.quality is not None and way.candidate.monthly_usd is not None]
    place: dict[str, tuple[bool, str]] = {}
    if on:
        costs = [way.candidate.monthly_usd.likely for way in on if way.candidate.monthly_usd]
        table = np.array([costs, [way.quality.value for way in on if way.quality]]).T
        result = pareto(table, [False, True])
        names = [way.id for way in on]
        for name, first, dominator in zip(names, result.front.tolist(), result.dominated_by, strict=True):
            place[name] = (first, "" if first else names[dominator or 0])
    nowhere = (False, "")
    found = []
    for way in ways:
        front, beaten_by = place.get(way.id, nowhere)
        found.append(_point(way, weights, pareto=front, dominated_by=beaten_by))
    return found


def stands_apart(requirements: Requirements) -> bool:
    """With mixed data a hosted model cannot replace one of your own, so each kind has a front of its own."""
    return requirements.third_party is ThirdParty.SENSITIVE_STAYS


def front_of(found: Iterable[TradePoint], *, leaves: bool | None = None) -> list[TradePoint]:
    """The front, cheapest first; `leaves` True only hosted points, False only one's own, None both."""
    return sorted((point for point in found if point.pareto and leaves in (None, point.leaves)), key=_cost)


def _cost(point: TradePoint) -> float:
    return point.cost_usd.likely if point.cost_usd else math.inf


def _quality(point: TradePoint) -> float:
    return point.quality.value if point.quality else -1.0


def mixes(
    found: Sequence[TradePoint],
    requirements: Requirements,
    *,
    clean_share: float,
    pairs: Sequence[tuple[str, str]] = (),
) -> tuple[Mix, ...]:
    """Lines between a weak and a strong model: the pairs asked for (model ids), then pairs from the front.

    With mixed data the weak model runs on own servers and only the clean share may go to the strong one.
    """
    mixed = requirements.third_party is ThirdParty.SENSITIVE_STAYS
    usable = [p for p in found if p.kept and p.quality is not None and p.cost_usd is not None]
    known = [p for p in found if p.quality is not None and p.cost_usd is not None]
    chosen = [pair for pair in (_pair(known, *ids) for ids in pairs) if pair is not None]
    chosen += _front_pairs(usable, mixed=mixed)
    most = clean_share if mixed else 1.0
    lines: dict[tuple[str, str], tuple[Mix, ...]] = {}
    for weak, strong in chosen:
        if (weak.id, strong.id) not in lines and len(lines) < _MOST_PAIRS:
            lines[weak.id, strong.id] = _line(weak, strong, most)
    return tuple(mix for line in lines.values() for mix in line)


def _pair(known: Sequence[TradePoint], weak_id: str, strong_id: str) -> tuple[TradePoint, TradePoint] | None:
    """The person's own pair, whether or not both are inside the limits."""
    weak = min((p for p in known if p.model_id == weak_id and not p.leaves), key=_cost, default=None)
    strong = min((p for p in known if p.model_id == strong_id), key=_cost, default=None)
    return (weak, strong) if weak and strong else None


def _front_pairs(usable: Sequence[TradePoint], *, mixed: bool) -> list[tuple[TradePoint, TradePoint]]:
    """The best-valued own model with the best API model; without own models the two ends of the front."""
    own = [p for p in usable if not p.leaves]
    api = [p for p in usable if p.leaves]
    strong = max(api, key=_quality, default=None)
    if strong is None:
        return []
    weak = max(own, key=lambda p: p.score or 0.0, default=None)
    if weak is None and not mixed:
        weak = min(front_of(usable), key=_cost, default=None)
    if weak is None or weak.id == strong.id or _quality(weak) >= _quality(strong):
        return []
    return [(weak, strong)]


def _line(weak: TradePoint, strong: TradePoint, most: float) -> tuple[Mix, ...]:
    """Own servers are paid for whole whatever share they answer; an API is paid by request."""
    shares = [most * step / _STEPS for step in range(_STEPS + 1)]
    fixed = 1.0 if not weak.leaves else 0.0
    return tuple(
        Mix(
            weak.id,
            strong.id,
            share,
            _cost(weak) * (1.0 if fixed else 1.0 - share) + _cost(strong) * share,
            _quality(weak) * (1.0 - share) + _quality(strong) * share,
        )
        for share in shares
    )


def sentence(found: Sequence[TradePoint], requirements: Requirements) -> str:
    """The answer of the page: the best value under the weights, and what more or less money would change."""
    if stands_apart(requirements):
        return _sentence_apart(found, requirements)
    front = front_of(found)
    best = best_of(front)
    if best is None:
        kept = sum(point.kept for point in found)
        if not kept:
            return "No model is inside your limits, so there is nothing to trade off yet."
        if kept == 1:
            return "One model is inside your limits, but it lacks a price or an independent score."
        return f"{kept} models are inside your limits, but none has both a price and an independent score."
    words = [f"{_gives(best)}."]
    words += _for_more_money(best, front)
    words += _below_bar(best, front, requirements)
    words += _shut_out(best, found)
    if requirements.data_is_open and best.leaves:
        own = [point for point in found if point.kept and not point.leaves and point.score is not None]
        words.append(_while_open(best_of(own)))
    return " ".join(words)


def _while_open(own: TradePoint | None) -> str:
    """What holds if the answer that is missing turns out to be no."""
    otherwise = f"if none may, {_gives(own)}" if own else "if none may, no model of your own has a price and a score"
    return f"You have not said yet whether another company may process the data; {otherwise}."


def _sentence_apart(found: Sequence[TradePoint], requirements: Requirements) -> str:
    """One's own models first: every sensitive request needs one."""
    own_front, hosted_front = front_of(found, leaves=False), front_of(found, leaves=True)
    own, hosted = best_of(own_front), best_of(hosted_front)
    kept = sum(point.kept and not point.leaves for point in found)
    words = [_NO_OWN_SCORED if kept else _NO_OWN]
    if own is not None:
        words = [f"On your own servers, which sensitive requests need, {_gives(own)}."]
        words += _for_more_money(own, own_front)
    if hosted is not None:
        words.append(f"Hosted, for clean requests only, {_gives(hosted)}.")
    if own is not None:
        words += _below_bar(own, own_front, requirements, "None of your own models")
    return " ".join(words)


_NO_OWN = "No model of your own is inside your limits for sensitive requests."
_NO_OWN_SCORED = "No model of your own inside your limits has an independent score; your own eval decides."


def best_of(found: Sequence[TradePoint]) -> TradePoint | None:
    """The best-valued of them under the weights."""
    return max(found, key=lambda point: point.score or 0.0, default=None)


def knee_of(front: Sequence[TradePoint]) -> TradePoint | None:
    """Where the front bends: from there on money buys little more quality, each tenfold step of cost counting the same.

    None with fewer than three points that cost anything.
    """
    priced = [point for point in front if _cost(point) > 0]
    if len(priced) < 3:
        return None
    found = knee([_cost(point) for point in priced], [_quality(point) for point in priced], log_cost=True)
    return priced[found.index] if found else None


def _gives(point: TradePoint) -> str:
    return f"{point.model_name} gives {_quality(point):.0f} of 100 for about {usd_short(_cost(point))} a month"


def _for_more_money(best: TradePoint, front: Sequence[TradePoint]) -> list[str]:
    """What the dearest point of the front adds, when that is at least a point."""
    dearest = front[-1]
    gain, more = _quality(dearest) - _quality(best), _cost(dearest) - _cost(best)
    if dearest is best or gain < 1:
        return []
    points_more = f"{gain:.0f} more point{'' if round(gain) == 1 else 's'}"
    return [f"{dearest.model_name} buys {points_more} for {usd_short(more)} more."]


def _below_bar(
    best: TradePoint, front: Sequence[TradePoint], requirements: Requirements, nobody: str = "No model"
) -> list[str]:
    bar = requirements.quality_target
    if bar is None:
        return []
    reach = [point for point in front if point.quality is not None and point.quality.value >= bar]
    if not reach:
        return [f"{nobody} inside your limits reaches your bar of {rounded(bar)} on this scale; your own eval decides."]
    if best in reach:
        return []
    first = reach[0]
    return [f"The cheapest above your bar of {rounded(bar)} is {first.model_name} at {usd_short(_cost(first))}."]


def _shut_out(best: TradePoint, found: Sequence[TradePoint]) -> list[str]:
    """Names what would be better and no dearer, were it not for a limit."""
    better = [
        point for point in found if not point.kept and _quality(point) > _quality(best) and _cost(point) <= _cost(best)
    ]
    if not better:
        return []
    count, first = len(better), max(better, key=_quality)
    rest = f" and {count - 1} more are" if count > 1 else " is"
    return [f"{first.model_name}{rest} better for no more money, but outside your limits."]
