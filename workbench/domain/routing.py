"""Splitting traffic between models: what paired results say of it, and the plan a gateway can be set up from.

Qualities and shares in [0, 1], costs in USD per request.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.domain.option import DataFlow


@dataclass(frozen=True, slots=True)
class Router:
    """One way to choose who answers, along the share that goes to the strong model.

    `held_out`: judged on cases it did not learn from. `recovered` is the area under the part of the quality gap won
    back (0.5 is a coin flip) with its interval; None when the two models are equally good. `half_at` and `most_at` are
    the shares that win back half and four fifths of the gap (None: never).
    """

    id: str
    name: str
    explained: str
    held_out: bool
    shares: tuple[float, ...]
    qualities: tuple[float, ...]
    costs_usd: tuple[float, ...]
    recovered: float | None
    recovered_low: float | None
    recovered_high: float | None
    half_at: float | None
    most_at: float | None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its cases and what the strong model gains on them."""

    name: str
    cases: int
    gain: float


@dataclass(frozen=True, slots=True)
class Cascade:
    """The weak model first; a verifier passes on what it does not accept. The verifier's two rates are assumed."""

    accepts_right: float
    accepts_wrong: float
    escalated: float
    quality: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Budget:
    """The best split of all models under a mean cost per request, knowing every score: what no router can beat."""

    budget_usd: float
    quality: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class FrontierModel:
    """One model alone: the price of a case in the frontier's unit, the share right with its interval, and whether no
    random mix of others is as good for the same price."""

    model_id: str
    price: float
    quality: float
    low: float
    high: float
    on_hull: bool


@dataclass(frozen=True, slots=True)
class Frontier:
    """What all models of an eval come to together. `unit` of all prices is "USD" or, for `budgets` too, "s".

    `hull` names the models whose random mixes cannot be beaten without knowing the case, cheapest first; `budgets` are
    the best splits by one who knows every score, `oracle` what they reach without a limit. `average_quality` is the
    mean height of the hull over the prices (AIQ).
    """

    cases: int
    unit: str
    models: tuple[FrontierModel, ...]
    hull: tuple[str, ...]
    budgets: tuple[Budget, ...]
    oracle: float
    average_quality: float


@dataclass(frozen=True, slots=True)
class RoutingStudy:
    """What one eval says of routing between two of its models, and among all of them.

    The four counts are cases both, one or none of the two got right (a score of half or more counts as right).
    `hull` names the models that a random mix of neighbours cannot beat; `shared_failures` is how much more often all
    fail together than by chance (None: one never fails). `sentence` is the answer in words.
    """

    eval_id: str
    eval_name: str
    weak: str
    strong: str
    cases: int
    both: int
    only_strong: int
    only_weak: int
    neither: int
    weak_quality: float
    strong_quality: float
    weak_usd: float
    strong_usd: float
    oracle_quality: float
    oracle_share: float
    routers: tuple[Router, ...]
    topics: tuple[Topic, ...]
    cascade: Cascade
    budgets: tuple[Budget, ...]
    hull: tuple[str, ...]
    shared_failures: float | None
    usd_per_right: float | None
    sentence: str

    def router(self, identity: str) -> Router | None:
        """The router with that id, None when there is none."""
        return next((router for router in self.routers if router.id == identity), None)


@dataclass(frozen=True, slots=True)
class Route:
    """One model of a plan under the name callers ask for. `key_env` names the variable that holds the key, if any."""

    alias: str
    model_id: str
    provider: str
    base_url: str
    key_env: str
    share: float
    role: str
    leaves: bool


@dataclass(frozen=True, slots=True)
class RoutingPlan:
    """Who answers what, for a gateway: the first route is the default and, with sensitive data, the only one for it.

    `strong_topics` go to the last route; `as_of` dates the facts.
    """

    scenario: str
    option: str
    data_flow: DataFlow
    routes: tuple[Route, ...]
    strong_topics: tuple[str, ...] = ()
    monthly_cap_usd: float | None = None
    as_of: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def default(self) -> Route:
        return self.routes[0]
