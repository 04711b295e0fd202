"""What counts how much. One source for every page: points that follow from the answers until somebody says otherwise.

Anchors fit the options on screen as long as those are proposals; with the options they are stored and fixed, or a new
option could change the order of the others (methods.md 1.4). The points stay what they were when options are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.domain.criterion import DEFAULT_CRITERIA, Criterion
from workbench.domain.figures import Figure
from workbench.domain.requirements import Priority, Requirements, Sensitivity, ThirdParty
from workbench.domain.scenario import Scenario

FULL_POINTS = 100.0
# How much the degree of privacy counts beyond the limit; where nothing may leave, the limit has done the work already.
_PRIVACY = {
    Sensitivity.PUBLIC: 10.0,
    Sensitivity.INTERNAL: 40.0,
    Sensitivity.CONFIDENTIAL: 100.0,
    Sensitivity.HEALTH: 100.0,
    Sensitivity.EU_SPECIAL: 100.0,
}
_PRIVACY_WHEN_LOCAL = 30.0
_MONTHLY = {Priority.COST: 100.0, Priority.BALANCED: 80.0, Priority.QUALITY: 40.0}
_QUALITY = {Priority.COST: 40.0, Priority.BALANCED: 80.0, Priority.QUALITY: 100.0}
_SETUP, _WEEKS, _INDEPENDENCE = 50.0, 40.0, 30.0
_ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def criteria_in_force(scenario: Scenario, requirements: Requirements) -> tuple[Criterion, ...]:
    """The scenario's own criteria once its options are kept or somebody has set points; before that the six with
    points from priority and sensitivity, the largest 100."""
    if scenario.options or scenario.criteria != DEFAULT_CRITERIA:
        return scenario.criteria
    points = _points(requirements)
    scale = FULL_POINTS / max(points.values())
    return tuple(replace(criterion, points=round(points[criterion.id] * scale)) for criterion in DEFAULT_CRITERIA)


def fitting_criteria(
    criteria: Sequence[Criterion], requirements: Requirements, figures: Sequence[Mapping[str, Figure]]
) -> tuple[Criterion, ...]:
    """The criteria with anchors from nothing to the dearest or slowest of `figures` (one mapping per option) or the
    person's own limit, whichever is more, rounded up."""
    limits = {
        "setup_usd": requirements.setup_cap_usd,
        "monthly_usd": requirements.monthly_cap_usd,
        "weeks": requirements.weeks_limit,
    }

    def fitted(criterion: Criterion) -> Criterion:
        if criterion.id not in limits:
            return criterion
        largest = [item[criterion.id].likely for item in figures if criterion.id in item]
        return replace(criterion, worst=round_up(max([*largest, limits[criterion.id] or 0.0, 1.0])), best=0.0)

    return tuple(map(fitted, criteria))


def widened_criteria(criteria: Sequence[Criterion], figures: Sequence[Mapping[str, Figure]]) -> tuple[Criterion, ...]:
    """The criteria with each end moved out, to a round number, as far as the likely `figures` (one mapping per option)
    need it; those whose scale holds them all are as they were. Points stay."""

    def wide(criterion: Criterion) -> Criterion:
        found = [item[criterion.id].likely for item in figures if criterion.id in item]
        low, high = sorted((criterion.worst, criterion.best))
        low = low if min(found, default=low) >= low else _round_down(min(found))
        high = high if max(found, default=high) <= high else round_up(max(found))
        worst, best = (low, high) if criterion.best > criterion.worst else (high, low)
        return replace(criterion, worst=worst, best=best)

    return tuple(map(wide, criteria))


def _round_down(value: float) -> float:
    """The next multiple of ten at or below ratings up to 100, else nothing: what is cheaper than cheap costs 0."""
    return 10.0 * math.floor(value / 10.0) if 0 <= value <= FULL_POINTS else 0.0


def round_up(value: float) -> float:
    """The next round number at or above a positive value: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _ROUND if step * power >= value * (1 - 1e-12))


def _points(requirements: Requirements) -> dict[str, float]:
    local = requirements.third_party is ThirdParty.FORBIDDEN
    return {
        "setup_usd": _SETUP,
        "monthly_usd": _MONTHLY[requirements.priority],
        "privacy": _PRIVACY_WHEN_LOCAL if local else _PRIVACY[requirements.sensitivity],
        "weeks": _WEEKS,
        "quality": _QUALITY[requirements.priority],
        "independence": _INDEPENDENCE,
    }
