"""From people to servers for the self-hosted models of the options.

Source: methods.md section 3.5. The wizard's volume and the people's habits are two ways to the same figure; where they
differ the difference is shown, never averaged away.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.analysis.breakeven import SECONDS_PER_DAY
from workbench.analysis.matching import Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.queueing import PROFILES, Load, is_beyond_any_fleet, load_of_users, smallest_fleet
from workbench.domain.insight import Capacity
from workbench.domain.option import Option
from workbench.domain.requirements import Requirements

# The hours of a working day over which people ask; the profiles are about those hours.
WORKING_HOURS = 8.0


def capacity(options: Sequence[Option], requirements: Requirements, matching: Matching) -> tuple[Capacity, ...]:
    """One row per option and model it serves itself; the same model of two options has the same row twice."""
    found = []
    load, ratio = load_of(requirements)
    for option in options:
        for role in option.draft.models:
            judged = candidate_of(role, matching)
            plan = judged.candidate.plan if judged is not None else None
            if judged is None or plan is None or plan.request_s is None or not plan.estimated:
                continue
            slots = max(1, math.floor(plan.at_once))
            if is_beyond_any_fleet(load.peak_per_s, plan.request_s):
                continue  # more than can be reckoned: the servers of the plan stand among the costs
            wait = requirements.details.wait_limit_s
            fleet = smallest_fleet(load.peak_per_s, plan.request_s, slots, longest_wait_s=wait)
            found.append(
                Capacity(
                    option=option.id,
                    model=judged.candidate.model_name,
                    hardware=f"{plan.gpus} × {plan.server.hardware.name}",
                    users=requirements.details.users,
                    mean_per_s=load.mean_per_s,
                    peak_per_s=load.peak_per_s,
                    at_once=slots,
                    service_s=plan.request_s,
                    replicas=fleet.replicas,
                    replicas_with_spare=fleet.replicas_with_spare,
                    wait_p95_s=fleet.wait_p95_s,
                    wait_chance=fleet.wait_probability,
                    load=fleet.load_share,
                    planned=plan.replicas,
                    volume_ratio=ratio,
                    basis="computed from bandwidth and compute, give or take 40 %; a run of your own replaces it",
                    stands_in=judged.candidate.offer_id != role.offer,
                )
            )
    return tuple(found)


def load_of(requirements: Requirements) -> tuple[Load, float | None]:
    """Requests per second, and the people's requests a working day over the wizard's a day (None without people)."""
    volume = requirements.workload.requests_per_day.likely
    details = requirements.details
    if details.users is None:
        mean = volume / SECONDS_PER_DAY
        return Load(mean, mean * requirements.workload.peak_factor), None
    load = load_of_users(details.users, PROFILES[details.usage_profile])
    return load, load.requests_in(WORKING_HOURS) / volume if volume > 0 else None
