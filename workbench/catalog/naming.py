"""Foreign names to the catalog's: which provider, model and benchmark a row of a list is about.

A model is recognised by the name under which the catalog's own sources cite it, else by a name that differs only in
spelling, else by one without date or edition; the last is a guess, and the diff says so. The facts that no list brought
are asked first, and what a row was taken in as is found again by the id it was given then: a list read twice is read
the same way twice, whatever the first reading added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from workbench.domain.catalog import Catalog
from workbench.domain.model import LifecycleStatus, Model, ModelKind
from workbench.domain.offer import Offer
from workbench.domain.quotes import SourceRow

# The catalog's provider ids by what lists call them; names not listed here are taken as they stand.
_PROVIDERS = {
    "aws": "aws-bedrock",
    "amazon-bedrock": "aws-bedrock",
    "bedrock": "aws-bedrock",
    "bedrock_converse": "aws-bedrock",
    "bedrock_mantle": "aws-bedrock",
    "azure": "azure-openai",
    "azure_text": "azure-openai",
    "google": "google-gemini-api",
    "gemini": "google-gemini-api",
    "google-vertex-anthropic": "google-vertex",
    "x-ai": "xai",
    "togetherai": "together",
    "together_ai": "together",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "moonshotai": "moonshot",
    "cohere_chat": "cohere",
    "voyageai": "voyage",
    "black_forest_labs": "bfl",
    "github_copilot": "github-copilot",
    "dashscope": "alibaba-model-studio",
    "alibaba": "alibaba-model-studio",
    "meta": "meta-api",
    "meta_llama": "meta-api",
    "llama": "meta-api",
    "zhipuai": "zai",
    "text-completion-openai": "openai",
}
# The catalog's developer ids by the name before a model's, as hubs write it.
_DEVELOPERS = {
    "x-ai": "xai",
    "meta-llama": "meta",
    "mistralai": "mistral",
    "qwen": "alibaba",
    "deepseek-ai": "deepseek",
    "moonshotai": "moonshot",
    "z-ai": "zai",
    "zai-org": "zai",
    "zhipuai": "zai",
    "thudm": "zai",
    "nvidia": "nvidia",
    "black-forest-labs": "bfl",
    "black_forest_labs": "bfl",
    "stabilityai": "stability",
    "voyageai": "voyage",
    "coherelabs": "cohere",
    "cohereforai": "cohere",
    "minimaxai": "minimax",
    "ibm-granite": "ibm",
    "tiiuae": "tii",
    "huggingfacetb": "huggingface",
}
# Whose model it is, by how its name begins, where nothing before it says.
_FAMILIES = {
    "gpt": "openai",
    "chatgpt": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "dall-e": "openai",
    "whisper": "openai",
    "text-embedding-3": "openai",
    "claude": "anthropic",
    "gemini": "google",
    "gemma": "google",
    "imagen": "google",
    "llama": "meta",
    "qwen": "alibaba",
    "mistral": "mistral",
    "ministral": "mistral",
    "mixtral": "mistral",
    "codestral": "mistral",
    "devstral": "mistral",
    "voxtral": "mistral",
    "deepseek": "deepseek",
    "grok": "xai",
    "command": "cohere",
    "glm": "zai",
    "kimi": "moonshot",
    "phi": "microsoft",
    "nova": "amazon",
    "minimax": "minimax",
    "granite": "ibm",
    "nemotron": "nvidia",
    "jamba": "ai21",
}
_CITED = re.compile(r"(?:provider=(\S+) model=(\S+)|\bkey=(\S+)|providers/([^/\s]+)/models/(\S+?)\.toml)")
_REGION = re.compile(r"^(?:us|eu|apac|global|regional|au|jp|ca|us-gov)\.")
_DATED = re.compile(
    r"[-@](?:20[0-9]{2}-?[0-9]{2}-?[0-9]{2}|[0-9]{4}|[0-9]{2}-[0-9]{2}|v[0-9](?::[0-9])?|latest|preview)$"
)
_EDITION = re.compile(
    r"-(?:instruct|it|chat|hf|fp8|bf16|awq|gguf|base|thinking|nothinking|high|medium|low|xhigh|max|effort|auto|[0-9]+k)$"
)
_TAG = re.compile(r":[a-z]+$")
_ANSWERING = frozenset({ModelKind.LLM, ModelKind.MULTIMODAL, ModelKind.CODE})
_HOST_OWNERS = frozenset({"anthropic", "amazon", "cohere", "google", "openai", "meta", *_DEVELOPERS.values()})


class Sure(StrEnum):
    """How a model was recognised, surest first."""

    CITED = "the catalog cites this name"
    SPELLING = "the same name"
    ALIKE = "the same name without date or edition"


@dataclass(frozen=True, slots=True)
class Match:
    model: Model
    sure: Sure


class Names:
    """The catalog's names, laid out once to recognise many rows."""

    def __init__(self, catalog: Catalog, before: Catalog | None = None) -> None:
        """`before` is the catalog without what lists brought into it; None when they brought nothing."""
        base = before or catalog
        self._providers = set(catalog.provider_by_id)
        self._developers = set(base.developer_by_id)
        self._base_ids = base.model_by_id
        self._by_id = catalog.model_by_id
        self._base_cited, self._cited = _cited(base.models), _cited(catalog.models)
        self._base_spelt = _spelt(base.models)
        brought = [model for model in catalog.models if model.id not in self._base_ids]
        self._brought_spelt = _spelt(brought)
        self._matches: dict[tuple[str, str], Match | None] = {}

    def provider(self, name: str) -> str:
        """The catalog's id for a provider as a list calls it, or that name made an id."""
        word = name.strip().casefold()
        if word in _PROVIDERS:
            return _PROVIDERS[word]
        if word.startswith("vertex_ai") or word.startswith("google-vertex"):
            return "google-vertex"
        return word if word in self._providers else as_id(word)

    def match(self, row: SourceRow) -> Match | None:
        """The catalog's model that a row is about; None when it has none."""
        key = (self.provider(row.provider) if row.provider else "", row.model)
        if key not in self._matches:
            found = self._found(*key, name=row.name) or self._brought(row)
            # By its id: lists may have added to the model.
            self._matches[key] = replace(found, model=self._by_id[found.model.id]) if found else None
        return self._matches[key]

    def was_taken(self, row: SourceRow, match: Match) -> bool:
        """Whether a figure of this very row is in force already: a person once said that it is about this model."""
        provider = self.provider(row.provider) if row.provider else ""
        cited = _lookup(self._cited, provider, row.model.strip().casefold())
        return cited is not None and cited.id == match.model.id

    def _found(self, provider: str, key: str, name: str) -> Match | None:
        """The model among those that no list brought."""
        word = key.strip().casefold()
        cited = _lookup(self._base_cited, provider, word)
        if cited is not None:
            return Match(cited, Sure.CITED)
        exact = self._base_ids.get(word)
        if exact is not None:
            return Match(exact, Sure.SPELLING)
        short = _route_name(word)
        for spelling in (short, name):
            found = self._base_spelt.get(plain(spelling))
            if found is not None:
                return Match(found, Sure.SPELLING)
        for stripped in _without_endings(short):
            found = self._base_spelt.get(plain(stripped))
            if found is not None:
                return Match(found, Sure.ALIKE)
        return None

    def _brought(self, row: SourceRow) -> Match | None:
        """The model among those that lists brought: by the source that names the row, by the id the row would get, by
        its name."""
        word = row.model.strip().casefold()
        provider = self.provider(row.provider) if row.provider else ""
        found = _lookup(self._cited, provider, word) or self._by_id.get(self.new_model_id(row)) or self._by_id.get(word)
        for spelling in (_route_name(word), row.name):
            found = found or self._brought_spelt.get(plain(spelling))
        return Match(found, Sure.SPELLING) if found else None

    def new_model_id(self, row: SourceRow) -> str:
        """An id for a model that only lists name: developer, as far as it can be told, and the name without its date,
        unless that is what another model is called. It does not depend on what lists have brought."""
        word = row.model.strip().casefold()
        short = _route_name(word)
        developer = self._developer(word, short, row.provider)
        undated = as_id(_DATED.sub("", _TAG.sub("", short))) or "model"
        whole = as_id(short) or "model"
        ids = (f"{developer}/{name}" for name in (undated, whole, f"{whole}-{as_id(row.provider)}"))
        return next((each for each in ids if each not in self._base_ids), f"{developer}/{whole}-new")

    def _developer(self, word: str, short: str, provider: str) -> str:
        before = [as_id(part) for part in word.split("/")[:-1]]
        for part in reversed(before):
            known = _DEVELOPERS.get(part, part)
            if known in self._developers:
                return known
        for beginning, developer in _FAMILIES.items():
            if short.startswith(beginning):
                return developer
        owner = before[-1] if before else as_id(provider)
        return _DEVELOPERS.get(owner, owner) or "unknown"


