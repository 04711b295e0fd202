"""What each catalog file may hold, as pydantic models: the single fields. Rules between fields are in `rules`.

Strict: no field that is not named here, no number given as text, nothing negative, infinite or not a number. Dates
are text, in full or in part ("2026-11-20", "2026-11", "2026"). `null` means that no source says.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from workbench.domain.model import CommercialUse, LifecycleStatus, ModelKind, Tier
from workbench.domain.offer import Confidence
from workbench.pydantic_first import AfterValidator, BaseModel, ConfigDict, Field, PydanticCustomError, ValidationInfo

SCHEMA_VERSION = 1

_DATE = re.compile(r"(?P<year>20[0-9]{2})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
# Control characters and direction overrides: they could repaint a terminal or show a figure backwards.
_SAFE_TEXT = r"^[^\x{00}-\x{1f}\x{7f}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]*$"
ID_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"
MODEL_ID_PATTERN = r"^[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*$"


def _as_day(text: str) -> date:
    """The first day that a full or partial date can mean. Raises PydanticCustomError."""
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        raise PydanticCustomError(
            "catalog",
            "{what}",
            {"what": f"'{text}' is not a date", "mend": "Write it as '2026-11-20', '2026-11' or '2026', in quotes."},
        ) from None


def _any_date(text: str) -> str:
    _as_day(text)
    return text


def _past_date(text: str, info: ValidationInfo) -> str:
    latest: date = (info.context or {})["latest"]
    if _as_day(text) > latest:
        raise PydanticCustomError(
            "catalog",
            "{what}",
            {"what": f"'{text}' lies in the future", "mend": "Write the day on which the source was read."},
        )
    return text


Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=80)]
Text = Annotated[str, Field(pattern=_SAFE_TEXT, min_length=1, max_length=4_000)]
AnyDate = Annotated[str, AfterValidator(_any_date)]
PastDate = Annotated[str, AfterValidator(_past_date)]
Usd = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Value = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Positive = Annotated[int, Field(ge=1, le=10**12)]
Tokens = Annotated[int, Field(ge=1, le=10**9)]
HoursUtc = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
# StrEnums are given as their text, which a strict model takes only when told to.
Sure = Annotated[Confidence, Field(strict=False)]
Kind = Annotated[ModelKind, Field(strict=False)]
Pair = Annotated[list[Value], Field(min_length=2, max_length=2)]
PricePair = Annotated[list[Usd], Field(min_length=2, max_length=2)]
PriceFactor = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
WebAddress = Annotated[str, Field(pattern=r"^https://\S+$", max_length=500)]
Trains = Literal["no", "yes", "opt-out", "upstream", "unknown"]
Modality = Literal["text", "image", "audio", "video", "pdf", "embedding", "score"]


class Block(BaseModel):
    """A block of fields: strict, and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Modalities(Block):
    input: Annotated[list[Modality], Field(min_length=1)]
    output: Annotated[list[Modality], Field(min_length=1)]


class LicenceRow(Block):
    name: Text | None
    spdx: Text | None
    commercial_use: Annotated[CommercialUse, Field(strict=False)]
    note: Text | None
    source: Text | None
    read: bool


class LifecycleRow(Block):
    status: Annotated[LifecycleStatus, Field(strict=False)]
    shutdown_date: AnyDate | None
    replacement: Text | None
    source: Text | None
    note: Text | None = None
    rerouted_to: Annotated[str, Field(pattern=MODEL_ID_PATTERN, max_length=120)] | None = None
    rerouted_from: AnyDate | None = None


class Params(Block):
    total_b: Annotated[float, Field(ge=0.001, le=100_000, allow_inf_nan=False)] | None
    active_b: Annotated[float, Field(ge=0.001, le=100_000, allow_inf_nan=False)] | None
    source: Text | None
    read: bool | None = None


class KvCache(Block):
    method: Literal["gqa", "mla"]
    bytes_per_token_fp16: Positive
    note: Text | None = None


class ArchitectureRow(Block):
    layers: Positive
    hidden: Positive
    heads: Positive
    kv_heads: Positive
    source: Text
    kv_cache: KvCache | None
    head_dim: Positive | None = None
    global_kv_heads: Positive | None = None
    global_head_dim: Positive | None = None
    vocab: Positive | None = None
    experts: Positive | None = None
    experts_active: Positive | None = None
    sliding_window: Positive | None = None
    full_attention_layers: Positive | None = None
    kv_shared_layers: Positive | None = None
    kv_lora_rank: Positive | None = None
    rope_head_dim: Count | None = None
    note: Text | None = None


