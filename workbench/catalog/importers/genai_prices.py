"""genai-prices v2 `data.json`: providers with models whose prices depend on the day, the hour and the length.

The last entry whose condition holds is the price in force. A step re-prices the whole request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time

from workbench.catalog.importers.rows import Entry, Gathering, iso_day
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.quotes import Reading, Scalar, Subject
from workbench.pydantic_first import Field

_PRICES = {
    "input_mtok": "input_usd_per_mtok",
    "output_mtok": "output_usd_per_mtok",
    "cache_read_mtok": "cache_read_usd_per_mtok",
    "cache_write_mtok": "cache_write_usd_per_mtok",
}
_OTHER_PRICES = {
    "input_audio_mtok": ("input_audio_usd_per_mtok", 1.0),
    "output_audio_mtok": ("output_audio_usd_per_mtok", 1.0),
    "input_image_mtok": ("input_image_usd_per_mtok", 1.0),
    "output_image_mtok": ("output_image_usd_per_mtok", 1.0),
    "audio_hours": ("audio_usd_per_minute", 1 / 60),
    "input_audio_hours": ("audio_usd_per_minute", 1 / 60),
    "input_mchars": ("text_usd_per_mchar", 1.0),
    "requests_kcount": ("search_usd_each", 1 / 1000),
}
_UTC_HOUR = re.compile(r"([0-9]{2}:[0-9]{2})(:00)?(\+00:00|Z)?")
_NO_PRICE = "no price given"
_OTHER_UNIT = "priced in a unit that the catalog does not hold"


class _Step(Entry):
    start: int = Field(ge=0)
    price: float


class _Stepped(Entry):
    base: float
    tiers: list[_Step]


class _Constraint(Entry):
    start_date: str | None = None
    start_time: str | None = None
    end_time: str | None = None


_PriceBlock = dict[str, float | _Stepped]


class _Conditional(Entry):
    constraint: _Constraint | None = None
    prices: _PriceBlock


class _Variant(_Conditional):
    when: dict[str, str]


class _Model(Entry):
    id: str
    name: str | None = None
    context_window: int | None = None
    deprecated: bool | None = None
    prices: _PriceBlock | list[_Conditional]
    price_variants: list[_Variant] = []


class _GenaiPrices:
    id = "genai-prices"
    title = "genai-prices"
    brings = "prices at providers, with the days and hours they hold for"
    wanted = "the file data.json of genai-prices"
    url = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json"
    thanks = "genai-prices by Pydantic, MIT"

    def recognises(self, file: SourceFile) -> bool:
        """A list of providers, each with a list of models."""
        if not file.looks_like_json or not isinstance(file.json, list) or not file.json:
            return False
        return all(isinstance(item, dict) and isinstance(item.get("models"), list) for item in file.json[:3])

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """One offer for each model of each provider, at the prices that hold on the file's day."""
        gathering = Gathering(self.id, file)
        for block in file.json if isinstance(file.json, list) else ():
            if not isinstance(block, dict) or not isinstance(block.get("models"), list):
                continue
            urls = block.get("pricing_urls")
            origin = urls[0] if isinstance(urls, list) and urls and isinstance(urls[0], str) else ""
            for value in block["models"]:
                provider = str(block.get("id", ""))
                model = str(value.get("id", "")) if isinstance(value, dict) else ""
                gathering.enter(provider, model)
                place = f"{provider}, {model or 'an entry'}"
                entry = gathering.checked(_Model, value, place)
                if entry is not None:
                    _add(gathering, provider, entry, place, origin)
        return gathering.reading()