def asked_names(catalog: Catalog, provider: str) -> tuple[str, ...]:
    """What the language models of a provider (the catalog's id) are called when they are asked, as the catalog's
    sources cite them; those it still sells, in the order of their names."""
    names = Names(catalog)
    found: set[str] = set()
    for model in catalog.models:
        if model.kind not in _ANSWERING or model.lifecycle.status is LifecycleStatus.RETIRED:
            continue
        for offer in model.offers:
            if offer.provider == provider and offer.available:
                found.update(_asked_as(names, offer)[:1])
    return tuple(sorted(found, key=str.casefold))


def _asked_as(names: Names, offer: Offer) -> list[str]:
    """The provider's own names in the sources of an offer, the one that programs ask by first."""
    keys, others = [], []
    for match in _CITED.finditer(offer.source):
        name = (match[2] or match[3] or match[5]).rstrip(";,)")
        route, slash, rest = name.partition("/")
        if not match[3]:
            others.append(name)
        elif not slash:
            keys.append(name)
        elif names.provider(route) == offer.provider:
            keys.append(rest)
    return [*keys, *others]


def plain(name: str) -> str:
    """A name without what only spelling changes: case, dots, blanks, dashes."""
    return re.sub(r"[^a-z0-9+]", "", name.casefold())


def as_id(name: str) -> str:
    """A foreign name as an id of the catalog: small letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.strip().casefold()).strip("-._")[:80]


def _route_name(word: str) -> str:
    """The model's own name in a route: without cloud, region and owner."""
    short = _REGION.sub("", word.rsplit("/", maxsplit=1)[-1])
    owner, _, rest = short.partition(".")
    return rest if rest and owner in _HOST_OWNERS else short


