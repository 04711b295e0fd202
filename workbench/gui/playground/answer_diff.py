"""What two answers have in common and where they part, word by word. No Qt."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

WORD = re.compile(r"\w+|\s+|[^\w\s]")
#: longer answers are compared by their beginnings: difflib's time grows with the square
MOST_WORDS = 6_000


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text that the other text does not have there."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Where each text differs from the other; `alike` is the share of words in common, `cut` that only the beginnings
    were compared."""

    left: tuple[Span, ...]
    right: tuple[Span, ...]
    alike: float
    cut: bool


def difference(left: str, right: str) -> Difference:
    """Compare two texts by words and marks; spaces go with their neighbours. Takes a while: not on the GUI thread."""
    one, two = (_pieces(text) for text in (left, right))
    cut = len(one) > MOST_WORDS or len(two) > MOST_WORDS
    one, two = one[:MOST_WORDS], two[:MOST_WORDS]
    matcher = difflib.SequenceMatcher(None, [w for w, _ in one], [w for w, _ in two], autojunk=False)
    lefts, rights = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            lefts += _span(one, i1, i2)
            rights += _span(two, j1, j2)
    same = sum(block.size for block in matcher.get_matching_blocks())
    most = max(len(one), len(two), 1)
    return Difference(tuple(lefts), tuple(rights), same / most if one or two else 1.0, cut)


def _pieces(text: str) -> list[tuple[str, int]]:
    """Words and marks with their places."""
    return [(match.group(), match.start()) for match in WORD.finditer(text) if not match.group().isspace()]


def _span(pieces: list[tuple[str, int]], start: int, end: int) -> list[Span]:
    if start == end:
        return []
    last, at = pieces[end - 1]
    return [Span(pieces[start][1], at + len(last))]
