from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.analysis.criteria import criteria_in_force
from workbench.analysis.tradeoffs import Weights, value_of
from workbench.domain.errors import WorkbenchError
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting, Relaxation, Verdict, standing

from matching_values import changed, sample, scenario, shortlist, shortlists


def applied(found: Scenario, relaxation: Relaxation) -> Scenario:
    return changed(found, **relaxation.answers)


def test_that_the_sample_keeps_hosted_models_for_clean_requests_and_own_ones_for_the_rest() -> None:
    found = shortlists().shortlist(sample())
    assert {category.id for category in found.categories} == {"C3", "T1"}
    kept = [v for v in found.verdicts if v.kept]
    assert {v.hosting for v in kept} == {Hosting.API, Hosting.SELF_HOST}
    assert found.sentence.startswith(f"{found.kept_models} of {found.all_models} models qualify.")
    assert "sensitive part" in found.sentence


def values(found: Scenario, verdicts: Sequence[Verdict]) -> list[float]:
    in_force = criteria_in_force(found, requirements_from(found.answers))
    weights = Weights.of({criterion.id: criterion.points for criterion in in_force})
    known = (value_of(verdict.quality, verdict.monthly_usd, weights) for verdict in verdicts)
    return [value if value is not None else -1.0 for value in known]


def test_that_without_a_bar_the_best_value_stands_on_top_and_what_nobody_scored_last() -> None:
    asked = scenario()
    found = shortlists().shortlist(asked)
    flags = [v.kept for v in found.verdicts]
    assert flags == sorted(flags, reverse=True)
    kept = [v for v in found.verdicts if v.kept]
    assert values(asked, kept) == sorted(values(asked, kept), reverse=True)
    cheapest = min((v for v in kept if v.monthly_usd), key=lambda v: v.monthly_usd.likely)
    assert cheapest.model_name != kept[0].model_name
    assert f"Best value of them: {kept[0].model_name}" in found.sentence
    assert f"Cheapest of them: {cheapest.model_name}" in found.sentence


def test_that_with_a_bar_the_nearest_to_it_come_first_and_of_those_the_cheapest() -> None:
    found = shortlist(quality_target=60)
    kept = [v for v in found.verdicts if v.kept]
    ranks = [standing(v, 60).rank for v in kept]
    assert ranks == sorted(ranks)
    costs = [v.monthly_usd.likely for v in kept if standing(v, 60).rank == 0 and v.monthly_usd]
    assert len(costs) > 5 and costs == sorted(costs)


def test_that_mixed_data_without_a_bar_puts_models_of_ones_own_on_top() -> None:
    answers = {key: value for key, value in sample().answers.items() if key != "quality_target"}
    asked = replace(sample(), answers=answers)
    kept = [v for v in shortlists().shortlist(asked).verdicts if v.kept]
    leaves = [v.hosting is Hosting.API for v in kept]
    assert leaves == sorted(leaves) and {True, False} == set(leaves)


def test_that_the_counts_add_up() -> None:
    found = shortlist(third_party="forbidden", monthly_cap_usd=2_000)
    assert found.kept_models + sum(number for _, number in found.removed_most) == found.all_models


def test_that_the_live_line_counts_the_same_as_the_shortlist() -> None:
    service, asked = shortlists(), scenario(third_party="forbidden")
    line, found = service.counts(asked), service.shortlist(asked)
    assert (line.kept, line.all) == (found.kept_models, found.all_models)
    assert f"{line.kept} of {line.all} models remain; data sensitivity removed" in line.sentence


def test_that_an_empty_scenario_can_be_matched() -> None:
    line = shortlists().counts(replace(scenario(), answers={}))
    assert line.kept > 20


def test_that_a_wrong_answer_is_named() -> None:
    with pytest.raises(WorkbenchError) as refusal:
        shortlist(peak_factor=0)
    assert refusal.value.where == "peak_factor"


@pytest.mark.parametrize(
    "answers",
    [
        {"monthly_cap_usd": 300},
        {"ttft_limit_s": 0.01, "third_party": "forbidden"},
        {"third_party": "forbidden", "monthly_cap_usd": 400},
        {"sensitivity": "confidential", "third_party": "contract", "papers": ["dpa"]},
        {"excluded_countries": ["CN", "US"]},
        {"licence": "open-weights"},
    ],
)
def test_that_each_proposal_lets_in_as_many_models_as_it_says(answers) -> None:
    service, asked = shortlists(), scenario(**answers)
    found = service.shortlist(asked)
    assert found.relaxations
    for relaxation in found.relaxations:
        after = service.shortlist(applied(asked, relaxation))
        assert after.kept_models - found.kept_models == relaxation.gains, relaxation.text


def test_that_a_proposal_reads_as_a_wish_with_its_gain() -> None:
    found = shortlist(third_party="forbidden", ttft_limit_s=0.01)
    texts = " ".join(item.text for item in found.relaxations)
    assert "to the first token and" in texts and "more models qualify" in texts


def test_that_limits_come_before_law_among_the_proposals() -> None:
    found = shortlist(third_party="forbidden", monthly_cap_usd=1_000)
    asked = [item.requirement for item in found.relaxations]
    assert asked.index("monthly_cap_usd") < asked.index("third_party")


def test_that_with_nothing_left_two_limits_are_loosened_together() -> None:
    """Conflict 13 of methods.md: a budget below everything feasible shows what to relax."""
    service = shortlists()
    asked = scenario(third_party="forbidden", monthly_cap_usd=50, weeks_limit=0.2)
    found = service.shortlist(asked)
    assert found.kept_models == 0
    assert found.sentence.startswith("None of")
    pair = next(item for item in found.relaxations if " + " in item.requirement)
    assert service.shortlist(applied(asked, pair)).kept_models == pair.gains


def test_that_the_category_says_which_approach_fits() -> None:
    def ids(**answers: object) -> set[str]:
        return {category.id for category in shortlist(**answers).categories}

    assert "C1" in ids(priority="cost") and "C2" in ids(priority="quality")
    assert "C8" in ids(priority="quality", third_party="forbidden")
    assert "C6" in ids() and "C6" not in ids(sensitivity="confidential")
    assert "T5" in ids(tasks=["code"]) and "T3" in ids(tasks=["image-generation"])
    assert "T4" in ids(tasks=["text-to-speech"])


def test_that_a_high_volume_ends_the_case_for_starting_with_an_api() -> None:
    busy = {"low": 5e8, "likely": 1e9, "high": 2e9}
    assert "C6" not in {category.id for category in shortlist(requests_per_day=busy).categories}


@settings(max_examples=25, deadline=None)
@given(st.floats(10, 20_000), st.floats(1, 3))
def test_that_a_larger_budget_never_keeps_fewer_models(cap: float, factor: float) -> None:
    service = shortlists()
    small, large = (service.counts(scenario(monthly_cap_usd=limit)).kept for limit in (cap, cap * factor))
    assert small <= large


def test_that_the_same_question_is_answered_once() -> None:
    service, asked = shortlists(), scenario()
    assert service.matched(asked) is service.matched(replace(asked, name="another name"))
    assert service.matched(asked) is not service.matched(scenario(monthly_cap_usd=1))
