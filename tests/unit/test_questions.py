from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.details import Details
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.numbers import digits
from workbench.domain.questions import (
    DETAILS,
    NO_LIMIT,
    QUESTIONS,
    STEPS,
    UNKNOWN,
    Kind,
    asked_questions,
    check_answer,
    check_answers,
    requirements_from,
    step_is_done,
    step_of,
)
from workbench.domain.requirements import DataRule, Sensitivity, Task, ThirdParty


def test_that_every_question_says_why_and_what_not_knowing_does() -> None:
    for question in QUESTIONS.values():
        assert question.title and question.why and question.unknown, question.id


def test_that_question_ids_are_unique() -> None:
    assert len(QUESTIONS) == sum(len(step.questions) for step in STEPS)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_that_the_default_and_the_assumption_are_accepted_answers(question) -> None:
    for value in (question.default, question.assumed):
        if value is not None:
            assert question.check(value) == value


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))
def test_that_i_do_not_know_never_blocks(question) -> None:
    answers = {question.id: UNKNOWN}
    assert question.check(UNKNOWN) == UNKNOWN
    requirements_from(answers)


def test_that_an_empty_scenario_has_no_limits_and_wide_ranges() -> None:
    requirements = requirements_from({})
    assert requirements.monthly_cap_usd is None and requirements.weeks_limit is None
    assert requirements.quality_target is None and requirements.ttft_limit_s is None
    volume = requirements.workload.requests_per_day
    assert volume.high > 10 * volume.likely / 2
    assert "requests_per_day" in requirements.unknown


def test_that_not_knowing_widens_the_range_that_a_default_would_give() -> None:
    question = QUESTIONS["requests_per_day"]
    unknown = requirements_from({"requests_per_day": UNKNOWN}).workload.requests_per_day
    assert unknown.low < question.default["low"] and unknown.high > question.default["high"]


def test_that_no_limit_is_an_answer_and_not_unknown() -> None:
    requirements = requirements_from({"monthly_cap_usd": NO_LIMIT})
    assert requirements.monthly_cap_usd is None
    assert "monthly_cap_usd" not in requirements.unknown


def test_that_a_plain_number_is_a_range_without_width() -> None:
    requirements = requirements_from({"requests_per_day": 9_700})
    assert requirements.workload.requests_per_day == Estimate.exact(9_700)


def test_that_nothing_leaves_until_somebody_says_who_may_process_the_data() -> None:
    assert requirements_from({}).data_rule is DataRule.LOCAL_ONLY
    assert requirements_from({"third_party": UNKNOWN}).data_rule is DataRule.LOCAL_ONLY
    assert requirements_from({"third_party": "contract"}).data_rule is DataRule.FREE
    assert requirements_from({"third_party": "sensitive-stays"}).data_rule is DataRule.MIXED


def test_that_public_data_is_not_asked_about_third_parties_and_is_free() -> None:
    answers = {"sensitivity": "public", "third_party": "forbidden"}
    requirements = requirements_from(answers)
    assert requirements.sensitivity is Sensitivity.PUBLIC
    assert requirements.third_party is ThirdParty.FREE and requirements.data_rule is DataRule.FREE
    assert "third_party" not in {question.id for question in asked_questions(answers)}
    assert "third_party" not in requirements.unknown


def test_that_the_sensitive_share_is_asked_only_of_mixed_data() -> None:
    assert "sensitive_share" not in {question.id for question in asked_questions({"third_party": "contract"})}
    mixed = {"third_party": "sensitive-stays", "sensitive_share": 0.2}
    assert "sensitive_share" in {question.id for question in asked_questions(mixed)}
    assert requirements_from(mixed).sensitive_share == 0.2
    assert requirements_from({"third_party": "forbidden"}).sensitive_share == 1.0


def test_that_papers_are_not_asked_when_nothing_may_leave() -> None:
    asked = {question.id for question in asked_questions({"third_party": "forbidden"})}
    assert not {"papers", "regions", "certifications"} & asked


def test_that_modalities_follow_from_the_tasks_until_they_are_given() -> None:
    speech = requirements_from({"tasks": ["speech-to-text"]})
    assert speech.tasks == {Task.SPEECH_TO_TEXT}
    assert speech.input_modalities == {"audio"} and speech.output_modalities == {"text"}
    pictures = requirements_from({"tasks": ["answering"], "input_modalities": ["text", "image"]})
    assert pictures.input_modalities == {"text", "image"}


