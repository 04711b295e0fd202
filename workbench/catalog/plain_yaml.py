"""Models, offers, scores and the rest as the catalog's files have them: nested fields in the files' order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from workbench.catalog.fields import OTHERS, PRICES
from workbench.catalog.overlay_models import YOURS
from workbench.catalog.schema import SCHEMA_VERSION, ProvenanceField
from workbench.domain.figures import Origin
from workbench.domain.model import Model, Provenance, Score
from workbench.domain.offer import Confidence, LongContextTier, Offer, PriceQuote, TokenPrices
from workbench.domain.provider import Benchmark, Developer, Hardware, Provider

Plain = dict[str, Any]
OFFER_ORDER = (
    *("provider", "variant", "channel", "available", "availability", *PRICES, *OTHERS, "subscription_usd_per_month"),
    *("batch", "long_context", "longer_context", "peak_hours", "scheduled_change"),
    *("confidence", "as_of", "conflicts", "source", "note"),
)
MODEL_ORDER = (
    *("schema_version", "id", "name", "developer", "family", "kind", "tier", "named_in_seeds", "modalities"),
    *("open_weights", "licence", "lifecycle", "release_date", "knowledge_cutoff", "context_tokens", "context_note"),
    *("max_output_tokens", "params", "embedding_dimensions", "architecture", "self_host_min_vram", "capabilities"),
    *("fine_tuning_note", "data_policy_override", "note", "offers", "speed", "quality", "provenance"),
)


def model(item: Model) -> Plain:
    """Everything of a model that a list or a person can change, and what every file has."""
    licence, life = item.licence, item.lifecycle
    reroute = {"rerouted_to": life.rerouted_to, "rerouted_from": life.rerouted_from}
    memory = item.self_host_memory
    made = item.origin is Origin.YOURS
    return {
        "schema_version": SCHEMA_VERSION,
        "id": item.id,
        "name": item.name,
        "developer": item.developer,
        "family": item.family,
        "kind": item.kind.value,
        "tier": "extended" if made else item.tier.value,
        "named_in_seeds": item.named_in_seeds,
        "modalities": {"input": _text_first(item.input_modalities), "output": _text_first(item.output_modalities)},
        "open_weights": item.open_weights,
        "licence": {
            "name": licence.name,
            "spdx": licence.spdx,
            "commercial_use": licence.commercial_use.value,
            "note": licence.note,
            "source": public(licence.source),
            "read": licence.read,
        },
        "lifecycle": {
            "status": life.status.value,
            "shutdown_date": life.shutdown_date,
            "replacement": life.replacement,
            **_known(reroute),
            "source": public(life.source),
        },
        **{name: getattr(item, name) for name in ("release_date", "knowledge_cutoff", "context_tokens")},
        "max_output_tokens": item.max_output_tokens,
        "params": _params(item),
        **_known({"embedding_dimensions": item.embedding_dimensions}),
        **(
            {}
            if memory is None
            else {
                "self_host_min_vram": {
                    "gb_by_precision": dict(memory.gb_by_precision),
                    "as_of": memory.as_of,
                    "source": public(memory.source),
                }
            }
        ),
        "capabilities": {name: getattr(item.capabilities, name) for name in _CAPABILITIES},
        "offers": [offer(each) for each in item.offers],
        "speed": [],
        "quality": [score(each) for each in item.scores],
        "provenance": {
            name: _provenance(known) for name in _PROVENANCE if (known := item.provenance.get(name)) is not None
        },
    }


_CAPABILITIES = ("tools", "structured_output", "vision", "reasoning", "prompt_caching", "batch", "fine_tuning")
_PROVENANCE: tuple[str, ...] = get_args(ProvenanceField)


def _params(item: Model) -> Plain:
    known = item.provenance.get("params")
    found = {"total_b": item.params_total_b, "active_b": item.params_active_b, "source": public(item.params_source)}
    return found if known is None else {**found, "read": known.read}


def _provenance(known: Provenance) -> Plain:
    return {"source": public(known.source), "read": known.read, **_known({"conflict": known.conflict})}


def offer(item: Offer) -> Plain:
    """One offer; what has no value is left out."""
    step, change, peak = item.long_context, item.scheduled_change, item.peak_hours
    own = item.origin is Origin.YOURS
    others = dict(item.other_usd)
    plans = {name.partition(".")[2]: usd for name, usd in others.items() if name not in OTHERS}
    found: Plain = {
        "provider": item.provider,
        "variant": item.variant,
        "channel": item.channel,
        "available": None if item.available else False,
        "availability": None if item.availability_checked else "unchecked",
        **_prices(item.prices),
        **{name: others.get(name) for name in OTHERS},
        "subscription_usd_per_month": plans or None,
        "batch": None if item.batch is None else _known({**_prices(item.batch), "discount": item.batch_discount}),
        "long_context": None if step is None else _step(step),
        "longer_context": [_step(each) for each in item.longer_context] or None,
        "peak_hours": None if peak is None else {"windows_utc": list(peak.windows_utc), **_known(_prices(peak.prices))},
        "scheduled_change": None if change is None else {"starts": change.starts, **_known(_prices(change.prices))},
        "confidence": Confidence.MEDIUM.value if own else item.confidence.value,
        "as_of": item.as_of,
        "conflicts": _conflicts(item.quotes) or None,
        "source": public(item.source),
        "note": item.note,
    }
    return {name: found[name] for name in OFFER_ORDER if found[name] is not None}


def _conflicts(quotes: Iterable[PriceQuote]) -> list[Plain]:
    said: dict[str, dict[str, float]] = {}
    for quote in quotes:
        said.setdefault(quote.field, {})[quote.source] = quote.usd
    return [{"field": name, "quotes": by_list} for name, by_list in said.items() if len(by_list) > 1]


def _step(step: LongContextTier) -> Plain:
    return {"above_tokens": step.above_tokens, **_known(_prices(step.prices))}


def _prices(prices: TokenPrices) -> Plain:
    return {name: getattr(prices, name) for name in PRICES}


def score(item: Score) -> Plain:
    """One published score."""
    found: Plain = {
        "benchmark": item.benchmark,
        "value": item.value,
        "unit": item.unit,
        "variant": item.variant,
        "shots": item.shots,
        "ci95": list(item.ci95) if item.ci95 else None,
        "votes": item.votes,
        "categories": dict(item.categories) or None,
        "run_cost_usd": item.run_cost_usd,
        "cost_per_question_usd": item.cost_per_question_usd,
        "cost_per_successful_task_usd": item.cost_per_successful_task_usd,
        "seconds_per_case": item.seconds_per_case,
        "as_of": item.as_of,
        "source": public(item.source),
    }
    return _known(found)


def developer(item: Developer) -> Plain:
    return {"id": item.id, "name": item.name, "country": item.country}


def provider(item: Provider, source: str) -> Plain:
    """A provider that only a list names: nobody has read its terms. `source` is that list."""
    plain = {name: getattr(item, name) for name in _PROVIDER}
    return {
        **plain,
        "regions": None,
        "certifications": None,
        "unread": list(item.unread),
        "as_of": item.as_of,
        "sources": [public(source)],
        "confidence": item.confidence.value,
    }


_PROVIDER = (
    *("id", "name", "kind", "hq_country", "trains_on_api_data", "default_retention", "default_retention_days"),
    *("zero_retention", "eu_processing", "regions", "regional_uplift", "certifications", "hipaa_baa"),
    *("lifecycle_notice", "pricing_url", "openai_compatible", "notes"),
)


def benchmark(item: Benchmark) -> Plain:
    """A benchmark, whole."""
    fields = ("id", "name", "measures", "unit", "range", "higher_is_better", "applies_to", "group")
    rest = ("contamination_risk", "saturation", "caveats", "data_licence", "source", "as_of", "stored")
    plain = {name: getattr(item, name) for name in (*fields, *rest)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def hardware(item: Hardware) -> Plain:
    """A piece of hardware, whole."""
    bought = item.purchase
    fields = ("id", "name", "vendor", "kind", "memory_gib", "memory_type", "bandwidth_gb_s", "fp16_tflops_dense")
    return {
        **{name: getattr(item, name) for name in (*fields, "fp8_tflops_dense", "tdp_w")},
        "memory_type": item.memory_type or "unknown",
        "specs_source": public(item.specs_source),
        "specs_read": item.specs_read,
        "specs_as_of": item.specs_as_of,
        "cloud_prices": [
            _known(
                {
                    "provider": price.provider,
                    "usd_per_hour": price.usd_per_hour,
                    "tier": price.tier,
                    "as_of": price.as_of,
                    "confidence": price.confidence.value,
                    "source": public(price.source),
                    "spot_usd_per_hour": price.spot_usd_per_hour,
                }
            )
            for price in item.cloud_prices
        ],
        "purchase": None
        if bought is None
        else {
            "usd": bought.usd,
            "source": public(bought.source),
            "as_of": bought.as_of,
            "read": bought.read,
            "note": bought.note,
        },
    }


def public(source: str | None) -> str | None:
    """A source without the words that mark it as this person's own entry; None when it is nothing else."""
    return None if source in (None, YOURS) else str(source).replace(f"{YOURS}: ", "")


def _known(fields: Mapping[str, Any]) -> Plain:
    return {name: value for name, value in fields.items() if value is not None}


def _text_first(modalities: Iterable[str]) -> list[str]:
    return sorted(modalities, key=lambda each: (each != "text", each))
