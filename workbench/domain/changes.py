"""What a call wrote; views decide from it whether to draw again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what a call wrote or removed."""

    scenarios: frozenset[str] = frozenset()
    evals: frozenset[str] = frozenset()
    comparisons: frozenset[str] = frozenset()
    catalog: bool = False
    settings: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.scenarios | other.scenarios,
            self.evals | other.evals,
            self.comparisons | other.comparisons,
            self.catalog or other.catalog,
            self.settings or other.settings,
        )
