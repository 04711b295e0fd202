"""What was spent on providers' models: a row for each paid call, written before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PaymentState(StrEnum):
    """`OPEN`: sent, its end not known (yet, or the program ended meanwhile); `DOUBTFUL`: a person has seen that, and
    the most it may have cost counts."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Payment:
    """`most_usd` counts until `usd` is known. `key` names a question that must not be paid for twice ("" for none);
    `answer` is what came for it, as text that only its writer reads. Times are ISO text in UTC, `day` a date there."""

    id: str
    at: str
    day: str
    scenario_id: str | None
    provider: str
    model: str
    most_usd: float
    key: str = ""
    state: PaymentState = PaymentState.OPEN
    usd: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    ended_at: str = ""
    answer: str = ""

    @property
    def counts_usd(self) -> float:
        """What it counts for against a cap."""
        return self.most_usd if self.usd is None else self.usd


@dataclass(frozen=True, slots=True)
class Caps:
    """US dollars that may be spent on one day, and on one scenario altogether."""

    day_usd: float
    scenario_usd: float
