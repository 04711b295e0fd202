"""Everything behind a recommendation, gathered: each part is computed in the module of its section of methods.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.analysis.matching import Judged, Matching
from workbench.analysis.option_capacity import capacity
from workbench.analysis.option_energy import energy
from workbench.analysis.option_exposure import leaks, vendors
from workbench.analysis.option_figures import candidate_of
from workbench.analysis.option_money import delays, hidden_staff, returns, upgrades, volume_points
from workbench.analysis.options import Horizon, mean_month_factor
from workbench.analysis.quality_axis import Axis
from workbench.analysis.second_opinion import acceptances, opinions, regret
from workbench.analysis.selfhost import Server
from workbench.analysis.strategy import break_even_pairs, serving_of
from workbench.analysis.worth import bill_drivers, worth_of_knowing
from workbench.domain.insight import Bill, Insights
from workbench.domain.option import Option, OptionSet
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Hosting


def insights(
    found: OptionSet,
    requirements: Requirements,
    matching: Matching,
    axis: Axis,
    day: str,
    names: Mapping[str, str] | None = None,
    servers: Sequence[Server] = (),
) -> Insights:
    """The parts for these options; one without data is empty.

    `day` (ISO) is the day prices count for, `names` those of developers by id, `servers` those that can be rented.
    """
    options, criteria, months = found.options, found.criteria, found.horizon_months
    horizon = Horizon(months, found.discount_rate, requirements.workload.growth_per_month)
    stretch = {item.id: mean_month_factor(item, months) for item in options}
    drafts = [item.draft for item in options]
    pairs = break_even_pairs(drafts, matching)
    return Insights(
        opinions=opinions(options, criteria),
        acceptances=acceptances(options, criteria),
        regret=regret(options, months, stretch),
        worth=worth_of_knowing(options, months, stretch),
        bills=_bills(options, requirements, matching, day),
        delays=delays(options, requirements, horizon),
        staff=hidden_staff(options, requirements),
        returns=() if horizon.growth_per_month else returns(options),  # a saving that changes has no one rate
        energy=energy(options, requirements, matching),
        capacity=capacity(options, requirements, matching),
        volumes=volume_points(pairs, requirements, serving_of(pairs, servers)),
        vendors=vendors(options, matching, names),
        leaks=leaks(options, requirements, matching),
        upgrades=upgrades(drafts, requirements, matching, axis),
    )


def _bills(options: tuple[Option, ...], requirements: Requirements, matching: Matching, day: str) -> tuple[Bill, ...]:
    """One per API offer of the options."""
    parts = [candidate_of(role, matching) for item in options for role in item.draft.models]
    hosted: dict[str, Judged] = {
        f"{item.candidate.model_id}@{item.candidate.offer_id}": item
        for item in parts
        if item is not None and item.candidate.hosting is Hosting.API
    }
    found = (bill_drivers(item.candidate, requirements, day) for item in hosted.values())
    return tuple(bill for bill in found if bill is not None)
