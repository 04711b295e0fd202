"""The expected text stands somewhere in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import holds, plain, shortened


class Contains(Scorer):
    id = "contains"
    title = "Contains"
    expects = "The text that must appear, as whole words; capitals and spacing do not count."
    example = sample("3 days", "You have 3 days left.", "You have 53 days left.")

    def fault(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if holds(plain(answer.text), plain(case.expected)):
            return Score(1.0, f"“{shortened(case.expected)}” is in the answer")
        return Score(0.0, f"“{shortened(case.expected)}” is not in the answer")


SCORER = Contains()
