"""Our formulas against the libraries that are not shipped: 500 random cases each, to 1e-9 where the answer is exact.

Oracles: scipy (beta, PERT, triangle, lognormal, binomial, annuities by numpy), statsmodels (intervals, McNemar, Holm),
pymcdm (TOPSIS with vector normalisation, PROMETHEE II with the usual criterion, weighted sum), choix (Bradley-Terry).
"""

from __future__ import annotations

import choix
import numpy as np
import pytest
from pymcdm.methods import PROMETHEE_II, TOPSIS, WSM
from pymcdm.normalizations import vector_normalization
from scipy import stats as scipy_stats
from scipy.optimize import brentq
from statsmodels.stats import multitest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.proportion import proportion_confint
from workbench.analysis import queueing, ranking, statistics, tco
from workbench.analysis.beta import beta_probability, beta_quantile
from workbench.analysis.distributions import Lognormal, Pert, Triangular
from workbench.analysis.preference import bradley_terry

CASES = 500
EXACT = 1e-9


def random_decision(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Options x criteria, weights, and which criteria are better when larger."""
    options, criteria = int(rng.integers(2, 12)), int(rng.integers(2, 9))
    table = rng.uniform(0.01, 100, (options, criteria))
    weights = rng.dirichlet(np.ones(criteria))
    return table, weights, rng.random(criteria) < 0.5


def test_that_topsis_agrees_with_pymcdm() -> None:
    rng, oracle = np.random.default_rng(11), TOPSIS(vector_normalization)
    for _ in range(CASES):
        table, weights, more = random_decision(rng)
        expected = oracle(table, weights, np.ones(len(weights)), validation=False)
        assert ranking.topsis(table, weights) == pytest.approx(expected, abs=EXACT)
        turned = oracle(table, weights, np.where(more, 1, -1), validation=False)
        assert ranking.topsis(table, weights, list(more)) == pytest.approx(turned, abs=EXACT)


def test_that_promethee_agrees_with_pymcdm() -> None:
    rng, oracle = np.random.default_rng(12), PROMETHEE_II("usual")
    for _ in range(CASES):
        table, weights, more = random_decision(rng)
        table = np.round(table / 20)  # ties are part of the method
        expected = oracle(table, weights, np.where(more, 1, -1), validation=False)
        assert ranking.promethee(table, weights, list(more)) == pytest.approx(expected, abs=EXACT)


def test_that_the_additive_model_agrees_with_pymcdm_on_values_already_scaled() -> None:
    rng = np.random.default_rng(13)

    def as_it_is(column: np.ndarray, cost: bool = False) -> np.ndarray:
        return column

    oracle = WSM(as_it_is)
    for _ in range(CASES):
        table, weights, _ = random_decision(rng)
        table /= 100
        criteria = [ranking.Criterion(str(k), 0.0, 1.0, w) for k, w in enumerate(weights)]
        expected = oracle(table, weights, np.ones(len(weights)), validation=False)
        assert ranking.rank(table, criteria).scores == pytest.approx(expected, abs=EXACT)


def test_that_the_beta_distribution_agrees_with_scipy_to_nine_digits() -> None:
    rng = np.random.default_rng(14)
    for _ in range(CASES):
        a, b = rng.uniform(0.4, 400, 2)
        x, p = rng.random(2)
        assert beta_probability(x, a, b) == pytest.approx(scipy_stats.beta.cdf(x, a, b), abs=EXACT)
        assert beta_quantile(p, a, b) == pytest.approx(scipy_stats.beta.ppf(p, a, b), abs=EXACT)


def test_that_the_intervals_of_a_share_agree_with_statsmodels() -> None:
    rng = np.random.default_rng(15)
    for _ in range(CASES):
        n = int(rng.integers(1, 2_000))
        x = int(rng.integers(0, n + 1))
        level = float(rng.uniform(0.6, 0.999))
        for ours, name in (
            (statistics.wilson, "wilson"),
            (statistics.agresti_coull, "agresti_coull"),
            (statistics.clopper_pearson, "beta"),
        ):
            low, high = proportion_confint(x, n, 1 - level, name)
            found = ours(x, n, level)
            assert (found.low, found.high) == pytest.approx((max(0.0, low), min(1.0, high)), abs=EXACT), (name, x, n)


def test_that_mcnemar_agrees_with_statsmodels_to_nine_digits() -> None:
    rng = np.random.default_rng(16)
    for _ in range(CASES):
        b, c = (int(v) for v in rng.integers(0, 300, 2))
        oracle = float(statsmodels_mcnemar([[5, b], [c, 5]], exact=True).pvalue) if b + c else 1.0
        found = statistics.mcnemar(b, c)
        assert found.p == pytest.approx(oracle, abs=EXACT)
        mid = 2 * scipy_stats.binom.cdf(min(b, c), b + c, 0.5) - scipy_stats.binom.pmf(min(b, c), b + c, 0.5)
        assert found.mid_p == pytest.approx(min(1.0, mid), abs=EXACT)


def test_that_holm_agrees_with_statsmodels_on_lists_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    # statsmodels collects all garbage of the process at each call, 40 ms
    monkeypatch.setattr("gc.collect", lambda: 0)
    rng = np.random.default_rng(17)
    for _ in range(CASES):
        p = np.round(rng.random(int(rng.integers(1, 30))) ** 3, 4)
        assert statistics.holm(p) == pytest.approx(multitest.multipletests(p, method="holm")[1], abs=EXACT)


def test_that_quantiles_of_every_distribution_agree_with_scipy() -> None:
    rng = np.random.default_rng(18)
    for _ in range(CASES):
        low, likely, high = sorted(rng.uniform(0, 10_000, 3))
        p = float(rng.uniform(0.001, 0.999))
        pert, width = Pert(low, likely, high), high - low
        oracle = low + width * scipy_stats.beta.ppf(p, *pert.shape)
        assert pert.quantile(p) == pytest.approx(oracle, abs=EXACT * width)
        spread = scipy_stats.beta(*pert.shape, loc=low, scale=width)
        assert (pert.mean, pert.sd) == pytest.approx((float(spread.mean()), float(spread.std())), rel=EXACT)
        triangle = Triangular(low, likely, high)
        oracle = scipy_stats.triang.ppf(p, (likely - low) / width, low, width)
        assert triangle.quantile(p) == pytest.approx(oracle, abs=EXACT * width)
        assert triangle.sd == pytest.approx(scipy_stats.triang.std((likely - low) / width, low, width), rel=1e-8)
        log = Lognormal(low + 1, high + 2)
        oracle = scipy_stats.lognorm.ppf(p, log.sigma, scale=np.exp(log.mu))
        assert log.quantile(p) == pytest.approx(oracle, rel=EXACT)


def test_that_discounted_costs_are_the_sum_of_what_is_paid_each_month() -> None:
    rng = np.random.default_rng(19)
    for _ in range(CASES):
        setup, run = rng.uniform(0, 1e5, 2)
        months, rate = int(rng.integers(0, 240)), float(rng.uniform(0, 0.5))
        plain = setup + sum(run / (1 + rate) ** (m / 12) for m in range(1, months + 1))
        assert tco.tco(setup, run, months, rate) == pytest.approx(plain, rel=EXACT)


def test_that_strengths_agree_with_choix() -> None:
    rng = np.random.default_rng(20)
    for _ in range(CASES):
        models = int(rng.integers(2, 7))
        wins = rng.integers(1, 15, (models, models)).astype(float)
        np.fill_diagonal(wins, 0)
        oracle = choix.ilsr_pairwise_dense(wins, alpha=0.0, max_iter=10_000, tol=1e-12)
        assert bradley_terry(wins).theta == pytest.approx(oracle - oracle.mean(), abs=EXACT)


def test_that_the_chance_to_wait_agrees_with_scipy_s_poisson() -> None:
    """Erlang B is the truncated Poisson's last term; C follows from it."""
    rng = np.random.default_rng(21)
    for _ in range(CASES):
        slots = int(rng.integers(1, 300))
        offered = float(slots * rng.uniform(0.01, 0.999))
        blocked = scipy_stats.poisson.pmf(slots, offered) / scipy_stats.poisson.cdf(slots, offered)
        expected = blocked / (1 - offered / slots * (1 - blocked))
        assert queueing.erlang_c(offered, slots) == pytest.approx(expected, abs=EXACT)


def test_that_a_crossover_and_a_rate_of_return_are_the_roots_that_scipy_finds() -> None:
    rng = np.random.default_rng(22)
    for _ in range(CASES):
        cheap, extra = rng.uniform(0, 1e5), rng.uniform(1e3, 1e5)
        run, saving, rate = rng.uniform(1e3, 1e4), rng.uniform(100, 900), float(rng.uniform(0, 0.2))

        def ahead(months: float, cheap=cheap, extra=extra, run=run, saving=saving, rate=rate) -> float:
            return tco.tco(cheap + extra, run - saving, months, rate) - tco.tco(cheap, run, months, rate)

        found = tco.crossover_months(cheap, run, cheap + extra, run - saving, rate)
        if found < tco.LONGEST_HORIZON_MONTHS:
            assert found == pytest.approx(brentq(ahead, 0, tco.LONGEST_HORIZON_MONTHS, xtol=1e-12), rel=EXACT)
        else:
            assert ahead(tco.LONGEST_HORIZON_MONTHS) > 0
        months = int(rng.integers(6, 120))
        paid = float(saving * months * rng.uniform(0.05, 2))

        def value(i: float, paid=paid, saving=saving, months=months) -> float:
            return -paid + sum(saving / (1 + i) ** m for m in range(1, months + 1))

        root = brentq(value, -0.5, 50.0, xtol=1e-15)
        assert tco.rate_of_return(paid, saving, months) == pytest.approx((1 + root) ** 12 - 1, rel=1e-8, abs=EXACT)
