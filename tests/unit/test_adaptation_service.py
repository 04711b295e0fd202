"""The adaptation ladder of a scenario: measured gaps, what each rung costs for its workload, gaps from two evals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from workbench.analysis.adaptation import tuning_cost
from workbench.analysis.candidates import Candidate
from workbench.analysis.option_figures import candidate_of
from workbench.app import Services, build
from workbench.domain.details import GAPS
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.figures import Estimate
from workbench.domain.option import Adaptation, LadderRung, Technique
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Hosting
from workbench.evals.paired import gap_between_runs, instruction_gap

from matching_values import changed, options, sample, scenario, shortlists


def ladder(**answers: object) -> Adaptation:
    return options().options(changed(sample(), **answers)).adaptation


def rung(found: Adaptation, identity: str) -> LadderRung:
    return next(item for item in found.rungs if item.id == identity)


SHOWN = {"low": 4, "likely": 9, "high": 14}


def test_that_every_rung_says_whether_to_climb_it_and_what_it_adds() -> None:
    found = ladder()
    assert [item.id for item in found.rungs] == [
        "prompt", "rag", "retrieval", "stronger model", "fine-tuning", "from scratch",
    ]  # fmt: skip
    assert all(item.because and item.cost_note for item in found.rungs)
    assert {item.gap for item in found.rungs} - {""} == set(GAPS)


def test_that_an_entered_gap_is_kept_apart_from_a_measured_one_and_climbed_when_its_low_end_is_above_zero() -> None:
    found = ladder(gap_instruction=SHOWN, gap_retrieval={"low": -2, "likely": 3, "high": 8})
    assert (rung(found, "prompt").state, rung(found, "prompt").origin) == ("climb", "entered")
    assert rung(found, "retrieval").state == "not shown"
    points = rung(found, "prompt").points
    assert points is not None
    assert (points.low, points.likely, points.high) == pytest.approx((4, 9, 14))


def test_that_the_own_eval_measures_the_gap_to_the_bar_and_outweighs_what_was_entered() -> None:
    own = Quality(66, 60, 71, "your eval", 150, "your eval")
    asked = changed(sample(), gap_skill={"low": -9, "likely": -5, "high": -1}, quality_target=75)
    found = options().options(asked, evidence=Evidence({"meta/llama-4-scout": own}, "your eval")).adaptation
    skill = rung(found, "stronger model")
    assert skill.origin == "your eval" and skill.state == "climb"
    assert skill.points is not None
    assert (skill.points.low, skill.points.likely, skill.points.high) == pytest.approx((4, 9, 15))


def test_that_examples_in_the_prompt_cost_their_tokens_at_the_share_that_is_billed() -> None:
    """C sends a fifth of the requests to Claude at $3 a million; its own server is paid whatever it reads."""
    found = rung(ladder(example_tokens=1_000), "prompt")
    assert found.monthly_usd == pytest.approx(1_000 * 7_000 * 30.4375 * 0.2 * 3 / 1e6)


@pytest.mark.parametrize(
    ("asked", "own_only"),
    [
        (sample(), True),
        (scenario(third_party="forbidden"), True),
        (scenario(third_party="free"), False),
    ],
)
def test_that_a_stronger_model_is_one_that_may_see_the_data_and_costs_what_it_replaces_less(
    asked: Scenario, own_only: bool
) -> None:
    """Only clean requests may go to a hosted model in the sample, so it can replace none that answers all others."""
    found = options().options(asked)
    told = rung(found.adaptation, "stronger model")
    matched = shortlists().matched(asked)
    chosen = found.option(found.recommendation.option)
    role = max(chosen.draft.models, key=lambda part: part.share)
    first = candidate_of(role, matched.matching)
    name, _, rest = told.cost_note.partition(" instead of ")
    assert rest == f"{first.candidate.model_name} in option {chosen.id}"
    ways = [i for i in matched.matching.judged if i.kept and i.candidate.model_name == name and i.candidate.monthly_usd]
    differences = [
        usd_month(i.candidate, role.share) - usd_month(first.candidate, role.share)
        for i in ways
        if not own_only or i.candidate.hosting is not Hosting.API
    ]
    assert differences, f"{name} can only be had where the data may not go"
    assert told.monthly_usd == pytest.approx(min(differences))


def usd_month(candidate: Candidate, share: float) -> float:
    whole = candidate.monthly_usd.likely if candidate.monthly_usd else float("inf")
    return whole * share if candidate.hosting is Hosting.API else whole


def test_that_tuning_names_its_compute_as_the_small_part() -> None:
    """A5: compute is not the cost."""
    found = rung(ladder(training_tokens=10e6), "fine-tuning")
    compute = tuning_cost(109e9, 10e6, 3).usd
    assert f"compute is ${compute:,.0f} of it" in found.cost_note
    assert found.setup_usd is not None and compute < 0.01 * found.setup_usd.low


def test_that_training_from_scratch_costs_what_tv_7c_says_for_a_small_model() -> None:
    found = rung(ladder(), "from scratch")
    assert found.setup_usd is not None
    assert found.setup_usd.likely == pytest.approx(147_455, rel=1e-4)
    assert found.setup_usd.high == pytest.approx(3 * found.setup_usd.likely)


def test_that_few_still_documents_go_into_the_prompt_with_the_price_of_reading_them_each_time() -> None:
    found = ladder(corpus_tokens=150_000, corpus_changes=False)
    assert found.technique is Technique.PROMPT
    context = rung(found, "context")
    assert context.rule == "A1" and context.monthly_usd is not None and context.monthly_usd > 1_000


def test_that_without_an_option_the_ladder_stands_without_costs() -> None:
    unknown = replace(sample().options[0], models=())
    found = options().options(replace(sample(), options=(unknown,))).adaptation
    assert found.rungs and rung(found, "prompt").monthly_usd is None


def result(run: str, case: str, score: float, scorer: str = "contains", model: str = "local/a") -> CaseResult:
    return CaseResult(run, case, model, scorer, CaseOutcome.SCORED, score=score, total_s=1.0)


def test_that_a_strict_format_costs_the_difference_on_the_same_cases() -> None:
    results = [result("r", str(k), 1.0) for k in range(40)]
    results += [result("r", str(k), float(k >= 10), "exact") for k in range(40)]
    gap = instruction_gap(results, "local/a", ("contains", "exact"))
    assert gap is not None and gap.likely == pytest.approx(25)
    assert 0 < gap.low < 25 < gap.high
    assert instruction_gap(results, "local/a", ("contains",)) is None
    assert gap_between_runs(results, [], "local/a", "contains") is None


def run_of(identity: str, name: str) -> EvalRun:
    when = datetime(2026, 11, 26, tzinfo=UTC)
    return EvalRun(
        identity, None, name, "data", "0" * 64, 30, ("local/a",), ("contains",), EvalStatus.FINISHED, when, when
    )


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = build(tmp_path)
    for identity, name, right in (("with", "with documents", 27), ("bare", "without", 12)):
        made.store.eval_runs.save_run(run_of(identity, name))
        made.store.eval_runs.append([result(identity, str(k), float(k < right)) for k in range(30)])
    return made


def test_that_a_gap_is_measured_from_two_evals_and_kept_with_the_scenario(services: Services) -> None:
    scenario, _ = services.scenarios.resolve("knowledge-assistant")
    points = services.adaptation.measured("with", "bare")
    assert points.likely == pytest.approx(50)
    assert points.low > 0
    kept = services.adaptation.keep(scenario.id, "knowledge", points)
    found = services.adaptation.ladder(kept)
    assert rung(found, "rag").state == "climb" and rung(found, "rag").origin == "entered"
    assert services.scenarios.load(scenario.id).answers["gap_knowledge"]


def test_that_two_evals_with_nothing_in_common_are_refused_with_a_sentence(services: Services) -> None:
    other = replace(run_of("other", "another"), model_ids=("local/b",))
    services.store.eval_runs.save_run(other)
    with pytest.raises(WorkbenchError, match="share no model"):
        services.adaptation.measured("with", "other")
    with pytest.raises(WorkbenchError, match="did not run that model"):
        services.adaptation.measured("with", "bare", model="local/z")
    with pytest.raises(WorkbenchError, match="no gap"):
        services.adaptation.keep("x", "height", Estimate.exact(1))
