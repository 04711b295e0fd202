"""Known kinds of error in price lists, told before a person accepts a row. Each is a sentence; no figure is changed."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.domain.model import Model, ModelKind
from workbench.domain.numbers import digits
from workbench.domain.offer import Offer
from workbench.domain.provider import Benchmark
from workbench.domain.quotes import Fields, Scalar

# Figures that differ by one of these, give or take a third, differ by a unit: per thousand, per million.
_UNIT_FACTORS = (1_000.0, 1_000_000.0)
_SLACK = 1.35
_LARGE_CHANGE = 5.0
# USD per million tokens beyond which no text model has been sold.
_DEAREST, _CHEAPEST = 700.0, 0.001
_READS_ONLY = frozenset({ModelKind.EMBEDDING, ModelKind.RERANKER})
_PRICES = ("input_usd_per_mtok", "output_usd_per_mtok", "cache_read_usd_per_mtok", "cache_write_usd_per_mtok")
_ROUNDING = 1.001


def offer_warnings(fields: Fields, ours: Offer | None, model: Model | None) -> tuple[str, ...]:
    """What looks wrong with the prices of an offer, against the catalog's own and against each other."""
    kind = model.kind if model else None
    return tuple(
        dict.fromkeys(
            (
                *_against(fields, ours),
                *_zeros(fields, ours, model),
                *_size(fields),
                *_together(fields),
                *(_reads_only(fields) if kind in _READS_ONLY else ()),
            )
        )
    )


def facts_warnings(fields: Fields, model: Model | None) -> tuple[str, ...]:
    """What looks wrong with base facts."""
    found: list[str] = []
    context, longest = _number(fields.get("context_tokens")), _number(fields.get("max_output_tokens"))
    known = model.context_tokens if model else None
    if context is not None and known is not None and context < known:
        found.append(f"The context shrank from {known:,} to {context:,.0f} tokens, which models do not do.")
    if context is not None and longest is not None and longest > context:
        found.append(f"The longest answer ({longest:,.0f}) is longer than the context ({context:,.0f}).")
    if context is not None and context < 256:
        found.append(f"A context of {context:,.0f} tokens: written in thousands?")
    total, active = _number(fields.get("params_total_b")), _number(fields.get("params_active_b"))
    if total is not None and active is not None and active > total:
        found.append(f"{digits(active)} billion active parameters are more than {digits(total)} billion in all.")
    released, ends = fields.get("release_date"), fields.get("shutdown_date")
    if isinstance(ends, str) and isinstance(released, str) and ends < released:
        found.append(f"It ends ({ends}) before it was released ({released}).")
    return tuple(found)


def score_warnings(fields: Fields, benchmark: Benchmark | None) -> tuple[str, ...]:
    """What looks wrong with a score."""
    value = _number(fields.get("value"))
    if benchmark is None or value is None:
        return ()
    low, high = benchmark.range
    slack = 60.0 if benchmark.unit == "elo" else 10.0
    if 0 < value <= 1 and high >= 50:
        return (f"{digits(value)} looks like a share; {benchmark.name} gives {digits(low)} to {digits(high)}.",)
    if not low - slack <= value <= high + slack:
        return (f"{digits(value)} lies outside what {benchmark.name} gives ({digits(low)} to {digits(high)}).",)
    return ()


def _against(fields: Fields, ours: Offer | None) -> Iterator[str]:
    """Jumps against the price the catalog holds."""
    for name in _PRICES if ours else ():
        theirs, known = _number(fields.get(name)), getattr(ours.prices, name) if ours else None
        if not theirs or not known:
            continue
        ratio = max(theirs / known, known / theirs)
        word = "above" if theirs > known else "below"
        factor = next((unit for unit in _UNIT_FACTORS if unit / _SLACK <= ratio <= unit * _SLACK), None)
        if factor is not None:
            times = f"{factor:,.0f} times {word} the catalog's {digits(known)}"
            yield f"{_words(name)} {digits(theirs)} is {times}: another unit?"
        elif ratio >= _LARGE_CHANGE:
            yield f"{_words(name)} {digits(theirs)} is {ratio:.0f} times {word} the catalog's {digits(known)}."


def _zeros(fields: Fields, ours: Offer | None, model: Model | None) -> Iterator[str]:
    """A price of 0 usually means that nobody knows."""
    for name in ("input_usd_per_mtok", "output_usd_per_mtok"):
        if fields.get(name) != 0:
            continue
        if name == "output_usd_per_mtok" and model is not None and model.kind in _READS_ONLY:
            continue
        known = getattr(ours.prices, name) if ours else None
        against = f" (the catalog has {digits(known)})" if known else ""
        yield f"{_words(name)} is 0{against}: lists write that when they do not know."


def _size(fields: Fields) -> Iterator[str]:
    """Prices no model has: 1e-6 is a price per token, hundreds a price per thousand times too much."""
    for name in _PRICES[:2]:
        usd = _number(fields.get(name))
        if usd is not None and usd > _DEAREST:
            yield f"{_words(name)} {digits(usd)} a million tokens is more than any model costs: another unit?"
        if usd is not None and 0 < usd < _CHEAPEST:
            yield f"{_words(name)} {digits(usd)} a million tokens is less than any model costs: a price per token?"


def _together(fields: Fields) -> Iterator[str]:
    """Prices that contradict each other."""
    full, output = _number(fields.get("input_usd_per_mtok")), _number(fields.get("output_usd_per_mtok"))
    cached, batch = _number(fields.get("cache_read_usd_per_mtok")), _number(fields.get("batch.input_usd_per_mtok"))
    if full is not None and cached is not None and cached > full * _ROUNDING:
        yield f"Reading from the cache ({digits(cached)}) costs more than plain input ({digits(full)})."
    if full is not None and batch is not None and batch > full * _ROUNDING:
        yield f"The batch price ({digits(batch)}) is above the list price ({digits(full)})."
    if full and output and full > output * 2:
        yield f"Input ({digits(full)}) costs more than twice as much as output ({digits(output)}): swapped?"
    steps = [_number(fields.get(f"{block}.input_usd_per_mtok")) for block in ("long_context", "long_context_2")]
    if full and any(step is not None and step < full / _ROUNDING for step in steps):
        yield "Long requests are cheaper than short ones."


def _reads_only(fields: Fields) -> Iterator[str]:
    output = _number(fields.get("output_usd_per_mtok"))
    if output:
        yield f"A model without text output has an output price ({digits(output)})."


def _number(value: Scalar | None) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _words(name: str) -> str:
    return {
        "input_usd_per_mtok": "Input at",
        "output_usd_per_mtok": "Output at",
        "cache_read_usd_per_mtok": "Cache read at",
        "cache_write_usd_per_mtok": "Cache write at",
    }[name]