@pytest.mark.parametrize(
    ("question_id", "value", "words"),
    [
        ("requests_per_day", {"low": 10, "likely": 5, "high": 20}, "wrong way round"),
        ("requests_per_day", {"low": 10, "likely": 15}, "not complete"),
        ("requests_per_day", "many", "not a number"),
        ("requests_per_day", float("nan"), "not a number"),
        ("peak_factor", 0.5, "out of range"),
        ("cached_share", 1.5, "150 % is out of range"),
        ("horizon_months", 3.5, "whole number"),
        ("weeks_limit", True, "not a number"),
        ("third_party", "maybe", "not one of the choices"),
        ("tasks", ["answering", "flying"], "not one of the choices"),
        ("tasks", "answering", "not a list"),
        ("company_in_eu", "yes", "neither yes nor no"),
        ("job", 7, "not text"),
        ("peak_factor", NO_LIMIT, "not a number"),
    ],
)
def test_that_a_wrong_answer_is_refused_with_its_question_named(question_id, value, words) -> None:
    with pytest.raises(WorkbenchError) as refusal:
        check_answer(question_id, value)
    assert words in refusal.value.what
    assert refusal.value.where == question_id and refusal.value.mend


def test_that_a_misspelt_question_gets_the_closest_id() -> None:
    with pytest.raises(WorkbenchError, match="requests_per_day"):
        check_answer("request_per_day", 5)


def test_that_all_wrong_answers_are_reported_together() -> None:
    with pytest.raises(Problems) as refusal:
        check_answers({"peak_factor": 0, "tasks": [], "horizon_months": -1})
    assert {problem.where for problem in refusal.value.problems} == {"peak_factor", "horizon_months"}


def test_that_a_step_is_done_when_its_asked_questions_have_answers() -> None:
    step = step_of("third_party")
    assert step.id == "data"
    assert not step_is_done(step, {"sensitivity": "internal"})
    assert step_is_done(step, {"sensitivity": "public"})
    assert step_is_done(step, {"sensitivity": UNKNOWN, "third_party": UNKNOWN})


ANYTHING = st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.lists(st.text()))


@given(st.sampled_from(list(QUESTIONS)), ANYTHING)
def test_that_whatever_is_accepted_is_accepted_again_unchanged(question_id, value) -> None:
    try:
        once = check_answer(question_id, value)
    except WorkbenchError:
        return
    assert check_answer(question_id, once) == once
    requirements_from({question_id: once})


def test_that_kinds_of_limits_are_numbers() -> None:
    assert all(question.kind in (Kind.NUMBER, Kind.MONEY) for question in QUESTIONS.values() if question.limit)


def test_that_a_detail_is_never_on_the_wizards_path_and_always_has_an_assumption() -> None:
    assert not set(DETAILS) & set(QUESTIONS)
    assert {item.id for item in asked_questions({})} <= set(QUESTIONS)
    for asked in DETAILS.values():
        assert asked.title and asked.why and asked.unknown, asked.id
        for value in (asked.default, asked.assumed):
            assert value is None or asked.check(value) == value
    assert requirements_from({}).details == Details()


def test_that_a_detail_is_checked_like_any_other_answer_and_counts() -> None:
    details = requirements_from({"gap_skill": 4, "passages": 3, "one_vendor": True, "users": 2_000}).details
    assert details.gaps == {"skill": Estimate.exact(4)}
    assert (details.passages, details.one_vendor, details.users) == (3, True, 2_000)
    with pytest.raises(WorkbenchError) as error:
        check_answer("gap_skill", 101)
    assert error.value.where == "gap_skill"
    assert step_of("gap_skill").id == "details-adaptation"


def test_that_a_wrong_question_gets_the_closest_few_and_how_to_see_all() -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_answer("requests_a_day", 1)
    assert caught.value.mend.startswith("Did you mean requests_per_day")
    with pytest.raises(WorkbenchError) as caught:
        check_answer("zzzzzz", 1)
    assert caught.value.mend == "All of them: workbench scenario questions"


def test_that_limits_are_written_as_people_write_numbers() -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_answer("requests_per_day", 1e12)
    assert str(caught.value).endswith("Give a number from 0.1 to 10,000,000,000.")
    assert "1,000,000,000,000 is out of range" in caught.value.what
    for item in (*QUESTIONS.values(), *DETAILS.values()):
        assert "e+" not in item.takes and "inf" not in item.takes


@pytest.mark.parametrize(
    ("value", "words"),
    [(1e10, "10,000,000,000"), (0.1, "0.1"), (1e-7, "0.0000001"), (1234.5678, "1,234.57"), (200 / 3, "66.6667"),
     (-5.0, "-5"), (1e99, "1e99")],
)  # fmt: skip
def test_that_a_number_in_a_sentence_has_no_exponent_that_people_do_not_write(value: float, words: str) -> None:
    assert digits(value) == words
