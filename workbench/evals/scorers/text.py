"""How texts are compared by several scorers."""

from __future__ import annotations

import unicodedata

#: what may stand around an answer without changing it
EDGES = " \t\r\n.,;:!?\"'`*_“”‘’«»()[]"


def plain(text: str) -> str:
    """The text with compatible letters unified, in lower case, and every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def bare(text: str) -> str:
    """`plain`, and without punctuation and quotes at both ends."""
    return plain(text).strip(EDGES)


def holds(answer: str, wanted: str) -> bool:
    """Whether `wanted` stands in the answer as whole words: "3 days" is not in "53 days". Both are `plain`."""
    at = answer.find(wanted)
    while at >= 0:
        if _border(answer, at) and _border(answer, at + len(wanted)):
            return True
        at = answer.find(wanted, at + 1)
    return False


def _border(text: str, at: int) -> bool:
    """Whether a word may begin or end here: no letter or digit on both sides, and not inside a number."""
    if not 0 < at < len(text):
        return True
    left, right = text[at - 1], text[at]
    if left.isalnum() and right.isalnum():
        return False
    inside_number = (left in ".," and right.isdigit() and at > 1 and text[at - 2].isdigit()) or (
        right in ".," and left.isdigit() and at + 1 < len(text) and text[at + 1].isdigit()
    )
    return not inside_number


def alternatives(expected: str) -> tuple[str, ...]:
    """The parts of an "expected" that lists several texts, separated by `|` or lines."""
    return tuple(part for part in (plain(piece) for piece in expected.replace("\n", "|").split("|")) if part)


def shortened(text: str, most: int = 60) -> str:
    """For the `why` of a score."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
