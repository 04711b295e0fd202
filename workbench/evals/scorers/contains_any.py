"""One of several texts stands in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Score, Scorer
from workbench.evals.scorers.text import alternatives, holds, plain, shortened


class ContainsAny:
    id = "contains-any"
    title = "Contains any"
    signature = "Texts separated by |, one of which must appear as whole words."
    example = ("yes | allowed", "That is allowed.", "No.")

    def problem(self, expected: str) -> str:
        return "" if alternatives(expected) else "it lists no text"

    def score(self, answer: str, case: EvalCase) -> Score:
        text = plain(answer)
        found = next((part for part in alternatives(case.expected) if holds(text, part)), None)
        if found is None:
            return Score(0.0, "none of the texts is in the answer")
        return Score(1.0, f"“{shortened(found)}” is in the answer")


SCORER: Scorer = ContainsAny()
