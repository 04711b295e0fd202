"""The answer is the expected text, but for capitals, spacing and punctuation around it."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import bare, shortened


class NormalisedExact(Scorer):
    id = "normalised-exact"
    title = "Same words"
    expects = "The text; capitals, spacing, and punctuation or quotes around it do not count."
    example = sample("Leave", ' "leave". ', "leave request")

    def fault(self, expected: str) -> str:
        return "" if bare(expected) else "nothing is left of it without punctuation"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if bare(answer.text) == bare(case.expected):
            return Score(1.0, "the same words")
        return Score(0.0, f"expected “{shortened(case.expected)}”")


SCORER = NormalisedExact()
