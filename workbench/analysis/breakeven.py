"""Self-hosting: what it costs a month, and from which volume on it costs less than an API.

Source: methods.md section 2.3. This is price parity only: whether the smaller model is good enough is for an eval.
Volumes are requests per day; a month has 730 GPU hours and 30.4375 days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray
from workbench.domain.errors import WorkbenchError
from workbench.domain.workload import DAYS_PER_MONTH

HOURS_PER_MONTH = 730.0
SECONDS_PER_DAY = 86_400.0
# The seed's rule of thumb: self-hosting pays from one to ten million requests a day.
RULE_OF_THUMB = (1e6, 1e7)

RuleVerdict = Literal["below the rule", "within the rule", "above the rule", "never"]


@dataclass(frozen=True, slots=True)
class SelfHosting:
    """One way to serve a model oneself. `requests_per_second` is what one replica serves when full (capacity.py)."""

    gpus_per_replica: int
    usd_per_gpu_hour: float
    requests_per_second: float
    staff_usd_month: float
    platform_usd_month: float
    smallest_replicas: int = 2
    utilisation_cap: float = 0.7
    peak_factor: float = 2.5

    def __post_init__(self) -> None:
        checks.count(self.gpus_per_replica, "GPUs per replica", low=1)
        checks.number(self.usd_per_gpu_hour, "Price of a GPU hour", low=0.0)
        checks.positive(self.requests_per_second, "Requests per second of one replica")
        checks.number(self.staff_usd_month, "Staff cost", low=0.0)
        checks.number(self.platform_usd_month, "Platform cost", low=0.0)
        checks.count(self.smallest_replicas, "Smallest number of replicas", low=1)
        checks.positive(self.utilisation_cap, "Utilisation cap", high=1.0)
        checks.number(self.peak_factor, "Peak factor", low=1.0, high=1_000.0)

    @property
    def replica_usd_month(self) -> float:
        """GPU cost of one replica a month."""
        return self.gpus_per_replica * self.usd_per_gpu_hour * HOURS_PER_MONTH

    @property
    def fixed_usd_month(self) -> float:
        """What is paid at any volume, GPUs apart: staff and platform."""
        return self.staff_usd_month + self.platform_usd_month

    @property
    def requests_per_day_of_replica(self) -> float:
        """Mean volume one replica carries with room for the peak: `rps * cap * 86400 / peak`."""
        return self.requests_per_second * self.utilisation_cap * SECONDS_PER_DAY / self.peak_factor


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From `requests_per_day` on self-hosting costs no more than the API (None: at no volume).

    Replicas come in steps: `flips_back_at` is the next volume at which one more replica makes the API cheaper again
    (None: it never does) and from `firm_from` on self-hosting stays cheaper for good.
    """

    requests_per_day: float | None
    replicas: int | None
    self_host_usd_month: float | None
    flips_back_at: float | None
    firm_from: float | None
    rule_of_thumb: RuleVerdict


def replicas_needed(requests_per_day: float, hosting: SelfHosting) -> int:
    """`max(n_min, ceil(lambda_peak / (rps * cap)))`."""
    volume = checks.number(requests_per_day, "Requests per day", low=0.0, high=1e15)
    return max(hosting.smallest_replicas, math.ceil(volume / hosting.requests_per_day_of_replica - 1e-9))


def self_host_usd_month(requests_per_day: float, hosting: SelfHosting) -> float:
    """`replicas * gpus * price * 730 + staff + platform`."""
    return replicas_needed(requests_per_day, hosting) * hosting.replica_usd_month + hosting.fixed_usd_month


def continuous_break_even(fixed_usd_month: float, api_usd_request: float, marginal_usd_request: float) -> float:
    """Rough volume per day ignoring steps: `F / (30.4375 * (a - s))`; `math.inf` if a request saves nothing."""
    fixed = checks.number(fixed_usd_month, "Fixed cost", low=0.0)
    api = checks.number(api_usd_request, "API cost of a request", low=0.0)
    saving = api - checks.number(marginal_usd_request, "Own cost of a request", low=0.0)
    return fixed / (DAYS_PER_MONTH * saving) if saving > 0 else math.inf


