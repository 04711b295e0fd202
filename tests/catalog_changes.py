"""A data folder for tests of what a person changes about the catalog: real store, small catalog, a clock of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from workbench.services.catalog import CatalogService
from workbench.services.catalog_history import CatalogHistory
from workbench.services.catalog_imports import CatalogImports
from workbench.services.catalog_own import OwnFacts
from workbench.store.store import Store

from catalog_folder import copy_catalog

TODAY = date(2026, 11, 25)
GPT_4O, DEEPSEEK, BGE = "openai/gpt-4o", "deepseek/deepseek-v4-pro", "baai/bge-m3"


class Desk:
    """The services over one data folder; each moment is a second after the one before."""

    def __init__(self, folder: Path, models: tuple[str, ...] | None = None) -> None:
        self.folder = folder
        self.files = folder / "catalog"
        if not self.files.exists():
            copy_catalog(self.files, *([models] if models else []))
        self.store = Store(folder / "workbench.sqlite", backups_folder=folder / "backups")
        self._ticks = 0
        changes = lambda: self.store.catalog_changes  # noqa: E731
        self.catalog = CatalogService(folder=self.files, cache_file=folder / "cache" / "catalog.json", changes=changes)
        self.imports = CatalogImports(catalog=self.catalog, changes=changes, today=lambda: TODAY, now=self._now)
        self.own = OwnFacts(catalog=self.catalog, changes=changes, now=self._now)
        self.history = CatalogHistory(catalog=self.catalog, changes=changes)

    def _now(self) -> datetime:
        self._ticks += 1
        return datetime(2026, 11, 25, 12, tzinfo=UTC) + timedelta(seconds=self._ticks)

    def again(self) -> Desk:
        """The same data folder as the next start finds it."""
        self.store.close()
        return Desk(self.folder)

    def price(self, model: str, provider: str, field: str = "input_usd_per_mtok") -> float | None:
        """A token price as the catalog now has it."""
        [offer] = [offer for offer in self.catalog.model(model).offers if offer.part == provider]
        found: float | None = getattr(offer.prices, field)
        return found
