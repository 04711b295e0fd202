"""Cases that decide whether a score can be trusted."""

from __future__ import annotations

import time

import pytest
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Answer, scorer


def value(name: str, expected: str, answer: str) -> float:
    assert scorer(name).problem(expected) == ""
    return scorer(name).score(Answer(answer), EvalCase("1", "q", expected)).value


@pytest.mark.parametrize(
    ("name", "expected", "answer", "right"),
    [
        ("contains", "3 days", "You have 53 days", 0),
        ("contains", "3 days", "You have 3 days.", 1),
        ("contains", "3 days", "You have 3\n  DAYS", 1),
        ("contains", "12", "It is 12.5", 0),
        ("contains", "12", "It is 1,012", 0),
        ("contains", "12", "It is 12.", 1),
        ("contains", "art", "start", 0),
        ("contains", "C++", "in C++ mostly", 1),
        ("contains", "Größe", "die GRÖSSE", 1),
        ("exact", "Leave", "Leave\n", 1),
        ("exact", "Leave", "leave", 0),
        ("normalised-exact", "positive", "**Positive.**", 1),
        ("normalised-exact", "positive", "not positive", 0),
        ("contains-all", "a | b | c", "a c", 2 / 3),
        ("contains-any", "yes|allowed", "disallowed", 0),
        ("starts-with", "no", "None of them", 0),
        ("starts-with", "no", '"No", they said', 1),
        ("ends-with", "42", "42!", 1),
        ("number", "1200", "about 1,200.00 euros", 1),
        ("number", "12.5 ± 0.1", "12.61", 0),
        ("number", "12.5 ± 0.1", "12.6", 1),
        ("number", "-3", "minus: −3", 1),
        ("number", "100 ± 5 %", "first 7, then 104", 1),
        ("number", "5", "none", 0),
        ("json-field", '{"a": 1, "b": "x"}', 'Sure: {"b": "X ", "a": 1.0}', 1),
        ("json-field", '{"a": true}', '{"a": 1}', 0),
        ("json-field", '{"a": 1, "b": 2}', '{"a": 1}', 0.5),
        ("json-valid", "", "{}", 1),
        ("json-valid", "a|b", '{"a": 1, "B": 2}', 1),
        ("json-valid", "a|b", '{"a": 1}', 0),
        ("json-valid", "", "[" * 100_000, 0),
        ("regex", r"^\d+ days$", "53 days", 1),
    ],
)
def test_that_an_answer_is_scored_as_a_person_would(name: str, expected: str, answer: str, right: float) -> None:
    assert value(name, expected, answer) == pytest.approx(right)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|aa)+$", r"(\w+\s?)*x", r"(a*)*", r"(?:a+){2,}b", r"(x+x+)+y", r"(.*)*", r"((a|b|ab)*)c"]
)
def test_that_a_pattern_that_could_take_forever_is_refused(pattern: str) -> None:
    assert "forever" in scorer("regex").problem(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\d+ days", r"^(yes|no)\b", r"(foo|bar)+", r"\b[A-Z]{2}-\d{2}\b", r"[^,]+,\s*\w+"]
)
def test_that_usual_patterns_are_accepted(pattern: str) -> None:
    assert scorer("regex").problem(pattern) == ""


def test_that_an_accepted_pattern_is_quick_on_a_bad_answer() -> None:
    begin = time.process_time()
    value("regex", r".*a.*b.*c", "a" * 2000)
    value("regex", r"\s+x", " " * 100_000)
    assert time.process_time() - begin < 10
