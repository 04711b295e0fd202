"""What a person can do with cost against quality: see every model, move volume and weights, take the picture along."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.analysis.chartspec import Chart
from workbench.analysis.criteria import criteria_in_force
from workbench.analysis.sensitivity import clean_share
from workbench.analysis.tradeoff_chart import tradeoff_chart
from workbench.analysis.tradeoffs import (
    Mix,
    TradePoint,
    Weights,
    best_of,
    front_of,
    knee_of,
    mixes,
    points,
    sentence,
    stands_apart,
)
from workbench.analysis.words import share
from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Evidence
from workbench.domain.figures import Estimate
from workbench.domain.numbers import digits
from workbench.domain.option import Strategy
from workbench.domain.requirements import Requirements
from workbench.domain.scenario import Scenario
from workbench.services.shortlist import ShortlistService

# What the wizard takes.
LEAST_REQUESTS_PER_DAY, MOST_REQUESTS_PER_DAY = 0.1, 1e10
MOST_WEIGHT = 1e6


@dataclass(frozen=True, slots=True)
class TradeoffView:
    """Everything the Trade-offs page and `workbench tradeoffs` show. `best` is the id of the best-valued point;
    `criteria`: what counts how much in the scenario, whatever the weights of this view;
    `own_first`: with mixed data one's own models stand before those that only clean requests may go to. `knee` is the
    id of the point of the front from which on money buys little more (costs on a logarithmic scale); "" without one.
    """

    points: tuple[TradePoint, ...]
    mixes: tuple[Mix, ...]
    sentence: str
    chart: Chart
    basis_label: str
    requests_per_day: float
    weights: Weights
    best: str
    criteria: tuple[Criterion, ...]
    own_first: bool = False
    knee: str = ""

    @property
    def order_words(self) -> str:
        """By what the points are put in order."""
        first = "Your own models first, as sensitive requests need one; then" if self.own_first else "First"
        part = self.weights.quality_share
        scales = "on fixed scales ($10 to $100,000 a month, each tenfold step the same)"
        return f"{first} the best value: quality counts {share(part)}, cost {share(1 - part)}, {scales}."


class TradeoffService:
    """Points, front and mixes for a scenario, quick enough to follow a slider."""

    def __init__(self, *, shortlist: ShortlistService) -> None:
        self._shortlist = shortlist

    def points(
        self,
        scenario: Scenario,
        *,
        requests_per_day: float | None = None,
        weights: Mapping[str, float] | None = None,
        evidence: Evidence | None = None,
    ) -> TradeoffView:
        """The view at a volume (default: the scenario's likely one) and weights ("quality" and "monthly_usd";
        default: the points in force). Raises WorkbenchError for a volume or weights that make no sense.
        """
        matched = self._shortlist.matched(scenario, evidence=evidence)
        requirements, candidates = matched.requirements, matched.candidates
        if requests_per_day is not None and requests_per_day != requirements.workload.requests_per_day.likely:
            requirements = at_volume(requirements, requests_per_day)
            candidates = self._shortlist.priced(matched, requirements)
        criteria = criteria_in_force(scenario, requirements)
        chosen = _weights(criteria, weights)
        found = points(matched.matching.judged, candidates, requirements, matched.axis.qualities, chosen)
        lines = mixes(
            found,
            requirements,
            clean_share=clean_share(requirements.sensitive_share, requirements.details.passages),
            pairs=_blends(scenario),
        )
        volume = requirements.workload.requests_per_day.likely
        front = front_of(found, leaves=False if stands_apart(requirements) else None) or front_of(found)
        best, bend = best_of(front), knee_of(front)
        return TradeoffView(
            points=found,
            mixes=lines,
            sentence=sentence(found, requirements),
            chart=tradeoff_chart(found, lines, requirements, volume, matched.axis.label),
            basis_label=matched.axis.label,
            requests_per_day=volume,
            weights=chosen,
            best=best.id if best else "",
            criteria=criteria,
            own_first=stands_apart(requirements),
            knee=bend.id if bend else "",
        )


def at_volume(requirements: Requirements, requests_per_day: float) -> Requirements:
    """The requirements with another likely volume; low and high keep their distance to it."""
    if not LEAST_REQUESTS_PER_DAY <= requests_per_day <= MOST_REQUESTS_PER_DAY:
        known = math.isfinite(requests_per_day)
        raise WorkbenchError(
            f"{digits(requests_per_day)} requests a day make no sense" if known else "That is no number of requests",
            where="requests_per_day",
            mend=f"Give a number from {digits(LEAST_REQUESTS_PER_DAY)} to {digits(MOST_REQUESTS_PER_DAY)}.",
        )
    load = requirements.workload
    now = load.requests_per_day
    volume = now.scaled(requests_per_day / now.likely) if now.likely > 0 else Estimate.exact(requests_per_day)
    return replace(requirements, workload=replace(load, requests_per_day=volume))


def _weights(criteria: Sequence[Criterion], weights: Mapping[str, float] | None) -> Weights:
    given = weights if weights is not None else {item.id: item.points for item in criteria}
    found = Weights.of(given)
    for name, weight in (("quality", found.quality), ("monthly_usd", found.cost)):
        if not 0 <= weight <= MOST_WEIGHT:
            what = "is below zero" if weight < 0 else "makes no sense"
            raise WorkbenchError(
                f"The weight of {name} {what}",
                where=f"weights.{name}",
                mend=f"Give a number from 0 to {digits(MOST_WEIGHT)}.",
            )
    if weights is not None and not found.quality and not found.cost:
        raise WorkbenchError("Nothing would count", where="weights", mend="Give quality or cost a weight above 0.")
    return found


def _blends(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """The model pairs of the scenario's own blends, the smaller share last."""
    pairs = []
    for draft in scenario.options:
        if draft.strategy is Strategy.BLEND and len(draft.models) == 2:
            first, second = sorted(draft.models, key=lambda role: -role.share)
            pairs.append((first.model_id, second.model_id))
    return tuple(pairs)
