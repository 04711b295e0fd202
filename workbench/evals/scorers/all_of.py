"""All of several scorers must be content."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.evals.scorers.contains import Contains
from workbench.evals.scorers.ends_with import EndsWith
from workbench.evals.scorers.parts import Combined
from workbench.evals.scorers.protocol import Score, sample


class AllOf(Combined):
    id = "all-of"
    title = "All of these"
    expects = 'What its scorers expect, or each has its own: all-of(json-valid, contains(expected="Berlin")).'
    example = sample("Yes", "I can say yes", "Yes, I can")

    def combine(self, scores: Sequence[Score]) -> Score:
        return Score(min(score.value for score in scores), self.told(scores))


SCORER = AllOf(parts=(Contains(), EndsWith()))
