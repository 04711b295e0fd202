"""The answer begins with the expected text."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import EDGES, holds, plain, shortened


class StartsWith(Scorer):
    id = "starts-with"
    title = "Starts with"
    expects = "The text that the answer begins with, as whole words; capitals and spacing do not count."
    example = sample("Yes", "Yes, you can.", "Yesterday you could.")

    def fault(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, text = plain(case.expected), plain(answer.text).lstrip(EDGES)
        wanted = wanted.lstrip(EDGES) or wanted
        if text.startswith(wanted) and holds(text[: len(wanted) + 2], wanted):
            return Score(1.0, f"begins with “{shortened(case.expected)}”")
        return Score(0.0, f"does not begin with “{shortened(case.expected)}”")


SCORER = StartsWith()
