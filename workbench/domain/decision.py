"""The option chosen, by whom and why, and what would change our mind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DecisionStatus(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Risk:
    text: str
    owner: str = ""
    mitigation: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`decided_at` and `review_on` are ISO dates; people are names as typed."""

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
    triggers: tuple[str, ...] = ()
    confirmation: str = ""
