"""A foundation model as the catalog knows it: facts with source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.figures import Origin
from workbench.domain.offer import Offer


class ModelKind(StrEnum):
    LLM = "llm"
    MULTIMODAL = "multimodal"
    IMAGE = "image"
    AUDIO_IN = "audio-in"
    AUDIO_OUT = "audio-out"
    CODE = "code"
    EMBEDDING = "embedding"
    RERANKER = "reranker"


class Tier(StrEnum):
    """Core models are shown first; extended ones have thinner facts."""

    CORE = "core"
    EXTENDED = "extended"


class CommercialUse(StrEnum):
    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    RESTRICTED = "restricted"
    UNKNOWN = "unknown"


class LifecycleStatus(StrEnum):
    ACTIVE = "active"
    PREVIEW = "preview"
    DEPRECATED = "deprecated"
    RETIRED = "retired"
    RESEARCH_ONLY = "research-only"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Licence:
    name: str | None
    spdx: str | None
    commercial_use: CommercialUse
    note: str | None
    source: str | None
    read: bool


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`shutdown_date` is ISO text. From `rerouted_from` on, requests to the model are answered by `rerouted_to` (a
    model id) and billed at its prices."""

    status: LifecycleStatus
    shutdown_date: str | None
    replacement: str | None
    source: str | None
    note: str | None = None
    rerouted_to: str | None = None
    rerouted_from: str | None = None


@dataclass(frozen=True, slots=True)
class Architecture:
    """What memory and speed estimates need; None where no source gives it.

    `global_*` hold for the full-attention layers where they differ from the windowed ones; `kv_shared_layers` keep no
    cache of their own; `kv_lora_rank` and `rope_head_dim` are those of multi-head latent attention (kv_method mla).
    """

    layers: int | None = None
    hidden: int | None = None
    heads: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    vocab: int | None = None
    experts: int | None = None
    experts_active: int | None = None
    sliding_window: int | None = None
    full_attention_layers: int | None = None
    kv_method: str | None = None
    kv_bytes_per_token_fp16: int | None = None
    kv_note: str | None = None
    kv_lora_rank: int | None = None
    rope_head_dim: int | None = None
    kv_shared_layers: int | None = None
    global_kv_heads: int | None = None
    global_head_dim: int | None = None
    note: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class SelfHostMemory:
    """Published minimum of accelerator memory, GB by precision (bf16, fp8, int4, ...)."""

    gb_by_precision: Mapping[str, float]
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """None means that no source says."""

    tools: bool | None = None
    structured_output: bool | None = None
    vision: bool | None = None
    reasoning: bool | None = None
    prompt_caching: bool | None = None
    batch: bool | None = None
    fine_tuning: bool | None = None


@dataclass(frozen=True, slots=True)
class Speed:
    provider: str | None
    output_tokens_per_s: float
    ttft_s: float
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Score:
    """One published benchmark result. `unit` is percent, elo or score.

    `categories` holds the benchmark's parts by name, in its unit; `run_cost_usd` is the price of the whole run.
    """

    benchmark: str
    value: float
    unit: str
    variant: str | None
    as_of: str
    source: str
    ci95: tuple[float, float] | None = None
    votes: int | None = None
    shots: str | None = None
    categories: tuple[tuple[str, float], ...] = ()
    run_cost_usd: float | None = None
    cost_per_question_usd: float | None = None
    cost_per_successful_task_usd: float | None = None
    seconds_per_case: float | None = None
    origin: Origin = Origin.CATALOG


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one base fact comes from; `read` is False for a figure nobody opened at its source."""

    source: str
    read: bool
    conflict: str | None = None
    as_of: str | None = None
    origin: Origin = Origin.CATALOG


@dataclass(frozen=True, slots=True)
class Model:
    """`params_total_b` and `params_active_b` in billions; context and output in tokens; dates as ISO text.

    `origin` YOURS: the person added the model.
    """

    id: str
    name: str
    developer: str
    family: str
    kind: ModelKind
    tier: Tier
    named_in_seeds: bool
    input_modalities: frozenset[str]
    output_modalities: frozenset[str]
    open_weights: bool
    licence: Licence
    lifecycle: Lifecycle
    release_date: str | None
    knowledge_cutoff: str | None
    context_tokens: int | None
    max_output_tokens: int | None
    params_total_b: float | None
    params_active_b: float | None
    params_source: str | None
    architecture: Architecture | None
    self_host_memory: SelfHostMemory | None
    offers: tuple[Offer, ...]
    capabilities: Capabilities
    speeds: tuple[Speed, ...]
    scores: tuple[Score, ...]
    provenance: Mapping[str, Provenance]
    data_policy_code: str | None = None
    data_policy_text: str | None = None
    data_policy_source: str | None = None
    notes: tuple[str, ...] = ()
    embedding_dimensions: int | None = None
    origin: Origin = Origin.CATALOG

    @property
    def cheapest_offer(self) -> Offer | None:
        """Of the offers still sold that quote input tokens, the one whose input and output prices add up to least."""
        sold = [
            (offer.prices.input_usd_per_mtok + (offer.prices.output_usd_per_mtok or 0.0), place)
            for place, offer in enumerate(self.offers)
            if offer.available and offer.prices.input_usd_per_mtok is not None
        ]
        return self.offers[min(sold)[1]] if sold else None
