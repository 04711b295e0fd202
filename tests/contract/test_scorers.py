"""Every scorer keeps the same promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.scorers import BUILTIN, Scorer, scorer

every = pytest.mark.parametrize("member", BUILTIN.values(), ids=BUILTIN.keys())


def case(expected: str) -> EvalCase:
    return EvalCase("one", "What?", expected)


@every
def test_that_it_is_named_and_explained(member: Scorer) -> None:
    assert member.id == member.id.lower().strip()
    assert " " not in member.id
    assert member.title
    assert member.signature.endswith(".")
    assert scorer(member.id) is member


@every
def test_that_its_example_is_scored_as_it_says(member: Scorer) -> None:
    expected, right, wrong = member.example
    assert member.problem(expected) == ""
    assert member.score(right, case(expected)).value == 1.0
    assert member.score(wrong, case(expected)).value < 1.0


@every
@given(answer=st.text(max_size=400))
def test_that_any_answer_gets_a_score_from_0_to_1_with_a_reason(member: Scorer, answer: str) -> None:
    score = member.score(answer, case(member.example[0]))
    assert 0.0 <= score.value <= 1.0
    assert score.why
    assert score == member.score(answer, case(member.example[0]))


@every
@given(expected=st.text(max_size=60), answer=st.text(max_size=60))
def test_that_any_expected_text_is_used_or_refused_with_a_reason(member: Scorer, expected: str, answer: str) -> None:
    if not member.problem(expected):
        assert 0.0 <= member.score(answer, case(expected)).value <= 1.0


@every
def test_that_an_empty_answer_is_never_right(member: Scorer) -> None:
    assert member.score("", case(member.example[0])).value == 0.0


def test_that_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(WorkbenchError) as caught:
        scorer("contain")
    assert caught.value.mend == "Did you mean contains?"
