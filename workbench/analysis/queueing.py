"""From users to replicas: arrival rates, waiting times and the smallest fleet that meets a limit.

Source: methods.md section 3.5. Rates per second, times in seconds. A planning bound: real service times are neither
exponential nor independent of the load.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.analysis import checks
from workbench.domain.errors import WorkbenchError

_MOST_SLOTS = 1_000_000


@dataclass(frozen=True, slots=True)
class UserProfile:
    """Typical behaviour of one kind of use (editable): share of users active at once, requests per active minute."""

    active_share: float
    requests_per_active_minute: float
    peak_factor: float
    tokens_in: int
    tokens_out: int


# llm-d-planner's published defaults; code completion publishes no token counts, so it borrows chat's.
PROFILES = {
    "chat": UserProfile(0.20, 0.4, 2.0, 512, 256),
    "rag": UserProfile(0.20, 1.0, 2.5, 4096, 512),
    "code": UserProfile(0.25, 2.0, 2.5, 512, 256),
}


@dataclass(frozen=True, slots=True)
class Load:
    """Requests per second, on average and at the peak."""

    mean_per_s: float
    peak_per_s: float

    def requests_in(self, hours: float) -> float:
        """Requests over that many hours at the average rate."""
        return self.mean_per_s * 3600 * checks.number(hours, "Hours", low=0.0)


@dataclass(frozen=True, slots=True)
class Fleet:
    """The smallest fleet that keeps the p95 wait within its limit, with one spare replica on top (`n + 1`)."""

    replicas: int
    replicas_with_spare: int
    wait_probability: float
    wait_p95_s: float
    load_share: float


def load_of_users(users: float, profile: UserProfile) -> Load:
    """`lambda = users * active_share * requests_per_active_minute / 60`, peak = lambda * peak_factor."""
    people = checks.number(users, "Users", low=0.0, high=1e10)
    active = checks.share(profile.active_share, "Active share")
    rate = checks.number(profile.requests_per_active_minute, "Requests per active minute", low=0.0)
    peak = checks.number(profile.peak_factor, "Peak factor", low=1.0)
    mean = people * active * rate / 60
    return Load(mean, mean * peak)


def erlang_c(offered: float, slots: int) -> float:
    """Chance that a request has to wait; `offered` = arrivals per second * service seconds. 1.0 when overloaded."""
    a, c = checks.number(offered, "Offered load", low=0.0), checks.count(slots, "Slots", low=1, high=_MOST_SLOTS)
    if a >= c:
        return 1.0
    blocked = 1.0
    for i in range(1, c + 1):
        blocked = a * blocked / (i + a * blocked)
    return blocked / (1 - (a / c) * (1 - blocked))


def wait_p95_s(arrivals_per_s: float, service_s: float, slots: int) -> float:
    """95 % of requests wait no longer than this: `S/(c - a) * ln(C/.05)`, 0 if few wait, `math.inf` if overloaded."""
    a = checks.number(arrivals_per_s, "Arrivals per second", low=0.0) * checks.positive(service_s, "Service time")
    if a >= checks.count(slots, "Slots", low=1):
        return math.inf
    waits = erlang_c(a, slots)
    return 0.0 if waits <= 0.05 else service_s / (slots - a) * math.log(waits / 0.05)


def is_beyond_any_fleet(peak_per_s: float, service_s: float) -> bool:
    """Whether so many requests a second, each taking so many seconds, are more at once than is reckoned here."""
    busy = checks.number(peak_per_s, "Peak arrivals", low=0.0) * checks.positive(service_s, "Service time")
    return busy > _MOST_SLOTS / 2


def smallest_fleet(
    peak_per_s: float, service_s: float, slots_per_replica: int, *, longest_wait_s: float, spare: int = 1
) -> Fleet:
    """Fewest replicas (of `slots_per_replica` concurrent requests each) whose p95 wait meets the limit, plus spares."""
    per_replica = checks.count(slots_per_replica, "Concurrent requests of a replica", low=1)
    limit = checks.number(longest_wait_s, "Longest wait", low=0.0)
    offered = checks.number(peak_per_s, "Peak arrivals", low=0.0) * checks.positive(service_s, "Service time")
    if offered / per_replica > _MOST_SLOTS / per_replica - 1:
        raise WorkbenchError("The load is beyond any fleet", where="Peak arrivals", mend="Check users and times.")
    replicas = max(1, math.ceil(offered / per_replica))
    while wait_p95_s(peak_per_s, service_s, replicas * per_replica) > limit:
        replicas += 1
    slots = replicas * per_replica
    return Fleet(
        replicas,
        replicas + checks.count(spare, "Spare replicas"),
        erlang_c(offered, slots),
        wait_p95_s(peak_per_s, service_s, slots),
        offered / slots,
    )
