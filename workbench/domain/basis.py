"""What the figures said when a decision was recorded, so that a later look can say what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OptionBasis:
    """One option as it stood: its figures by name (the likely values), its score, and the rules that excluded it."""

    id: str
    score: float
    figures: Mapping[str, float] = field(default_factory=dict)
    excluded_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceBasis:
    """What an offer of the options cost, USD per million tokens; None: the provider quoted none."""

    offer: str
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None


@dataclass(frozen=True, slots=True)
class Basis:
    """`computed_on` is an ISO date, `catalog` the fingerprint of the facts and `collected` their date.

    `recommended` is the option the computation advised, "" for none; `requests_per_day` the likely volume.
    """

    computed_on: str
    catalog: str
    collected: str
    recommended: str
    requests_per_day: float
    options: tuple[OptionBasis, ...] = ()
    prices: tuple[PriceBasis, ...] = ()
