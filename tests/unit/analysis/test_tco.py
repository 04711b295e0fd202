"""methods.md 2.2: total cost of ownership, crossovers, growth, delay, rate of return."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import tco
from workbench.analysis.tco import CostLine
from workbench.domain.errors import WorkbenchError

A, B, C = (15_000.0, 3_200.0), (80_000.0, 1_800.0), (55_000.0, 2_100.0)


def test_tv_2e_tco_over_the_horizons() -> None:
    expected = {
        12: (53_400, 101_600, 80_200),
        24: (91_800, 123_200, 105_400),
        36: (130_200, 144_800, 130_600),
        48: (168_600, 166_400, 155_800),
        60: (207_000, 188_000, 181_000),
    }
    for months, costs in expected.items():
        assert tuple(tco.tco(*option, months) for option in (A, B, C)) == pytest.approx(costs)
    discounted = [tco.tco(*option, 36, 0.08) for option in (A, B, C)]
    assert discounted == pytest.approx([117_538.66, 137_678.00, 122_291.00], abs=0.01)


def test_tv_2f_crossover_months() -> None:
    pairs = [(*A, *C), (*A, *B), (*C, *B)]
    expected = {0.0: (36.36, 46.43, 83.33), 0.08: (41.56, 55.33, 119.79), 0.15: (47.66, 67.41, 321.11)}
    for rate, months in expected.items():
        assert [tco.crossover_months(*pair, rate) for pair in pairs] == pytest.approx(months, abs=0.005)


def test_tv_2f_rate_of_return_of_c_over_a() -> None:
    returns = [tco.rate_of_return(40_000, 1_100, months) for months in (36, 48, 60)]
    assert returns == pytest.approx([-0.0065, 0.153, 0.241], abs=5e-4)


def test_tv_2g_running_cost_ratios() -> None:
    assert tco.relative_difference(C[1], A[1]) == pytest.approx(-0.34375)
    assert tco.relative_difference(B[1], A[1]) == pytest.approx(-0.4375)
    assert tco.relative_difference(A[1], B[1]) == pytest.approx(0.778, abs=5e-4)
    assert tco.relative_difference(C[1], B[1]) == pytest.approx(0.167, abs=5e-4)


def test_that_a_is_still_400_dollars_cheaper_than_c_over_36_months() -> None:
    assert tco.tco(*C, 36) - tco.tco(*A, 36) == pytest.approx(400)


def test_that_hidden_staff_eats_the_saving_at_a_tenth_of_a_person() -> None:
    assert tco.staff_share_that_eats_the_saving(A[1], B[1], 12_000) == pytest.approx(0.117, abs=5e-4)
    assert tco.staff_share_that_eats_the_saving(A[1], C[1], 12_000) == pytest.approx(0.092, abs=5e-4)
    assert tco.staff_share_that_eats_the_saving(B[1], A[1], 12_000) == 0


def test_that_growth_brings_the_crossover_forward() -> None:
    months = [
        tco.growth_crossover_month(CostLine(15_000, 0, 3_200, g), CostLine(55_000, 1_460, 640, g))
        for g in (0, 0.02, 0.05, 0.10)
    ]
    assert months == [37, 23, 17, 13]


def test_that_a_delay_moves_the_crossover() -> None:
    late = tco.setup_with_delay(C[0], 2_500, 4)
    assert tco.crossover_months(*A, late, C[1]) == pytest.approx(45.45, abs=0.005)


def test_that_lines_that_never_meet_say_so() -> None:
    assert tco.crossover_months(10, 5, 20, 5) == math.inf
    assert tco.crossover_months(10, 5, 20, 6) == math.inf
    assert tco.crossover_months(0, 2, 1_000, 1, 0.15) == math.inf
    assert tco.crossover_months(10, 5, 10, 4) == 0
    assert tco.growth_crossover_month(CostLine(0, 1), CostLine(10, 1), 24) is None


def test_that_an_extra_set_up_that_saves_nothing_returns_nothing() -> None:
    assert tco.rate_of_return(1_000, 0, 12) == -1
    assert tco.rate_of_return(0, 10, 12) == math.inf


def test_that_the_cumulative_line_starts_at_the_set_up_and_ends_at_the_tco() -> None:
    for rate in (0.0, 0.08):
        line = tco.cumulative_cost(CostLine(*C), 36, rate)
        assert line[0] == C[0]
        assert len(line) == 37
        assert line[-1] == pytest.approx(tco.tco(*C, 36, rate))


money = st.floats(0, 1e6)
months_of = st.integers(1, 120)
rates = st.floats(0, 0.5)


@given(money, money, money, money, rates)
def test_that_costs_are_level_at_the_crossover(s1: float, r1: float, s2: float, r2: float, rate: float) -> None:
    at = tco.crossover_months(s1, r1, s2, r2, rate)
    if 0 < at < 1_000:
        assert tco.tco(s1, r1, at, rate) == pytest.approx(tco.tco(s2, r2, at, rate), rel=1e-6, abs=1e-6)
    assert at == tco.crossover_months(s2, r2, s1, r1, rate)


@given(money, money, st.floats(0, 1e5), st.floats(0, 1e4), months_of, rates)
def test_that_a_cheaper_option_never_costs_more(
    setup: float, run: float, more_setup: float, more_run: float, months: int, rate: float
) -> None:
    assert tco.tco(setup, run, months, rate) <= tco.tco(setup + more_setup, run + more_run, months, rate)


@given(st.floats(1, 1e5), st.floats(1, 1e4), months_of)
def test_that_the_rate_of_return_makes_the_two_options_cost_the_same(extra: float, saving: float, months: int) -> None:
    rate = tco.rate_of_return(extra, saving, months)
    if 0 < rate < 10:
        assert saving * tco.annuity_months(months, rate) == pytest.approx(extra, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: tco.tco(-1, 1, 12), "Set-up cost"),
        (lambda: tco.tco(1, math.nan, 12), "Running cost"),
        (lambda: tco.tco(1, 1, -1), "Horizon"),
        (lambda: tco.tco(1, 1, 12, -0.1), "Discount rate"),
        (lambda: tco.crossover_months(1, math.inf, 2, 1), "Running cost"),
        (lambda: tco.cumulative_cost(CostLine(1, 1, 1, -2), 12), "Growth per month"),
        (lambda: tco.cumulative_cost(CostLine(1, 1, 1, 9), 1_000), "Growth per month"),
        (lambda: tco.rate_of_return(1, 1, 0), "Horizon"),
        (lambda: tco.relative_difference(1, 0), "Reference cost"),
        (lambda: tco.staff_share_that_eats_the_saving(1, 1, 0), "Cost of one full-time person a month"),
        (lambda: tco.setup_with_delay(1, 1, -1), "Extra weeks"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field


def test_that_a_horizon_of_zero_costs_the_set_up_alone() -> None:
    assert tco.tco(*A, 0) == 15_000
    assert tco.cumulative_cost(CostLine(*A), 0).tolist() == [15_000]
