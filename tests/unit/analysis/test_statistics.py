"""methods.md section 5: intervals, paired tests, repeats, Holm, equivalence, verdict words."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from workbench.analysis import statistics
from workbench.analysis.beta import beta_probability, beta_quantile
from workbench.domain.errors import WorkbenchError

COUNTS = [(45, 50), (50, 50), (20, 20), (0, 30), (170, 200), (1130, 1319)]
CLUSTERED = [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0]
DOCUMENTS = [i // 4 for i in range(20)]


def test_tv_0_beta_quantiles() -> None:
    assert beta_quantile(0.025, 45, 6) == pytest.approx(0.781865, abs=5e-7)
    assert beta_quantile(0.975, 46, 5) == pytest.approx(0.966725, abs=5e-7)


def test_tv_5l_agresti_coull_intervals() -> None:
    expected = [(0.7821, 0.9609), (0.9148, 1), (0.8102, 1), (0, 0.1347), (0.7935, 0.8933), (0.8367, 0.8746)]
    for (right, n), bounds in zip(COUNTS, expected, strict=True):
        interval = statistics.agresti_coull(right, n)
        assert (interval.low, interval.high) == pytest.approx(bounds, abs=6e-5)


def test_tv_5a_wilson_and_clopper_pearson_intervals() -> None:
    wilson = {(45, 50): (0.7864, 0.9565), (50, 50): (0.9287, 1), (0, 30): (0, 0.1135)}
    wilson |= {(170, 200): (0.7939, 0.8929), (1130, 1319): (0.8368, 0.8746)}
    exact = {(45, 50): (0.7819, 0.9667), (50, 50): (0.9289, 1), (0, 30): (0, 0.1157)}
    for function, table in ((statistics.wilson, wilson), (statistics.clopper_pearson, exact)):
        for (right, n), bounds in table.items():
            interval = function(right, n)
            assert (interval.low, interval.high) == pytest.approx(bounds, abs=6e-5)


def test_tv_5b_paired_difference_mcnemar_and_newcombe() -> None:
    paired = statistics.paired_difference(12, 4, 100)
    assert paired.difference == pytest.approx(0.08)
    assert paired.standard_error == pytest.approx(0.039389, abs=5e-7)
    test = statistics.mcnemar(12, 4)
    assert (test.p, test.mid_p) == pytest.approx((0.076813, 0.049042), abs=5e-7)
    interval = statistics.newcombe_paired(70, 12, 4, 14)
    assert (interval.low, interval.high) == pytest.approx((0.0025, 0.1589), abs=5e-5)
    assert statistics.mcnemar(9, 2).p == pytest.approx(0.065430, abs=5e-7)


def test_tv_5b_the_gsm8k_pair() -> None:
    paired = statistics.paired_difference(383, 95, 1319)
    assert (paired.difference, paired.standard_error) == pytest.approx((0.218347, 0.015453), abs=5e-7)
    assert statistics.mcnemar(383, 95).p == pytest.approx(5.12e-42, rel=1e-3)
    weak, strong = 0.638362, 0.856710
    unpaired = math.sqrt((weak * (1 - weak) + strong * (1 - strong)) / 1319)
    assert unpaired == pytest.approx(0.016373, abs=1e-6)


def test_tv_5c_items_of_one_document_count_less() -> None:
    assert np.mean(CLUSTERED) == pytest.approx(0.55)
    assert statistics.clustered_standard_error(CLUSTERED, DOCUMENTS) == pytest.approx(0.14832, abs=5e-6)
    assert statistics.standard_error(CLUSTERED) == pytest.approx(0.11413, abs=5e-6)


def test_tv_5d_clusters_widen_an_interval_many_times_when_documents_differ() -> None:
    # The 14,042 published MMLU answers are not shipped; 57 subjects that are all right or all wrong show the effect.
    scores = np.repeat(np.arange(57) < 49, 246).astype(float)
    subjects = np.repeat(np.arange(57), 246).tolist()
    ratio = statistics.clustered_standard_error(scores, subjects) / statistics.standard_error(scores)
    assert ratio == pytest.approx(math.sqrt(246), rel=1e-3)


def test_tv_5e_all_pass_and_any_pass() -> None:
    assert statistics.all_pass(7, 10, 3) == pytest.approx(0.2917, abs=5e-5)
    assert statistics.any_pass(7, 10, 3) == pytest.approx(0.9917, abs=5e-5)


def test_tv_5g_holm() -> None:
    assert statistics.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_tv_5k_equivalence_depends_on_the_margin() -> None:
    difference = statistics.paired_difference(18, 15, 300)
    assert (difference.difference, difference.standard_error) == pytest.approx((0.01, 0.019172), abs=5e-7)
    ninety = difference.interval(0.90)
    assert (ninety.low, ninety.high) == pytest.approx((-0.0215, 0.0415), abs=5e-5)
    assert statistics.is_equivalent(difference, 0.05)
    assert not statistics.is_equivalent(difference, 0.03)
    assert statistics.is_equivalent(difference, 0.042) and not statistics.is_equivalent(difference, 0.041)


def test_tv_4j_zero_misses_in_three_hundred_leave_one_in_a_hundred_open() -> None:
    assert statistics.most_misses_not_excluded(300) == pytest.approx(0.00994, abs=1e-5)


def worst_coverage(n: int) -> float:
    """Smallest exact coverage of the shown interval over accuracies from .50 to .99."""
    intervals = [statistics.agresti_coull(x, n) for x in range(n + 1)]
    low, high = np.array([i.low for i in intervals]), np.array([i.high for i in intervals])
    assert (high > low).all()
    accuracies = np.round(np.arange(0.50, 0.995, 0.01), 2)[:, None]
    covered = (low <= accuracies) & (accuracies <= high)
    return float((scipy_stats.binom.pmf(np.arange(n + 1), n, accuracies) * covered).sum(axis=1).min())


def test_that_agresti_coull_covers_93_percent_at_the_usual_numbers_of_cases() -> None:
    assert min(worst_coverage(n) for n in (10, 20, 30, 50, 100, 200, 300, 500, 1_000)) >= 0.9295


def test_that_agresti_coull_never_covers_less_than_92_percent() -> None:
    # 16 cases at an accuracy of .50 are the worst there are: .9232.
    assert min(worst_coverage(n) for n in [*range(10, 150), *range(150, 1_001, 50)]) >= 0.923


def test_that_the_intervals_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(5)
    for _ in range(500):
        n = int(rng.integers(1, 2_000))
        right = int(rng.integers(0, n + 1))
        confidence = float(rng.uniform(0.6, 0.999))
        names = {
            "wilson": statistics.wilson,
            "agresti_coull": statistics.agresti_coull,
            "beta": statistics.clopper_pearson,
        }
        for name, function in names.items():
            interval = function(right, n, confidence)
            low, high = proportion_confint(right, n, alpha=1 - confidence, method=name)
            assert interval.low == pytest.approx(max(0.0, low), abs=1e-9)
            assert interval.high == pytest.approx(min(1.0, high), abs=1e-9)


def test_that_mcnemar_agrees_with_statsmodels_and_the_binomial_test() -> None:
    rng = np.random.default_rng(6)
    for _ in range(500):
        b, c = int(rng.integers(0, 80)), int(rng.integers(0, 80))
        oracle = float(statsmodels_mcnemar([[3, b], [c, 4]], exact=True).pvalue)
        assert statistics.mcnemar(b, c).p == pytest.approx(oracle, abs=1e-9)
        tail = 2 * scipy_stats.binom.cdf(min(b, c), b + c, 0.5) - scipy_stats.binom.pmf(min(b, c), b + c, 0.5)
        assert statistics.mcnemar(b, c).mid_p == pytest.approx(min(1, tail), abs=1e-9)


def test_that_holm_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(7)
    for size in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144):
        p = rng.random(size) ** 3
        assert statistics.holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)


def test_that_the_beta_distribution_agrees_with_scipy() -> None:
    rng = np.random.default_rng(8)
    for _ in range(500):
        a, b = 10 ** rng.uniform(-0.3, 3.3, 2)
        p = float(rng.uniform(1e-6, 1 - 1e-6))
        assert beta_quantile(p, a, b) == pytest.approx(float(scipy_stats.beta.ppf(p, a, b)), abs=1e-9)
        x = float(rng.random())
        assert beta_probability(x, a, b) == pytest.approx(float(scipy_stats.beta.cdf(x, a, b)), abs=1e-9)


def test_that_graded_pairs_agree_with_the_plain_formula_on_right_and_wrong() -> None:
    rng = np.random.default_rng(9)
    first, second = (rng.random((2, 300)) < 0.7).astype(float)
    b, c = int(((first == 1) & (second == 0)).sum()), int(((first == 0) & (second == 1)).sum())
    graded, counted = statistics.paired_scores(first, second), statistics.paired_difference(b, c, 300)
    assert graded.difference == pytest.approx(counted.difference)
    assert graded.standard_error == pytest.approx(counted.standard_error, rel=1e-12)


def test_that_two_models_that_never_differ_are_equivalent_only_with_enough_cases() -> None:
    few, many = statistics.paired_difference(0, 0, 10), statistics.paired_difference(0, 0, 100)
    assert few.standard_error == pytest.approx(1 / 12)
    assert not statistics.is_equivalent(few, 0.05)
    assert statistics.is_equivalent(many, 0.05)
    assert statistics.paired_scores([0.5] * 10, [0.5] * 10).standard_error == pytest.approx(1 / 12)
    two_documents = statistics.paired_scores([0.5] * 10, [0.5] * 10, ["handbook"] * 5 + ["contract"] * 5)
    assert two_documents.standard_error == pytest.approx(1 / 4)
    assert statistics.paired_difference(1, 0, 1).standard_error > 0


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_that_every_interval_contains_its_point_and_has_width(counts: tuple[int, int], confidence: float) -> None:
    for function in (statistics.agresti_coull, statistics.wilson, statistics.clopper_pearson):
        interval = function(*counts, confidence)
        assert 0 <= interval.low <= interval.point <= interval.high <= 1
        assert interval.high > interval.low


@given(*[st.integers(0, 60)] * 4)
def test_that_newcombe_contains_the_difference_and_mirrors(both: int, first: int, second: int, neither: int) -> None:
    if both + first + second + neither == 0:
        return
    one = statistics.newcombe_paired(both, first, second, neither)
    other = statistics.newcombe_paired(both, second, first, neither)
    assert -1 <= one.low <= one.point <= one.high <= 1
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_that_a_mean_score_lies_inside_an_interval_with_width(scores: list[float]) -> None:
    interval = statistics.mean_score(scores)
    assert 0 <= interval.low <= interval.point + 1e-12
    assert interval.point - 1e-12 <= interval.high <= 1
    assert interval.high > interval.low


def test_that_shared_documents_widen_the_interval_of_a_mean() -> None:
    plain, grouped = statistics.mean_score(CLUSTERED), statistics.mean_score(CLUSTERED, DOCUMENTS)
    assert grouped.high - grouped.low > 1.2 * (plain.high - plain.low)
    assert grouped.point == pytest.approx(0.55)
    one_per_document = statistics.mean_score(CLUSTERED, list(range(20)))
    assert (one_per_document.low, one_per_document.high) == pytest.approx((plain.low, plain.high), abs=0.01)
    one_document = statistics.mean_score(CLUSTERED, ["handbook"] * 20)
    assert (one_document.low, one_document.high) == (plain.low, plain.high)
    all_right = statistics.mean_score([1.0] * 20, DOCUMENTS)
    assert all_right.low == pytest.approx(statistics.agresti_coull(5, 5).low)


def test_that_repeats_help_only_until_the_items_dominate() -> None:
    once, often = (statistics.repeated_mean_variance(0.1, 0.2, 100, k) for k in (1, 1_000))
    assert once == pytest.approx(0.003)
    assert often == pytest.approx(0.001, rel=0.01)
    rng = np.random.default_rng(3)
    runs = rng.normal(0, 1, (4_000, 1)) + rng.normal(0, 0.5, (4_000, 6))
    assert statistics.variance_parts(runs) == pytest.approx((1, 0.25), rel=0.1)


def test_that_a_verdict_needs_the_p_value_and_the_interval() -> None:
    above, across = statistics.Interval(0.1, 0.01, 0.2), statistics.Interval(0.1, -0.01, 0.2)
    below = statistics.Interval(-0.15, -0.2, -0.1)
    assert statistics.verdict(above, p_adjusted=0.01) == "better"
    assert statistics.verdict(below, p_adjusted=0.01) == "worse"
    assert statistics.verdict(below, e_value=20) == "worse"
    assert statistics.verdict(across, p_adjusted=0.01) == "not shown"
    assert statistics.verdict(above, p_adjusted=0.06) == "not shown"
    assert statistics.verdict(above, e_value=19.9) == "not shown"
    assert statistics.verdict(across, p_adjusted=0.5, equivalent=True) == "equivalent"
    assert statistics.verdict(above, p_adjusted=0.01, equivalent=True) == "better"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: statistics.agresti_coull(5, 0), "Cases"),
        (lambda: statistics.agresti_coull(6, 5), "Right answers"),
        (lambda: statistics.wilson(-1, 5), "Right answers"),
        (lambda: statistics.clopper_pearson(1.5, 5), "Right answers"),
        (lambda: statistics.z_value(1.0), "Confidence"),
        (lambda: statistics.mean_score([]), "Scores"),
        (lambda: statistics.mean_score([0.5, math.nan]), "Scores"),
        (lambda: statistics.mean_score([0.5, 0.6], ["a"]), "Clusters"),
        (lambda: statistics.paired_difference(3, 3, 5), "Items only the second got right"),
        (lambda: statistics.paired_scores([1], [0]), "Scores"),
        (lambda: statistics.newcombe_paired(0, 0, 0, 0), "Paired items"),
        (lambda: statistics.mcnemar(-1, 0), "Items only the first got right"),
        (lambda: statistics.holm([0.5, 1.5]), "p-values"),
        (lambda: statistics.all_pass(3, 2, 1), "Right runs"),
        (lambda: statistics.any_pass(1, 2, 3), "Runs drawn"),
        (lambda: statistics.variance_parts([[1, 2]]), "Repeated scores"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
