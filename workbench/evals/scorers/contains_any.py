"""One of several texts stands in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, holds, plain, shortened


class ContainsAny(Scorer):
    id = "contains-any"
    title = "Contains any"
    expects = "Texts separated by |, one of which must appear as whole words."
    example = sample("yes | allowed", "That is allowed.", "No.")

    def fault(self, expected: str) -> str:
        return "" if alternatives(expected) else "it lists no text"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        text = plain(answer.text)
        found = next((part for part in alternatives(case.expected) if holds(text, part)), None)
        if found is None:
            return Score(0.0, "none of the texts is in the answer")
        return Score(1.0, f"“{shortened(found)}” is in the answer")


SCORER = ContainsAny()