class SelfHostRow(Block):
    gb_by_precision: Annotated[dict[Text, Amount], Field(min_length=1)]
    as_of: PastDate
    source: Text


class CapabilitiesRow(Block):
    tools: bool | None
    structured_output: bool | None
    vision: bool | None
    reasoning: bool | None
    prompt_caching: bool | None
    batch: bool | None
    fine_tuning: bool | None


class DataPolicy(Block):
    code: Id
    text: Text
    source: Text


class PriceBlock(Block):
    input_usd_per_mtok: Usd | None = None
    output_usd_per_mtok: Usd | None = None
    cache_read_usd_per_mtok: Usd | None = None
    cache_write_usd_per_mtok: Usd | None = None


class BatchRow(PriceBlock):
    discount: Share | None = None


class LongContextRow(PriceBlock):
    above_tokens: Tokens


class PeakHoursRow(PriceBlock):
    windows_utc: Annotated[list[HoursUtc], Field(min_length=1)]


class ScheduledRow(PriceBlock):
    starts: AnyDate


class Conflict(Block):
    field: Text
    quotes: Annotated[dict[Text, Usd], Field(min_length=2)]


class OfferRow(PriceBlock):
    provider: Id
    confidence: Sure
    as_of: PastDate
    source: Text
    variant: Id | None = None
    channel: Literal["aggregator"] | None = None
    available: bool = True
    availability: Literal["unchecked"] | None = None
    input_audio_usd_per_mtok: Usd | None = None
    output_audio_usd_per_mtok: Usd | None = None
    input_image_usd_per_mtok: Usd | None = None
    output_image_usd_per_mtok: Usd | None = None
    image_usd_each: Usd | None = None
    audio_usd_per_minute: Usd | None = None
    text_usd_per_mchar: Usd | None = None
    search_usd_each: Usd | None = None
    subscription_usd_per_month: dict[Id, Usd] | None = None
    batch: BatchRow | None = None
    long_context: LongContextRow | None = None
    longer_context: list[LongContextRow] = []
    peak_hours: PeakHoursRow | None = None
    scheduled_change: ScheduledRow | None = None
    conflicts: list[Conflict] = []
    note: Text | None = None


class SpeedRow(Block):
    provider: Id | None
    output_tokens_per_s: Amount
    ttft_s: Amount
    as_of: PastDate
    source: Text


class ScoreRow(Block):
    benchmark: Id
    value: Value
    unit: Literal["percent", "elo", "score"]
    as_of: PastDate
    source: Text
    variant: Text | None = None
    shots: Text | None = None
    ci95: Pair | None = None
    votes: Count | None = None
    categories: dict[Text, Value] = {}
    run_cost_usd: Usd | None = None
    cost_per_question_usd: Usd | None = None
    cost_per_successful_task_usd: Usd | None = None
    seconds_per_case: Amount | None = None


class ProvenanceRow(Block):
    source: Text
    read: bool
    conflict: Text | None = None


ProvenanceField = Literal[
    "release_date", "knowledge_cutoff", "context_tokens", "max_output_tokens", "modalities", "embedding_dimensions"
]


class ModelFile(Block):
    schema_version: Literal[1]
    id: Annotated[str, Field(pattern=MODEL_ID_PATTERN, max_length=120)]
    name: Text
    developer: Id
    family: Text
    kind: Kind
    tier: Annotated[Tier, Field(strict=False)]
    named_in_seeds: bool
    modalities: Modalities
    open_weights: bool
    licence: LicenceRow
    lifecycle: LifecycleRow
    release_date: PastDate | None
    knowledge_cutoff: PastDate | None
    context_tokens: Tokens | None
    max_output_tokens: Tokens | None
    params: Params
    capabilities: CapabilitiesRow
    offers: list[OfferRow]
    speed: list[SpeedRow]
    quality: list[ScoreRow]
    provenance: dict[ProvenanceField, ProvenanceRow]
    architecture: ArchitectureRow | None = None
    self_host_min_vram: SelfHostRow | None = None
    embedding_dimensions: Positive | None = None
    data_policy_override: DataPolicy | None = None
    context_note: Text | None = None
    fine_tuning_note: Text | None = None
    note: Text | None = None


