"""Offers, models and scores as flat fields and back (`domain.catalog_fields` names the fields)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.domain.catalog_fields import OTHER_PRICES, items_of
from workbench.domain.model import Capabilities, CommercialUse, LifecycleStatus, Model, ModelKind, Score, SelfHostMemory
from workbench.domain.offer import LongContextTier, Offer, PeakHours, ScheduledChange, TokenPrices
from workbench.domain.quotes import Fields, Scalar

PRICES = ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok")
OTHERS = tuple(spec.name for spec in OTHER_PRICES)
CAPABILITIES = ("tools", "structured_output", "vision", "reasoning", "prompt_caching", "batch", "fine_tuning")
PLAIN_FACTS = ("context_tokens", "max_output_tokens", "release_date", "knowledge_cutoff", "embedding_dimensions")
PARAMETERS = ("params_total_b", "params_active_b")
LIFECYCLE = ("status", "shutdown_date", "replacement", "rerouted_to", "rerouted_from")
_STEPS = ("long_context", "long_context_2", "long_context_3")
MEMORY = "self_host_gb."
_PART = "categories."
_LISTS = ("input_modalities", "output_modalities")


def offer_fields(offer: Offer) -> dict[str, Scalar]:
    """Every figure of an offer that has a value."""
    found: dict[str, Scalar | None] = dict(_prices_of(offer.prices))
    found.update({name: usd for name, usd in offer.other_usd if name in OTHERS})
    if offer.batch is not None:
        found.update(_prefixed("batch", offer.batch))
    steps = ([offer.long_context] if offer.long_context else []) + list(offer.longer_context)
    for block, step in zip(_STEPS, steps, strict=False):
        found[f"{block}.above_tokens"] = step.above_tokens
        found.update(_prefixed(block, step.prices))
    if offer.scheduled_change is not None:
        found["scheduled_change.starts"] = offer.scheduled_change.starts
        found.update(_prefixed("scheduled_change", offer.scheduled_change.prices))
    if offer.peak_hours is not None:
        found["peak_hours.windows_utc"] = " ".join(offer.peak_hours.windows_utc)
        found.update(_prefixed("peak_hours", offer.peak_hours.prices))
    known = {name: value for name, value in found.items() if value is not None}
    return {**known, "available": offer.available}


def with_offer_fields(offer: Offer, fields: Fields) -> Offer:
    """The offer with these figures in place of its own; figures that are not given stay."""
    merged: dict[str, Any] = {**offer_fields(offer), **fields}
    prices = _block(merged, "")
    batch = _block(merged, "batch.")
    steps = [step for block in _STEPS if (step := _step(merged, block, prices)) is not None]
    others = {**dict(offer.other_usd), **{name: float(merged[name]) for name in OTHERS if name in merged}}
    starts, windows = merged.get("scheduled_change.starts"), merged.get("peak_hours.windows_utc")
    return replace(
        offer,
        prices=prices,
        batch=batch if batch != TokenPrices() else None,
        batch_discount=_discount(offer, prices, batch),
        long_context=steps[0] if steps else None,
        longer_context=tuple(steps[1:]),
        scheduled_change=ScheduledChange(str(starts), _block(merged, "scheduled_change.")) if starts else None,
        peak_hours=PeakHours(tuple(str(windows).split()), _block(merged, "peak_hours.")) if windows else None,
        other_usd=tuple(others.items()),
        available=bool(merged["available"]),
    )


def _discount(offer: Offer, prices: TokenPrices, batch: TokenPrices) -> float | None:
    """The batch discount that the two prices give; the stated one where they say nothing."""
    full, cheap = prices.input_usd_per_mtok, batch.input_usd_per_mtok
    if batch == (offer.batch or TokenPrices()) and prices == offer.prices:
        return offer.batch_discount
    return round(1 - cheap / full, 4) if full and cheap is not None and cheap <= full else offer.batch_discount


def _step(merged: Mapping[str, Any], block: str, base: TokenPrices) -> LongContextTier | None:
    """A price step; prices it does not give are those below it."""
    above = merged.get(f"{block}.above_tokens")
    if above is None:
        return None
    given = _block(merged, f"{block}.")
    filled = {name: usd if (usd := getattr(given, name)) is not None else getattr(base, name) for name in PRICES}
    return LongContextTier(int(above), TokenPrices(**filled))


def _block(merged: Mapping[str, Any], prefix: str) -> TokenPrices:
    return TokenPrices(*(_float(merged.get(f"{prefix}{name}")) for name in PRICES))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _prices_of(prices: TokenPrices) -> dict[str, float | None]:
    return {name: getattr(prices, name) for name in PRICES}


def _prefixed(block: str, prices: TokenPrices) -> dict[str, float | None]:
    return {f"{block}.{name}": usd for name, usd in _prices_of(prices).items()}


def model_fields(model: Model) -> dict[str, Scalar]:
    """Every base fact of a model that has a value."""
    found: dict[str, Scalar | None] = {
        "name": model.name,
        "developer": model.developer,
        "family": model.family,
        "kind": model.kind.value,
        "input_modalities": ", ".join(sorted(model.input_modalities)),
        "output_modalities": ", ".join(sorted(model.output_modalities)),
        "open_weights": model.open_weights,
        "licence": model.licence.name,
        "commercial_use": model.licence.commercial_use.value,
        **{name: getattr(model, name) for name in (*PLAIN_FACTS, *PARAMETERS)},
        **{name: getattr(model.capabilities, name) for name in CAPABILITIES},
        **{name: getattr(model.lifecycle, name) for name in LIFECYCLE},
        "status": model.lifecycle.status.value,
    }
    if model.self_host_memory is not None:
        found.update({f"{MEMORY}{name}": gb for name, gb in model.self_host_memory.gb_by_precision.items()})
    return {name: value for name, value in found.items() if value is not None}


def with_model_fields(model: Model, fields: Fields, *, source: str, as_of: str) -> Model:
    """The model with these facts in place of its own; facts that are not given stay."""
    plain: dict[str, Any] = {name: fields[name] for name in (*PLAIN_FACTS, *PARAMETERS) if name in fields}
    plain |= {name: fields[name] for name in ("name", "developer", "family", "open_weights") if name in fields}
    for name in ("input_modalities", "output_modalities"):
        if name in fields:
            plain[name] = frozenset(items_of(str(fields[name])))
    if "kind" in fields:
        plain["kind"] = ModelKind(str(fields["kind"]))
    if any(name in fields for name in PARAMETERS):
        plain["params_source"] = source
    abilities = {name: bool(fields[name]) for name in CAPABILITIES if name in fields}
    return replace(
        model,
        **plain,
        capabilities=_with(model.capabilities, abilities),
        licence=_licence(model, fields, source),
        lifecycle=_lifecycle(model, fields, source),
        self_host_memory=_memory(model, fields, source, as_of),
    )


def _with(capabilities: Capabilities, changes: Mapping[str, bool]) -> Capabilities:
    return replace(capabilities, **dict(changes)) if changes else capabilities


def _licence(model: Model, fields: Fields, source: str) -> Any:
    changes: dict[str, Any] = {}
    if "licence" in fields:
        changes |= {"name": fields["licence"], "spdx": None, "note": None}
    if "commercial_use" in fields:
        changes["commercial_use"] = CommercialUse(str(fields["commercial_use"]))
    return replace(model.licence, **changes, source=source, read=True) if changes else model.licence


def _lifecycle(model: Model, fields: Fields, source: str) -> Any:
    changes: dict[str, Any] = {name: fields[name] for name in LIFECYCLE if name in fields}
    if "status" in changes:
        changes["status"] = LifecycleStatus(str(changes["status"]))
    return replace(model.lifecycle, **changes, source=source) if changes else model.lifecycle


def _memory(model: Model, fields: Fields, source: str, as_of: str) -> SelfHostMemory | None:
    given = {name.removeprefix(MEMORY): float(gb) for name, gb in fields.items() if name.startswith(MEMORY)}
    if not given:
        return model.self_host_memory
    known = model.self_host_memory.gb_by_precision if model.self_host_memory else {}
    return SelfHostMemory({**known, **given}, as_of, source)


def score_fields(score: Score) -> dict[str, Scalar]:
    """Every figure of a score that has a value."""
    found: dict[str, Scalar | None] = {
        "value": score.value,
        "variant": score.variant,
        "cost_per_question_usd": score.cost_per_question_usd,
        "cost_per_successful_task_usd": score.cost_per_successful_task_usd,
        **{f"categories.{name}": value for name, value in score.categories},
    }
    return {name: value for name, value in found.items() if value is not None}


def with_score_fields(score: Score, fields: Fields) -> Score:
    """The score with these figures in place of its own. A new value drops the interval that belonged to the old one."""
    merged: dict[str, Any] = {**score_fields(score), **fields}
    same = merged["value"] == score.value
    parts = {
        name.removeprefix("categories."): value for name, value in merged.items() if name.startswith("categories.")
    }
    return replace(
        score,
        value=float(merged["value"]),
        variant=merged.get("variant"),
        ci95=score.ci95 if same else None,
        votes=score.votes if same else None,
        categories=tuple(parts.items()),
        cost_per_question_usd=merged.get("cost_per_question_usd"),
        cost_per_successful_task_usd=merged.get("cost_per_successful_task_usd"),
    )


def same(name: str, value: Scalar, other: Scalar | None) -> bool:
    """Whether two figures are the same but for rounding, partial dates and the order of a list."""
    if other is None:
        return False
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return _same_number(name, value, other)
    if name == "status":
        return value == other or (value, other) == ("deprecated", "retired")  # retired says more
    if name in _LISTS:
        return set(items_of(str(value))) == set(items_of(str(other)))
    if name.endswith(("date", "cutoff")):
        return str(value).startswith(str(other)) or str(other).startswith(str(value))
    return str(value) == str(other)


def _same_number(name: str, value: float, other: float) -> bool:
    """Lists round windows (131,072, 131,000, 128,000), count thresholds from 199,999 or 200,000, and convert seconds
    to minutes with few digits; prices are compared exactly."""
    if name == "context_tokens":
        return max(value, other) <= 1.05 * min(value, other)
    if name.endswith("above_tokens"):
        return abs(value - other) <= 1
    return math.isclose(value, other, rel_tol=1e-3 if name == "audio_usd_per_minute" else 1e-6, abs_tol=1e-9)


def but_for_rounding(fields: Fields, ours: Fields) -> Fields:
    """The fields, with our own figure wherever theirs is the same but for rounding."""
    return {
        name: ours[name] if name in ours and same(name, value, ours[name]) else value for name, value in fields.items()
    }
