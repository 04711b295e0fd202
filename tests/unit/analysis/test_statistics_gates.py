"""What the verdicts rest on, held against other people's libraries and by exact sums over the whole grid."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats as scipy_stats
from workbench.analysis import power, statistics, student

CASES = 500
EXACT = 1e-9


def test_that_student_s_t_agrees_with_scipy_to_nine_digits() -> None:
    rng = np.random.default_rng(31)
    for _ in range(CASES):
        degrees, t = float(rng.integers(1, 3_000)), float(rng.normal() * 3)
        assert student.two_sided(t, degrees) == pytest.approx(2 * scipy_stats.t.sf(abs(t), degrees), abs=EXACT)
        level = float(rng.uniform(0.6, 0.999))
        assert student.quantile(level, degrees) == pytest.approx(scipy_stats.t.ppf(0.5 + level / 2, degrees), rel=EXACT)


def test_that_the_paired_t_agrees_with_scipy_to_nine_digits() -> None:
    rng = np.random.default_rng(32)
    for _ in range(CASES):
        first, second = rng.random((2, int(rng.integers(2, 120))))
        found = statistics.paired_scores(first, second)
        oracle = scipy_stats.ttest_rel(first, second)
        ends = oracle.confidence_interval(0.95)
        assert found.p == pytest.approx(oracle.pvalue, abs=EXACT)
        assert (found.interval().low, found.interval().high) == pytest.approx((ends.low, ends.high), abs=EXACT)


def test_that_clustered_errors_agree_with_statsmodels_to_nine_digits() -> None:
    rng = np.random.default_rng(33)
    for _ in range(CASES):
        count, each = int(rng.integers(2, 15)), int(rng.integers(2, 8))
        documents = np.repeat(np.arange(count), each)
        first, second = rng.random((2, documents.size)) + 0.3 * rng.random(count)[documents]
        gain = first - second
        fit = sm.OLS(gain, np.ones(gain.size)).fit(
            cov_type="cluster", cov_kwds={"groups": documents, "use_correction": False}
        )
        plain = float(fit.bse[0])
        assert statistics.clustered_standard_error(gain, documents) == pytest.approx(plain, abs=EXACT)
        found = statistics.paired_scores(first, second, documents)
        assert found.standard_error == pytest.approx(plain * count / (count - 1), abs=EXACT), "documents of one size"
        assert found.degrees == pytest.approx(count - 1)
        assert found == statistics.paired_scores(first, second, documents.tolist()), "names or numbers, all the same"


def test_that_uneven_documents_count_for_what_the_mean_moves_without_them() -> None:
    rng = np.random.default_rng(35)
    checked = 0
    for _ in range(CASES):
        documents = np.sort(rng.integers(0, int(rng.integers(2, 15)), int(rng.integers(20, 80))))
        kinds = np.unique(documents)
        if kinds.size < 2:
            continue
        gain = rng.random(documents.size)
        moved = [gain[documents != kind].mean() - gain.mean() for kind in kinds]
        found = statistics.paired_scores(gain, np.zeros(gain.size), documents)
        assert found.standard_error == pytest.approx(np.sqrt(np.sum(np.square(moved))), abs=EXACT)
        sizes = np.unique(documents, return_counts=True)[1]
        assert found.degrees == pytest.approx(max(1.0, sizes.sum() ** 2 / (sizes**2).sum() - 1))
        assert 1 <= (found.degrees or 0) <= kinds.size - 1 + EXACT
        checked += 1
    assert checked > CASES / 2, "nearly all have two documents or more"


def test_that_documents_whose_cases_offset_each_other_make_no_interval_narrower() -> None:
    alone = statistics.agresti_coull(10, 20)
    for pairs in ([(1.0, 0.0)] * 10, [(1.0, 0.0)] * 8 + [(1.0, 1.0), (0.0, 0.0)]):
        found = statistics.mean_score(np.ravel(pairs), np.repeat(np.arange(10), 2))
        assert found.high - found.low >= (alone.high - alone.low) * (1 - EXACT)
    assert statistics.mean_score([1.0, 0.0] * 10, np.repeat(np.arange(10), 2)).low == pytest.approx(alone.low)


def test_that_cases_that_differ_in_most_of_a_few_documents_show_a_difference_and_raise_no_false_alarm() -> None:
    """64 cases of 8 documents, a quarter of which tell two models apart: a difference of 20 points is shown in 4 evals
    of 5, none in at most 1 of 20, and cases that all differ within one document say little."""
    rng, times = np.random.default_rng(37), 400
    documents = np.repeat(np.arange(8), 8)
    for lean, low, high in ((0.8, 0.75, 1.0), (0.0, 0.0, 0.055)):
        shown = 0
        for _ in range(times):
            apart, first = rng.random(64) < 0.25, rng.random(64) < (1 + lean) / 2
            one, two = (apart & first).astype(float), (apart & ~first).astype(float)
            exact = statistics.mcnemar(int((one > two).sum()), int((one < two).sum())).p
            shown += max(exact, statistics.paired_scores(one, two, documents).p) < 0.05
        assert low <= shown / times <= high, f"{shown} of {times}"
    within_one = (documents == 0).astype(float)
    assert statistics.paired_scores(within_one, np.zeros(64), documents).standard_error >= 0.1
    graded = np.where(documents == 0, 0.9, 1.0)
    few = statistics.agresti_coull(8 * graded.mean(), 8)
    assert statistics.mean_score(graded, documents).low <= few.low, "one document that differs says little of the rest"


def test_that_the_interval_of_a_percentile_agrees_with_scipy() -> None:
    rng = np.random.default_rng(34)
    for _ in range(CASES // 5):  # scipy takes 5 ms for each
        values = rng.exponential(size=int(rng.integers(1, 400)))
        share = float(rng.choice([0.5, 0.9, 0.95]))
        low, high = statistics.percentile_interval(values, share)
        oracle = scipy_stats.quantile_test(values, q=float(np.quantile(values, share)), p=share)
        ends = oracle.confidence_interval(0.95)
        assert (np.nan if low is None else low) == pytest.approx(float(ends.low), nan_ok=True)
        assert (np.nan if high is None else high) == pytest.approx(float(ends.high), nan_ok=True)


def test_that_the_95th_percentile_has_no_upper_end_below_72_values() -> None:
    assert statistics.percentile_interval(list(range(71)), 0.95)[1] is None
    assert statistics.percentile_interval(list(range(72)), 0.95)[1] == 71


def test_that_the_power_of_mcnemar_s_test_is_the_exact_sum_over_all_outcomes() -> None:
    n, difference, discordant = 40, 0.2, 0.4
    chances = [(discordant + difference) / 2, (discordant - difference) / 2, 1 - discordant]
    summed = sum(
        float(scipy_stats.multinomial.pmf([b, c, n - b - c], n, chances))
        for b in range(n + 1)
        for c in range(n + 1 - b)
        if statistics.mcnemar(b, c).p < 0.05
    )
    assert power.mcnemar_power(n, difference, discordant) == pytest.approx(summed, abs=1e-9)


@pytest.mark.parametrize(("difference", "discordant"), [(0.05, 0.10), (0.05, 0.15), (0.1, 0.25), (0.3, 0.4)])
def test_that_the_cases_planned_for_the_exact_test_are_just_enough(difference: float, discordant: float) -> None:
    n = power.cases_exact(difference, discordant)
    assert power.mcnemar_power(n, difference, discordant) >= 0.8
    assert power.mcnemar_power(round(n * 0.9), difference, discordant) < 0.8
    assert n >= power.cases_paired(difference, discordant), "the formula promises a little too much"


def _coverage(n: int, accuracies: np.ndarray, *, whole_percents: bool) -> np.ndarray:
    """Exact coverage of the interval of x right among n, for each accuracy."""
    ends = [statistics.agresti_coull(x, n) for x in range(n + 1)]
    low, high = np.array([e.low for e in ends]), np.array([e.high for e in ends])
    assert (high > low).all(), "no interval without width"
    if whole_percents:
        low, high = np.floor(low * 100) / 100, np.ceil(high * 100) / 100
    at = accuracies[:, None]
    covered = (low <= at + 1e-12) & (at <= high + 1e-12)
    return np.asarray((scipy_stats.binom.pmf(np.arange(n + 1), n, at) * covered).sum(axis=1))


def test_that_the_interval_of_two_models_that_nearly_agree_holds_their_difference() -> None:
    """Shares of items that only one of them gets right, all for one model or for both alike."""
    rng = np.random.default_rng(36)
    for n in (20, 100, 300):
        for right, apart, lean in itertools.product((0.5, 0.9), (0.005, 0.02, 0.05), (0, 1)):
            difference = apart * lean
            chances = [right - apart / 2, (apart + difference) / 2, (apart - difference) / 2]
            drawn, times = np.unique(
                rng.multinomial(n, [*chances, 1 - sum(chances)], 1_500), axis=0, return_counts=True
            )
            found = [statistics.paired_interval(*(int(cell) for cell in cells)) for cells in drawn]
            held = [each.low - EXACT <= difference <= each.high + EXACT for each in found]
            covered = float(np.average(held, weights=times))
            assert covered >= 0.9, f"{covered:.3f} of {n} cases, {right:.0%} right, {apart:.1%} apart"
            assert all(each.low < each.point < each.high or abs(each.point) == 1 for each in found)


def test_that_many_items_apart_leave_newcombe_s_interval_as_it_is() -> None:
    assert statistics.paired_interval(70, 12, 4, 14) == statistics.newcombe_paired(70, 12, 4, 14)
    assert statistics.paired_interval(70, 9, 0, 21).low > 0, "nine to none is shown"


@pytest.mark.slow
def test_that_agresti_coull_covers_93_percent_on_the_whole_grid() -> None:
    """n from 10 to 1,000, accuracies from .50 to .99: 49,550 points.

    The bare interval misses .93 at four of them, by .007 at most; as it is shown, ends rounded outwards to whole
    percents, at none.
    """
    accuracies = np.round(np.arange(0.50, 0.995, 0.01), 2)
    short, least_shown = {}, 1.0
    for n in range(10, 1_001):
        found = _coverage(n, accuracies, whole_percents=False)
        short |= {(n, float(p)): round(float(c), 3) for p, c in zip(accuracies, found, strict=True) if c < 0.93}
        least_shown = min(least_shown, float(_coverage(n, accuracies, whole_percents=True).min()))
    print(f"below .93: {short}; worst as shown: {least_shown:.4f}")
    assert short == {(10, 0.9): 0.93, (16, 0.5): 0.923, (16, 0.56): 0.925, (31, 0.5): 0.929}
    assert least_shown >= 0.93
