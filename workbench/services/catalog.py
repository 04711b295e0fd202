"""What a person can do with the catalog: look through it, look one model up, check a folder of files.

The catalog is the shipped one with what the person accepted and entered over it (`catalog_imports`, `catalog_own`).
"""

from __future__ import annotations

import dataclasses
import difflib
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.catalog import check_catalog, load_catalog, load_effective
from workbench.domain.catalog import Catalog
from workbench.domain.errors import WorkbenchError
from workbench.domain.model import Model
from workbench.domain.quotes import Subject

if TYPE_CHECKING:
    from workbench.analysis.browsing import BrowseIndex
    from workbench.analysis.data_policy import DataPolicy
    from workbench.store.catalog_changes import CatalogChanges

_SUGGESTIONS = 3


class CatalogService:
    """The catalog of one folder, with the person's changes over it (`changes`; None: there are none).

    Safe to call from any thread; only the first call, and the first after `forget`, reads files.
    """

    def __init__(
        self,
        *,
        folder: Path,
        cache_file: Path | None = None,
        changes: Callable[[], CatalogChanges] | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._today = today
        self._index: BrowseIndex | None = None
        self._folder = folder
        self._cache_file = cache_file
        self._changes = changes
        self._lock = threading.Lock()
        self._catalog: Catalog | None = None

    @property
    def folder(self) -> Path:
        """Where the shipped files lie."""
        return self._folder

    def catalog(self) -> Catalog:
        """Everything known. Raises Problems that name every fault of every file."""
        with self._lock:
            if self._catalog is None:
                self._catalog = self._load()
            return self._catalog

    def shipped(self) -> Catalog:
        """The catalog without anything the person changed."""
        return load_catalog(self._folder, self._cache_file)

    def of_lists(self) -> tuple[Catalog, Catalog]:
        """What a new list is compared with, without figures a person entered: the shipped facts and the accepted
        imports; and the same before any import.

        Models that the person added are in both, or no list could tell of them.
        """
        from workbench.catalog.overlay import effective

        shipped = self.shipped()
        changes = self._changes() if self._changes is not None else None
        if changes is None or not changes.version():
            return shipped, shipped
        added = (fact for fact in changes.own() if fact.subject is Subject.FACTS)
        new = [fact for fact in added if fact.target not in shipped.model_by_id]
        return effective(shipped, changes.quotes_in_force(), new), effective(shipped, (), new)

    def forget(self) -> None:
        """The person's changes have changed: the next call lays them over anew."""
        with self._lock:
            self._catalog = None

    def find(self, text: str) -> tuple[Model, ...]:
        """Models that hold every word and every phrase in quotation marks of `text` somewhere, in catalog order; all
        for no words. The same search as in the window: name, maker, provider, licence, kind, abilities, notes."""
        from workbench.domain.catalog_filters import CatalogFilter

        if not text.strip():
            return self.catalog().models
        index = self.browse()
        return tuple(index.models[place] for place in index.arranged(CatalogFilter(), text, "", descending=False))

    def model(self, model_id: str) -> Model:
        """The model with this id, whatever its case. Raises WorkbenchError that names the closest ids."""
        known = self.catalog().model_by_id
        found = known.get(model_id.strip().casefold())
        if found is None:
            raise WorkbenchError(
                f"The catalog has no model '{model_id}'", where="catalog", mend=self._suggestion(model_id)
            )
        return found

    def browse(self) -> BrowseIndex:
        """The catalog laid out for filtering and sorting, as of today."""
        from workbench.analysis.browsing import BrowseIndex

        catalog = self.catalog()
        index = self._index
        if index is None or index.models is not catalog.models:
            index = self._index = BrowseIndex(catalog, self._today())
        return index

    def ending(self, model_id: str, months: float = 12) -> str:
        """What ends the model within so many months, in words, with what takes its place; "" when nothing does."""
        from workbench.analysis.lifecycle import ending_of, ending_words, horizon_end

        today = self._today()
        found = ending_of(self.model(model_id), horizon_end(today, months), self.catalog().model_by_any_name)
        return ending_words(found, today) if found else ""

    def policies(self, model_id: str) -> tuple[DataPolicy, ...]:
        """What happens to data at every provider of the model, in every account mode, each clause with its source."""
        from workbench.analysis.data_policy import STANDARD, modes_of, policy

        model, known = self.model(model_id), self.catalog().provider_by_id
        providers = dict.fromkeys(offer.provider for offer in model.offers if offer.provider in known)
        return tuple(
            policy(known[name], model, mode)
            for name in providers
            for mode in (STANDARD, *(each.id for each in modes_of(known[name], model)))
        )

    def check(self, folder: Path | None = None) -> tuple[WorkbenchError, ...]:
        """Every problem of every file in `folder` (default: the catalog in use); reads the files, never the cache."""
        return check_catalog(folder or self._folder)

    def _load(self) -> Catalog:
        changes = self._changes() if self._changes is not None else None
        version = changes.version() if changes is not None else ""
        if changes is None or not version:
            return load_catalog(self._folder, self._cache_file)
        return load_effective(
            self._folder, self._cache_file, version, lambda: (changes.quotes_in_force(), changes.own())
        )

    def _suggestion(self, wanted: str) -> str:
        """The ids meant most likely: those that hold the text, then those spelt alike."""
        text = wanted.strip().casefold()
        ids = list(self.catalog().model_by_id)
        by_short_name = {identity.split("/")[-1]: identity for identity in ids}
        alike = [
            *(identity for identity in ids if text and text in identity),
            *(by_short_name[name] for name in difflib.get_close_matches(text.split("/")[-1], by_short_name)),
            *difflib.get_close_matches(text, ids),
        ]
        close = list(dict.fromkeys(alike))[:_SUGGESTIONS]
        listed = "'workbench catalog list' shows all."
        return f"Did you mean {' or '.join(close)}? {listed}" if close else listed


def collected_on(folder: Path) -> str:
    """The day (ISO text) on which the facts in `folder` were gathered, from its catalog.yaml alone."""
    from workbench.catalog.document import parse, read_bytes

    file = folder / "catalog.yaml"
    fields = parse(read_bytes(file, file.name), file.name).value
    collected = fields.get("collected") if isinstance(fields, dict) else None
    if not isinstance(collected, str):
        raise WorkbenchError("The catalog does not say when it was collected", where=str(file), mend="Add `collected`.")
    return collected


def as_plain(value: object) -> object:
    """Domain values as JSON would hold them: dataclasses by field name, sets sorted, enums as their text."""
    if dataclasses.is_dataclass(value):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    return value
