"""What a model must have to be shown in the catalog; remembered, and kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Life(StrEnum):
    """Which models count as still there. A_YEAR: no end is announced for the next twelve months."""

    ANY = "any"
    ACTIVE = "active"
    A_YEAR = "a-year"


@dataclass(frozen=True, slots=True)
class CatalogFilter:
    """Everything empty lets everything through. Lists of `reads` and `makes` must all be there, of the others one.

    `retention_days` 0 asks for zero retention, on request too; prices in USD per million tokens; `params_b` is the
    largest size in billions. Regions, retention, training and price must hold for one and the same offer; weights of
    one's own fulfil the first three by running on one's own servers.
    """

    kinds: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    developers: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    open_weights: bool = False
    commercial: bool = False
    tools: bool = False
    structured_output: bool = False
    vision: bool = False
    reasoning: bool = False
    no_training: bool = False
    yours: bool = False
    context_tokens: float | None = None
    retention_days: float | None = None
    input_usd: float | None = None
    output_usd: float | None = None
    params_b: float | None = None
    life: Life = Life.ANY

    @property
    def active(self) -> tuple[str, ...]:
        """The names of the conditions that are set, in order."""
        empty = CatalogFilter()
        return tuple(item.name for item in fields(self) if getattr(self, item.name) != getattr(empty, item.name))

    def without(self, name: str) -> CatalogFilter:
        """The same without one condition."""
        kept = {item.name: getattr(self, item.name) for item in fields(self) if item.name != name}
        return CatalogFilter(**kept)

    def as_plain(self) -> dict[str, Any]:
        """Only the conditions that are set, as JSON holds them."""
        return {name: _plain(getattr(self, name)) for name in self.active}

    @classmethod
    def from_plain(cls, value: object) -> CatalogFilter:
        """A filter as it was kept. What cannot be read is left out: an older or newer window wrote it."""
        kept: dict[str, Any] = {}
        empty = cls()
        for item in fields(cls):
            found = value.get(item.name) if isinstance(value, Mapping) else None
            read = _read(getattr(empty, item.name), found)
            if read is not None:
                kept[item.name] = read
        return cls(**kept)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _read(empty: object, value: object) -> object:
    """The value in the type of the empty one; None when it is not one."""
    match empty:
        case bool():
            return value if isinstance(value, bool) else None
        case Life():
            return Life(value) if isinstance(value, str) and value in tuple(Life) else None
        case tuple():
            return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e15 else None  # type: ignore[arg-type,operator]
