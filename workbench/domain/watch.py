"""A past decision under today's facts: whether it stands, and what moved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What today's figures say of a decision. UNKNOWN: there is nothing to compare with, or it cannot be computed."""

    UNCHANGED = "unchanged"
    WEAKER = "weaker"
    FLIPPED = "flipped"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """FIGURE: of an option, `name` as in FIGURES. LIMIT: a rule (`name`) excludes an option (1) or does not (0).

    VOLUME: requests a day. OPTION: one came (1) or went (0). WEIGHTS: an option's score moved while its figures stayed.
    """

    FIGURE = "figure"
    LIMIT = "limit"
    VOLUME = "volume"
    OPTION = "option"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs from the day of the decision; None: not known then, or not known now.

    `decided`: it is what flipped or weakened the decision; with it put back, the decision stands as it did.
    """

    kind: ChangeKind
    option: str
    name: str
    before: float | None
    after: float | None
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """All of it. A lead is the chosen option's score less the best other score inside the limits; None: no other is."""

    standing: Standing
    lead_before: float | None
    lead_after: float | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceChange:
    """An offer's price in USD per million tokens, then and now; None: none is quoted. `part` is input or output."""

    offer: str
    part: str
    before: float | None
    after: float | None
