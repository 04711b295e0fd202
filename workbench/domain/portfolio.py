"""All accepted decisions together: what they cost, on whom they lean, what ends, what is due."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """One model's part in one decision: USD a month (None: not known) and requests a month."""

    scenario: str
    option: str
    model_id: str
    model: str
    developer: str
    provider: str
    usd_month: float | None
    requests_month: float


@dataclass(frozen=True, slots=True)
class Slice:
    """What falls to one developer or provider. Shares in [0, 1]; `usd_share` None where no cost is known at all."""

    name: str
    usd_month: float
    requests_month: float
    usd_share: float | None
    requests_share: float
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaning:
    """Slices, the largest traffic first, with how concentrated they are: Herfindahl index to 10,000 and effective
    vendors, by traffic and by spend (None where no cost is known)."""

    slices: tuple[Slice, ...]
    hhi: float
    effective: float
    hhi_spend: float | None
    effective_spend: float | None


@dataclass(frozen=True, slots=True)
class SharedFailure:
    """Two models on the same cases of one eval: the share wrong by each and by both, and how much more often both are
    wrong than two that fail independently would be (`ratio`; None when one is never wrong)."""

    scenario: str
    first: str
    second: str
    cases: int
    wrong_first: float
    wrong_second: float
    wrong_both: float
    ratio: float | None


@dataclass(frozen=True, slots=True)
class EndingModel:
    """A model of some decision that ends within the time looked at. `day` is an ISO date."""

    day: str
    model: str
    words: str
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """When a decision is looked at again. `day` is an ISO date, "" when none is agreed."""

    day: str
    scenario: str
    option: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One decision in the list: its option and cost, and how the watch finds it."""

    scenario_id: str
    scenario: str
    option: str
    usd_month: float | None
    requests_month: float
    standing: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything together. `unpriced` names decisions without a known cost; endings are looked for over `months`."""

    today: str
    collected: str
    fingerprint: str
    decisions: tuple[Standing, ...]
    developers: Leaning | None
    providers: Leaning | None
    failures: tuple[SharedFailure, ...]
    endings: tuple[EndingModel, ...]
    reviews: tuple[Review, ...]
    unpriced: tuple[str, ...] = ()
    months: int = 36

    @property
    def usd_month(self) -> float:
        return sum(each.usd_month or 0.0 for each in self.decisions)

    @property
    def requests_month(self) -> float:
        return sum(each.requests_month for each in self.decisions)
