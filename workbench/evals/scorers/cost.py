"""The answer cost no more than it may."""

from __future__ import annotations

import re

from workbench.domain.evals import EvalCase
from workbench.domain.numbers import digits
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, sample
from workbench.evals.scorers.text import value_in

EXPECTED = re.compile(r"\s*(?:<=?|≤|at most)?\s*\$?\s*(\d*\.?\d+(?:[eE]-?\d{1,2})?)\s*(?:\$|usd|dollars?)?\s*", re.I)


class Cost(Scorer):
    id = "cost"
    title = "Cheap enough"
    group = Group.EFFORT
    expects = (
        "The most that an answer may cost in US dollars, such as 0.002. Usually the same for all: "
        'cost(expected="0.002").'
    )
    example = sample("0.002", Answer("29 days", cost_usd=0.0012), Answer("29 days", cost_usd=0.0031))

    def fault(self, expected: str) -> str:
        return "" if EXPECTED.fullmatch(value_in(expected)) else "it is no price such as 0.002"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        if answer.cost_usd is None:
            raise NotScored("What the answer cost is not known.")
        found = EXPECTED.fullmatch(value_in(case.expected))
        most = float(found[1]) if found else 0.0
        return Score(float(answer.cost_usd <= most), f"${digits(answer.cost_usd)}, at most ${digits(most)} wanted")


SCORER = Cost()
