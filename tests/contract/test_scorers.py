"""Every scorer keeps the same promises."""

from __future__ import annotations

import math
from collections.abc import Coroutine

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import BUILTIN, Answer, NotScored, Score, Scorer, judged, scorer

from scorer_aids import AIDS

every = pytest.mark.parametrize("member", BUILTIN.values(), ids=BUILTIN.keys())


def case(expected: str) -> EvalCase:
    return EvalCase("one", "What?", expected, source_document="HR-04 Leave policy")


def scored(member: Scorer, answer: Answer, expected: str) -> Score:
    return driven(judged(member, answer, case(expected), AIDS))


def driven(coroutine: Coroutine[None, None, Score]) -> Score:
    """What it returns; nothing in these tests waits, so it needs no loop."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("it waits")


@every
def test_that_it_is_named_and_explained(member: Scorer) -> None:
    assert member.id == member.id.lower().strip()
    assert " " not in member.id
    assert member.title
    assert member.expects.endswith(".")
    assert scorer(member.spec) == member


@every
def test_that_its_example_is_scored_as_it_says(member: Scorer) -> None:
    expected, right, wrong = member.example
    assert member.problem(expected) == ""
    assert scored(member, right, expected).value == 1.0
    assert scored(member, wrong, expected).value < 1.0


@every
def test_that_its_signature_tells_options_and_version(member: Scorer) -> None:
    strict = scorer(member.spec.removesuffix(")") + (", " if "(" in member.spec else "(") + "at_least=0.9)")
    assert f"{member.id}/{member.version}" in strict.signature
    assert "at_least=0.9" in strict.signature
    assert strict.signature != member.signature
    assert scorer(strict.spec) == strict


@every
@given(text=st.text(max_size=400))
def test_that_any_answer_gets_a_score_from_0_to_1_with_a_reason(member: Scorer, text: str) -> None:
    answer = Answer(text, total_s=1.0, cost_usd=0.01)
    try:
        score = scored(member, answer, member.example.expected)
    except NotScored as reason:
        assert "failed" not in reason.why
        return
    assert 0.0 <= score.value <= 1.0
    assert score.why
    assert score == scored(member, answer, member.example.expected)


@every
@given(expected=st.text(max_size=60), answer=st.text(max_size=60))
def test_that_any_expected_text_is_used_or_refused_with_a_reason(member: Scorer, expected: str, answer: str) -> None:
    if not member.problem(expected):
        try:
            assert 0.0 <= scored(member, Answer(answer), expected).value <= 1.0
        except NotScored as reason:
            assert "failed" not in reason.why


@every
def test_that_an_empty_answer_is_never_right(member: Scorer) -> None:
    assert scored(member, Answer("", total_s=0.1, cost_usd=0.0), member.example.expected).value == 0.0


@every
def test_that_what_needs_something_says_so_when_it_is_not_there(member: Scorer) -> None:
    if member.wants:
        with pytest.raises(NotScored) as caught:
            driven(judged(member, member.example.right, case(member.example.expected)))
        assert "failed" not in caught.value.why


@every
def test_that_a_case_s_own_expected_text_can_be_set_once_for_all(member: Scorer) -> None:
    fixed = scorer(
        f"any-of({member.spec.removesuffix(')') + (', ' if '(' in member.spec else '(')}expected={quoted(member)}))"
    )
    assert scored(fixed, member.example.right, "").value == 1.0
    assert fixed.problem("") == ""


def quoted(member: Scorer) -> str:
    import json

    return json.dumps(member.example.expected)


def test_that_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(WorkbenchError) as caught:
        scorer("contain")
    assert caught.value.mend == "Did you mean contains?"


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("contains(", "missing"),
        ("contains)", "after its end"),
        ("contains(at_least=2)", "between 0 and 1"),
        ("contains(at_least=yes)", "cannot be True"),
        ("contains(odd=1)", "no option odd"),
        ("contains(exact)", "takes no other scorers"),
        ("contains(at_least=0.5, at-least=0.6)", "stands twice"),
        ("all-of()", "needs other scorers"),
        ("not(contains, exact)", "takes 1 at most"),
        ('weighted(contains, exact, weights="1")', "2 numbers"),
        ('weighted(contains, exact, weights="0 0")', "2 numbers"),
        ("not(" * 9 + "exact" + ")" * 9, "nested"),
        ("contains(expected=§)", "not understood"),
        ("all-of(contians)", "no scorer named contians"),
        ("(", "name is missing"),
    ],
)
def test_that_what_cannot_be_understood_is_a_sentence(spec: str, word: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        scorer(spec)
    assert word in caught.value.what
    assert caught.value.mend


def test_that_scorers_are_combined_as_they_say() -> None:
    def value(spec: str, answer: str, expected: str = "") -> float:
        return scored(scorer(spec), Answer(answer), expected).value

    both = 'all-of(contains(expected="Berlin"), not(contains(expected="Bonn")))'
    assert value(both, "Berlin") == 1.0
    assert value(both, "Berlin, not Bonn") == 0.0
    assert value('any-of(exact(expected="4"), exact(expected="four"))', "four") == 1.0
    parts = 'contains(expected="a"), contains(expected="b"), contains-all(expected="a|c")'
    assert value(f'weighted({parts}, weights="1 2 1")', "a c") == 0.5
    assert value(f"weighted({parts})", "a") == pytest.approx(0.5)
    assert value(f"weighted({parts}, at_least=0.5)", "a") == 1.0
    assert value(f"weighted({parts}, at_least=0.51)", "a") == 0.0
    assert math.isclose(value("contains-all(at_least=0.6)", "a b", "a|b|c"), 1.0)


class Raising(Scorer):
    id = "raising"
    title = "Raising"
    expects = "Nothing."

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        raise ZeroDivisionError("a bug of ours")


def test_that_a_scorer_that_raises_gives_no_score_and_is_named() -> None:
    with pytest.raises(NotScored) as caught:
        scored(Raising(), Answer("x"), "")
    assert "raising failed: ZeroDivisionError: a bug of ours" in caught.value.why
