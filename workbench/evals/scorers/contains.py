"""The expected text stands somewhere in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Score, Scorer
from workbench.evals.scorers.text import holds, plain, shortened


class Contains:
    id = "contains"
    title = "Contains"
    signature = "The text that must appear, as whole words; capitals and spacing do not count."
    example = ("3 days", "You have 3 days left.", "You have 53 days left.")

    def problem(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def score(self, answer: str, case: EvalCase) -> Score:
        if holds(plain(answer), plain(case.expected)):
            return Score(1.0, f"“{shortened(case.expected)}” is in the answer")
        return Score(0.0, f"“{shortened(case.expected)}” is not in the answer")


SCORER: Scorer = Contains()
