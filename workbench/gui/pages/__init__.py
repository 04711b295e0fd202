"""The pages of the window: one line each, imported on the first visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.gui.pages.base import House, Page


@dataclass(frozen=True, slots=True)
class PageEntry:
    """What the rail shows of a page before it is made. `step` is its number on the path, 0 beside it."""

    id: str
    title: str
    icon: str
    path: str
    step: int = 0


_HERE = "workbench.gui.pages"
HOME = PageEntry("home", "Scenarios", "home", f"{_HERE}.home:HomePage")
PAGES: tuple[PageEntry, ...] = (
    PageEntry("requirements", "Requirements", "requirements", f"{_HERE}.requirements:RequirementsPage", 1),
    PageEntry("shortlist", "Shortlist", "shortlist", f"{_HERE}.shortlist:ShortlistPage", 2),
    PageEntry("tradeoffs", "Trade-offs", "tradeoffs", f"{_HERE}.tradeoffs:TradeoffsPage", 3),
    PageEntry("options", "Options", "options", f"{_HERE}.options:OptionsPage", 4),
    PageEntry("validate", "Validate", "validate", f"{_HERE}.validate:ValidatePage", 5),
    PageEntry("decide", "Decide", "decide", f"{_HERE}.decide:DecidePage", 6),
    PageEntry("catalog", "Catalog", "catalog", f"{_HERE}.catalog:CatalogPage"),
    PageEntry("library", "Local models", "library", f"{_HERE}.library:LibraryPage"),
    PageEntry("decisions", "Decisions", "decisions", f"{_HERE}.decisions:DecisionsPage"),
    PageEntry("learn", "Learn", "learn", f"{_HERE}.learn:LearnPage"),
    PageEntry("settings", "Settings", "settings", f"{_HERE}.settings:SettingsPage"),
)


def make_page(entry: PageEntry, *, house: House, services: object) -> Page:
    """Import the page's class and make it; it gets by keyword the services that its `needs` names.

    Of the services in its `asks` it gets functions: they are loaded when the page first asks, after it is painted.
    """
    module, _, name = entry.path.partition(":")
    cls: type[Page] = getattr(import_module(module), name)
    ready = {need: getattr(services, need) for need in cls.needs}
    later = {ask: partial(getattr, services, ask) for ask in cls.asks}
    return cls(house=house, **ready, **later)
