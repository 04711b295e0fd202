"""methods.md section 5: how many cases are enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from workbench.analysis import power
from workbench.analysis.statistics import mcnemar
from workbench.domain.errors import WorkbenchError


def test_tv_5f_paired_cases() -> None:
    assert [power.cases_paired(0.05, pi) for pi in (0.10, 0.15, 0.20)] == [312, 469, 626]
    assert power.cases_paired(0.10, 0.20) == 155
    assert power.cases_paired(0.03, 0.11) == 957
    assert power.cases_paired(0.02, 0.08) == 1_568


def test_tv_5f_unpaired_cases_per_arm() -> None:
    assert power.cases_unpaired(0.80, 0.85) == 906


def test_tv_5f_exact_power() -> None:
    assert power.mcnemar_power(471, 0.05, 0.15) == pytest.approx(0.777, abs=5e-4)
    assert power.mcnemar_power(250, 0.05, 0.15) == pytest.approx(0.474, abs=5e-4)


def test_tv_5f_graded_cases_with_repeats() -> None:
    assert power.cases_graded(0.03, 1 / 9) == 969
    assert power.cases_graded(0.03, 1 / 9, 1 / 6, 1) == 3_876
    assert power.cases_graded(0.03, 1 / 9, 1 / 6, 4) == 1_696


def test_tv_5f_cases_for_a_half_width() -> None:
    assert power.cases_for_half_width(0.05, 0.8) == 246
    assert power.cases_for_half_width(0.05) == 385
    assert power.cases_for_half_width(0.03, 0.8) == 683
    assert power.cases_for_half_width(0.10, 0.8) == 62


@pytest.mark.parametrize(
    ("n", "difference", "discordant", "alpha"),
    [(40, 0.2, 0.4, 0.05), (9, 0.5, 0.9, 0.05), (60, 0.3, 0.3, 0.05), (50, 0.1, 1.0, 0.5), (110, 0.15, 0.6, 0.002)],
)
def test_that_the_exact_power_agrees_with_a_plain_sum(
    n: int, difference: float, discordant: float, alpha: float
) -> None:
    up = (discordant + difference) / 2 / discordant
    total = 0.0
    for m in range(n + 1):
        for b in range(m + 1):
            if mcnemar(b, m - b).p <= alpha:
                total += scipy_stats.binom.pmf(m, n, discordant) * scipy_stats.binom.pmf(b, m, up)
    assert power.mcnemar_power(n, difference, discordant, alpha=alpha) == pytest.approx(total, abs=1e-9)


@given(st.integers(20, 20_000), st.floats(0.02, 0.9))
def test_that_the_detectable_difference_is_detected_with_that_many_cases(n: int, discordant: float) -> None:
    found = power.detectable_difference(n, discordant)
    if found < 1:
        assert power.cases_paired(found, discordant) <= n
        assert power.cases_paired(found * 0.99, discordant) >= n * 0.9


def test_that_too_few_cases_detect_nothing() -> None:
    assert power.detectable_difference(3, 0.1) == 1.0


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: power.cases_paired(0, 0.1), "Difference to detect"),
        (lambda: power.cases_paired(0.2, 0.1), "Share of discordant items"),
        (lambda: power.cases_unpaired(0.8, 0.8), "Difference to detect"),
        (lambda: power.cases_graded(0.1, -1), "Variance between items"),
        (lambda: power.cases_for_half_width(0.6), "Half width"),
        (lambda: power.mcnemar_power(10, 0.3, 0.2), "Share of discordant items"),
        (lambda: power.cases_paired(0.1, 0.2, power=1), "Power"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
