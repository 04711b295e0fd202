"""The option chosen, by whom and why, and what would change our mind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.basis import Basis


class DecisionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"


SIGNABLE = (DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED)


class Effect(StrEnum):
    """How a consequence is judged."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


class Watch(StrEnum):
    """What the watch can measure of a condition; WORDS is left to people.

    MONTHLY_COST: USD a month of an option. PRICE_IN, PRICE_OUT: USD per million tokens of an offer, written
    `model@provider`. QUALITY: 0 to 100 of an option or a model. WEEKS: to launch, of an option. VOLUME: requests a day
    of the scenario, no subject. SHUTDOWN: announced for a model; no bound.
    """

    WORDS = "words"
    MONTHLY_COST = "monthly-cost"
    PRICE_IN = "price-in"
    PRICE_OUT = "price-out"
    QUALITY = "quality"
    WEEKS = "weeks"
    VOLUME = "volume"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is or is not so. `text` says it to people; the rest says it to the watch.

    It is so when what is watched of `subject` lies above `above` or below `below` (one of them, in `Watch`'s unit).
    As a trigger it reopens the decision when it is so; as a threshold it must not be so when the decision is checked.
    """

    text: str
    watch: Watch = Watch.WORDS
    subject: str = ""
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    text: str
    owner: str = ""
    mitigation: str = ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from the choice."""

    text: str
    effect: Effect = Effect.NEUTRAL


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an option was not chosen."""

    option: str
    why: str


@dataclass(frozen=True, slots=True)
class SignOff:
    """A name under what was signed: `digest` is the SHA-256 (hex) of it, `signed_at` an ISO time in UTC."""

    name: str
    role: str
    signed_at: str
    digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`decided_at` and `review_on` are ISO dates; people are names as typed.

    `confirmation` says how it will be checked, `thresholds` what must not be so then, `triggers` what reopens it before
    the review. `basis` is what the figures said when it was recorded; None: recorded before that was kept, or a draft.
    """

    option: str
    because: str
    status: DecisionStatus = DecisionStatus.DRAFT
    decided_at: str = ""
    review_on: str = ""
    deciders: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    dissent: str = ""
    triggers: tuple[Condition, ...] = ()
    confirmation: str = ""
    thresholds: tuple[Condition, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    basis: Basis | None = None
