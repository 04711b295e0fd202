"""ROUGE-1, ROUGE-2 and ROUGE-L: how much of a reference text an answer repeats (F1).

Our own; `tests/unit/evals/test_published_scores.py` checks it against rouge-score. By default words are those of any
script; `as_published` cuts them as rouge-score does, which knows the letters a to z only.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.longest_common import longest_common
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, option, sample

LATIN = re.compile(r"[a-z0-9]+")
ANY = re.compile(r"[^\W_]+")
MOST_WORDS = 50_000


@dataclass(frozen=True)
class Rouge(Scorer):
    group: ClassVar[Group] = Group.SIMILAR
    example = sample("the cat sat on the mat", "The cat sat on the mat.", "a cat sat on a mat")
    together: ClassVar[str]

    as_published: bool = option(
        False, title="As published", help="Only the letters a to z make words, as in rouge-score."
    )

    def fault(self, expected: str) -> str:
        return "" if self._words(expected) else "there is no word in it"

    def _words(self, text: str) -> list[str]:
        return (LATIN if self.as_published else ANY).findall(text.lower())

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, found = self._words(case.expected), self._words(answer.text)
        if max(len(wanted), len(found)) > MOST_WORDS:
            raise NotScored(f"{self.title} compares texts of up to {MOST_WORDS:,} words.")
        common, of_wanted, of_found = self.overlap(wanted, found)
        if not common:
            return Score(0.0, f"no {self.together} in common")
        precision, recall = common / of_found, common / of_wanted
        why = f"{common} of {of_wanted} {self.together} are in the answer, which has {of_found}"
        return Score(2 * precision * recall / (precision + recall), why)

    def overlap(self, wanted: Sequence[str], found: Sequence[str]) -> tuple[int, int, int]:
        """How much is common, and of how much in either."""
        raise NotImplementedError


def _shared(wanted: Counter[str], found: Counter[str]) -> tuple[int, int, int]:
    return (wanted & found).total(), wanted.total(), found.total()


class Rouge1(Rouge):
    id = "rouge-1"
    title = "ROUGE-1"
    expects = "A reference text. The score is the share of words in common with the answer (F1)."
    together = "words"

    def overlap(self, wanted: Sequence[str], found: Sequence[str]) -> tuple[int, int, int]:
        return _shared(Counter(wanted), Counter(found))


class Rouge2(Rouge):
    id = "rouge-2"
    title = "ROUGE-2"
    expects = "A reference text. The score is the share of pairs of neighbouring words in common with the answer (F1)."
    together = "pairs of words"

    def overlap(self, wanted: Sequence[str], found: Sequence[str]) -> tuple[int, int, int]:
        return _shared(_pairs(wanted), _pairs(found))


class RougeL(Rouge):
    id = "rouge-l"
    title = "ROUGE-L"
    expects = "A reference text. The score is the share of words that stand in the same order in the answer (F1)."
    together = "words in order"

    def overlap(self, wanted: Sequence[str], found: Sequence[str]) -> tuple[int, int, int]:
        return longest_common(wanted, found), len(wanted), len(found)


def _pairs(words: Sequence[str]) -> Counter[str]:
    return Counter(f"{one} {two}" for one, two in itertools.pairwise(words))


ONE, TWO, LONGEST = Rouge1(), Rouge2(), RougeL()
