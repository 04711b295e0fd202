"""methods.md 4.2: many models within a budget."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog
from workbench.analysis import budget_routing
from workbench.domain.errors import WorkbenchError

QUALITY = np.array([[0.9, 0.92, 0.95], [0.4, 0.7, 0.9], [0.2, 0.3, 0.8], [0.6, 0.85, 0.86]])
COST = np.array([1.0, 4.0, 20.0])


def test_tv_4f_assignments_by_the_weight_of_a_dollar() -> None:
    expected = {
        0.01: ([0, 2, 2, 1], 0.8625, 11.25),
        0.02: ([0, 1, 2, 1], 0.8125, 7.25),
        0.04: ([0, 1, 0, 1], 0.6625, 2.5),
    }
    for weight, (models, quality, cost) in expected.items():
        found = budget_routing.assign(QUALITY, COST, weight)
        assert found.model.tolist() == models
        assert (found.quality, found.cost_usd) == pytest.approx((quality, cost))


def test_tv_4f_a_budget_between_two_assignments_is_a_mix_of_them() -> None:
    dear, cheap = (budget_routing.assign(QUALITY, COST, weight) for weight in (0.02, 0.04))
    mix = budget_routing.mix_to_budget(dear, cheap, 6.5)
    assert mix.dear_share == pytest.approx(0.8421, abs=5e-5)
    assert mix.quality == pytest.approx(0.7888, abs=5e-4)
    assert mix.cost_usd == pytest.approx(6.5)
    best_single = max(
        QUALITY[range(4), models].mean()
        for models in itertools.product(range(3), repeat=4)
        if COST[list(models)].mean() <= 6.5
    )
    assert best_single == pytest.approx(0.75)


def test_tv_4f_the_bisected_weight_does_at_least_as_well_as_the_mix_of_two_round_weights() -> None:
    plan = budget_routing.within_budget(QUALITY, COST, 6.5)
    assert plan.quality == pytest.approx(0.7890625)
    assert plan.cost_usd == pytest.approx(6.5)
    assert plan.usd_weight == pytest.approx(0.03125)


def test_that_the_cheapest_budget_and_a_rich_one_both_have_a_plan() -> None:
    assert budget_routing.within_budget(QUALITY, COST, 1.0).quality == pytest.approx(QUALITY[:, 0].mean())
    rich = budget_routing.within_budget(QUALITY, COST, 100)
    assert (rich.quality, rich.cost_usd, rich.dear_share) == pytest.approx((QUALITY.max(axis=1).mean(), 20.0, 1.0))


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 5), st.just(3)), elements=st.floats(0, 1, width=16)),
    st.floats(0, 1),
)
def test_that_no_router_within_the_budget_is_better(quality: np.ndarray, where: float) -> None:
    budget = 1 + where * 19
    plan = budget_routing.within_budget(quality, COST, budget)
    n, k = quality.shape
    oracle = linprog(
        -quality.ravel() / n,
        A_ub=[np.tile(COST, n) / n],
        b_ub=[budget],
        A_eq=np.kron(np.eye(n), np.ones(k)),
        b_eq=np.ones(n),
        bounds=(0, 1),
    )
    assert plan.cost_usd <= budget * (1 + 1e-9)
    assert plan.quality == pytest.approx(-oracle.fun, abs=1e-7)


def test_that_costs_may_differ_by_item() -> None:
    cost = np.array([[1.0, 2.0], [3.0, 1.0]])
    found = budget_routing.assign([[0.5, 0.5], [0.5, 0.5]], cost, 0.0)
    assert found.model.tolist() == [0, 1]
    assert found.cost_usd == 1.0


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: budget_routing.within_budget(QUALITY, COST, 0.5), "Budget per item"),
        (lambda: budget_routing.assign(QUALITY * 2, COST, 0.1), "Scores"),
        (lambda: budget_routing.assign(QUALITY, [1, 2], 0.1), "Costs"),
        (lambda: budget_routing.assign(QUALITY, [[1, 2, 3]], 0.1), "Costs"),
        (lambda: budget_routing.assign(QUALITY, COST, -1), "Weight of a dollar"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
