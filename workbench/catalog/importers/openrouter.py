"""OpenRouter's list of models: prices as text in USD per token, limits, modalities, parameters taken, expiry."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.catalog.importers.rows import Entry, Gathering, day_of, iso_day, listed, per_million
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Scalar, Subject

PROVIDER = "openrouter"
_MODALITIES = {"text": "text", "image": "image", "audio": "audio", "video": "video", "file": "pdf"}
_TOKEN_PRICES = {
    "prompt": "input_usd_per_mtok",
    "completion": "output_usd_per_mtok",
    "input_cache_read": "cache_read_usd_per_mtok",
    "input_cache_write": "cache_write_usd_per_mtok",
    "audio": "input_audio_usd_per_mtok",
}
_ROUTER = "a router that chooses a model itself"
_FREE = "free but limited in requests, which is no price to plan with"


class _Architecture(Entry):
    input_modalities: list[str] = []
    output_modalities: list[str] = []


class _TopProvider(Entry):
    max_completion_tokens: int | None = None


class _Model(Entry):
    id: str
    name: str | None = None
    created: float | None = None
    context_length: int | None = None
    architecture: _Architecture | None = None
    pricing: dict[str, object]
    top_provider: _TopProvider | None = None
    supported_parameters: list[str] = []
    knowledge_cutoff: str | None = None
    expiration_date: str | None = None


class _OpenRouter:
    id = "openrouter"
    title = "OpenRouter"
    brings = "its prices, limits and abilities, and which models end when"
    wanted = "the JSON file that OpenRouter's /api/v1/models gives"
    url = "https://openrouter.ai/api/v1/models"
    thanks = "OpenRouter models API"

    def recognises(self, file: SourceFile) -> bool:
        """An object whose `data` lists models with `pricing`."""
        if not file.looks_like_json or not isinstance(file.json, dict) or not isinstance(file.json.get("data"), list):
            return False
        return all(isinstance(item, dict) and "pricing" in item for item in file.json["data"][:3])

    def companions(self, name: str) -> tuple[str, ...]:
        return ()

    def read(self, file: SourceFile) -> Reading:
        """One offer and one row of facts for each model."""
        gathering = Gathering(self.id, file)
        entries = file.json.get("data") if isinstance(file.json, dict) else None
        for number, value in enumerate(entries if isinstance(entries, list) else ()):
            model = str(value.get("id", "")) if isinstance(value, dict) else ""
            gathering.enter(PROVIDER, model)
            place = model or f"entry {number + 1}"
            entry = gathering.checked(_Model, value, place)
            if entry is not None:
                _add(gathering, entry, place)
        return gathering.reading()


def _add(gathering: Gathering, entry: _Model, place: str) -> None:
    try:
        prices = _prices(entry.pricing)
    except WorkbenchError as error:
        gathering.note(WorkbenchError(error.what, where=f"{gathering.file.name}, {place}, pricing", mend=error.mend))
        return
    name = entry.name or entry.id
    if any(isinstance(usd, float) and usd < 0 for usd in prices.values()):
        gathering.pass_over(_ROUTER)
        return
    gathering.add(Subject.FACTS, entry.id, _facts(entry), place=place, provider=PROVIDER, name=name)
    if not any(prices.values()):
        gathering.pass_over(_FREE)
        return
    # 0 stands for "not charged by this unit" there.
    paid = {field: usd or None for field, usd in prices.items()}
    paid["output_usd_per_mtok"] = prices.get("output_usd_per_mtok")
    gathering.add(Subject.OFFER, entry.id, paid, place=place, provider=PROVIDER, name=name)


def _prices(pricing: Mapping[str, object]) -> dict[str, Scalar | None]:
    """The catalog's prices among them. Raises WorkbenchError for a text that is no number."""
    found: dict[str, Scalar | None] = {}
    for theirs, ours in _TOKEN_PRICES.items():
        usd = pricing.get(theirs)
        if isinstance(usd, str | int | float) and not isinstance(usd, bool):
            found[ours] = per_million(usd)
    return found


def _facts(entry: _Model) -> dict[str, Scalar | None]:
    reads = entry.architecture.input_modalities if entry.architecture else []
    makes = entry.architecture.output_modalities if entry.architecture else []
    takes = set(entry.supported_parameters)
    return {
        "input_modalities": listed(reads, _MODALITIES),
        "output_modalities": listed(makes, _MODALITIES),
        "context_tokens": entry.context_length or None,
        "max_output_tokens": (entry.top_provider.max_completion_tokens if entry.top_provider else None) or None,
        "release_date": day_of(entry.created),
        "knowledge_cutoff": iso_day(entry.knowledge_cutoff),
        "shutdown_date": iso_day(entry.expiration_date),
        "tools": ("tools" in takes) if takes else None,
        "structured_output": ("structured_outputs" in takes) if takes else None,
        "reasoning": ("reasoning" in takes) if takes else None,
        "vision": ("image" in reads) if reads else None,
    }


IMPORTER = _OpenRouter()
