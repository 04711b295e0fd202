from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from workbench.app import Services, build
from workbench.domain.decision import Condition, Decision, DecisionStatus, Risk
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.services.decisions import DecisionService
from workbench.services.scenarios import StaleScenario

TODAY = date(2028, 2, 29)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = build(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


@pytest.fixture
def sample(services: Services) -> Scenario:
    """A copy of the shipped decision for each test."""
    return services.scenarios.duplicate(services.scenarios.open_sample().id)


@pytest.fixture
def decisions(services: Services) -> DecisionService:
    return DecisionService(
        scenarios=services.scenarios, options=services.options, catalog=services.catalog.catalog, today=lambda: TODAY
    )


def problems_of(decisions: DecisionService, scenario: Scenario, decision: Decision) -> dict[str, str]:
    """Where and what of everything wrong with a decision."""
    with pytest.raises(Problems) as caught:
        decisions.record(scenario, decision)
    assert all(problem.mend for problem in caught.value.problems)
    return {problem.where: problem.what for problem in caught.value.problems}


def test_that_the_proposal_is_the_recommended_option_with_its_reasons_and_flips(
    decisions: DecisionService, sample: Scenario
) -> None:
    draft = decisions.draft(sample)
    assert draft.option == "C" and draft.status is DecisionStatus.DRAFT
    assert "only option inside your limits" in draft.because
    assert "C costs more than $2,410 a month (then B leads by score but stays outside your limits)" in [
        trigger.text for trigger in draft.triggers
    ]
    assert any("two stacks" in risk.text for risk in draft.risks)
    assert not any(risk.text.startswith("Over 36 months") for risk in draft.risks), "a consequence, and no risk"
    assert "75 of 100" in draft.confirmation


def test_that_a_decision_that_hangs_on_where_data_may_go_is_not_settled(
    decisions: DecisionService, sample: Scenario
) -> None:
    assert decisions.unsettled(sample, decisions.draft(sample)) == ""
    open_data = replace(sample, answers={**sample.answers, "third_party": "unknown"})
    assert decisions.unsettled(open_data, Decision("A", "It is cheap")) == (
        "A sends requests to another company; you have not said yet whether one may process the data."
    )
    assert decisions.unsettled(open_data, Decision("B", "It stays here")) == ""


def test_that_the_proposal_is_reviewed_a_year_later_even_on_a_leap_day(
    decisions: DecisionService, sample: Scenario
) -> None:
    draft = decisions.draft(sample)
    assert (draft.decided_at, draft.review_on) == ("2028-02-29", "2029-02-28")


def test_that_a_proposal_keeps_the_people_named_before(decisions: DecisionService, sample: Scenario) -> None:
    assert sample.decision is not None
    assert decisions.draft(sample).deciders == sample.decision.deciders


def test_that_a_proposal_stores_nothing(services: Services, decisions: DecisionService, sample: Scenario) -> None:
    decisions.draft(sample)
    assert services.scenarios.load(sample.id) == sample


def test_that_nothing_is_proposed_when_no_option_is_inside_the_limits(
    services: Services, decisions: DecisionService, sample: Scenario
) -> None:
    strict = services.scenarios.answer(sample.id, "weeks_limit", 1)
    draft = decisions.draft(strict)
    assert (draft.option, draft.because, draft.risks) == ("", "", ())


def test_that_a_recorded_decision_is_stored_without_blanks_and_empty_entries(
    services: Services, decisions: DecisionService, sample: Scenario
) -> None:
    decision = Decision("B", "  We can wait.  ", deciders=(" Ada ", "  "), risks=(Risk(" Late "), Risk("  ")))
    saved = decisions.record(sample, decision)
    stored = services.scenarios.load(sample.id).decision
    assert saved.decision == stored
    assert stored == Decision("B", "We can wait.", deciders=("Ada",), risks=(Risk("Late"),))


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"option": ""}, "option"),
        ({"option": "Z"}, "option"),
        ({"because": "  "}, "because"),
        ({"decided_at": "yesterday"}, "decided_at"),
        ({"review_on": "2027-02-30"}, "review_on"),
        ({"decided_at": "2027-01-02", "review_on": "2027-01-01"}, "review_on"),
        ({"because": "x" * 50_001}, "decision"),
        ({"triggers": (Condition("x"),) * 101}, "decision"),
    ],
)
def test_that_an_incomplete_decision_is_refused_and_the_earlier_one_stays(
    services: Services, decisions: DecisionService, sample: Scenario, changes: dict[str, str], where: str
) -> None:
    wrong = replace(Decision("C", "Because."), **changes)
    assert where in problems_of(decisions, sample, wrong)
    assert services.scenarios.load(sample.id) == sample


def test_that_all_that_is_wrong_is_said_at_once(decisions: DecisionService, sample: Scenario) -> None:
    assert set(problems_of(decisions, sample, Decision("Z", "", decided_at="1"))) == {"option", "because", "decided_at"}


def test_that_a_wrong_option_is_answered_with_the_right_ones(decisions: DecisionService, sample: Scenario) -> None:
    with pytest.raises(WorkbenchError) as caught:
        decisions.record(sample, Decision("Z", "Because."))
    assert "Choose one of A, B or C." in str(caught.value)


def test_that_two_writers_notice_each_other(services: Services, decisions: DecisionService, sample: Scenario) -> None:
    services.scenarios.rename(sample.id, "Changed elsewhere")
    with pytest.raises(StaleScenario):
        decisions.record(sample, Decision("C", "Because."))


def test_that_the_report_says_what_was_recorded(
    services: Services, decisions: DecisionService, sample: Scenario
) -> None:
    saved = decisions.record(sample, Decision("B", "We can wait two weeks more.", DecisionStatus.PROPOSED))
    record = services.reports.document(saved).figures["decision"]
    assert isinstance(record, dict) and record["option"] == "B" and record["because"] == "We can wait two weeks more."
