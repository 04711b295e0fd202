"""A regular expression matches somewhere in the answer."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.regex_child import searched_apart
from workbench.evals.scorers.protocol import Answer, NotScored, Score, Scorer, sample
from workbench.evals.scorers.text import shortened

LONGEST_PATTERN = 1000
LONGEST_ANSWER = 2000
MOST_OPEN_REPEATS = 3
UNBOUNDED = 50
REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
#: about a second's worth
MOST_STEPS = 50_000_000
#: how long the shortest text was on which each pattern took too long
_TOO_SLOW: dict[str, int] = {}
MOST_SLOW = 1_000


class Regex(Scorer):
    id = "regex"
    title = "Regular expression"
    expects = "A Python regular expression that must match in the first 2,000 characters; capitals count."
    example = sample(r"\b\d{1,2} April\b", "On 4 April.", "In April.")

    def fault(self, expected: str) -> str:
        return pattern_fault(expected)

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        found = search(case.expected, answer.text[:LONGEST_ANSWER])
        return Score(0.0, "no match") if found is None else Score(1.0, f"matches “{shortened(found)}”")


def search(pattern: str, text: str) -> str | None:
    """What a pattern matches first in a text. Raises `NotScored` when that takes too long.

    Python's matcher cannot be stopped and would hold up everything else, so what may take many steps is tried in a
    process of its own, and what is no shorter than a text that took too long is not tried again.
    """
    if steps(pattern, len(text)) > MOST_STEPS:
        slow = _TOO_SLOW.get(pattern)
        if slow is not None and len(text) >= slow:
            raise NotScored(
                f"Not tried: the pattern took too long on an answer of {slow:,} characters, and this one is no "
                "shorter; write it simpler."
            )
        try:
            return searched_apart(pattern, text)
        except TimeoutError as error:
            if len(_TOO_SLOW) >= MOST_SLOW:
                _TOO_SLOW.clear()
            _TOO_SLOW[pattern] = len(text)
            raise NotScored(f"The pattern takes {error} on this answer; write it simpler.") from error
        except OSError as error:
            raise NotScored(f"The pattern could not be tried on this answer: {error}.") from error
    found = re.search(pattern, text)
    return None if found is None else found[0]


@lru_cache(maxsize=1024)
def _repeats(pattern: str) -> tuple[tuple[int, ...], bool]:
    """By how much each repetition of a pattern can vary, and whether one of them stands inside another one."""
    widths, is_nested = [], False
    for operator, argument in _walk(_parse(pattern)):
        if str(operator) in REPEATS:
            widths.append(int(argument[1]) - int(argument[0]))
            is_nested = is_nested or (int(argument[1]) > 1 and any(_varies(*inner) for inner in _walk(argument[2])))
    return tuple(widths), is_nested


def steps(pattern: str, length: int) -> float:
    """How many steps a backtracking matcher may take at most on a text of so many characters, roughly."""
    widths, is_nested = _repeats(pattern)
    if is_nested:
        return math.inf
    open_ended = sum(width >= length for width in widths)
    return length * math.prod(min(width, length) + 1 for width in widths) / math.factorial(open_ended + 1)


def _varies(operator: object, argument: Any) -> bool:
    return str(operator) == "BRANCH" or (str(operator) in REPEATS and argument[0] != argument[1])


@lru_cache(maxsize=1024)
def pattern_fault(pattern: str) -> str:
    """Why this pattern cannot be used; empty when it can."""
    if not pattern:
        return "it is empty"
    if len(pattern) > LONGEST_PATTERN:
        return f"it is longer than {LONGEST_PATTERN:,} characters"
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"it is no regular expression: {error}"
    if _may_take_forever(pattern):
        return "it repeats something that repeats or branches itself, which can take forever on some answers"
    if _open_repeats(pattern) > MOST_OPEN_REPEATS:
        return f"it has more than {MOST_OPEN_REPEATS} open repetitions; write {{0,40}} instead of * where you can"
    return ""


def _may_take_forever(pattern: str) -> bool:
    """Whether a long repetition stands around another one, or around a choice with an empty or open beginning.

    Those are the shapes that make a backtracking matcher try exponentially many ways. Python's `re` has no time
    limit, and the pattern comes from a file.
    """
    return any(
        _is_long_repeat(operator, argument) and any(_is_risky(*inner) for inner in _walk(argument[2]))
        for operator, argument in _walk(_parse(pattern))
    )


def _open_repeats(pattern: str) -> int:
    """How many long repetitions stand one after the other: each may multiply the time by the answer's length."""
    return sum(_is_long_repeat(*part) for part in _walk(_parse(pattern)))


def _parse(pattern: str) -> Any:
    """By the standard library's own parser, which has no public name since Python 3.11."""
    parser: Any = importlib.import_module("re._parser")
    return parser.parse(pattern)


def _is_long_repeat(operator: object, argument: Any) -> bool:
    return str(operator) in REPEATS and int(argument[1]) > UNBOUNDED


def _is_risky(operator: object, argument: Any) -> bool:
    if _is_long_repeat(operator, argument):
        return True
    if str(operator) in REPEATS:
        return bool(argument[0] != argument[1])
    if str(operator) != "BRANCH":
        return False
    beginnings = [str(next(iter(choice))) if len(choice) else "" for choice in argument[1]]
    literal = all(beginning.startswith("(LITERAL") for beginning in beginnings)
    return not literal or len(set(beginnings)) != len(beginnings)


def _walk(parsed: Any) -> Iterator[tuple[object, Any]]:
    """Every (operator, argument) of a parsed pattern, at every depth."""
    for operator, argument in parsed:
        yield operator, argument
        for part in _parts(operator, argument):
            yield from _walk(part)


def _parts(operator: object, argument: Any) -> list[Any]:
    match str(operator):
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return [argument[2]]
        case "SUBPATTERN":
            return [argument[3]]
        case "BRANCH":
            return list(argument[1])
        case "ASSERT" | "ASSERT_NOT":
            return [argument[1]]
        case "GROUPREF_EXISTS":
            return [part for part in argument[1:] if part is not None]
        case "ATOMIC_GROUP":
            return [argument]
    return []


SCORER = Regex()
