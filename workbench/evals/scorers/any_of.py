"""One of several scorers must be content."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.evals.scorers.ends_with import EndsWith
from workbench.evals.scorers.parts import Combined
from workbench.evals.scorers.protocol import Score, sample
from workbench.evals.scorers.starts_with import StartsWith


class AnyOf(Combined):
    id = "any-of"
    title = "Any of these"
    expects = 'What its scorers expect, or each has its own: any-of(exact, number(expected="12 ± 1")).'
    example = sample("Yes", "I can say yes", "I say yes to that")

    def combine(self, scores: Sequence[Score]) -> Score:
        return Score(max(score.value for score in scores), self.told(scores))


SCORER = AnyOf(parts=(StartsWith(), EndsWith()))
