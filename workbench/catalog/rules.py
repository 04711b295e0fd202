"""Rules between the fields of one model file.

They look at the plain values, not at checked ones, so that a file with a wrong price still hears of everything else.
A value of the wrong type is passed over here: `schema` has already complained about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.catalog.document import KeyPath
from workbench.catalog.finding import Finding
from workbench.domain.numbers import digits

# Facts that must say where they are from, when they are given.
_NEEDS_PROVENANCE = ("release_date", "knowledge_cutoff", "context_tokens", "max_output_tokens")
_PRICE_BLOCKS = ("batch", "long_context", "peak_hours", "scheduled_change")
_ROUNDING = 1.001


def model_findings(model: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything inconsistent inside one model's plain value."""
    yield from _provenance(model)
    yield from _parameters(_block(model, "params"))
    yield from _architecture(model)
    for place, offer in rows(model, "offers"):
        yield from _offer(place, offer)
    yield from _repeated_offers(model)
    for place, score in rows(model, "quality"):
        yield from _interval(place, score)
    yield from _repeated_scores(model)


def _provenance(model: Mapping[str, Any]) -> Iterator[Finding]:
    known = _block(model, "provenance")
    for field in _NEEDS_PROVENANCE:
        if model.get(field) is not None and field not in known:
            yield Finding(
                (field,), f"No source is given for {field}", f"Add provenance.{field} with `source` and `read`."
            )


def _parameters(params: Mapping[str, Any]) -> Iterator[Finding]:
    total, active = _amount(params.get("total_b")), _amount(params.get("active_b"))
    if total is not None and active is not None and active > total:
        yield Finding(
            ("params", "active_b"),
            f"{digits(active)} billion active parameters are more than the {digits(total)} billion in all",
            "Check which of the two figures is wrong.",
        )
    if (total is not None or active is not None) and (not params.get("source") or params.get("read") is None):
        yield Finding(("params",), "The parameter counts have no source", "Add `source`, and `read: true` or false.")


def _architecture(model: Mapping[str, Any]) -> Iterator[Finding]:
    if model.get("open_weights") is True and "architecture" not in model:
        yield Finding(
            ("open_weights",), "A model with open weights lacks `architecture`", "Add it; null when nobody has read it."
        )
    layout = _block(model, "architecture")
    for part, whole in (("kv_heads", "heads"), ("experts_active", "experts"), ("full_attention_layers", "layers")):
        few, many = _amount(layout.get(part)), _amount(layout.get(whole))
        if few is not None and many is not None and few > many:
            what = f"{part} ({digits(few)}) is more than {whole} ({digits(many)})"
            yield Finding(("architecture", part), what, "Check both figures.")


def _offer(place: KeyPath, offer: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _cache_read(place, offer, _amount(offer.get("input_usd_per_mtok")))
    for name in _PRICE_BLOCKS:
        block = _block(offer, name)
        yield from _cache_read((*place, name), block, _amount(block.get("input_usd_per_mtok")))
    batch = _block(offer, "batch")
    for field in ("input_usd_per_mtok", "output_usd_per_mtok"):
        cheap, full = _amount(batch.get(field)), _amount(offer.get(field))
        if cheap is not None and full is not None and cheap > full * _ROUNDING:
            what = f"The batch price {digits(cheap)} is above the list price {digits(full)}"
            yield Finding((*place, "batch", field), what, "Check both.")
    if not any("usd" in field and offer[field] is not None for field in offer) and not offer.get("note"):
        yield Finding(
            place, "The offer gives no price and does not say why", "Add a price, or a `note` with the reason."
        )


def _cache_read(place: KeyPath, block: Mapping[str, Any], full: float | None) -> Iterator[Finding]:
    cached = _amount(block.get("cache_read_usd_per_mtok"))
    if cached is not None and full is not None and cached > full * _ROUNDING:
        yield Finding(
            (*place, "cache_read_usd_per_mtok"),
            f"Reading from the cache ({digits(cached)}) costs more than plain input ({digits(full)})",
            "Check whether the two prices are swapped.",
        )


def _repeated_offers(model: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for place, offer in rows(model, "offers"):
        key = (str(offer.get("provider")).casefold(), str(offer.get("variant")))
        if key in seen:
            yield Finding(
                (*place, "provider"),
                f"A second offer by '{offer.get('provider')}'",
                "Give each its own `variant`, or remove one.",
            )
        seen.add(key)


def _repeated_scores(model: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, score in rows(model, "quality"):
        name = str(score.get("benchmark")).casefold()
        if name in seen:
            yield Finding(
                (*place, "benchmark"), f"A second score on '{score.get('benchmark')}'", "Keep the best variant only."
            )
        seen.add(name)


def _interval(place: KeyPath, score: Mapping[str, Any]) -> Iterator[Finding]:
    ends, value = score.get("ci95"), number(score.get("value"))
    if not isinstance(ends, list) or len(ends) != 2 or value is None:
        return
    low, high = number(ends[0]), number(ends[1])
    if low is not None and high is not None and not low <= value <= high:
        what = f"The interval {digits(low)} to {digits(high)} does not hold the value {digits(value)}"
        yield Finding((*place, "ci95"), what, "Check all three.")


def number(value: object) -> float | None:
    """A finite figure as float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= 1e15 else None


def _amount(value: object) -> float | None:
    """A figure that may be compared; what is below 0 has been complained about and would only cause echoes."""
    figure = number(value)
    return None if figure is None or figure < 0 else figure


def _block(parent: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}


def rows(parent: Mapping[str, Any], field: str) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """The blocks in the list `field`, each with its path; nothing when it is no list."""
    value = parent.get(field)
    for index, row in enumerate(value if isinstance(value, list) else []):
        if isinstance(row, dict):
            yield (field, index), row
