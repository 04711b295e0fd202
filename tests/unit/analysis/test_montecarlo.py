"""methods.md 1.7 and 2.5: Monte Carlo, tornado, variance shares, Sobol, value of information."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.analysis import montecarlo
from workbench.analysis.distributions import Fixed, Pert, Uniform
from workbench.analysis.montecarlo import UncertainCost
from workbench.domain.errors import WorkbenchError

SETUP_A, SETUP_C = Pert(10_000, 15_000, 25_000), Pert(40_000, 55_000, 90_000)
RUN_A, RUN_C = Pert(2_200, 3_200, 5_500), Pert(1_600, 2_100, 3_600)
INPUTS = [SETUP_A, SETUP_C, RUN_A, RUN_C]
C_MINUS_A = np.array([-1.0, 1.0, -36.0, 36.0])
OPTIONS = [UncertainCost(SETUP_A, RUN_A), UncertainCost(SETUP_C, RUN_C)]


def test_tv_2k_exact_spread_and_variance_shares() -> None:
    mean, sd, shares = montecarlo.additive_spread(C_MINUS_A, INPUTS)
    assert (mean, sd) == pytest.approx((1_100, 26_915.28), abs=5e-3)
    assert shares == pytest.approx([0.0105, 0.1145, 0.6478, 0.2272], abs=5e-5)


def test_tv_2k_monte_carlo_of_c_against_a() -> None:
    simulation = montecarlo.simulate_tco(OPTIONS, 36, draws=400_000)
    assert simulation.chance_cheaper(1, 0) == pytest.approx(0.472, rel=0.02)
    gap = simulation.tco_usd[1] - simulation.tco_usd[0]
    five, fifty, ninety_five = np.percentile(gap, [5, 50, 95])
    assert (five, ninety_five) == pytest.approx((-44_700, 44_100), rel=0.02)
    assert fifty == pytest.approx(2_000, abs=300)


def test_tv_2k_value_of_information() -> None:
    simulation = montecarlo.simulate_tco(OPTIONS, 36, draws=400_000)
    utility = -simulation.tco_usd
    assert montecarlo.perfect_information_value(utility) == pytest.approx(10_300, rel=0.02)
    inputs = {
        8_417: simulation.run_usd_month[0],
        4_691: simulation.run_usd_month[1],
        3_189: simulation.setup_usd[1],
        692: simulation.setup_usd[0],
    }
    for worth, known in inputs.items():
        # The last is a small difference of large numbers: its Monte Carlo error is some 30 dollars.
        assert montecarlo.partial_information_value(utility, known) == pytest.approx(worth, rel=0.02, abs=60)


def test_tv_2k_tornado_around_the_likely_values() -> None:
    bars = montecarlo.tornado(lambda rows: rows @ C_MINUS_A, INPUTS)
    expected = [(2, 20_041, -37_605), (3, -9_519, 24_440), (1, -7_790, 16_438), (0, 3_105, -4_267)]
    for bar, (which, at_p10, at_p90) in zip(bars, expected, strict=True):
        assert bar.input == which
        assert (bar.at_p10, bar.at_p90, bar.base) == pytest.approx((at_p10, at_p90, 400), abs=1)


def test_tv_2l_sobol_indices_of_the_ishigami_function() -> None:
    def ishigami(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    indices = montecarlo.sobol_indices(ishigami, [Uniform(-math.pi, math.pi)] * 3)
    assert indices.first == pytest.approx([0.3139, 0.4424, 0], abs=0.015)
    assert indices.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.015)


def test_that_sobol_agrees_with_the_exact_shares_of_an_additive_model() -> None:
    indices = montecarlo.sobol_indices(lambda rows: rows @ C_MINUS_A, INPUTS)
    shares = montecarlo.additive_spread(C_MINUS_A, INPUTS)[2]
    assert indices.first == pytest.approx(shares, abs=0.02)
    assert indices.total == pytest.approx(shares, abs=0.02)
    still = montecarlo.sobol_indices(lambda rows: rows @ C_MINUS_A, [Fixed(1)] * 4, draws=16)
    assert still.total.tolist() == [0, 0, 0, 0]


def test_that_prices_of_one_vendor_move_together() -> None:
    together = [UncertainCost(Fixed(0), RUN_A, "vendor"), UncertainCost(Fixed(0), RUN_A, "vendor")]
    apart = [UncertainCost(Fixed(0), RUN_A), UncertainCost(Fixed(0), RUN_A)]
    joint = montecarlo.simulate_tco(together, 12, draws=1_000)
    assert np.array_equal(joint.tco_usd[0], joint.tco_usd[1])
    assert joint.best_probability() == pytest.approx([0.5, 0.5])
    assert not np.array_equal(*montecarlo.simulate_tco(apart, 12, draws=1_000).tco_usd)


def test_that_the_same_seed_gives_the_same_draws() -> None:
    first, again = (montecarlo.simulate_tco(OPTIONS, 36, draws=100, seed=5).tco_usd for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, montecarlo.simulate_tco(OPTIONS, 36, draws=100, seed=6).tco_usd)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=5), st.integers(0, 60))
def test_that_best_probabilities_sum_to_one(setups: list[float], months: int) -> None:
    options = [UncertainCost(Fixed(s), RUN_A) for s in setups]
    simulation = montecarlo.simulate_tco(options, months, draws=200)
    assert simulation.best_probability().sum() == pytest.approx(1)
    low, middle, high = simulation.percentiles()[0]
    assert low <= middle <= high


@settings(max_examples=30)
@given(st.integers(0, 1_000))
def test_that_knowing_one_input_is_never_worth_more_than_knowing_all(seed: int) -> None:
    simulation = montecarlo.simulate_tco(OPTIONS, 36, draws=4_000, seed=seed)
    everything = montecarlo.perfect_information_value(-simulation.tco_usd)
    for known in (*simulation.setup_usd, *simulation.run_usd_month):
        assert 0 <= montecarlo.partial_information_value(-simulation.tco_usd, known) <= everything * 1.02
    assert montecarlo.partial_information_value(-simulation.tco_usd, np.ones(4_000)) == 0


def test_that_one_option_is_always_best_and_nothing_is_worth_knowing() -> None:
    alone = montecarlo.simulate_tco(OPTIONS[:1], 36, draws=50)
    assert alone.best_probability().tolist() == [1]
    assert montecarlo.perfect_information_value(-alone.tco_usd) == 0


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: montecarlo.simulate_tco([], 36), "Inputs"),
        (lambda: montecarlo.simulate_tco(OPTIONS, -1), "Horizon"),
        (lambda: montecarlo.simulate_tco(OPTIONS, 36, draws=0), "Draws"),
        (lambda: montecarlo.sample(INPUTS, 10, groups=["a"]), "Groups"),
        (lambda: montecarlo.tornado(lambda rows: rows[:, 0], []), "Inputs"),
        (lambda: montecarlo.tornado(lambda rows: rows[:, 0] * math.nan, INPUTS), "Model output"),
        (lambda: montecarlo.additive_spread([1.0], INPUTS), "Coefficients"),
        (lambda: montecarlo.perfect_information_value([[math.inf]]), "Utilities"),
        (lambda: montecarlo.partial_information_value([[1.0, 2.0]], [1.0]), "Input draws"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field


def test_that_the_shares_in_blocks_are_those_of_the_whole_simulation() -> None:
    whole = montecarlo.simulate_tco(OPTIONS, 36, draws=200_000).best_probability()
    blocks = montecarlo.cheapest_shares(OPTIONS, 36, draws=200_000)
    assert blocks == pytest.approx(whole, abs=0.005)
    assert blocks.sum() == pytest.approx(1)
    assert montecarlo.cheapest_shares(OPTIONS, 36, draws=10).sum() == pytest.approx(1)
