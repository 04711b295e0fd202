"""The opposite of another scorer."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.evals.scorers.contains import Contains
from workbench.evals.scorers.parts import Combined
from workbench.evals.scorers.protocol import Score, sample


class Not(Combined):
    id = "not"
    title = "Not"
    expects = "What its scorer expects: not(contains) is right when the text does not appear."
    example = sample("guarantee", "It usually works.", "We guarantee it.")
    most = 1

    def combine(self, scores: Sequence[Score]) -> Score:
        return Score(1.0 - scores[0].value, f"the opposite of: {scores[0].why}")


SCORER = Not(parts=(Contains(),))
