"""The answer is the expected text, letter by letter."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import shortened


class Exact(Scorer):
    id = "exact"
    title = "Exact match"
    expects = "The text itself; only white space at both ends is ignored."
    example = sample("Leave", "Leave", "leave request")

    def fault(self, expected: str) -> str:
        return "" if expected.strip() else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if answer.text.strip() == case.expected.strip():
            return Score(1.0, "the same text")
        return Score(0.0, f"expected “{shortened(case.expected)}”")


SCORER = Exact()
