"""methods.md 2.5: uncertain inputs as distributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from workbench.analysis.distributions import Distribution, Fixed, Lognormal, Pert, Triangular, Uniform, pert_of
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate

EVEN = (np.arange(200_000) + 0.5) / 200_000
ALL: list[Distribution] = [
    Fixed(3), Uniform(-1, 2), Triangular(1_000, 2_100, 4_000), Triangular(0, 0, 1), Pert(1_000, 2_100, 4_000),
    Pert(0, 0, 1), Pert(0, 1, 1), Lognormal(1_500, 6_000),
]  # fmt: skip


def test_tv_2j_pert_triangular_and_lognormal() -> None:
    pert = Pert(1_000, 2_100, 4_000)
    assert (pert.mean, pert.sd) == pytest.approx((2_233.33, 557.92), abs=5e-3)
    assert pert.shape == pytest.approx((2.4667, 3.5333), abs=5e-5)
    triangular = Triangular(1_000, 2_100, 4_000)
    assert (triangular.mean, triangular.sd) == pytest.approx((2_366.67, 619.59), abs=5e-3)
    lognormal = Lognormal(1_500, 6_000)
    assert (lognormal.mu, lognormal.sigma) == pytest.approx((8.00637, 0.54087), abs=5e-6)
    assert lognormal.mean == pytest.approx(3_472.52, abs=5e-3)


@pytest.mark.parametrize("distribution", ALL, ids=repr)
def test_that_the_draws_have_the_stated_mean_spread_and_quantiles(distribution: Distribution) -> None:
    draws = distribution.draws(EVEN)
    assert draws.mean() == pytest.approx(distribution.mean, rel=1e-3)
    assert draws.std() == pytest.approx(distribution.sd, rel=2e-3)
    for p in (0.1, 0.5, 0.9):
        assert np.quantile(draws, p) == pytest.approx(distribution.quantile(p), rel=1e-3, abs=1e-4)


def test_that_draws_agree_with_scipy() -> None:
    u = np.random.default_rng(4).uniform(0.001, 0.999, 500)
    a, b = Pert(1_000, 2_100, 4_000).shape
    assert Pert(1_000, 2_100, 4_000).draws(u) == pytest.approx(1_000 + 3_000 * scipy_stats.beta.ppf(u, a, b), abs=0.1)
    triangle = scipy_stats.triang.ppf(u, 1_100 / 3_000, 1_000, 3_000)
    assert Triangular(1_000, 2_100, 4_000).draws(u) == pytest.approx(triangle, abs=1e-9)
    log = Lognormal(1_500, 6_000)
    assert log.draws(u) == pytest.approx(np.exp(scipy_stats.norm.ppf(u, log.mu, log.sigma)), rel=1e-5)


def test_that_an_estimate_without_width_is_fixed() -> None:
    assert pert_of(Estimate.exact(5)) == Fixed(5)
    assert pert_of(Estimate(1, 2, 4)) == Pert(1, 2, 4)
    assert Pert(2, 2, 2).draws(np.array([0.1, 0.9])).tolist() == [2, 2]
    assert Triangular(2, 2, 2).draws(np.array([0.1, 0.9])).tolist() == [2, 2]
    assert Pert(2, 2, 2).sd == Triangular(2, 2, 2).sd == Uniform(2, 2).sd == 0


triples = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted)


@given(triples, st.floats(0, 1, exclude_max=True))
def test_that_draws_stay_inside_the_range_and_rise_with_the_probability(triple: list[float], u: float) -> None:
    for kind in (Pert, Triangular):
        distribution = kind(*triple)
        low, high = distribution.draws(np.array([u * 0.9, u]))
        slack = 1e-9 * (1 + abs(triple[0]) + abs(triple[2]))
        assert triple[0] - slack <= low <= high + slack <= triple[2] + 2 * slack


def test_that_ranges_the_wrong_way_round_are_refused() -> None:
    for make in (lambda: Pert(3, 2, 1), lambda: Triangular(1, 0, 2), lambda: Uniform(2, 1), lambda: Lognormal(5, 4)):
        with pytest.raises(WorkbenchError, match="wrong way round"):
            make()
    with pytest.raises(WorkbenchError, match="finite"):
        Pert(0, 1, float("inf"))
    with pytest.raises(WorkbenchError, match="above zero"):
        Lognormal(0, 4)
    with pytest.raises(WorkbenchError, match="finite"):
        Fixed(float("nan"))


def test_that_the_chance_to_stay_below_agrees_with_scipy_and_is_all_or_nothing_outside_the_range() -> None:
    pert = Pert(1_000, 2_100, 4_000)
    a, b = pert.shape
    for value in (1_001, 1_800, 2_500, 3_999):
        assert pert.below(value) == pytest.approx(scipy_stats.beta.cdf((value - 1_000) / 3_000, a, b), abs=1e-12)
    assert (pert.below(1_000), pert.below(500), pert.below(4_000), pert.below(9_000)) == (0, 0, 1, 1)
    assert pert.below(pert.quantile(0.8)) == pytest.approx(0.8)
