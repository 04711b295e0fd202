"""None of several texts stands in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, holds, plain, shortened


class ContainsNone(Scorer):
    id = "contains-none"
    title = "Contains none"
    expects = "Texts separated by |, none of which may appear as whole words."
    example = sample("Bonn | Paris", "The office is in Berlin.", "The office is in Paris.")

    def fault(self, expected: str) -> str:
        return "" if alternatives(expected) else "it lists no text"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        text = plain(answer.text)
        found = [part for part in alternatives(case.expected) if holds(text, part)]
        if found:
            return Score(0.0, f"“{shortened(', '.join(found))}” is in the answer")
        return Score(1.0, "none of the texts is in the answer")


SCORER = ContainsNone()
