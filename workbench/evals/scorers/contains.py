"""The expected text stands somewhere in the answer."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, option, sample
from workbench.evals.scorers.text import holds, plain, shortened


@dataclass(frozen=True)
class Contains(Scorer):
    id = "contains"
    title = "Contains"
    expects = "The text that must appear, as whole words; capitals and spacing do not count."
    example = sample("3 days", "You have 3 days left.", "You have 53 days left.")

    parts_of_words: bool = option(False, title="Parts of words", help="It may stand inside of a longer word or number.")
    capitals: bool = option(False, title="Capitals count", help="Capitals, letters and spacing must be the same.")

    def fault(self, expected: str) -> str:
        return "" if plain(expected) else "it is empty"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        text, wanted = (answer.text, case.expected) if self.capitals else (plain(answer.text), plain(case.expected))
        if wanted in text if self.parts_of_words else holds(text, wanted):
            return Score(1.0, f"“{shortened(case.expected)}” is in the answer")
        return Score(0.0, f"“{shortened(case.expected)}” is not in the answer")


SCORER = Contains()
