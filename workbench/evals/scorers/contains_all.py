"""All of several texts stand in the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, holds, plain, shortened


class ContainsAll(Scorer):
    id = "contains-all"
    title = "Contains all"
    expects = "Texts separated by |, all of which must appear as whole words; the score is the share that does."
    example = sample("Berlin | 4 April", "On 4 April in Berlin.", "In Berlin.")

    def fault(self, expected: str) -> str:
        return "" if alternatives(expected) else "it lists no text"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, text = alternatives(case.expected), plain(answer.text)
        missing = [part for part in wanted if not holds(text, part)]
        if not missing:
            return Score(1.0, "all are in the answer")
        return Score(1 - len(missing) / len(wanted), "missing: " + shortened(", ".join(missing)))


SCORER = ContainsAll()
