"""models.dev `api.json`: providers, their models, limits, abilities and prices in USD per million tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.catalog.importers.rows import Entry, Gathering, iso_day, listed
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.quotes import Reading, Scalar, Subject
from workbench.pydantic_first import Field

_MODALITIES = {"text": "text", "image": "image", "audio": "audio", "video": "video", "pdf": "pdf"}
_PRICES = {
    "input": "input_usd_per_mtok",
    "output": "output_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "cache_write": "cache_write_usd_per_mtok",
}
_STATUS = {"deprecated": "deprecated", "beta": "preview", "alpha": "preview"}


class _Prices(Entry):
    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None


class _Step(Entry):
    type: str
    size: int = Field(ge=1)


class _Tier(_Prices):
    tier: _Step


class _Cost(_Prices):
    input_audio: float | None = None
    output_audio: float | None = None
    tiers: list[_Tier] = []


class _Limit(Entry):
    context: int | None = None
    output: int | None = None


class _Modalities(Entry):
    input: list[str] = []
    output: list[str] = []


class _Model(Entry):
    name: str
    cost: _Cost | None = None
    limit: _Limit | None = None
    modalities: _Modalities | None = None
    reasoning: bool | None = None
    tool_call: bool | None = None
    structured_output: bool | None = None
    knowledge: str | None = None
    release_date: str | None = None
    open_weights: bool | None = None
    status: str | None = None


class _ModelsDev:
    id = "models.dev"
    title = "models.dev"
    brings = "prices, limits and abilities of models at many providers"
    wanted = "the file api.json of models.dev"
    url = "https://models.dev/api.json"
    thanks = "models.dev, MIT"

    def recognises(self, file: SourceFile) -> bool:
        """An object of providers, each with an object of models."""
        if not file.looks_like_json or not isinstance(file.json, dict) or not file.json:
            return False
        return any(isinstance(item, dict) and isinstance(item.get("models"), dict) for item in file.json.values())

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """One offer and one row of facts for each model of each provider."""
        gathering = Gathering(self.id, file)
        providers: dict[str, Any] = file.json if isinstance(file.json, dict) else {}
        for provider, block in providers.items():
            models = block.get("models") if isinstance(block, dict) else None
            for key, value in models.items() if isinstance(models, dict) else ():
                gathering.enter(provider, key)
                place = f"{provider}, {key}"
                entry = gathering.checked(_Model, value, place)
                if entry is not None:
                    _add(gathering, provider, key, entry, place)
        return gathering.reading()


def _add(gathering: Gathering, provider: str, key: str, entry: _Model, place: str) -> None:
    gathering.add(Subject.FACTS, key, _facts(entry), place=place, provider=provider, name=entry.name)
    if entry.cost is None:
        gathering.pass_over("no price given")
    elif not any(getattr(entry.cost, field) for field in _PRICES):
        gathering.pass_over("a price of 0, which stands for a subscription or for unknown")
    else:
        gathering.add(Subject.OFFER, key, _prices(entry.cost), place=place, provider=provider, name=entry.name)


def _facts(entry: _Model) -> dict[str, Scalar | None]:
    reads = entry.modalities.input if entry.modalities else []
    makes = entry.modalities.output if entry.modalities else []
    return {
        "name": entry.name,
        "input_modalities": listed(reads, _MODALITIES),
        "output_modalities": listed(makes, _MODALITIES),
        "open_weights": entry.open_weights,
        # 0 stands for unknown there.
        "context_tokens": (entry.limit.context if entry.limit else None) or None,
        "max_output_tokens": (entry.limit.output if entry.limit else None) or None,
        "release_date": iso_day(entry.release_date),
        "knowledge_cutoff": iso_day(entry.knowledge),
        "status": _STATUS.get(entry.status or ""),
        "tools": entry.tool_call,
        "structured_output": entry.structured_output,
        "vision": "image" in reads if reads else None,
        "reasoning": entry.reasoning,
    }


def _prices(cost: _Cost) -> dict[str, Scalar | None]:
    fields: dict[str, Scalar | None] = dict(_block(cost))
    fields["input_audio_usd_per_mtok"] = cost.input_audio
    fields["output_audio_usd_per_mtok"] = cost.output_audio
    steps = sorted((step for step in cost.tiers if step.tier.type == "context"), key=lambda step: step.tier.size)
    for number, step in enumerate(steps[:3], start=1):
        block = "long_context" if number == 1 else f"long_context_{number}"
        fields[f"{block}.above_tokens"] = step.tier.size
        fields.update({f"{block}.{name}": usd for name, usd in _block(step).items()})
    return fields


def _block(prices: _Prices) -> Mapping[str, float | None]:
    return {ours: getattr(prices, theirs) for theirs, ours in _PRICES.items()}


IMPORTER = _ModelsDev()