def break_even(api_usd_request: float, hosting: SelfHosting) -> BreakEven:
    """Exact break-even volume with replicas in whole steps, solved interval by interval in closed form."""
    api = checks.number(api_usd_request, "API cost of a request", low=0.0) * DAYS_PER_MONTH
    per_day, step, fixed = hosting.requests_per_day_of_replica, hosting.replica_usd_month, hosting.fixed_usd_month
    first = hosting.smallest_replicas
    # A full replica has to save something; with the smallest fleet alone, a full fleet has to pay for itself.
    gain = api * per_day - step
    replicas = first
    if gain * first < fixed:
        if gain <= 0:
            return BreakEven(None, None, None, None, None, "never")
        replicas = max(first, math.ceil(fixed / gain - 1e-9))
    cost = replicas * step + fixed
    volume = cost / api if api > 0 else 0.0
    # Just above a full fleet of R the next replica is paid for in full: ahead for good once R*gain >= step + fixed.
    flips = per_day * replicas if replicas * gain < step + fixed else None
    firm: float | None = volume
    if flips is not None:
        last = math.ceil((step + fixed) / gain - 1e-9) if gain > 0 else None
        firm = None if last is None else (last * step + fixed) / api
    return BreakEven(volume, replicas, cost, flips, firm, rule_of_thumb(volume))


def break_even_of_best(api_usd_request: float, choices: Sequence[SelfHosting]) -> tuple[BreakEven, int]:
    """The break-even against the cheapest of several ways to serve at each volume, and which of them it is there.

    USD per request of the API; the place in `choices` is of the one that breaks even first (with "never": of the one
    whose full copy costs least a request). WorkbenchError without a choice.
    """
    if not choices:
        raise WorkbenchError("There is nothing to serve with", where="Servers", mend="Give at least one server.")
    found = [break_even(api_usd_request, each) for each in choices]
    crossing = [place for place, each in enumerate(found) if each.requests_per_day is not None]
    if not crossing:
        return found[0], min(range(len(choices)), key=lambda place: _usd_of_a_full_copy(choices[place]))
    first = min(crossing, key=lambda place: found[place].requests_per_day or 0.0)
    start = found[first].requests_per_day or 0.0
    firm = [each.firm_from for each in found if each.firm_from is not None]
    edges, api = _edges(choices, start, min(firm, default=_FAR * max(start, 1.0))), api_usd_request * DAYS_PER_MONTH
    # Just above an edge one more copy is paid for; the API is cheaper there when its bill is still below.
    after = np.min([_just_above(edges, each) for each in choices], axis=0)
    back = np.flatnonzero(after > api * edges * (1 + 1e-12))
    flips = float(edges[back[0]]) if back.size else None
    last: float | None = None
    if firm:
        last = float(after[back[-1]]) / api if back.size else start
    return replace(found[first], flips_back_at=flips, firm_from=last), first


# Without a volume from which own servers stay ahead, how many times the first one is looked at.
_FAR = 100.0
_MOST_EDGES = 20_000


def _usd_of_a_full_copy(hosting: SelfHosting) -> float:
    return hosting.replica_usd_month / hosting.requests_per_day_of_replica


def _edges(choices: Sequence[SelfHosting], low: float, high: float) -> FloatArray:
    """The volumes from `low` to `high` at which some choice needs one more copy, rising."""
    found = []
    for each in choices:
        per_day = each.requests_per_day_of_replica
        first = max(each.smallest_replicas, math.ceil(low / per_day - 1e-9))
        last = min(math.floor(high / per_day + 1e-9), first + _MOST_EDGES)
        found.append(np.arange(first, last + 1, dtype=np.float64) * per_day)
    return np.unique(np.concatenate(found))


def _just_above(volumes: FloatArray, hosting: SelfHosting) -> FloatArray:
    """USD a month for a volume a hair above each of these."""
    copies = np.floor(volumes / hosting.requests_per_day_of_replica + 1e-9) + 1
    bill: FloatArray = np.maximum(hosting.smallest_replicas, copies) * hosting.replica_usd_month
    return bill + hosting.fixed_usd_month


def rule_of_thumb(requests_per_day: float | None) -> RuleVerdict:
    """Where the computed volume lies against the seed's "1M to 10M requests a day"."""
    if requests_per_day is None:
        return "never"
    volume = checks.number(requests_per_day, "Requests per day", low=0.0)
    if volume < RULE_OF_THUMB[0]:
        return "below the rule"
    return "within the rule" if volume <= RULE_OF_THUMB[1] else "above the rule"


def gpu_hours_bought(usd_month: float, usd_per_gpu_hour: float) -> float:
    """GPU hours a monthly sum pays for; 730 is one GPU around the clock."""
    return checks.number(usd_month, "Monthly cost", low=0.0) / checks.positive(usd_per_gpu_hour, "Price of a GPU hour")


def purchase_usd_per_gpu_hour(capex_usd: float, months: float = 36.0) -> float:
    """Bought hardware as an hourly price: capex spread over `months`."""
    capex = checks.number(capex_usd, "Purchase price", low=0.0)
    return capex / checks.positive(months, "Months of use") / HOURS_PER_MONTH
