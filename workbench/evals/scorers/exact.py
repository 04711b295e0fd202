"""The answer is the expected text, letter by letter."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Score, Scorer
from workbench.evals.scorers.text import shortened


class Exact:
    id = "exact"
    title = "Exact match"
    signature = "The text itself; only white space at both ends is ignored."
    example = ("Leave", "Leave", "leave request")

    def problem(self, expected: str) -> str:
        return "" if expected.strip() else "it is empty"

    def score(self, answer: str, case: EvalCase) -> Score:
        if answer.strip() == case.expected.strip():
            return Score(1.0, "the same text")
        return Score(0.0, f"expected “{shortened(case.expected)}”")


SCORER: Scorer = Exact()
