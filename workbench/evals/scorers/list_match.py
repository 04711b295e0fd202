"""The items of a list, in their order."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.longest_common import longest_common
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import items

LONGEST = 200_000


class ListMatch(Scorer):
    id = "list"
    title = "The same items in order"
    group = Group.VALUES
    expects = (
        "Items separated by commas, semicolons, | or lines, in their order. The score is the share that stands in "
        "the same order in both (twice the longest common sequence over both lengths)."
    )
    example = sample("red, green, blue", "1. Red\n2. Green\n3. Blue", "blue, green, red")

    def fault(self, expected: str) -> str:
        return "" if items(expected) else "it lists no item"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, found = items(case.expected), items(answer.text[:LONGEST])
        common = longest_common(wanted, found)
        value = 2 * common / (len(wanted) + len(found))
        return Score(value, f"{common} of {len(wanted)} items in order, {len(found)} in the answer")


SCORER = ListMatch()
