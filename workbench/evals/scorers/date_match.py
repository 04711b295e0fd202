"""The date in the answer is the expected one, however it is written."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.dates import days_in
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, option, sample

LONGEST = 100_000


@dataclass(frozen=True)
class DateMatch(Scorer):
    id = "date"
    title = "Date"
    group = Group.VALUES
    expects = (
        "A date in any usual form: 2026-04-04, 4 April 2026, 04.04.2026, or 4 April when the year does not matter. "
        "The last date of the answer counts."
    )
    example = sample("2026-04-04", "It starts on April 4th, 2026.", "It starts on 5 April 2026.")

    month_first: bool = option(False, title="Month first", help="Whether 3/4/2026 is the 4th of March.")

    def fault(self, expected: str) -> str:
        found = len(set(days_in(expected, month_first=self.month_first)))
        return "" if found == 1 else "it is not one date such as 2026-04-04"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted = next(days_in(case.expected, month_first=self.month_first))
        found = list(days_in(answer.text[-LONGEST:], month_first=self.month_first))
        if not found:
            return Score(0.0, "there is no date in the answer")
        return Score(float(found[-1].is_as(wanted)), f"{found[-1]} against {wanted}")


SCORER = DateMatch()
