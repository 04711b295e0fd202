"""The answer is as long as it should be."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import plain, value_in

RANGE = re.compile(
    r"(?:(?P<low>\d+)\s*(?:-|–|to|and)\s*(?P<high>\d+)|(?P<word><=|>=|≤|≥|<|>|[a-z ]+?)?\s*(?P<one>\d+))"
    r"\s*(?P<unit>[a-z]+)?"
)
MOST = frozenset(("<=", "≤", "at most", "up to", "max", "maximum", "no more than", "not more than"))
LEAST = frozenset((">=", "≥", "at least", "min", "minimum", "no less than", "not less than"))
UNITS = {
    name: unit
    for unit, names in {
        "characters": "character characters letter letters char chars",
        "words": "word words",
        "sentences": "sentence sentences",
        "lines": "line lines",
        "paragraphs": "paragraph paragraphs",
    }.items()
    for name in names.split()
}
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
SENTENCE = re.compile(r"[.!?。！？]+(?=\s|$)|(?<=[^\s.!?。！？])\s*$")


class Length(Scorer):
    id = "length"
    title = "Length"
    group = Group.MANNER
    expects = "How long: at most 50 words, 2-3 sentences, >= 100 characters, 1 line, at most 2 paragraphs."
    example = sample("at most 5 words", "It is 29 days.", "The limit for annual leave is 29 days.")

    def fault(self, expected: str) -> str:
        try:
            _bounds(expected)
        except ValueError as error:
            return str(error)
        return ""

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        low, high, unit = _bounds(case.expected)
        found = _count(answer.text.strip(), unit)
        return Score(float(low <= found <= high), f"{found:,} {unit}, {case.expected.strip()} expected")


def _count(text: str, unit: str) -> int:
    match unit:
        case "words":
            return len(WORD.findall(text))
        case "sentences":
            return len(SENTENCE.findall(text))
        case "lines":
            return sum(bool(line.strip()) for line in text.splitlines())
        case "paragraphs":
            return sum(bool(part.strip()) for part in re.split(r"\n\s*?\n", text))
        case _:
            return len(text)


@lru_cache(maxsize=1024)
def _bounds(text: str) -> tuple[int, int, str]:
    """Raises ValueError with the reason."""
    found = RANGE.fullmatch(plain(value_in(text)).removeprefix("between "))
    unit = UNITS.get(found["unit"] or "words") if found else None
    if found is None or unit is None:
        raise ValueError("it is no length such as “at most 50 words” or “2-3 sentences”")
    if found["low"]:
        low, high = int(found["low"]), int(found["high"])
        if low > high:
            raise ValueError("its end is below its beginning")
        return low, high, unit
    word, number = (found["word"] or "").strip(), int(found["one"])
    if word in MOST or word in ("<", "less than", "fewer than", "under", "below"):
        return 0, number - (word not in MOST), unit
    if word in LEAST or word in (">", "more than", "over", "above"):
        return number + (word not in LEAST), 1 << 62, unit
    if word not in ("", "exactly"):
        raise ValueError(f"“{word}” is not understood; write at most or at least")
    return number, number, unit


SCORER = Length()
