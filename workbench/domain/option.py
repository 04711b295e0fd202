"""Candidate answers: buy, build or blend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.domain.criterion import Criterion
from workbench.domain.figures import Estimate, Figure
from workbench.domain.verdict import Conflict, Reason, Relaxation


class Strategy(StrEnum):
    BUY = "buy"
    BUILD = "build"
    BLEND = "blend"


class Technique(StrEnum):
    """Adaptation, cheapest to deepest."""

    PROMPT = "prompt"
    RAG = "rag"
    FINE_TUNING = "fine-tuning"
    FROM_SCRATCH = "from-scratch"


class DataFlow(StrEnum):
    """Which requests an option sends to a third party."""

    ALL_LEAVES = "all-leaves"
    CLEAN_LEAVES = "clean-leaves"
    NOTHING_LEAVES = "nothing-leaves"


FIGURES = ("setup_usd", "monthly_usd", "weeks", "quality", "privacy", "independence")

_OF_A_HUNDRED = frozenset({"quality", "privacy", "independence"})


def most_of(figure: str) -> float:
    """The most that a figure of FIGURES may be: 100 of what is rated, else 1e12; the least is 0."""
    return 100.0 if figure in _OF_A_HUNDRED else 1e12


@dataclass(frozen=True, slots=True)
class ModelRole:
    """A model's part in an option: what it answers and its share of requests, 0 to 1. `offer` as in Verdict."""

    model_id: str
    offer: str
    role: str
    share: float


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """What is stored: the person's own or edited option. `figures` holds what they entered, by name of FIGURES;
    what is missing there is computed. `proposed` marks one the workbench made and nobody touched."""

    id: str
    name: str
    strategy: Strategy
    summary: str
    models: tuple[ModelRole, ...]
    technique: Technique
    data_flow: DataFlow
    figures: Mapping[str, Figure] = field(default_factory=dict)
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A draft with every figure resolved and judged. Money USD, privacy, quality and independence 0 to 100.

    A figure that nobody knows is missing from `figures`. `tco_usd` is undiscounted by months, empty when set-up or
    monthly cost is not known; `contributions` are weight times value by criterion and add up to `score`, which counts
    a missing figure as worst; `score_low` and `score_high` are what the ranges leave open; `reasons` are the limits
    checked (the excluding ones have kept False). `best_probability` is the share of draws in which it scores best when
    only the ranking of the criteria is known, `cheapest_probability` the share in which it costs least over the
    horizon (None without costs). `clipped` names criteria whose figure lies beyond the anchors. `usage_usd_month` is
    the part of the likely monthly cost that is paid by use and grows with the traffic.
    """

    draft: OptionDraft
    figures: Mapping[str, Figure]
    tco_usd: Mapping[int, float]
    tco_discounted_usd: Mapping[int, float]
    reasons: tuple[Reason, ...]
    score: float
    score_low: float
    score_high: float
    contributions: Mapping[str, float]
    best_probability: float
    cheapest_probability: float | None = None
    clipped: tuple[str, ...] = ()
    usage_usd_month: float = 0.0

    @property
    def id(self) -> str:
        return self.draft.id

    @property
    def name(self) -> str:
        return self.draft.name

    @property
    def excluded_by(self) -> tuple[Reason, ...]:
        return tuple(reason for reason in self.reasons if not reason.kept)


@dataclass(frozen=True, slots=True)
class Crossover:
    """Months after which the option with the dearer set-up (`b`) becomes cheaper than `a`; None = never."""

    a: str
    b: str
    months: float | None
    months_discounted: float | None


@dataclass(frozen=True, slots=True)
class Flip:
    """The value `at` of `input` of `option` from which `winner` leads, by score only where it `stays_out` of limits.

    For a weight, `option` is empty and the values are shares; for a limit it is empty, too. `winner` is empty where no
    option is left.
    """

    input: str
    option: str
    now: float
    at: float
    winner: str
    text: str
    stays_out: bool = False


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Requests a day from which self-hosting costs less than the API offer; None = never within the range searched."""

    offer: str
    self_host: str
    requests_per_day: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`because`: constraints, score or both (methods.md 1.2, TV-1e). Empty option id when none is left."""

    option: str
    because: str
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class LadderRung:
    """One rung of the adaptation ladder. `state`: climb, expected, not shown, not measured or blocked.

    `points` is the gap it closes, in points of 100 (None: nobody measured it), `gap` its name and `origin` where it
    comes from; `setup_usd` and `monthly_usd` are what the rung adds for this workload (None: not known or nothing).
    """

    id: str
    title: str
    state: str
    rule: str
    because: str
    gap: str
    points: Estimate | None
    origin: str
    setup_usd: Estimate | None
    monthly_usd: float | None
    cost_note: str


@dataclass(frozen=True, slots=True)
class Adaptation:
    """How deep to adapt and why; `rungs` are all of the ladder, shallowest first."""

    technique: Technique
    reasons: tuple[str, ...]
    rungs: tuple[LadderRung, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionSet:
    """Everything the Options page and `workbench options` show.

    `criteria` are what it was weighed by; `relaxations` the smallest sets of limits that let one in, when none is.
    """

    scenario_id: str
    options: tuple[Option, ...]
    recommendation: Recommendation
    crossovers: tuple[Crossover, ...]
    flips: tuple[Flip, ...]
    breakevens: tuple[BreakEven, ...]
    adaptation: Adaptation
    notes: tuple[str, ...]
    horizon_months: int
    discount_rate: float
    criteria: tuple[Criterion, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()

    @property
    def criterion_titles(self) -> dict[str, str]:
        return {criterion.id: criterion.title for criterion in self.criteria}

    def option(self, option_id: str) -> Option | None:
        """The option with that id, None when there is none."""
        return next((option for option in self.options if option.id == option_id), None)
