"""The catalog laid out in columns, so that filtering and sorting stay below 50 ms at 100,000 models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from workbench.analysis.lifecycle import as_date, horizon_end
from workbench.analysis.search_words import SearchedRows, terms
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_filters import CatalogFilter, Life
from workbench.domain.figures import Origin
from workbench.domain.model import CommercialUse, LifecycleStatus, Model
from workbench.domain.offer import Offer
from workbench.domain.provider import Provider

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
_GONE = (LifecycleStatus.DEPRECATED, LifecycleStatus.RETIRED)
# What the models can be sorted by.
COLUMNS = ("name", "kind", "context", "input", "output", "size", "licence", "status")
_FLAGS = ("tools", "structured_output", "vision", "reasoning")
# What a person may type for an ability.
_ABILITY_WORDS = {
    "tools": "tools function calling",
    "structured_output": "structured output json schema",
    "vision": "vision pictures",
    "reasoning": "reasoning thinking",
    "prompt_caching": "prompt caching",
    "batch": "batch",
    "fine_tuning": "fine-tuning",
}
# No retention is known to be longer than this many days; unknown is worse than any.
_UNKNOWN_DAYS = 1e9


class BrowseIndex:
    """One catalog on one day. Rows are its models, by their place in it."""

    def __init__(self, catalog: Catalog, today: date) -> None:
        self.models = catalog.models
        self._count = len(self.models)
        self._fill_models(today)
        self._fill_offers(catalog)
        names = {developer.id: developer.name for developer in catalog.developers}
        sellers = {provider.id: provider.name for provider in catalog.providers}
        self._searched = SearchedRows(
            [f"{model.id}\n{model.name}" for model in self.models],
            [_text(model, names.get(model.developer, ""), sellers) for model in self.models],
        )
        self._sorted: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        for column in COLUMNS:
            self._order(column)

    def arranged(self, wanted: CatalogFilter, words: str, column: str, *, descending: bool) -> list[int]:
        """The places of the models that pass and hold every word and phrase (`search_words.terms`) somewhere, sorted by
        a column ("" for catalog order).

        Models without a value in the column stand at the end either way.
        """
        mask = self.passing(wanted)
        for term in terms(words):
            self._searched.narrow(mask, term)
        if not column:
            return list(np.flatnonzero(mask).tolist())
        known, unknown = self._order(column)
        known = known[mask[known]]
        ordered = np.concatenate([known[::-1] if descending else known, unknown[mask[unknown]]])
        return list(ordered.tolist())

    def passing(self, wanted: CatalogFilter) -> Flags:
        """Which models pass every condition."""
        mask = np.ones(self._count, np.bool_)
        for name in _FLAGS:
            if getattr(wanted, name):
                mask &= self._flags[name]
        for name, column in (("open_weights", self._open), ("commercial", self._commercial), ("yours", self._yours)):
            if getattr(wanted, name):
                mask &= column
        for values, codes in (
            (wanted.kinds, self._kinds),
            (wanted.licences, self._licences),
            (wanted.developers, self._developers),
        ):
            if values:
                mask &= codes.among(values)
        for side, found in ((wanted.reads, self._reads), (wanted.makes, self._makes)):
            for modality in side:
                mask &= found.get(modality, np.zeros(self._count, np.bool_))
        if wanted.context_tokens is not None:
            mask &= self._numbers["context"] >= wanted.context_tokens
        if wanted.params_b is not None:
            mask &= self._numbers["size"] <= wanted.params_b
        return mask & self._lives(wanted.life) & self._obtainable(wanted)

    def _lives(self, life: Life) -> Flags:
        if life is Life.ANY:
            return np.ones(self._count, np.bool_)
        return ~self._gone if life is Life.ACTIVE else ~self._gone & ~self._ending

    def _obtainable(self, wanted: CatalogFilter) -> Flags:
        """Whether one offer fulfils all that is asked of offers; own weights fulfil what is asked of a host."""
        hosts = bool(wanted.regions or wanted.retention_days is not None or wanted.no_training)
        sold = bool(wanted.providers or wanted.input_usd is not None or wanted.output_usd is not None)
        if not hosts and not sold:
            return np.ones(self._count, np.bool_)
        offers = self._available.copy()
        if wanted.providers:
            offers &= self._providers.among(wanted.providers)
        if wanted.input_usd is not None:
            offers &= self._input <= wanted.input_usd
        if wanted.output_usd is not None:
            offers &= self._output <= wanted.output_usd
        if wanted.no_training:
            offers &= self._keeps_out
        if wanted.retention_days is not None:
            offers &= self._days <= wanted.retention_days
        if wanted.regions:
            offers &= np.logical_or.reduce([self._regions.get(r, self._nowhere) for r in wanted.regions])
        found = np.zeros(self._count, np.bool_)
        found[self._owner[offers]] = True
        return found if sold else found | self._open

    def _order(self, column: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places with a value in ascending order of it, and places without one; worked out once."""
        if column not in self._sorted:
            self._sorted[column] = _ordered(self._numbers.get(column), lambda: self._words(column))
        return self._sorted[column]

    def _words(self, column: str) -> list[str]:
        match column:
            case "name":
                return [model.name.casefold() for model in self.models]
            case "kind":
                return [f"{model.kind.value} {model.open_weights}" for model in self.models]
            case "licence":
                return [(model.licence.name or "\uffff").casefold() for model in self.models]
            case "status":
                return [model.lifecycle.status.value for model in self.models]
        raise KeyError(column)

    def _fill_models(self, today: date) -> None:
        models = self.models
        self._flags = {name: _flags(getattr(model.capabilities, name) is True for model in models) for name in _FLAGS}
        self._open = _flags(model.open_weights for model in models)
        self._commercial = _flags(model.licence.commercial_use is CommercialUse.ALLOWED for model in models)
        self._yours = _flags(_is_yours(model) for model in models)
        self._kinds = _Codes([model.kind.value for model in models])
        self._licences = _Codes([model.licence.name or "" for model in models])
        self._developers = _Codes([model.developer for model in models])
        self._reads = _members([model.input_modalities for model in models])
        self._makes = _members([model.output_modalities for model in models])
        self._gone = _flags(model.lifecycle.status in _GONE for model in models)
        soon = horizon_end(today, 12)
        ends = (as_date(model.lifecycle.rerouted_from or model.lifecycle.shutdown_date) for model in models)
        self._ending = _flags(day is not None and day <= soon for day in ends)
        cheapest = [model.cheapest_offer for model in models]
        self._numbers = {
            "context": _numbers(model.context_tokens for model in models),
            "size": _numbers(model.params_total_b for model in models),
            "input": _numbers(offer.prices.input_usd_per_mtok if offer else None for offer in cheapest),
            "output": _numbers(offer.prices.output_usd_per_mtok if offer else None for offer in cheapest),
        }

    def _fill_offers(self, catalog: Catalog) -> None:
        pairs = [(place, offer) for place, model in enumerate(self.models) for offer in model.offers]
        providers = [catalog.provider_by_id.get(offer.provider) for _, offer in pairs]
        self._owner = np.fromiter((place for place, _ in pairs), np.int64, len(pairs))
        offers = [offer for _, offer in pairs]
        self._available = _flags(offer.available for offer in offers)
        self._input = _numbers(offer.prices.input_usd_per_mtok for offer in offers)
        self._output = _numbers(_output_usd(offer) for offer in offers)
        self._providers = _Codes([offer.provider for offer in offers])
        known = {provider.id: _Terms(provider) for provider in catalog.providers}
        terms = [known[provider.id] if provider else None for provider in providers]
        self._keeps_out = _flags(item is not None and item.keeps_out for item in terms)
        self._days = np.fromiter((item.days if item else _UNKNOWN_DAYS for item in terms), np.float64, len(terms))
        self._regions = _members([item.regions if item else frozenset() for item in terms])
        self._nowhere = np.zeros(len(pairs), np.bool_)