def _add(gathering: Gathering, provider: str, entry: _Model, place: str, origin: str) -> None:
    name = entry.name or entry.id
    if entry.context_window or entry.deprecated:
        facts = {"context_tokens": entry.context_window or None, "status": "deprecated" if entry.deprecated else None}
        gathering.add(Subject.FACTS, entry.id, facts, place=place, provider=provider, name=name)
    day = gathering.file.as_of
    conditional = entry.prices if isinstance(entry.prices, list) else [_Conditional(prices=entry.prices)]
    always = [item for item in conditional if not _has_hours(item)]
    begun = [item for item in always if _starts(item) <= day]
    fields = _block(begun[-1].prices) if begun else {}
    if not any(key in fields for key in _CATALOG_PRICES):
        why = _OTHER_UNIT if any(item.prices for item in begun) else _NO_PRICE
        gathering.pass_over(why if begun else "its prices begin later")
        return
    coming = [item for item in always if _starts(item) > day]
    if coming:
        fields["scheduled_change.starts"] = _starts(coming[0])
        fields |= _prefixed("scheduled_change", coming[0].prices)
    fields |= _hours([item for item in conditional if _has_hours(item)])
    batch = [item for item in entry.price_variants if item.when == {"processing": "batch"} and _starts(item) <= day]
    if batch:
        fields |= _prefixed("batch", batch[-1].prices)
    gathering.add(Subject.OFFER, entry.id, fields, place=place, provider=provider, name=name, origin=origin, as_of="")


_CATALOG_PRICES = frozenset(_PRICES.values()) | {name for name, _ in _OTHER_PRICES.values()}


def _starts(item: _Conditional) -> str:
    """The day from which it holds; "" for always, which comes before every day."""
    return iso_day(item.constraint.start_date) or "" if item.constraint else ""


def _has_hours(item: _Conditional) -> bool:
    return item.constraint is not None and item.constraint.start_time is not None


def _block(prices: _PriceBlock) -> dict[str, Scalar | None]:
    """Prices and their steps. Tiers of the four token prices share thresholds; a missing one keeps the base price."""
    fields: dict[str, Scalar | None] = {}
    for key, value in prices.items():
        if key in _PRICES:
            fields[_PRICES[key]] = value.base if isinstance(value, _Stepped) else value
        elif key in _OTHER_PRICES and isinstance(value, float | int):
            name, factor = _OTHER_PRICES[key]
            fields[name] = round(value * factor, 12)
    if "input_usd_per_mtok" in fields:  # then the fee per request comes on top, which an offer cannot say
        fields.pop("search_usd_each", None)
    for number, start in enumerate(_thresholds(prices)[:3], start=1):
        block = "long_context" if number == 1 else f"long_context_{number}"
        fields[f"{block}.above_tokens"] = start
        fields |= {f"{block}.{ours}": _at(prices[key], start) for key, ours in _PRICES.items() if key in prices}
    return fields


def _thresholds(prices: _PriceBlock) -> Sequence[int]:
    stepped = [prices[key] for key in _PRICES if isinstance(prices.get(key), _Stepped)]
    return sorted(
        {step.start for value in stepped if isinstance(value, _Stepped) for step in value.tiers if step.start}
    )


def _at(value: float | _Stepped, tokens: int) -> float:
    """The price once the input passes `tokens`."""
    if not isinstance(value, _Stepped):
        return value
    reached = [step for step in sorted(value.tiers, key=lambda step: step.start) if step.start <= tokens]
    return reached[-1].price if reached else value.base


def _prefixed(block: str, prices: _PriceBlock) -> dict[str, Scalar | None]:
    return {f"{block}.{ours}": _at(prices[key], 0) for key, ours in _PRICES.items() if key in prices}


def _hours(items: Sequence[_Conditional]) -> dict[str, Scalar | None]:
    """The windows of the last price with hours. Windows with other prices than it are left out (none are known)."""
    if not items:
        return {}
    last = items[-1].prices
    windows = [_window(item.constraint) for item in items if item.prices == last]
    if None in windows:
        return {}
    fields: dict[str, Scalar | None] = {"peak_hours.windows_utc": " ".join(window for window in windows if window)}
    return fields | _prefixed("peak_hours", last)


def _window(constraint: _Constraint | None) -> str | None:
    """`HH:MM-HH:MM` in UTC; None when it is written in another way."""
    if constraint is None:
        return None
    ends = [_UTC_HOUR.fullmatch(text or "") for text in (constraint.start_time, constraint.end_time)]
    if None in ends:
        return None
    words = [end[1] for end in ends if end is not None]
    return f"{words[0]}-{words[1]}" if all(_is_time(word) for word in words) else None


def _is_time(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


IMPORTER = _GenaiPrices()
