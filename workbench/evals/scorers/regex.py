"""A regular expression matches somewhere in the answer."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Score, Scorer, sample
from workbench.evals.scorers.text import shortened

LONGEST_PATTERN = 1000
LONGEST_ANSWER = 2000
MOST_OPEN_REPEATS = 3
UNBOUNDED = 50
REPEATS = ("MAX_REPEAT", "MIN_REPEAT")


class Regex(Scorer):
    id = "regex"
    title = "Regular expression"
    expects = "A Python regular expression that must match in the first 2,000 characters; capitals count."
    example = sample(r"\b\d{1,2} April\b", "On 4 April.", "In April.")

    def fault(self, expected: str) -> str:
        return pattern_fault(expected)

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        found = re.search(case.expected, answer.text[:LONGEST_ANSWER])
        if found is None:
            return Score(0.0, "no match")
        return Score(1.0, f"matches “{shortened(found[0])}”")


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
