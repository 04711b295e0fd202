"""No forbidden word stands in the answer."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import alternatives, plain, shortened


class ForbiddenWords(Scorer):
    id = "forbidden-words"
    title = "No forbidden words"
    group = Group.MANNER
    expects = "Words separated by | that may not appear; a * stands for any ending or beginning: guarante* | promise."
    example = sample("guarante* | promise", "It usually works.", "We guaranteed it.")

    def fault(self, expected: str) -> str:
        return "" if any(part.strip("* ") for part in alternatives(expected)) else "it lists no word"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        found = _pattern(case.expected).search(plain(answer.text))
        if found is not None:
            return Score(0.0, f"“{shortened(found[0])}” is in the answer")
        return Score(1.0, "no forbidden word is in the answer")


@lru_cache(maxsize=256)
def _pattern(expected: str) -> re.Pattern[str]:
    """A whole word each; a star is the rest of a word. One pass over the answer, whatever the words are."""
    parts = (part for part in alternatives(expected) if part.strip("* "))
    wild = ("\\w{0,60}".join(re.escape(piece) for piece in re.split(r"\*+", part)) for part in parts)
    return re.compile(rf"(?<!\w)(?:{'|'.join(wild)})(?!\w)")


SCORER = ForbiddenWords()
