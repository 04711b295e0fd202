"""What stands behind a recommendation when somebody asks again: second opinions, worth of knowing, hidden costs.

Computed beside the options and shown when asked for. Money USD, shares 0 to 1, options by id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.domain.figures import Estimate


@dataclass(frozen=True, slots=True)
class Opinion:
    """Another way to weigh or to rank: what each option scores by it, and who wins. `agrees` with the headline."""

    name: str
    explained: str
    scores: Mapping[str, float]
    winner: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How often each option is best over 20,000 draws of what is not known, named by `basis`.

    `central` holds, for each option, the mean weights by criterion under which it is best (empty if it never is).
    """

    basis: str
    share: Mapping[str, float]
    error: Mapping[str, float]
    central: Mapping[str, Mapping[str, float]]


def span_of(found: Sequence[Acceptance], option: str) -> tuple[float, float] | None:
    """The least and the most share of draws in which the option is best, over all that may be known; None without."""
    shares = [item.share[option] for item in found if option in item.share]
    return (min(shares), max(shares)) if shares else None


@dataclass(frozen=True, slots=True)
class Regret:
    """USD paid too much over the horizon in each state, by option; `largest` of each, and who keeps it smallest."""

    states: tuple[str, ...]
    by_option: Mapping[str, tuple[float, ...]]
    largest: Mapping[str, float]
    choice: str


@dataclass(frozen=True, slots=True)
class InputWorth:
    """One uncertain cost: what knowing it before choosing is worth, and its share of the spread of the difference."""

    option: str
    figure: str
    worth_usd: float
    spread_share: float


@dataclass(frozen=True, slots=True)
class Worth:
    """The value of knowing before choosing on cost, between `option` and its rival over the horizon.

    `chance` is how often `option` costs less; `mean_usd` and `sd_usd` are of option less rival; `all_usd` is the worth
    of knowing everything.
    """

    option: str
    rival: str
    months: int
    chance: float
    mean_usd: float
    sd_usd: float
    all_usd: float
    inputs: tuple[InputWorth, ...]


@dataclass(frozen=True, slots=True)
class BillDriver:
    """A workload figure and its part in the uncertainty of an API bill, alone and with all its interactions."""

    question: str
    first: float
    total: float


@dataclass(frozen=True, slots=True)
class Bill:
    """What makes the monthly bill of one offer uncertain, widest first."""

    offer: str
    drivers: tuple[BillDriver, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """What going live later than the fastest option costs, and what that does to the crossover (None: never)."""

    option: str
    fastest: str
    weeks_later: float
    lost_usd: float
    crossover_months: float | None
    crossover_with_delay: float | None


@dataclass(frozen=True, slots=True)
class HiddenStaff:
    """Full-time people at which an option's saving a month over the bought one is gone."""

    option: str
    bought: str
    saving_usd_month: float
    people: float


@dataclass(frozen=True, slots=True)
class Return:
    """Yearly return of paying `option`'s dearer set-up for its lower bill, over some months."""

    option: str
    over: str
    months: int
    yearly: float


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy and carbon a month, always an estimate; `basis` says what was assumed."""

    option: str
    kwh: Estimate
    kg_co2: Estimate
    basis: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """From people to servers for one self-hosted model of an option.

    Rates per second at the mean and the peak; `replicas` meet the wait at the peak, `replicas_with_spare` survive the
    loss of one; `volume_ratio` compares the people's requests with the volume answered in the wizard.
    `stands_in`: the option names other servers, which cannot be reckoned with; these are the cheapest that fit.
    """

    option: str
    model: str
    hardware: str
    users: float | None
    mean_per_s: float
    peak_per_s: float
    at_once: int
    service_s: float
    replicas: int
    replicas_with_spare: int
    wait_p95_s: float
    wait_chance: float
    load: float
    planned: int
    volume_ratio: float | None
    basis: str
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class FleetCost:
    """What one kind of server costs at any volume: whole copies, and what is paid beside them, USD a month."""

    name: str
    smallest_replicas: int
    requests_per_day_of_replica: float
    replica_usd_month: float
    fixed_usd_month: float


@dataclass(frozen=True, slots=True)
class VolumePoint:
    """A break-even in full: where it lies, whether a later volume flips it back, and the rule of thumb beside it.

    `usd_request` is the API's price of a request; `firm_from` the volume from which own servers stay cheaper.
    `self_host` names the servers that break even first; `fleets` are all that are cheapest at some volume.
    """

    offer: str
    self_host: str
    usd_request: float
    requests_per_day: float | None
    replicas: int | None
    self_host_usd_month: float | None
    flips_back_at: float | None
    firm_from: float | None
    rule_of_thumb: str
    holds_under: str
    fleets: tuple[FleetCost, ...]


@dataclass(frozen=True, slots=True)
class Vendors:
    """How much of an option's traffic rests on how few developers, and what stops with the largest."""

    option: str
    shares: Mapping[str, float]
    hhi: float
    effective: float
    largest: str
    lost_share: float


@dataclass(frozen=True, slots=True)
class Leaks:
    """What mixed data does to a blend: clean requests, what may really go out, and what leaves by mistake a month."""

    option: str
    planned_share: float
    clean_share: float
    clean_in_conversation: float
    hard_and_clean: float
    leaks_month: float
    recall: float
    recall_for_one: float


@dataclass(frozen=True, slots=True)
class Upgrade:
    """When the stronger of two models pays: the value of a right answer from which it does.

    None for `usd_per_right` when the stronger one is no better on this scale. `error_cost_assumed`: the person has not
    said what a wrong answer costs.
    """

    weak: str
    strong: str
    usd_per_right: float | None
    error_cost: Estimate
    pays: bool
    basis: str
    error_cost_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Insights:
    """Everything behind the recommendation; a part without data is empty or None."""

    opinions: tuple[Opinion, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    regret: Regret | None = None
    worth: Worth | None = None
    bills: tuple[Bill, ...] = ()
    delays: tuple[Delay, ...] = ()
    staff: tuple[HiddenStaff, ...] = ()
    returns: tuple[Return, ...] = ()
    energy: tuple[Energy, ...] = ()
    capacity: tuple[Capacity, ...] = ()
    volumes: tuple[VolumePoint, ...] = ()
    vendors: tuple[Vendors, ...] = ()
    leaks: tuple[Leaks, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the insights in words: its answer in a sentence, a table, and under what it holds.

    `term` is the glossary entry that explains it; `questions` are the details that refine it.
    """

    id: str
    title: str
    answer: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    term: str = ""
    questions: tuple[str, ...] = ()