class DeveloperRow(Block):
    id: Id
    name: Text
    country: Text | None


class DevelopersFile(Block):
    schema_version: Literal[1]
    developers: list[DeveloperRow]


class SubProcessorsRow(Block):
    url: WebAddress
    read: bool
    as_of: PastDate | None = None


class AccountModeRow(Block):
    id: Id
    name: Text
    how: Literal["self-serve", "self-serve-plus-approval", "approval", "contract"]
    source: Text
    read: bool
    as_of: PastDate
    trains_on_api_data: Trains | None = None
    retention_days: Count | None = None
    retention: Text | None = None
    regions: list[Text] | None = None
    price_factor: PriceFactor | None = None
    developers: list[Id] = []
    note: Text | None = None


class ProviderRow(Block):
    id: Id
    name: Text
    kind: Literal["first-party", "cloud", "host", "aggregator", "subscription", "self-hosted"]
    hq_country: Text | None
    trains_on_api_data: Trains
    default_retention: Text | None
    default_retention_days: Count | None
    zero_retention: Literal[
        "default", "self-serve", "self-serve-plus-approval", "approval", "contract", "none", "unknown"
    ]
    eu_processing: Literal["yes", "partial", "no", "unknown"]
    regions: list[Text] | None
    regional_uplift: PriceFactor | None
    certifications: list[Text] | None
    hipaa_baa: Literal["yes", "no", "unknown"]
    lifecycle_notice: Text | None
    pricing_url: WebAddress | None
    openai_compatible: bool | None
    notes: Text | None
    unread: list[Text]
    as_of: PastDate
    sources: Annotated[list[Text], Field(min_length=1)]
    confidence: Sure
    sub_processors: SubProcessorsRow | None = None
    modes: list[AccountModeRow] = []


class ProvidersFile(Block):
    schema_version: Literal[1]
    providers: list[ProviderRow]


class CloudPriceRow(Block):
    provider: Text
    usd_per_hour: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
    tier: Literal["on-demand", "spot", "reserved"]
    as_of: PastDate
    confidence: Sure
    source: Text
    spot_usd_per_hour: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None


class PurchaseRow(Block):
    usd: Annotated[float, Field(gt=0, le=10_000_000, allow_inf_nan=False)]
    source: Text
    as_of: PastDate
    read: bool
    note: Text | None


class HardwareRow(Block):
    id: Id
    name: Text
    vendor: Id
    kind: Literal["datacenter-gpu", "workstation-gpu", "consumer-gpu", "desktop", "laptop", "cpu"]
    memory_gib: Amount
    memory_type: Text
    bandwidth_gb_s: Amount | None
    fp16_tflops_dense: Amount | None
    fp8_tflops_dense: Amount | None
    tdp_w: Amount | None
    specs_source: Text
    specs_read: bool
    specs_as_of: PastDate
    cloud_prices: list[CloudPriceRow]
    purchase: PurchaseRow | None
    note: Text | None = None


class HardwareFile(Block):
    schema_version: Literal[1]
    hardware: list[HardwareRow]


class MarketRangeRow(Block):
    hardware: Id
    hyperscaler: PricePair
    specialist: PricePair
    longtail: PricePair
    as_of: PastDate
    source: Text


class MarketRangesFile(Block):
    schema_version: Literal[1]
    market_ranges: list[MarketRangeRow]


class BenchmarkRow(Block):
    id: Id
    name: Text
    measures: Text
    unit: Literal["percent", "elo", "score", "index"]
    range: Pair
    higher_is_better: bool
    applies_to: Annotated[list[Kind], Field(min_length=1)]
    group: Id
    contamination_risk: Text
    saturation: Text
    caveats: list[Text]
    data_licence: Text
    source: Text
    as_of: PastDate
    stored: bool


class BenchmarksFile(Block):
    schema_version: Literal[1]
    benchmarks: list[BenchmarkRow]


class CatalogFile(Block):
    schema_version: Literal[1]
    collected: PastDate


def field_names() -> frozenset[str]:
    """Every field name of every file, to guess what a misspelt one meant."""

    def below(block: type[BaseModel]) -> set[str]:
        return set(block.model_fields).union(*(below(child) for child in block.__subclasses__()))

    return frozenset(below(Block))
