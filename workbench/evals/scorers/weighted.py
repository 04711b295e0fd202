"""The mean of several scorers, each with its weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.evals.scorers.contains import Contains
from workbench.evals.scorers.normalised_exact import NormalisedExact
from workbench.evals.scorers.parts import Combined
from workbench.evals.scorers.protocol import Score, Scorer, sample


class Weighted(Combined):
    id = "weighted"
    title = "Weighted mean"
    expects = 'What its scorers expect. The mean of their scores: weighted(contains, rouge-l, weights="3 1").'
    weighs = True
    example = sample("Leave", "leave", "leave request")

    def parts_written(self, name: Callable[[Scorer], str]) -> list[str]:
        return [*super().parts_written(name), f'weights="{" ".join(f"{weight:g}" for weight in self.weights)}"']

    def combine(self, scores: Sequence[Score]) -> Score:
        total = sum(weight * score.value for weight, score in zip(self.weights, scores, strict=True))
        return Score(min(1.0, total / sum(self.weights)), self.told(scores))


SCORER = Weighted(parts=(NormalisedExact(), Contains()), weights=(3.0, 1.0))
