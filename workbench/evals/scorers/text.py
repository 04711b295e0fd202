"""How texts are compared by several scorers."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache

#: what may stand around an answer without changing it
EDGES = " \t\r\n.,;:!?\"'`*_“”‘’«»()[]"


#: longer texts are not remembered in their `plain` form
REMEMBERED = 4096
#: characters of a number, a time or a price with its unit and tolerance
LONGEST_VALUE = 120
FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SEPARATORS = re.compile(r"[\n;|]|,(?!\d{3}\b)")
BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")


def plain(text: str) -> str:
    """The text with compatible letters unified, in lower case, and every run of white space as one space."""
    return _remembered(text) if len(text) <= REMEMBERED else _plain(text)


def _plain(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_remembered = lru_cache(maxsize=2048)(_plain)


def words(text: str) -> list[str]:
    """The words of a text in lower case, of any script, without punctuation."""
    return WORD.findall(plain(text))


def unfenced(text: str) -> str:
    """What stands in the one block of code of an answer; the whole answer when there is none or more than one."""
    found = FENCE.findall(text)
    return str(found[0]) if len(found) == 1 else text.strip()


def items(text: str) -> list[str]:
    """The items of a list as people and models write it: a JSON list, lines with or without bullets, or items separated
    by commas, semicolons or |. Each is `bare`."""
    try:
        read = json.loads(unfenced(text))
        if isinstance(read, list):
            return [bare(part if isinstance(part, str) else json.dumps(part)) for part in read]
    except (ValueError, RecursionError):
        pass
    parts = (bare(BULLET.sub("", part)) for part in SEPARATORS.split(text))
    return [part for part in parts if part]


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


def value_in(expected: str) -> str:
    """An "expected" that is one value, with single spaces, as patterns may read it; "" for what is longer than any
    value is: patterns with several optional parts take a time that grows with a power of the length."""
    line = " ".join(expected[: 8 * LONGEST_VALUE].split())
    return line if len(line) <= LONGEST_VALUE and len(expected) <= 8 * LONGEST_VALUE else ""


def shortened(text: str, most: int = 60) -> str:
    """For the `why` of a score."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
