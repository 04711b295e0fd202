"""Costs that hide behind the table: late starts, staff, what a dear set-up earns, break-evens in full, right answers.

Source: methods.md sections 2.2, 2.3 and 4.1. Money USD, time in months or weeks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from workbench.analysis import checks
from workbench.analysis.breakeven import break_even_of_best
from workbench.analysis.matching import Judged, Matching
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.options import Horizon, cost_line
from workbench.analysis.quality_axis import OWN_EVAL, Axis
from workbench.analysis.routing import usd_per_avoided_error
from workbench.analysis.selfhost import Fleet, ServingTable
from workbench.analysis.strategy import fleets_of
from workbench.analysis.tco import (
    LEAST_STAFF,
    catch_up_months,
    rate_of_return,
    setup_with_delay,
    staff_share_that_eats_the_saving,
)
from workbench.analysis.words import count, rounded, usd
from workbench.domain.insight import Delay, FleetCost, HiddenStaff, Return, Upgrade, VolumePoint
from workbench.domain.option import DataFlow, Option, OptionDraft, Strategy
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Hosting

YEARS_OF_RETURN = (36, 48, 60)


def _priced(options: Sequence[Option]) -> list[Option]:
    return [item for item in options if {"setup_usd", "monthly_usd"} <= item.figures.keys()]


def delays(options: Sequence[Option], requirements: Requirements, horizon: Horizon) -> tuple[Delay, ...]:
    """What each week after the fastest option costs, added to the set-up (methods.md 2.2, "Delay cost").

    () while nobody said what a week is worth.
    """
    week = requirements.details.week_value_usd
    timed = [item for item in _priced(options) if "weeks" in item.figures]
    if week <= 0 or len(timed) < 2:
        return ()
    fastest = min(timed, key=lambda item: item.figures["weeks"].likely)
    first = cost_line(fastest, horizon)
    found = []
    for item in timed:
        later = item.figures["weeks"].likely - fastest.figures["weeks"].likely
        line = cost_line(item, horizon)
        if later <= 0 or line is None or first is None:
            continue
        lost = setup_with_delay(0.0, week, later)
        delayed = type(line)(line.setup_usd + lost, line.run_usd_month, line.growing_usd_month, line.growth_month)
        found.append(
            Delay(item.id, fastest.id, later, lost, catch_up_months(first, line), catch_up_months(first, delayed))
        )
    return tuple(found)


def hidden_staff(options: Sequence[Option], requirements: Requirements) -> tuple[HiddenStaff, ...]:
    """How few people eat what own servers save against the bought option (methods.md 2.2, "Hidden staff"); what would
    round to nobody is left out."""
    bought = next((item for item in _priced(options) if item.draft.strategy is Strategy.BUY), None)
    if bought is None or requirements.staff_month_usd < checks.SMALLEST:
        return ()
    dear = bought.figures["monthly_usd"].likely
    found = []
    for item in _priced(options):
        cheap = item.figures["monthly_usd"].likely
        if item.draft.data_flow is DataFlow.ALL_LEAVES or cheap >= dear:
            continue
        people = staff_share_that_eats_the_saving(dear, cheap, requirements.staff_month_usd)
        if people >= LEAST_STAFF:
            found.append(HiddenStaff(item.id, bought.id, dear - cheap, people))
    return tuple(found)


def returns(options: Sequence[Option]) -> tuple[Return, ...]:
    """Yearly return of each dearer set-up over the cheapest one, at 36, 48 and 60 months; only where it saves."""
    priced = sorted(_priced(options), key=lambda item: item.figures["setup_usd"].likely)
    if len(priced) < 2:
        return ()
    cheap = priced[0]
    found = []
    for item in priced[1:]:
        extra = item.figures["setup_usd"].likely - cheap.figures["setup_usd"].likely
        saving = cheap.figures["monthly_usd"].likely - item.figures["monthly_usd"].likely
        if extra > 0 and saving > 0:
            found += [Return(item.id, cheap.id, m, rate_of_return(extra, saving, m)) for m in YEARS_OF_RETURN]
    return tuple(found)


def volume_points(
    pairs: Iterable[tuple[Judged, Judged]], requirements: Requirements, table: ServingTable
) -> tuple[VolumePoint, ...]:
    """Break-even volumes in full, from (API offer, own servers) pairs, on the servers of `table` that are best there;
    the rule of thumb stands beside each."""
    found = []
    for api, server in pairs:
        fleets, monthly = fleets_of(server, requirements, table), api.candidate.usd_month_over_plan
        if not fleets or monthly is None:
            continue
        per_request = monthly.likely / requirements.workload.requests_per_month.likely
        point, place = break_even_of_best(per_request, [fleet.hosting for fleet in fleets])
        best, load = fleets[place], requirements.workload
        under = (
            f"{rounded(load.tokens_in.likely)} tokens in and {rounded(load.tokens_out.likely)} out, "
            f"{count(requirements.min_replicas, 'copy', 'copies')} at least, "
            f"{usd(best.server.usd_per_hour.likely)} per GPU hour, peak {rounded(load.peak_factor)} times the mean, "
            f"{usd(best.hosting.fixed_usd_month)} a month for staff and platform"
        )
        found.append(
            VolumePoint(
                offer=f"{api.candidate.model_name} at {api.candidate.offer_name}",
                self_host=f"{server.candidate.model_name} on "
                f"{best.name(point.replicas or best.hosting.smallest_replicas)}",
                usd_request=per_request,
                requests_per_day=point.requests_per_day,
                replicas=point.replicas,
                self_host_usd_month=point.self_host_usd_month,
                flips_back_at=point.flips_back_at,
                firm_from=point.firm_from,
                rule_of_thumb=point.rule_of_thumb,
                holds_under=under,
                fleets=_costs_of(fleets),
            )
        )
    return tuple(found)


def _costs_of(fleets: Sequence[Fleet]) -> tuple[FleetCost, ...]:
    """Those that can be the cheapest at some volume: no other costs no more for one copy that serves no less."""
    costs = [
        FleetCost(
            fleet.name(1),
            fleet.hosting.smallest_replicas,
            fleet.hosting.requests_per_day_of_replica,
            fleet.hosting.replica_usd_month,
            fleet.hosting.fixed_usd_month,
        )
        for fleet in fleets
    ]
    costs.sort(key=lambda item: (item.replica_usd_month, -item.requests_per_day_of_replica))
    kept: list[FleetCost] = []
    for item in costs:
        if all(item.requests_per_day_of_replica > other.requests_per_day_of_replica for other in kept):
            kept.append(item)
    return tuple(kept)


def upgrades(
    drafts: Iterable[OptionDraft], requirements: Requirements, matching: Matching, axis: Axis
) -> tuple[Upgrade, ...]:
    """For each blend: from which value of a right answer on its stronger model pays (methods.md 4.1).

    Own servers are paid whatever they answer, so a request they take costs nothing more.
    """
    requests = requirements.workload.requests_per_month.likely
    found = []
    for draft in drafts:
        if draft.strategy is not Strategy.BLEND or len(draft.models) != 2 or requests <= 0:
            continue
        parts = [candidate_of(role, matching) for role in sorted(draft.models, key=lambda role: -role.share)]
        known = [item for item in parts if item is not None and item.candidate.model_id in axis.qualities]
        if len(known) == 2:
            found.append(_upgrade(known[0], known[1], requirements, axis, requests))
    return tuple(found)


def _upgrade(weak: Judged, strong: Judged, requirements: Requirements, axis: Axis, requests: float) -> Upgrade:
    low, high = (axis.qualities[item.candidate.model_id] for item in (weak, strong))
    costs = [_usd_request(item, requests) for item in (weak, strong)]
    needed = usd_per_avoided_error(costs[0], costs[1], low.value / 100, high.value / 100)
    measured = low.basis == high.basis == OWN_EVAL
    return Upgrade(
        weak.candidate.model_name,
        strong.candidate.model_name,
        needed if math.isfinite(needed) else None,
        requirements.error_cost_usd,
        math.isfinite(needed) and requirements.error_cost_usd.likely >= needed,
        "your eval" if measured else "public benchmarks; your eval may differ",
        "error_cost_usd" in requirements.unknown,
    )


def _usd_request(item: Judged, requests: float) -> float:
    cost = item.candidate.usd_month_over_plan
    if item.candidate.hosting is not Hosting.API or cost is None:
        return 0.0
    return cost.likely / requests
