"""What the own eval measured replaces what was published or computed, and the verdict says which it is."""

from __future__ import annotations

import pytest
from workbench.domain.evals import CaseOutcome, CaseResult
from workbench.domain.evidence import Evidence, MeasuredSpeed
from workbench.domain.verdict import LocalModel, Reason
from workbench.evals.paired import speeds

from matching_values import scenario, shortlists, verdict

FILE = LocalModel("local/small", "small.gguf", "Small", 1_000_000, 8_192, 500_000_000, True)


def measured(ttft: float, total: float, n: int = 200) -> Evidence:
    speed = MeasuredSpeed((ttft,) * n, (total,) * n, 30.0, "your eval of 26 November")
    return Evidence({}, "your eval", speeds={"local/small": speed})


def reason(rule: str, evidence: Evidence | None, **answers: object) -> Reason:
    found = shortlists([FILE]).shortlist(scenario(**answers), evidence=evidence)
    return next(r for r in verdict(found, "local/small", "local:").reasons if r.rule == rule)


def test_that_without_a_measurement_a_files_speed_is_unproven() -> None:
    found = reason("R1.6.first", None, ttft_limit_s=2)
    assert found.warning and "Unproven" in found.text


def test_that_a_measurement_proves_it_and_names_the_eval() -> None:
    found = reason("R1.6.first", measured(0.4, 3.0), ttft_limit_s=2)
    assert found.kept and not found.warning
    assert found.text == "Measured: the first token came within 0.4 s for 95 in 100 of 200 answers."
    assert found.source == "your eval of 26 November"


def test_that_a_measurement_above_the_limit_excludes_and_names_the_limit_that_would_let_it_in() -> None:
    found = reason("R1.6.total", measured(0.4, 9.0), total_limit_s=5)
    assert not found.kept and "you allow 5 s" in found.text


def test_that_few_answers_leave_a_caution_with_the_share_that_may_be_late() -> None:
    found = reason("R1.6.first", measured(0.4, 3.0, n=20), ttft_limit_s=2)
    assert found.kept and found.warning
    assert "Too few to be sure: up to 16 % may take longer" in found.text
    none = reason("R1.6.first", measured(0.4, 3.0, n=4), ttft_limit_s=2)
    assert "Unproven" in none.text


def test_that_a_files_speed_here_says_nothing_of_a_server() -> None:
    evidence = Evidence(
        {}, "your eval", speeds={"meta/llama-3.1-8b": MeasuredSpeed((99.0,) * 50, (99.0,) * 50, 1.0, "")}
    )
    found = shortlists().shortlist(scenario(ttft_limit_s=2), evidence=evidence)
    reasons = verdict(found, "meta/llama-3.1-8b", "self-host").reasons
    assert next(r for r in reasons if r.rule == "R1.6.first").kept


def result(case: str, model: str, score: float | None, seconds: float | None = 1.0) -> CaseResult:
    outcome = CaseOutcome.ERROR if score is None else CaseOutcome.SCORED
    return CaseResult("run", case, model, "contains", outcome, score=score, total_s=seconds, ttft_s=0.2)


def test_that_speeds_are_kept_answer_by_answer_and_models_without_times_are_left_out() -> None:
    found = speeds(
        [result("1", "a", 1.0, 2.0), result("2", "a", 1.0, 3.0), result("1", "b", 1.0, None)], "contains", "x"
    )
    assert set(found) == {"a"}
    assert found["a"].total_s == (2.0, 3.0)


@pytest.mark.parametrize("n", [5, 50, 500])
def test_that_more_answers_never_loosen_a_caution(n: int) -> None:
    found = reason("R1.6.first", measured(0.4, 3.0, n=n), ttft_limit_s=2)
    assert found.warning is (n < 74)
