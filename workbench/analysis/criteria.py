"""Criteria to start from: anchors that hold the proposed options, and points that follow from the requirements.

They fit the options on screen, so they serve only until the options are kept; from then on they are stored with the
scenario and fixed, or a new option could change the order of the others (methods.md 1.4).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.domain.criterion import DEFAULT_CRITERIA, Criterion
from workbench.domain.figures import Figure
from workbench.domain.requirements import Priority, Requirements, Sensitivity, ThirdParty

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


def fitting_criteria(requirements: Requirements, figures: Sequence[Mapping[str, Figure]]) -> tuple[Criterion, ...]:
    """The six criteria with anchors from nothing to the dearest or slowest of `figures` (one mapping per option) or the
    person's own limit, whichever is more, rounded up; points from priority and sensitivity, the largest 100."""
    limits = {
        "setup_usd": requirements.setup_cap_usd,
        "monthly_usd": requirements.monthly_cap_usd,
        "weeks": requirements.weeks_limit,
    }
    points = _points(requirements)
    scale = FULL_POINTS / max(points.values())
    found = []
    for criterion in DEFAULT_CRITERIA:
        fitted = replace(criterion, points=round(points[criterion.id] * scale))
        if criterion.id in limits:
            largest = [item[criterion.id].likely for item in figures if criterion.id in item]
            worst = round_up(max([*largest, limits[criterion.id] or 0.0, 1.0]))
            fitted = replace(fitted, worst=worst, best=0.0)
        found.append(fitted)
    return tuple(found)


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