def _without_endings(name: str) -> Iterable[str]:
    """The name with endings taken off one after the other: tag, date, version, edition."""
    for ending in (_TAG, _DATED, _EDITION) * 5:
        shorter = ending.sub("", name)
        if shorter != name:
            name = shorter
            yield name


def _spelt(models: Iterable[Model]) -> dict[str, Model | None]:
    """Models by what they are called; a name that two models share recognises neither."""
    found: dict[str, Model | None] = {}
    for model in models:
        for name in {plain(model.id.split("/")[-1]), plain(model.name)}:
            found[name] = model if name not in found or found[name] is model else None
    return found


def _lookup(cited: Mapping[tuple[str, str], Model], provider: str, word: str) -> Model | None:
    return cited.get((provider, word)) or cited.get((provider, word.split("/", maxsplit=1)[-1]))


def _cited(models: Iterable[Model]) -> Mapping[tuple[str, str], Model]:
    """Models by (our provider, the name a list uses), from the sources that the catalog gives for its offers."""
    found: dict[tuple[str, str], Model] = {}
    for model in models:
        for offer in model.offers:
            for match in _CITED.finditer(offer.source):
                name = (match[2] or match[3] or match[5]).rstrip(";,)").casefold()
                found.setdefault((offer.provider, name), model)
        for score in model.scores:
            if score.variant:
                found.setdefault(("", score.variant.casefold()), model)
    return found
