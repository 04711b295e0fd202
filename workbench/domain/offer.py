"""One way to get a model: a provider's API at a price."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.figures import Origin
from workbench.domain.numbers import digits


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """USD per million tokens; None where the provider quotes none."""

    input_usd_per_mtok: float | None = None
    output_usd_per_mtok: float | None = None
    cache_read_usd_per_mtok: float | None = None
    cache_write_usd_per_mtok: float | None = None


@dataclass(frozen=True, slots=True)
class LongContextTier:
    """Prices of the *whole* request once its input passes `above_tokens`."""

    above_tokens: int
    prices: TokenPrices


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """Prices that hold from `starts` (ISO date) on."""

    starts: str
    prices: TokenPrices


@dataclass(frozen=True, slots=True)
class PeakHours:
    """Prices inside the daily UTC windows, each written HH:MM-HH:MM."""

    windows_utc: tuple[str, ...]
    prices: TokenPrices


@dataclass(frozen=True, slots=True)
class PriceQuote:
    """What one price list says of one price of an offer, kept because another list says something else."""

    field: str
    source: str
    usd: float
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """`other_usd` holds prices in other units by key (image_usd_each, audio_usd_per_minute, ...).

    `available` is False when the provider no longer sells it; `availability_checked` is False when no current list
    was asked whether it still does. `variant` tells two offers of one model by one provider apart. `quotes` are the
    lists that disagree; `longer_context` are further price steps above `long_context`. `origin` YOURS: entered by the
    person, wholly or in part.
    """

    model_id: str
    provider: str
    prices: TokenPrices
    as_of: str
    confidence: Confidence
    source: str
    available: bool = True
    availability_checked: bool = True
    batch: TokenPrices | None = None
    batch_discount: float | None = None
    long_context: LongContextTier | None = None
    scheduled_change: ScheduledChange | None = None
    peak_hours: PeakHours | None = None
    channel: str | None = None
    note: str | None = None
    other_usd: tuple[tuple[str, float], ...] = ()
    quotes: tuple[PriceQuote, ...] = ()
    variant: str | None = None
    longer_context: tuple[LongContextTier, ...] = ()
    origin: Origin = Origin.CATALOG

    @property
    def id(self) -> str:
        """`model@provider`, or `model@provider#variant`; unique within the catalog."""
        return f"{self.model_id}@{self.part}"

    @property
    def part(self) -> str:
        """`provider`, or `provider#variant`: unique within the model."""
        return self.provider if self.variant is None else f"{self.provider}#{self.variant}"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The disagreements in words, one for each price."""
        fields = dict.fromkeys(quote.field for quote in self.quotes)
        return tuple(f"{field}: {self._said(field)}" for field in fields)

    def band(self, field: str) -> tuple[float, float] | None:
        """Lowest and highest that the lists say of a price; None where none disagrees."""
        usd = [quote.usd for quote in self.quotes if quote.field == field]
        return (min(usd), max(usd)) if usd else None

    def _said(self, field: str) -> str:
        return ", ".join(f"{quote.source} says {digits(quote.usd)}" for quote in self.quotes if quote.field == field)
