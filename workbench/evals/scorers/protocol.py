"""What a scorer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from workbench.domain.evals import EvalCase


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 (wrong) to 1 (right); `why` says in a few words what was compared."""

    value: float
    why: str


class Scorer(Protocol):
    """Judges one answer against one case; the same answer always gets the same score.

    `id` is written in data sets, `title` and `signature` are read by people: `signature` says what the column
    "expected" must hold. `example` is (expected, an answer scored 1, an answer scored less).
    """

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def signature(self) -> str: ...

    @property
    def example(self) -> tuple[str, str, str]: ...

    def problem(self, expected: str) -> str:
        """Why this "expected" cannot be scored with; empty when it can."""
        ...

    def score(self, answer: str, case: EvalCase) -> Score: ...
