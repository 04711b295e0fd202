"""The items of a list, in any order."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import items, shortened

LONGEST = 200_000


class SetMatch(Scorer):
    id = "set"
    title = "The same items"
    group = Group.VALUES
    expects = (
        "Items separated by commas, semicolons, | or lines, in any order. The score is the share that agrees (F1): "
        "missing items and items too many both count against it."
    )
    example = sample("red, green, blue", "- Blue\n- Green\n- Red", "red, green")

    def fault(self, expected: str) -> str:
        return "" if items(expected) else "it lists no item"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, found = set(items(case.expected)), set(items(answer.text[:LONGEST]))
        both = wanted & found
        if wanted == found:
            return Score(1.0, "the same items")
        parts = [
            f"{word}: {shortened(', '.join(sorted(names)))}"
            for word, names in (("missing", wanted - found), ("too many", found - wanted))
            if names
        ]
        return Score(2 * len(both) / (len(wanted) + len(found)), "; ".join(parts))


SCORER = SetMatch()
