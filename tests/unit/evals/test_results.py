"""What results say about models, with the vectors of methods.md section 5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun, EvalStatus, PairVerdict
from workbench.evals.results import summarise


def eval_run(models: Sequence[str], count: int, scorers: tuple[str, ...] = ("exact",), margin: float = 0.05) -> EvalRun:
    return EvalRun(
        "run", None, "Try", "set", "00", count, tuple(models), scorers, EvalStatus.FINISHED,
        datetime(2026, 11, 21, tzinfo=UTC), margin=margin,
    )  # fmt: skip


def results(model: str, scores: Sequence[float | None], documents: Sequence[str] | None = None) -> list[CaseResult]:
    return [
        CaseResult(
            "run",
            f"case-{number}",
            model,
            "exact",
            CaseOutcome.ERROR if score is None else CaseOutcome.SCORED,
            score=score,
            ttft_s=0.1 * (number + 1),
            tokens_per_s=10.0,
            source_document=documents[number] if documents else None,
        )
        for number, score in enumerate(scores)
    ]


def paired(both: int, only_a: int, only_b: int, neither: int) -> list[CaseResult]:
    one = [1.0] * (both + only_a) + [0.0] * (only_b + neither)
    two = [1.0] * both + [0.0] * only_a + [1.0] * only_b + [0.0] * neither
    return results("a", one) + results("b", two)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (45, 50, 0.7821, 0.9609),
        (50, 50, 0.9148, 1.0),
        (20, 20, 0.8102, 1.0),
        (0, 30, 0.0, 0.1347),
        (170, 200, 0.7935, 0.8933),
    ],
)
def test_tv_5l_an_accuracy_is_shown_with_agresti_and_coull_s_interval(
    right: int, n: int, low: float, high: float
) -> None:
    row = summarise(eval_run("a", n), results("a", [1.0] * right + [0.0] * (n - right))).models[0]
    assert (row.n, row.mean) == (n, pytest.approx(right / n))
    assert (row.low, row.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert row.method == "95 %, Agresti-Coull"


def test_tv_5b_two_models_are_compared_on_the_same_cases() -> None:
    pair = summarise(eval_run("ab", 100), paired(70, 12, 4, 14)).pairs[0]
    assert (pair.a, pair.b, pair.n, pair.only_a, pair.only_b) == ("a", "b", 100, 12, 4)
    assert pair.difference == pytest.approx(0.08)
    assert pair.p == pytest.approx(0.076813, abs=1e-6)
    assert (pair.low, pair.high) == (pytest.approx(0.0025, abs=5e-5), pytest.approx(0.1589, abs=5e-5))
    assert pair.verdict is PairVerdict.NOT_SHOWN, "the interval excludes 0, but the test does not"


def test_tv_5k_equivalence_depends_on_the_margin_chosen_before() -> None:
    found = paired(200, 18, 15, 67)
    assert summarise(eval_run("ab", 300, margin=0.05), found).pairs[0].verdict is PairVerdict.EQUIVALENT
    assert summarise(eval_run("ab", 300, margin=0.03), found).pairs[0].verdict is PairVerdict.NOT_SHOWN


def test_that_better_and_worse_are_two_sides_of_one_difference() -> None:
    pair = summarise(eval_run("ab", 100), paired(40, 35, 5, 20)).pairs[0]
    assert pair.verdict is PairVerdict.BETTER
    other = summarise(eval_run("ba", 100), paired(40, 35, 5, 20)).pairs[0]
    assert other.verdict is PairVerdict.WORSE
    assert other.difference == pytest.approx(-(pair.difference or 0))


def test_that_p_values_are_adjusted_over_all_pairs_of_one_scorer() -> None:
    found = paired(40, 25, 10, 25) + results("c", [1.0] * 50 + [0.0] * 50)
    pairs = summarise(eval_run("abc", 100), found).pairs
    assert [(pair.a, pair.b) for pair in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    raw = sorted(pair.p for pair in pairs if pair.p is not None)
    adjusted = sorted(pair.p_adjusted for pair in pairs if pair.p_adjusted is not None)
    assert adjusted[0] == pytest.approx(min(1.0, 3 * raw[0]))
    assert all(before <= after for before, after in zip(raw, adjusted, strict=True))


def test_tv_5c_cases_of_one_document_count_together() -> None:
    scores = [float(letter) for letter in "11110000111000111100"]
    documents = [f"document {number // 4}" for number in range(20)]
    row = summarise(eval_run("a", 20), results("a", scores, documents)).models[0]
    plain = summarise(eval_run("a", 20), results("a", scores)).models[0]
    assert row.clusters == 5
    assert row.high is not None and row.low is not None and plain.high is not None and plain.low is not None
    assert row.high - row.low > plain.high - plain.low
    assert "source document" in row.method
    (one,) = summarise(eval_run("a", 20), results("a", scores, ["the same"] * 20)).models
    for each in (plain, one):  # of one document nothing is known about how documents differ
        assert each.clusters is None and "source document" not in each.method


def test_that_a_pair_with_shared_documents_is_judged_by_the_more_careful_test() -> None:
    one = [1.0] * 20 + [0.0] * 20
    two = [0.0] * 20 + [0.0] * 20
    documents = ["same"] * 20 + ["other"] * 20
    careful = summarise(eval_run("ab", 40), results("a", one, documents) + results("b", two, documents)).pairs[0]
    plain = summarise(eval_run("ab", 40), results("a", one) + results("b", two)).pairs[0]
    assert plain.verdict is PairVerdict.BETTER
    assert careful.p is not None and plain.p is not None and careful.p > plain.p
    assert careful.verdict is PairVerdict.NOT_SHOWN
    few = [1.0, 0.0] * 5 + [0.0] * 30  # right in five documents of twenty, where the other is never right
    documents = [f"d{number // 2}" for number in range(40)]
    (pair,) = summarise(eval_run("ab", 40), results("a", few, documents) + results("b", two, documents)).pairs
    assert pair.p == pytest.approx(0.0625), "McNemar's exact test of five to none, which the paired t would call shown"


def test_that_graded_scores_are_compared_by_their_paired_difference() -> None:
    pair = summarise(
        eval_run("ab", 4), results("a", [0.5, 1.0, 0.5, 1.0]) + results("b", [0.25, 0.75, 0.25, 0.5])
    ).pairs[0]
    assert pair.difference == pytest.approx(0.3125)
    assert (pair.only_a, pair.only_b) == (None, None)
    assert pair.method == "paired t"
    (wild,) = summarise(eval_run("ab", 2), results("a", [1.0, 0.25]) + results("b", [0.0, 0.5])).pairs
    assert (wild.low, wild.high) == (-1.0, 1.0), "of two cases nothing is known, and no share is beyond these"


def test_that_errors_and_withheld_cases_are_counted_apart_and_never_scored_0() -> None:
    found = results("a", [1.0, 1.0, None])
    found.append(CaseResult("run", "case-9", "a", "exact", CaseOutcome.WITHHELD))
    row = summarise(eval_run("a", 4), found).models[0]
    assert (row.n, row.mean, row.errors, row.withheld) == (2, 1.0, 1, 1)


def test_that_a_later_result_replaces_an_earlier_one_and_other_runs_do_not_count() -> None:
    found = [*results("a", [None, 0.0]), *results("a", [1.0])]
    found.append(CaseResult("another run", "case-1", "a", "exact", CaseOutcome.SCORED, score=1.0))
    row = summarise(eval_run("a", 2), found).models[0]
    assert (row.n, row.mean, row.errors) == (2, 0.5, 0)


def test_that_a_run_without_results_has_rows_without_figures() -> None:
    summary = summarise(eval_run("ab", 10), [])
    assert [(row.n, row.mean, row.low, row.ttft_p50_s) for row in summary.models] == [(0, None, None, None)] * 2
    assert summary.pairs[0].verdict is PairVerdict.NOT_SHOWN
    assert summary.pairs[0].difference is None


def test_that_only_cases_both_answered_are_compared() -> None:
    pair = summarise(
        eval_run("ab", 4), results("a", [1.0, 0.0, None, 1.0]) + results("b", [1.0, 1.0, 1.0, None])
    ).pairs[0]
    assert (pair.n, pair.only_a, pair.only_b) == (2, 0, 1)


def test_that_times_are_told_as_median_and_95th_percentile() -> None:
    row = summarise(eval_run("a", 21), results("a", [1.0] * 21)).models[0]
    assert row.ttft_p50_s == pytest.approx(1.1)
    assert row.ttft_p95_s == pytest.approx(2.0)
    assert row.tokens_per_s == 10.0
    assert row.cost_usd is None


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1.0, None]), st.sampled_from([0.0, 1.0, None])), min_size=1, max_size=40)
)
def test_that_every_summary_holds_together(scores: list[tuple[float | None, float | None]]) -> None:
    found = results("a", [one for one, _ in scores]) + results("b", [two for _, two in scores])
    summary = summarise(eval_run("ab", len(scores)), found)
    for row in summary.models:
        assert row.n + row.errors == len(scores)
        if row.mean is not None and row.low is not None and row.high is not None:
            assert 0 <= row.low <= row.mean <= row.high <= 1
            assert row.high > row.low
    pair = summary.pairs[0]
    if pair.difference is not None and pair.low is not None and pair.high is not None and pair.p is not None:
        assert -1 <= pair.low <= pair.difference <= pair.high <= 1
        assert 0 <= pair.p <= (pair.p_adjusted or 0) <= 1
        if pair.verdict in (PairVerdict.BETTER, PairVerdict.WORSE):
            assert pair.low > 0 or pair.high < 0
