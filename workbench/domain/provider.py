"""Who develops and who hosts: developers, providers, hardware, benchmarks, and the catalog that holds all."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.figures import Origin
from workbench.domain.offer import Confidence


@dataclass(frozen=True, slots=True)
class Developer:
    id: str
    name: str
    country: str | None


@dataclass(frozen=True, slots=True)
class AccountMode:
    """What holds for an account or setting other than the standard one; None and () as the provider's row says.

    `how` it is had: self-serve, self-serve-plus-approval, approval, contract. `price_factor` times the list price, for
    models of `developers` only when some are named. `read` is False for a clause nobody opened.
    """

    id: str
    name: str
    how: str
    source: str
    read: bool
    as_of: str
    trains_on_api_data: str | None = None
    retention_days: int | None = None
    retention: str | None = None
    regions: tuple[str, ...] = ()
    price_factor: float | None = None
    developers: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SubProcessors:
    """Where the provider publishes whom it passes data on to."""

    url: str
    read: bool
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """Data policy of paid API traffic. `trains_on_api_data`: no, yes, opt-out, upstream or unknown.

    `zero_retention`: default, self-serve, approval, contract, none, unknown ...; `eu_processing`: yes, partial, no,
    unknown; `hipaa_baa`: yes, unknown. `unread` names fields nobody confirmed from a document.
    """

    id: str
    name: str
    kind: str
    hq_country: str | None
    trains_on_api_data: str
    default_retention: str | None
    default_retention_days: int | None
    zero_retention: str
    eu_processing: str
    regions: tuple[str, ...]
    regional_uplift: float | None
    certifications: tuple[str, ...]
    hipaa_baa: str
    lifecycle_notice: str | None
    pricing_url: str | None
    openai_compatible: bool | None
    notes: str | None
    unread: tuple[str, ...]
    as_of: str
    sources: tuple[str, ...]
    confidence: Confidence
    sub_processors: SubProcessors | None = None
    modes: tuple[AccountMode, ...] = ()


@dataclass(frozen=True, slots=True)
class CloudPrice:
    provider: str
    usd_per_hour: float
    tier: str
    as_of: str
    confidence: Confidence
    source: str
    spot_usd_per_hour: float | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    usd: float
    source: str
    as_of: str
    read: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Hardware:
    """Memory in GiB, bandwidth in GB/s, dense TFLOP/s, TDP in W; None where no source was read."""

    id: str
    name: str
    vendor: str
    kind: str
    memory_gib: float
    memory_type: str
    bandwidth_gb_s: float | None
    fp16_tflops_dense: float | None
    fp8_tflops_dense: float | None
    tdp_w: float | None
    specs_source: str
    specs_read: bool
    specs_as_of: str
    cloud_prices: tuple[CloudPrice, ...]
    purchase: Purchase | None
    note: str | None = None
    origin: Origin = Origin.CATALOG


@dataclass(frozen=True, slots=True)
class MarketRange:
    """USD per hour, low and high, by kind of seller."""

    hardware: str
    hyperscaler: tuple[float, float]
    specialist: tuple[float, float]
    longtail: tuple[float, float]
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Benchmark:
    id: str
    name: str
    measures: str
    unit: str
    range: tuple[float, float]
    higher_is_better: bool
    applies_to: tuple[str, ...]
    group: str
    contamination_risk: str
    saturation: str
    caveats: tuple[str, ...]
    data_licence: str
    source: str
    as_of: str
    stored: bool