class _Terms:
    """What filters ask of a provider: training, the fewest days that can be had, regions."""

    def __init__(self, provider: Provider) -> None:
        modes = provider.modes
        self.keeps_out = provider.trains_on_api_data == "no" or any(m.trains_on_api_data == "no" for m in modes)
        days = [provider.default_retention_days, *(mode.retention_days for mode in modes)]
        self.days = float(min((day for day in days if day is not None), default=_UNKNOWN_DAYS))
        eu = {"EU"} if provider.eu_processing == "yes" else set()
        self.regions = frozenset({*provider.regions, *eu, *(region for mode in modes for region in mode.regions)})


class _Codes:
    """Words as numbers, to ask quickly which rows hold one of several."""

    def __init__(self, words: Sequence[str]) -> None:
        self._code = {word: number for number, word in enumerate(dict.fromkeys(words))}
        self._rows = np.fromiter((self._code[word] for word in words), np.int64, len(words))

    def among(self, wanted: Sequence[str]) -> Flags:
        codes = [self._code[word] for word in wanted if word in self._code]
        return np.isin(self._rows, codes)


def _is_yours(model: Model) -> bool:
    if model.origin is Origin.YOURS or any(offer.origin is Origin.YOURS for offer in model.offers):
        return True
    if any(score.origin is Origin.YOURS for score in model.scores):
        return True
    return any(known.origin is Origin.YOURS for known in model.provenance.values())


def _output_usd(offer: Offer) -> float | None:
    """Models without text output bill none: 0 for them, so that a limit on output does not remove them."""
    if offer.prices.output_usd_per_mtok is None and offer.prices.input_usd_per_mtok is not None:
        return 0.0
    return offer.prices.output_usd_per_mtok


def _flags(values: Iterable[bool]) -> Flags:
    return np.array(list(values), np.bool_)


def _numbers(values: Iterable[float | None]) -> Numbers:
    """Unknown is not a number, and no comparison with it is true."""
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _members(sets: Sequence[frozenset[str]]) -> dict[str, Flags]:
    names = sorted({name for found in sets for name in found})
    return {name: _flags(name in found for found in sets) for name in names}


def _ordered(numbers: Numbers | None, words: Callable[[], list[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if numbers is None:
        texts = words()
        return np.array(sorted(range(len(texts)), key=texts.__getitem__), np.int64), np.zeros(0, np.int64)
    unknown = np.isnan(numbers)
    order = np.argsort(numbers, kind="stable")
    return order[~unknown[order]], np.flatnonzero(unknown)


def _text(model: Model, developer: str, sellers: dict[str, str]) -> str:
    """Everything a person may look a model up by beside its id and name, a line each."""
    offers = "\n".join(f"{offer.provider}\n{sellers.get(offer.provider, '')}" for offer in model.offers)
    makes = " ".join((*model.input_modalities, *model.output_modalities))
    weights = "open weights" if model.open_weights else "closed"
    notes = "\n".join(" ".join(note.split()) for note in model.notes)
    parts = (
        model.family,
        developer,
        model.kind.value,
        model.licence.name or "",
        model.lifecycle.status.value,
        weights,
        makes,
        "\n".join(words for name, words in _ABILITY_WORDS.items() if getattr(model.capabilities, name) is True),
        offers,
        notes,
    )
    return "\n".join(parts)
