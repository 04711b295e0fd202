"""The answer ends with the expected text."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import EDGES, holds, plain, shortened


class EndsWith(Scorer):
    id = "ends-with"
    title = "Ends with"
    expects = "The text that the answer ends with, as whole words; capitals, spacing and a full stop do not count."
    example = sample("42", "The answer is 42.", "The answer is 142.")

    def fault(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, text = plain(case.expected), plain(answer.text).rstrip(EDGES)
        wanted = wanted.rstrip(EDGES) or wanted
        if text.endswith(wanted) and holds(text[-len(wanted) - 2 :], wanted):
            return Score(1.0, f"ends with “{shortened(case.expected)}”")
        return Score(0.0, f"does not end with “{shortened(case.expected)}”")


SCORER = EndsWith()
