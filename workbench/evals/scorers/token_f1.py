"""How many words an answer shares with the expected text."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import words

REMEMBERED = 4096


class TokenF1(Scorer):
    id = "token-f1"
    title = "Words in common"
    group = Group.SIMILAR
    expects = (
        "A text. The score is the share of words that answer and text have in common, in any order (F1): words "
        "missing and words too many both count against it."
    )
    example = sample("29 days of leave", "29 days of leave.", "You get 29 days.")

    def fault(self, expected: str) -> str:
        return "" if words(expected) else "there is no word in it"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        (wanted, of_wanted), (found, of_found) = _counted(case.expected), _counted(answer.text)
        small, large = (wanted, found) if len(wanted) < len(found) else (found, wanted)
        common = 0
        for word in small:
            if word in large:
                common += min(small[word], large[word])
        total = of_wanted + of_found
        return Score(2 * common / total if total else 0.0, f"{common} words in common")


def _counted(text: str) -> tuple[Counter[str], int]:
    """How often each word stands in a text, and how many words there are."""
    return _remembered(text) if len(text) <= REMEMBERED else _count(text)


def _count(text: str) -> tuple[Counter[str], int]:
    found = words(text)
    return Counter(found), len(found)


_remembered = lru_cache(maxsize=1024)(_count)

SCORER = TokenF1()
