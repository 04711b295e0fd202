"""LiteLLM's price file: one flat object by route, prices in USD per token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.catalog.importers.rows import Entry, Gathering, iso_day, listed, per_million
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, Subject

_SAMPLE = "sample_spec"
_KIND_OF_MODE = {
    "chat": "llm",
    "completion": "llm",
    "responses": "llm",
    "embedding": "embedding",
    "rerank": "reranker",
    "image_generation": "image",
    "audio_transcription": "audio-in",
    "audio_speech": "audio-out",
}
_PRICES = {
    "input_cost_per_token": "input_usd_per_mtok",
    "output_cost_per_token": "output_usd_per_mtok",
    "cache_read_input_token_cost": "cache_read_usd_per_mtok",
    "cache_creation_input_token_cost": "cache_write_usd_per_mtok",
}
_OTHER_PRICES = {
    "input_cost_per_audio_token": ("input_audio_usd_per_mtok", 1e6),
    "output_cost_per_audio_token": ("output_audio_usd_per_mtok", 1e6),
    "input_cost_per_image_token": ("input_image_usd_per_mtok", 1e6),
    "output_cost_per_image_token": ("output_image_usd_per_mtok", 1e6),
    "input_cost_per_character": ("text_usd_per_mchar", 1e6),
    "output_cost_per_image": ("image_usd_each", 1.0),
    "input_cost_per_second": ("audio_usd_per_minute", 60.0),
    "input_cost_per_query": ("search_usd_each", 1.0),
}
_MODALITIES = {"text": "text", "image": "image", "audio": "audio", "video": "video"}
_ZERO = "a price of 0, which stands for free, a subscription or unknown"
_ABOVE = re.compile(r"input_cost_per_token_above_([0-9]{1,6})k_tokens")
_HOURS = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")


class _Step(Entry):
    range: list[float]
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    cache_read_input_token_cost: float | None = None


class _Window(Entry):
    hours_utc: str | list[str]
    weekdays: list[int] = []


class _OffPeak(Entry):
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    cache_read_input_token_cost: float | None = None
    windows: list[_Window]


class _Route(Entry):
    litellm_provider: str
    mode: str | None = None
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    max_input_tokens: int | float | None = None
    max_output_tokens: int | float | None = None
    deprecation_date: str | None = None
    successor_model: str | None = None
    source: str | None = None
    supported_modalities: list[str] | None = None
    supported_output_modalities: list[str] | None = None
    tiered_pricing: list[_Step] | None = None
    off_peak_pricing: _OffPeak | None = None
    supports_function_calling: bool | None = None
    supports_response_schema: bool | None = None
    supports_vision: bool | None = None
    supports_reasoning: bool | None = None
    supports_prompt_caching: bool | None = None


class _LiteLlm:
    id = "litellm"
    title = "LiteLLM"
    brings = "prices by route, limits, abilities and end dates"
    wanted = "LiteLLM's file model_prices_and_context_window.json"
    url = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
    thanks = "LiteLLM by BerriAI, MIT"

    def recognises(self, file: SourceFile) -> bool:
        """An object of routes that name their provider."""
        if not file.looks_like_json or not isinstance(file.json, dict):
            return False
        if _SAMPLE in file.json:
            return True
        return any(isinstance(item, dict) and "litellm_provider" in item for item in file.json.values())

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """One offer and one row of facts for each route."""
        gathering = Gathering(self.id, file)
        for key, value in file.json.items() if isinstance(file.json, dict) else ():
            if key == _SAMPLE:
                continue
            gathering.enter(str(value.get("litellm_provider", "")) if isinstance(value, dict) else "", key)
            if isinstance(value, dict) and "alias_of" in value and "litellm_provider" not in value:
                gathering.pass_over("only another name of a route")
                continue
            mode = value.get("mode") if isinstance(value, dict) else None
            if isinstance(mode, str) and mode not in _KIND_OF_MODE:
                gathering.pass_over("of a kind the catalog does not hold")
                continue
            route = gathering.checked(_Route, value, key)
            if route is not None:
                _add(gathering, key, route, value)
        return gathering.reading()


def _add(gathering: Gathering, key: str, route: _Route, value: Mapping[str, Any]) -> None:
    kind = _KIND_OF_MODE[route.mode or "chat"]
    provider, model = route.litellm_provider, key.rsplit("/", maxsplit=1)[-1] if "/" in key else key
    facts = _facts(route, kind)
    if len(facts) > 1:
        gathering.add(Subject.FACTS, key, facts, place=key, provider=provider, name=model)
    try:
        fields = _prices(route, value)
    except WorkbenchError as error:
        gathering.note(WorkbenchError(error.what, where=f"{gathering.file.name}, {key}", mend=error.mend))
        return
    if not any(fields.values()):
        given = any(usd == 0 for usd in fields.values() if usd is not None)
        gathering.pass_over(
            "a price of 0, which stands for free, a subscription or unknown" if given else "no price given"
        )
        return
    origin = route.source or ""
    gathering.add(Subject.OFFER, key, fields, place=key, provider=provider, name=model, origin=origin)


def _facts(route: _Route, kind: str) -> dict[str, Scalar | None]:
    ends = iso_day(route.deprecation_date)
    facts: dict[str, Scalar | None] = {
        "kind": "multimodal" if kind == "llm" and route.supports_vision else kind,
        "context_tokens": _tokens(route.max_input_tokens),
        "max_output_tokens": _tokens(route.max_output_tokens),
        "shutdown_date": ends,
        "replacement": route.successor_model if ends else None,
        "input_modalities": listed(route.supported_modalities, _MODALITIES),
        "output_modalities": listed(route.supported_output_modalities, _MODALITIES),
        "tools": route.supports_function_calling,
        "structured_output": route.supports_response_schema,
        "vision": route.supports_vision,
        "reasoning": route.supports_reasoning,
        "prompt_caching": route.supports_prompt_caching,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _tokens(count: float | None) -> int | None:
    """Whole tokens; 0 stands for unknown there."""
    return int(count) if count and count < 1e12 else None


def _prices(route: _Route, value: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """All prices of one route. Raises WorkbenchError for one that is no number."""
    fields = _block(value)
    for theirs, (ours, factor) in _OTHER_PRICES.items():
        usd = _usd(value, theirs)
        if usd:
            fields[ours] = per_million(usd) if factor == 1e6 else round(usd * factor, 12)
    if "input_usd_per_mtok" in fields:
        for by_other_unit in ("search_usd_each", "text_usd_per_mchar"):
            fields.pop(by_other_unit, None)
    fields |= {f"batch.{name}": usd for name, usd in _block(value, "_batches").items()}
    fields |= _steps(route, value)
    if route.off_peak_pricing is not None:
        fields |= _off_peak(route.off_peak_pricing, fields)
    return fields


def _block(value: Mapping[str, Any], ending: str = "") -> dict[str, Scalar | None]:
    found = {ours: per_million(_usd(value, f"{theirs}{ending}")) for theirs, ours in _PRICES.items()}
    return {name: usd for name, usd in found.items() if usd is not None}


def _usd(value: Mapping[str, Any], field: str) -> float | None:
    found = value.get(field)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise WorkbenchError(f"{field} is not a number", mend="The entry is left out; the others can be imported.")
    return float(found)


def _steps(route: _Route, value: Mapping[str, Any]) -> dict[str, Scalar | None]:
    """Price steps by length, from the `above` fields or from the list of ranges."""
    fields: dict[str, Scalar | None] = {}
    if route.tiered_pricing:
        tiers = sorted((step for step in route.tiered_pricing if step.range), key=lambda step: step.range[0])
        if tiers and tiers[0].range[0] == 0:
            fields |= _block(tiers[0].model_dump())
        steps = [(int(step.range[0]), _block(step.model_dump())) for step in tiers if step.range[0] > 0]
    else:
        thousands = sorted(int(match[1]) for match in map(_ABOVE.fullmatch, value) if match)
        steps = [(size * 1000, _block(value, f"_above_{size}k_tokens")) for size in thousands]
    for number, (above, prices) in enumerate(steps[:3], start=1):
        block = "long_context" if number == 1 else f"long_context_{number}"
        fields[f"{block}.above_tokens"] = above
        fields |= {f"{block}.{name}": usd for name, usd in prices.items()}
    return fields


def _off_peak(prices: _OffPeak, full: Mapping[str, Scalar | None]) -> dict[str, Scalar | None]:
    """The list gives the peak price first and cheap hours by weekday; the catalog the cheap price and peak hours."""
    cheap_hours = [window.hours_utc for window in prices.windows if not set(window.weekdays) <= {6, 7}]
    spans = [span for hours in cheap_hours for span in ([hours] if isinstance(hours, str) else hours)]
    peak = _complement(spans)
    if not peak:
        return {}
    fields = _block(prices.model_dump(exclude={"windows"}))
    fields["peak_hours.windows_utc"] = " ".join(peak)
    return fields | {f"peak_hours.{name}": full[name] for name in _PRICES.values() if full.get(name) is not None}


def _complement(spans: list[str]) -> list[str]:
    """The rest of a day, from spans written HH:MM-HH:MM (00:00 at the end is midnight). [] when one is no span."""
    minutes: list[tuple[int, int]] = []
    for span in spans:
        match = _HOURS.fullmatch(span)
        if match is None:
            return []
        start, end = (_minute(word) for word in match.groups())
        minutes.append((start, end or 1440))
    rest, at = [], 0
    for start, end in sorted(minutes):
        if start > at:
            rest.append((at, start))
        at = max(at, end)
    if at < 1440:
        rest.append((at, 1440))
    return [f"{_clock(start)}-{_clock(end % 1440)}" for start, end in rest]


def _minute(word: str) -> int:
    hours, minutes = word.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


IMPORTER = _LiteLlm()
