"""What the figures do not show by themselves: hidden staff, two stacks, how little is clean, what a pilot is worth.

Source: methods.md sections 1.5, 1.7, 2.2 and 4.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.analysis import checks
from workbench.analysis.conflicts import SMALLEST_WORTHWHILE_SHARE
from workbench.analysis.options import (
    Horizon,
    best_probabilities,
    crossovers,
    importance_order,
    leader_of,
    mean_month_factor,
    ranking_criteria,
    raw_table,
)
from workbench.analysis.ranking import criterion_weights, value_scores
from workbench.analysis.robustness import weight_transfer
from workbench.analysis.sensitivity import clean_share
from workbench.analysis.tco import LEAST_STAFF, staff_share_that_eats_the_saving
from workbench.analysis.words import count, rounded, share, usd
from workbench.analysis.worth import worth_of_knowing
from workbench.domain.criterion import Criterion
from workbench.domain.figures import Origin
from workbench.domain.option import DataFlow, Option, Strategy, Technique
from workbench.domain.requirements import Requirements, ThirdParty

_OWN_PLACE = "own"
# Below that nobody would begin a pilot.
_LEAST_WORTH_USD = 500.0


def notes(options: Sequence[Option], criteria: Sequence[Criterion], requirements: Requirements) -> tuple[str, ...]:
    """Sentences that belong beside the table, the most consequential first."""
    leader = leader_of(options) or max(options, key=lambda item: item.score, default=None)
    if leader is None:
        return ()
    found = [
        *_over_the_horizon(options, leader, requirements),
        *_growth(options, requirements),
        *_hidden_staff(options, requirements),
        *_clean_share(options, requirements),
        *_two_stacks(options),
        *_staged(options),
        *_worth_knowing(options, requirements),
        *_fragile_order(options, criteria),
        *_smallest_shift(options, leader, criteria),
        *_clipped(options, criteria),
    ]
    return tuple(dict.fromkeys(found))


def _bought(options: Sequence[Option]) -> Option | None:
    return next((item for item in options if item.draft.strategy is Strategy.BUY and _is_priced(item)), None)


def _is_priced(item: Option) -> bool:
    return {"setup_usd", "monthly_usd"} <= item.figures.keys()


def _costs(item: Option) -> tuple[float, float]:
    return item.figures["setup_usd"].likely, item.figures["monthly_usd"].likely


def _over_the_horizon(options: Sequence[Option], leader: Option, requirements: Requirements) -> list[str]:
    """Whether the recommended option is the cheapest over the horizon, and from when on."""
    months = requirements.horizon_months
    priced = [item for item in options if months in item.tco_usd]
    if len(priced) < 2 or leader not in priced:
        return []
    span = count(months, "month")
    others = [item.tco_usd[months] for item in priced if item is not leader]
    if leader.tco_usd[months] < min(others):
        return [f"Over {span} {leader.id} costs least: {usd(leader.tco_usd[months])}."]
    if leader.tco_usd[months] == min(others):
        return [f"Over {span} no option costs less than {leader.id}: {usd(leader.tco_usd[months])}."]
    cheapest = min(priced, key=lambda item: item.tco_usd[months])
    extra = leader.tco_usd[months] - cheapest.tco_usd[months]
    text = f"Over {span} {cheapest.id} is {usd(extra)} cheaper than {leader.id}"
    horizon = Horizon(months, requirements.discount_rate, requirements.workload.growth_per_month)
    cross = next((each for each in crossovers((cheapest, leader), horizon) if each.b == leader.id), None)
    if cross is None or cross.months is None or cross.months <= months:
        return [f"{text}."]
    at_rate = ""
    if cross.months_discounted is not None and requirements.discount_rate:
        at_rate = f" ({math.ceil(cross.months_discounted)} at {share(requirements.discount_rate)} a year)"
    return [f"{text}; {leader.id} has caught up in month {math.ceil(cross.months)}{at_rate}."]


def _growth(options: Sequence[Option], requirements: Requirements) -> list[str]:
    """What growth is not in: the servers that more traffic would ask for (methods.md 2.2, "Growth")."""
    growth = requirements.workload.growth_per_month
    own = any(_is_priced(item) and item.draft.data_flow is not DataFlow.ALL_LEAVES for item in options)
    if not growth or not own:
        return []
    verb, percent = "grows" if growth > 0 else "falls", rounded(100 * abs(growth))
    return [f"What APIs are paid {verb} with your volume, by {percent} % a month; own servers are taken as they are."]


def _hidden_staff(options: Sequence[Option], requirements: Requirements) -> list[str]:
    """How little operating work eats what own servers save; what would round to nothing is left out."""
    bought, found = _bought(options), []
    if bought is None or requirements.staff_month_usd < checks.SMALLEST:
        return []
    for item in options:
        if item.draft.data_flow is DataFlow.ALL_LEAVES or not _is_priced(item):
            continue
        saving = _costs(bought)[1] - _costs(item)[1]
        if saving <= 0:
            continue
        part = staff_share_that_eats_the_saving(_costs(bought)[1], _costs(item)[1], requirements.staff_month_usd)
        if part < LEAST_STAFF:
            continue
        text = f"{rounded(part, 2) if part >= 0.1 else f'{part:.2f}'} of a full-time operator erases {item.id}'s saving"
        staff = requirements.staff_fte
        counted = f"{rounded(staff, 2)} is counted in." if staff else "None is counted."
        entered = item.figures["monthly_usd"].origin is Origin.YOURS
        whose = "You entered the monthly cost yourself: check that staff is in it." if entered else counted
        found.append(f"{text} of {usd(saving)} a month over {bought.id}. {whose}")
    return found


def _clean_share(options: Sequence[Option], requirements: Requirements) -> list[str]:
    """With retrieval, one sensitive passage makes a request sensitive (methods.md 4.3)."""
    if requirements.third_party is not ThirdParty.SENSITIVE_STAYS:
        return []
    passages = requirements.details.passages
    clean, found = clean_share(requirements.sensitive_share, passages), []
    for item in options:
        if item.draft.data_flow is not DataFlow.CLEAN_LEAVES or item.draft.technique is Technique.PROMPT:
            continue
        planned = sum(role.share for role in item.draft.models if not role.offer.startswith(("self-host", "local:")))
        text = (
            f"{item.id}: only about {share(clean)} of requests are clean when {passages} passages are "
            f"retrieved and {share(requirements.sensitive_share)} of the documents are sensitive"
        )
        if clean < SMALLEST_WORTHWHILE_SHARE:
            found.append(f"{text}: too few for a second stack. Keep everything local instead.")
        elif clean < planned - 0.01:
            found.append(f"{text}; you plan to send {share(planned)} out.")
        else:
            found.append(f"{text}. Measure it on your index.")
    return found


def _two_stacks(options: Sequence[Option]) -> list[str]:
    return [text for item in options if item.draft.strategy is Strategy.BLEND and (text := _stacks(item))]


def _stacks(item: Option) -> str:
    """What a blend keeps running; "" where its parts come from one place."""
    places = {_place(role.offer) for role in item.draft.models}
    own = _OWN_PLACE in places if places else item.draft.data_flow is DataFlow.CLEAN_LEAVES
    if own and (len(places) > 1 or not places):
        return f"{item.id} keeps two stacks on call: own servers and an API."
    return f"{item.id} depends on {len(places)} providers at once." if len(places) > 1 else ""


def _place(offer: str) -> str:
    """Own servers and files of this machine are one place, each provider another."""
    return _OWN_PLACE if offer.startswith(("self-host", "local:")) else offer.partition("#")[0]


def _staged(options: Sequence[Option]) -> list[str]:
    """An option that only the deadline excludes can follow one that is in time and inside every limit."""
    first = next((item for item in options if item.draft.strategy is Strategy.BUY and not item.excluded_by), None)
    late = [item for item in options if {reason.requirement for reason in item.excluded_by} == {"weeks_limit"}]
    if first is None or "weeks" not in first.figures:
        return []
    live = rounded(first.figures["weeks"].likely)
    return [f"In stages: {first.id} can be live in {live} weeks, and {item.id} follow it." for item in late]


def _worth_knowing(options: Sequence[Option], requirements: Requirements) -> list[str]:
    """What knowing one cost beforehand would be worth, for the leader against its cheapest rival (methods.md 1.7)."""
    months = requirements.horizon_months
    found = worth_of_knowing(options, months, {item.id: mean_month_factor(item, months) for item in options})
    if found is None or found.inputs[0].worth_usd < _LEAST_WORTH_USD:
        return []
    top = found.inputs[0]
    figure = "set-up cost" if top.figure == "setup_usd" else "monthly bill"
    text = (
        f"Knowing {top.option}'s {figure} before choosing on cost is worth up to about "
        f"{usd(round(top.worth_usd, -2))}: a pilot that costs less pays"
    )
    out = [item.id for item in options if item.id in (found.option, found.rival) and item.excluded_by]
    if not out:
        return [f"{text}."]
    limits = f"limits that keep {out[0]} out" if len(out) == 1 else "limits of both"
    return [f"{text}, if you would lift the {limits}."]


def _fragile_order(options: Sequence[Option], criteria: Sequence[Criterion]) -> list[str]:
    """Equal points leave the order of two criteria open; says so when the other order favours another option."""
    if len(options) < 2 or importance_order(criteria) == importance_order(criteria, money_first=True):
        return []
    values, _ = value_scores(raw_table([item.figures for item in options], criteria), ranking_criteria(criteria))
    usual, other = best_probabilities(values, criteria), best_probabilities(values, criteria, money_first=True)
    if usual.argmax() == other.argmax():
        return []
    name = options[int(other.argmax())].id
    return [
        f"Some criteria have equal points. If cost counted before the others of them, {name} would be best in "
        f"{share(float(other.max()))} of the draws."
    ]


def _smallest_shift(options: Sequence[Option], leader: Option, criteria: Sequence[Criterion]) -> list[str]:
    """The least weight to move between two criteria that draws the next option level (methods.md 1.5)."""
    ranked = sorted(options, key=lambda item: (item is not leader, -item.score))[:2]
    known = all(criterion.id in item.figures for item in ranked for criterion in criteria)
    if len(ranked) < 2 or not known or ranked[1].score > leader.score:
        return []
    scales = ranking_criteria(criteria)
    values, _ = value_scores(raw_table([item.figures for item in ranked], criteria), scales)
    move = weight_transfer(values, criterion_weights(scales), 0, 1)
    if move is None or move.amount <= 0:
        return []
    given, taken = criteria[move.from_criterion].title, criteria[move.to_criterion].title
    return [
        f"{move.amount * 100:.1f} % of the weight moved from “{given}” to “{taken}” draws {ranked[1].id} level with "
        f"{leader.id} by score."
    ]


def _clipped(options: Sequence[Option], criteria: Sequence[Criterion]) -> list[str]:
    titles = {criterion.id: criterion.title for criterion in criteria}
    found: dict[str, list[str]] = {}
    for item in options:
        for name in item.clipped:
            found.setdefault(name, []).append(item.id)
    return [
        f"{', '.join(ids)}: “{titles[name]}” lies beyond its scale, so more or less of it counts the same. "
        "Widen the scales under What matters."
        for name, ids in found.items()
    ]
