"""Every public formula with one number at a time replaced by nonsense: a WorkbenchError that names a field, or an
answer without NaN. Infinity is an answer only where the docstring says so ("never")."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from workbench.analysis import (
    acceptability,
    adaptation,
    beta,
    breakeven,
    budget_routing,
    capacity,
    concentration,
    cost,
    distributions,
    energy,
    judging,
    montecarlo,
    power,
    preference,
    quality,
    queueing,
    ranking,
    robustness,
    routing,
    scaling,
    sensitivity,
    sequential,
    statistics,
    student,
    tco,
)
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate

NONSENSE = (math.nan, math.inf, -math.inf, -1.0, 0.0, 1e308, -1e308, 1e-308, 0.5)
MODULES = (
    acceptability, adaptation, beta, breakeven, budget_routing, capacity, concentration, cost, distributions, energy,
    judging, montecarlo, power, preference, quality, queueing, ranking, robustness, routing, scaling, sensitivity,
    sequential, statistics, student, tco,
)  # fmt: skip

VALUES = [[0.85, 0.3, 0.0], [0.2, 0.7, 1.0], [0.4, 0.6, 0.8]]
WEIGHTS = [3.0, 5.0, 2.0]
CRITERIA = [ranking.Criterion("a", 0, 1, 30), ranking.Criterion("b", 1, 0, 50), ranking.Criterion("c", 0, 2, 20)]
HOSTING = breakeven.SelfHosting(1, 2.5, 35.9, 18_000, 1_500)
PRICES = cost.PriceList(cost.Rates(3, 15, 0.3, 3.75), (cost.Tier(200_000, cost.Rates(6, 22.5)),), 0.5)
USAGE = cost.Usage(Estimate(10, 20, 30), Estimate(100, 200, 300), Estimate(50, 60, 70), Estimate(0, 5, 9), 0.2, 0.1)
REQUEST = cost.Request(3_000, 400, 100, 500, 100)
SERVING = capacity.Serving(16e9, 16e9, 8e9, 131_072, 3.35e12, 989e12, 80e9)
COUNTS = routing.PairedCounts(94, 383, 95, 747)
WEAK, STRONG = [1.0, 0.0, 1.0, 0.0, 0.5], [1.0, 1.0, 1.0, 0.0, 0.7]
PERTS = [distributions.Pert(10, 15, 25), distributions.Pert(2, 3, 5)]
COSTS = [montecarlo.UncertainCost(distributions.Pert(10, 15, 25), distributions.Pert(2, 3, 5), "x")] * 2
PROFILE = queueing.PROFILES["chat"]
SHEET = [quality.ScoreRow(f"m{i}", b, 40.0 + 3 * i, "percent", 1.0) for i in range(7) for b in ("x", "y")]
LINE = tco.CostLine(15_000, 3_200, 100, 0.02)
INTERVAL = statistics.Interval(0.3, 0.2, 0.4)
DEAR, CHEAP = (budget_routing.assign([[0.9, 0.95], [0.4, 0.9]], [1.0, 4.0], w) for w in (0.0, 1.0))


def _sum(rows: np.ndarray) -> np.ndarray:
    return rows.sum(axis=1)


Call = tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]


def call(function: Callable[..., object], *args: Any, **kwargs: Any) -> Call:
    return function, args, kwargs


CALLS: list[Call] = [
    call(acceptability.uniform_weights, 3, 50, seed=1),
    call(acceptability.ranked_weights, [2, 0, 1], 50),
    call(acceptability.swing_band_weights, WEIGHTS, 0.2, 50),
    call(
        acceptability.acceptability, VALUES, [[0.2, 0.3, 0.5]] * 9, values_high=[[0.9, 0.4, 0.1], [1, 1, 1], [1, 1, 1]]
    ),
    call(acceptability.exact_two_criteria_flip, [1, 0.2], [0.4, 0.9]),
    call(
        adaptation.climb,
        adaptation.Gaps(INTERVAL, None, INTERVAL, INTERVAL),
        adaptation.Circumstances(
            corpus_tokens=1e5, good_examples=60, examples_usd_month=50.0, tuning_usd=100.0, training_usd=1e6
        ),
    ),
    call(adaptation.tuning_cost, 8e9, 1e7, 3, usd_per_gpu_hour=2.5, mfu=0.3, peak_flops=989e12),
    call(adaptation.long_prompt_usd_month, 500, 1e5, 3.0),
    call(adaptation.tuning_payback_months, 100.0, 20.0),
    call(adaptation.gap_between, INTERVAL, INTERVAL),
    call(beta.beta_probability, 0.3, 4.0, 6.0),
    call(beta.beta_quantile, 0.3, 4.0, 6.0),
    call(beta.log_beta, 4.0, 6.0),
    call(breakeven.replicas_needed, 1e5, HOSTING),
    call(breakeven.self_host_usd_month, 1e5, HOSTING),
    call(breakeven.continuous_break_even, 20_000.0, 0.015, 0.001),
    call(breakeven.break_even, 0.015, HOSTING),
    call(breakeven.break_even_of_best, 0.015, [HOSTING, HOSTING]),
    call(breakeven.rule_of_thumb, 1e5),
    call(breakeven.gpu_hours_bought, 1_800.0, 2.5),
    call(breakeven.purchase_usd_per_gpu_hour, 30_000.0, 36.0),
    call(budget_routing.assign, [[0.9, 0.95], [0.4, 0.9]], [1.0, 4.0], 0.02),
    call(budget_routing.within_budget, [[0.9, 0.95], [0.4, 0.9]], [1.0, 4.0], 2.0),
    call(budget_routing.mix_to_budget, DEAR, CHEAP, 2.0, usd_weight=0.1),
    call(capacity.weight_bytes, 8e9, 4.9),
    call(capacity.fits_machine, 5e9, 1e9, 16e9, buffers_bytes=5e8, reserve_bytes=2e9),
    call(capacity.single_stream, 5e9, 1e8, 9e10, efficiency=Estimate(0.4, 0.7, 0.9), measured_tokens_per_s=12.0),
    call(capacity.single_stream, 5e9, 1e8, 9e10, efficiency=Estimate(0.4, 0.7, 0.9)),
    call(capacity.local_efficiency, 12.0, 18.0),
    call(capacity.time_to_first_token, 1_000, 8e9, 5e13, mfu=0.4, overhead_s=0.1),
    call(capacity.largest_batch, SERVING, 500, 150),
    call(capacity.throughput, SERVING, 500, 150, 64),
    call(capacity.KvCache, 48, 8, 128, 2.0, 12, 8_192),
    call(concentration.concentration, [80.0, 20.0]),
    call(concentration.shared_failure_ratio, [[1, 0], [1, 1], [0, 1]]),
    call(cost.request_cost, REQUEST, PRICES, retry_share=0.03, batch_share=0.2),
    call(cost.request_estimate, USAGE, PRICES),
    call(cost.monthly_cost, USAGE, PRICES),
    call(cost.requests_bought, 3_200.0, 0.015),
    call(cost.cache_payback_reads, 1.25, 0.1),
    call(cost.price_on, [("2026-01-01", PRICES)], "2026-03-01"),
    call(cost.mixed_usd, [(0.8, 1.0), (0.2, 5.0)]),
    call(cost.compare_prices, 0.23, 1.86),
    call(distributions.pert_of, Estimate(1, 2, 3)),
    call(distributions.Pert, 1.0, 2.0, 3.0),
    call(distributions.Triangular, 1.0, 2.0, 3.0),
    call(distributions.Uniform, 1.0, 3.0),
    call(distributions.Lognormal, 1_500.0, 6_000.0),
    call(distributions.Fixed, 3.0),
    call(energy.request_footprint, 8e9, 8e9, 400, bits=16.0, site=energy.Site(1.2, 0.4)),
    call(energy.request_footprint_range, Estimate(8e9, 9e9, 1e10), Estimate(1e10, 2e10, 3e10), 400, bits=8.0),
    call(energy.own_servers_footprint, 2, 700, 0.6, 730, site=energy.Site(1.3, 0.4)),
    call(judging.judge_corrected, 0.8, 500, 0.85, 100, 0.9, 100, 0.95),
    call(montecarlo.sample, PERTS, 64, seed=1, groups=("a", "")),
    call(montecarlo.simulate_tco, COSTS, 36, 0.08, draws=64),
    call(montecarlo.cheapest_shares, COSTS, 36, 0.08, draws=64),
    call(montecarlo.tornado, _sum, PERTS),
    call(montecarlo.additive_spread, [1.0, -2.0], PERTS),
    call(montecarlo.sobol_indices, _sum, PERTS, draws=64),
    call(montecarlo.perfect_information_value, [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]),
    call(
        montecarlo.partial_information_value,
        [[1.0, 2.0, 3.0, 9.0], [3.0, 2.0, 1.0, 0.0]],
        [1.0, 2.0, 3.0, 4.0],
        degree=2,
    ),
    call(power.cases_paired, 0.05, 0.15, power=0.8, confidence=0.95),
    call(power.cases_unpaired, 0.8, 0.85, power=0.8, confidence=0.95),
    call(power.cases_graded, 0.03, 0.11, 0.2, 4, power=0.8, confidence=0.95),
    call(power.cases_for_half_width, 0.05, 0.8, 0.95),
    call(power.mcnemar_power, 50, 0.1, 0.2, alpha=0.05),
    call(power.cases_exact, 0.1, 0.2, power=0.8, alpha=0.05),
    call(power.detectable_exact, 100, 0.2, power=0.8, alpha=0.05),
    call(power.detectable_difference, 100, 0.2, power=0.8, confidence=0.95),
    call(preference.bradley_terry, [[0, 24, 30], [16, 0, 22], [10, 18, 0]], [[0, 1, 1], [1, 0, 1], [1, 1, 0]]),
    call(quality.fit_quality, SHEET),
    call(quality.leave_one_out, SHEET, only=[0]),
    call(quality.logit_of, 60.0, "percent"),
    call(queueing.load_of_users, 2_000, PROFILE),
    call(queueing.erlang_c, 10.0, 12),
    call(queueing.wait_p95_s, 5.3, 12.0, 76),
    call(queueing.is_beyond_any_fleet, 5.0, 12.0),
    call(queueing.smallest_fleet, 5.3, 12.0, 8, longest_wait_s=1.0, spare=1),
    call(ranking.criterion_weights, CRITERIA),
    call(ranking.value_scores, VALUES, CRITERIA),
    call(ranking.rank, VALUES, CRITERIA),
    call(ranking.swing_weights, WEIGHTS),
    call(ranking.rank_order_centroid, 6),
    call(ranking.rank_sum, 6),
    call(ranking.weights_by_rank, [2, 0, 1], WEIGHTS),
    call(ranking.ahp_weights, [[1, 3, 5], [1 / 3, 1, 3], [0.2, 1 / 3, 1]]),
    call(ranking.pareto, VALUES),
    call(ranking.topsis, VALUES, WEIGHTS, [True, False, True]),
    call(ranking.promethee, VALUES, WEIGHTS, [True, False, True]),
    call(ranking.local_minmax_scores, VALUES, WEIGHTS),
    call(robustness.weight_flip, VALUES, WEIGHTS, 2, 1, 0),
    call(robustness.weight_flips, VALUES, WEIGHTS, 2),
    call(robustness.weights_after, WEIGHTS, 1, 0.4),
    call(robustness.raw_flip, VALUES, CRITERIA, 2, 1, 0),
    call(robustness.raw_flips, VALUES, CRITERIA, 2),
    call(robustness.weight_transfer, VALUES, WEIGHTS, 2, 1),
    call(robustness.smallest_weight_change, VALUES, WEIGHTS, 2, 1),
    call(robustness.limit_steps, [0.3, 0.5, 0.4], [4.0, 8.0, 6.0]),
    call(robustness.regret, VALUES),
    call(robustness.knee, [0.2, 0.5, 1.0, 2.0], [0.62, 0.7, 0.71, 0.84], log_cost=True),
    call(routing.paired_counts, [True, False, True], [True, True, False]),
    call(routing.threshold_curve, [3.0, 2.0, 1.0, 1.0, 0.0], WEAK, STRONG, 0.001, 0.012),
    call(routing.random_line, 0.6, 0.8, 0.001, 0.012),
    call(routing.oracle_curve, WEAK, STRONG, 0.001, [0.01, 0.02, 0.01, 0.01, 0.01]),
    call(routing.topic_signal, ["a", "b", "a", "b", "a"], WEAK, STRONG, [True, True, False, False, True]),
    call(routing.average_gap_interval, [3.0, 2.0, 1.0, 1.0, 0.0], WEAK, STRONG, resamples=20),
    call(routing.cascade, COUNTS, 0.001, 0.012, accepts_right=0.9, accepts_wrong=0.3, verifier_usd=0.0001),
    call(routing.usd_per_avoided_error, 0.001, 0.012, 0.6, 0.8),
    call(routing.mixture_hull, [0.2, 0.5, 1.0], [0.62, 0.7, 0.71]),
    call(routing.average_quality, [0.2, 0.5, 1.0], [0.62, 0.7, 0.71], 2.0),
    call(scaling.kaplan_loss_of_params, 1e8),
    call(scaling.kaplan_loss_of_tokens, 1e9),
    call(scaling.kaplan_loss_of_compute, 10.0),
    call(scaling.loss, 7e10, 1.4e12),
    call(scaling.optimal_run, 1e21),
    call(scaling.training_flop, 8e9, 1e12),
    call(scaling.training_cost, 8e9, 1e12, usd_per_gpu_hour=2.0, peak_flops=989e12, mfu=0.4),
    call(scaling.implied_mfu, 7e23, 1.4e6, 989e12),
    call(scaling.petaflop_days, 3e23),
    call(scaling.exact_match, [0.8, 0.9], 10),
    call(sensitivity.clean_share, 0.3, 5),
    call(sensitivity.measured_clean_share, [[True, False], [False, False]]),
    call(sensitivity.sticky_clean_share, 0.3, 4),
    call(sensitivity.split_quality, 0.2, 0.85, 0.4, 0.8, 0.3),
    call(sensitivity.measured_split, [0.5, 1.0], [1.0, 1.0], [True, False], [True, True]),
    call(sensitivity.expected_leaks, 1e5, 0.3, 0.2, 0.98),
    call(sensitivity.recall_needed, 1e5, 0.3, 0.2, 1.0),
    call(sequential.e_value, 12, 16, 0.5),
    call(sequential.e_value_graded, [0.5, -0.25, 0.0]),
    call(sequential.sequential_test, [True, False, True], 0.05, 0.5),
    call(sequential.cases_until_stop, 0.2, 0.4, 50),
    call(statistics.z_value, 0.95),
    call(statistics.agresti_coull, 45, 50, 0.95),
    call(statistics.wilson, 45, 50, 0.95),
    call(statistics.clopper_pearson, 45, 50, 0.95),
    call(statistics.most_misses_not_excluded, 300, 0.95),
    call(statistics.mean_score, [0.2, 0.9, 1.0], ["a", "a", "b"], 0.95),
    call(statistics.standard_error, [0.2, 0.9, 1.0]),
    call(statistics.clustered_standard_error, [0.2, 0.9, 1.0], ["a", "a", "b"]),
    call(statistics.paired_difference, 12, 4, 100),
    call(statistics.paired_scores, [0.2, 0.9, 1.0], [0.1, 1.0, 0.3]),
    call(statistics.mcnemar, 12, 4),
    call(statistics.percentile_interval, [0.4, 0.1, 0.9, 0.2], 0.5, 0.95),
    call(student.two_sided, 2.1, 19.0),
    call(student.quantile, 0.95, 19.0),
    call(statistics.newcombe_paired, 70, 12, 4, 14, 0.95),
    call(statistics.paired_interval, 70, 2, 4, 24, 0.95),
    call(statistics.repeated_mean_variance, 0.11, 0.2, 50, 4),
    call(statistics.variance_parts, [[0.2, 0.3], [0.9, 0.8]]),
    call(statistics.all_pass, 7, 10, 3),
    call(statistics.any_pass, 7, 10, 3),
    call(statistics.holm, [0.01, 0.04, 0.03]),
    call(statistics.is_equivalent, statistics.Difference(0.01, 0.02), 0.05),
    call(statistics.verdict, INTERVAL, p_adjusted=0.01, e_value=30.0),
    call(tco.monthly_rate, 0.08),
    call(tco.annuity_months, 36, 0.08),
    call(tco.tco, 15_000, 3_200, 36, 0.08),
    call(tco.cumulative_cost, LINE, 36, 0.08),
    call(tco.crossover_months, 15_000, 3_200, 55_000, 2_100, 0.08),
    call(tco.growth_crossover_month, LINE, tco.CostLine(55_000, 2_100), 60, 0.08),
    call(tco.catch_up_months, LINE, tco.CostLine(55_000, 2_100), 0.08),
    call(tco.setup_with_delay, 55_000, 2_500, 4),
    call(tco.rate_of_return, 40_000, 1_100, 48),
    call(tco.staff_share_that_eats_the_saving, 3_200, 1_800, 12_000),
    call(tco.relative_difference, 2_100, 3_200),
]

# "Never", "no limit" and "for ever" are infinite, and their docstrings say so.
MAY_BE_INFINITE = {
    "continuous_break_even", "cache_payback_reads", "usd_per_avoided_error", "wait_p95_s", "crossover_months",
    "rate_of_return", "limit_steps", "largest_batch", "KvCache",
}  # fmt: skip
# NaN stands for "not known" in what these take, and in the values they return.
MAY_BE_MISSING = {"value_scores", "rank"}
# Seeds and positions that only our own code gives.
NOT_A_PERSONS = {"seed", "only"}


def replaced(value: Any, hostile: object) -> Iterator[Callable[[], Any]]:
    """Makers of copies of a nested value with one number (or one list) replaced; a maker may itself be refused."""
    if isinstance(value, bool | str | None.__class__) or callable(value):
        return
    if isinstance(value, int | float):
        yield lambda: hostile
    elif isinstance(value, list | tuple):
        kind = type(value)
        for i, item in enumerate(value):
            for make in replaced(item, hostile):
                yield lambda i=i, make=make: kind([*value[:i], make(), *value[i + 1 :]])
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for part in dataclasses.fields(value):
            if part.init:
                for make in replaced(getattr(value, part.name), hostile):
                    yield lambda part=part, make=make: dataclasses.replace(value, **{part.name: make()})


def variants(args: tuple[Any, ...], kwargs: dict[str, Any], hostile: object) -> Iterator[Callable[[], Call]]:
    for i, arg in enumerate(args):
        for make in replaced(arg, hostile):
            yield lambda i=i, make=make: (None, (*args[:i], make(), *args[i + 1 :]), kwargs)
    for key, arg in kwargs.items():
        if key in NOT_A_PERSONS:
            continue
        for make in replaced(arg, hostile):
            yield lambda key=key, make=make: (None, args, {**kwargs, key: make()})


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield from value.ravel().tolist()
    elif isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_in(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for part in dataclasses.fields(value):
            yield from numbers_in(getattr(value, part.name))
        for name, member in inspect.getmembers(type(value)):
            if isinstance(member, property):
                yield from numbers_in(getattr(value, name))


def checked(function: Callable[..., object], make: Callable[[], Call]) -> str:
    """Empty when the call is refused with a named field or answers with plain numbers; else what went wrong."""
    try:
        _, args, kwargs = make()
        with np.errstate(all="ignore"):
            found = list(numbers_in(function(*args, **kwargs)))
    except WorkbenchError as error:
        if not error.where and "range" not in error.what.lower():
            return f"refused without naming a field: {error}"
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if function.__name__ not in MAY_BE_MISSING and any(map(math.isnan, found)):
        return "NaN"
    if function.__name__ not in MAY_BE_INFINITE and any(map(math.isinf, found)):
        return "infinite"
    return ""


def test_that_every_public_formula_is_in_the_list() -> None:
    listed = {function for function, _, _ in CALLS}
    missing = [
        f"{module.__name__}.{name}"
        for module in MODULES
        for name, function in vars(importlib.import_module(module.__name__)).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
        if function not in listed
    ]
    assert not missing


@pytest.mark.parametrize("entry", CALLS, ids=[f"{f.__module__.split('.')[-1]}.{f.__name__}" for f, _, _ in CALLS])
def test_that_nonsense_is_refused_with_its_field_or_answered_without_nan(entry: Call) -> None:
    function, args, kwargs = entry
    assert not checked(function, lambda: entry)
    started = time.process_time()
    wrong = [
        (hostile, problem)
        for hostile in NONSENSE
        for make in variants(args, kwargs, hostile)
        if (problem := checked(function, make))
    ]
    assert not wrong
    assert time.process_time() - started < 60, "nonsense must not make a formula run for ever"


@pytest.mark.parametrize("entry", CALLS, ids=[f"{f.__module__.split('.')[-1]}.{f.__name__}" for f, _, _ in CALLS])
def test_that_an_empty_list_is_refused_with_its_field(entry: Call) -> None:
    function, args, kwargs = entry
    for i, arg in enumerate(args):
        if isinstance(arg, list):
            emptied = (*args[:i], [], *args[i + 1 :])
            assert not checked(function, lambda emptied=emptied: (function, emptied, kwargs))
