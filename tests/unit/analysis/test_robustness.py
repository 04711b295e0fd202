"""methods.md 1.5 and 1.7: flips, transfers, regret, knee."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from workbench.analysis import ranking, robustness
from workbench.analysis.ranking import Criterion
from workbench.domain.errors import WorkbenchError

A, B, C = 0, 1, 2
SETUP, RUN, PRIVACY, WEEKS, QUALITY, INDEPENDENCE = range(6)
RAW = np.array([[15e3, 3200, 0, 6, 90, 20], [80e3, 1800, 100, 14, 75, 90], [55e3, 2100, 80, 10, 85, 70]])
CRITERIA = [
    Criterion("setup", 100_000, 0, 30),
    Criterion("run", 4_000, 1_000, 50),
    Criterion("privacy", 0, 100, 100),
    Criterion("weeks", 16, 4, 50),
    Criterion("quality", 50, 100, 70),
    Criterion("independence", 0, 100, 40),
]
VALUES, _ = ranking.value_scores(RAW, CRITERIA)
WEIGHTS = ranking.criterion_weights(CRITERIA)


def test_tv_1i_weight_flips_of_c_over_b() -> None:
    expected = {PRIVACY: 0.3440, RUN: 0.2596, QUALITY: 0.1406, WEEKS: 0.1063, SETUP: 0.0292, INDEPENDENCE: 0.1800}
    for criterion, at in expected.items():
        assert robustness.weight_flip(VALUES, WEIGHTS, C, B, criterion) == pytest.approx(at, abs=5e-5)
    assert WEIGHTS[PRIVACY] == pytest.approx(0.2941, abs=5e-5)


def test_tv_1i_weight_flips_of_c_over_a() -> None:
    assert robustness.weight_flip(VALUES, WEIGHTS, C, A, SETUP) == pytest.approx(0.4329, abs=5e-5)
    assert robustness.weight_flip(VALUES, WEIGHTS, C, A, PRIVACY) is None


def test_tv_1i_raw_limits_of_c_against_b() -> None:
    expected = {RUN: 2410, WEEKS: 11.24, SETUP: 72_222, PRIVACY: 74.83, QUALITY: 81.31}
    for criterion, at in expected.items():
        assert robustness.raw_flip(RAW, CRITERIA, C, B, criterion) == pytest.approx(at, rel=1e-4)


def test_tv_1i_the_smallest_transfer_goes_from_weeks_to_independence() -> None:
    transfer = robustness.weight_transfer(VALUES, WEIGHTS, C, B)
    assert transfer is not None
    assert transfer.amount == pytest.approx(0.0285, abs=5e-5)
    assert (transfer.from_criterion, transfer.to_criterion) == (WEEKS, INDEPENDENCE)


def test_tv_1l_minimax_regret() -> None:
    result = robustness.regret([(8, 3), (5, 6), (6, 5)])
    assert result.largest.tolist() == [3, 3, 2]
    assert result.choice == 2


def test_tv_1m_knee_on_a_linear_and_a_logarithmic_axis() -> None:
    cost, quality = [0.2, 0.5, 1, 2, 6, 9], [0.62, 0.70, 0.71, 0.84, 0.86, 0.91]
    linear, log = robustness.knee(cost, quality), robustness.knee(cost, quality, log_cost=True)
    assert ranking.pareto(np.column_stack([-np.array(cost), quality])).front.all()
    assert linear is not None
    assert log is not None
    assert (linear.index, linear.axis, linear.distance) == (3, "linear", pytest.approx(0.3918, abs=5e-5))
    assert (log.index, log.axis, log.distance) == (3, "log", pytest.approx(0.1087, abs=5e-5))


def test_that_the_closest_flips_come_first() -> None:
    flips = robustness.weight_flips(VALUES, WEIGHTS, C)
    distances = [abs(flip.at - flip.now) for flip in flips]
    assert distances == sorted(distances)
    assert flips[0].criterion == WEEKS
    raw = robustness.raw_flips(RAW, CRITERIA, C)
    assert (raw[0].criterion, raw[0].option, raw[0].rival) == (PRIVACY, C, B)
    assert {flip.option for flip in raw} == {A, B, C}


def test_that_a_flip_on_a_figure_draws_the_two_options_level() -> None:
    for flip in robustness.raw_flips(RAW, CRITERIA, C):
        moved = RAW.copy()
        moved[flip.option, flip.criterion] = flip.at
        scores = ranking.rank(moved, CRITERIA).scores
        assert scores[flip.option] == pytest.approx(scores[flip.rival], abs=1e-12)


def test_that_the_smallest_change_of_all_weights_is_shorter_than_any_transfer() -> None:
    transfer = robustness.weight_transfer(VALUES, WEIGHTS, C, B)
    change = robustness.smallest_weight_change(VALUES, WEIGHTS, C, B)
    assert transfer is not None
    assert change is not None
    assert 0 < change <= transfer.amount * math.sqrt(2)


def test_that_no_transfer_takes_more_weight_than_a_criterion_has() -> None:
    values = [[1.0, 0.6, 0.5], [0.0, 0.5, 0.6]]
    transfer = robustness.weight_transfer(values, [0.01, 0.90, 0.09], 0, 1)
    assert transfer is not None
    assert (transfer.from_criterion, transfer.to_criterion) == (1, 2)


def test_that_the_winner_changes_as_a_limit_is_relaxed() -> None:
    scores = ranking.rank(RAW, CRITERIA).scores
    steps = robustness.limit_steps(scores, RAW[:, WEEKS])
    assert [(s.limit, s.winner) for s in steps] == [(-math.inf, None), (6, A), (10, C)]
    privacy = robustness.limit_steps(scores, RAW[:, PRIVACY], at_most=False)
    assert [(s.limit, s.winner) for s in privacy] == [(math.inf, None), (100, B), (80, C)]


def test_that_a_frontier_of_two_points_has_no_knee() -> None:
    assert robustness.knee([1, 2], [0.5, 0.9]) is None
    assert robustness.knee([1, 1, 1], [0.5, 0.6, 0.7]) is None


unit_values = arrays(np.float64, (3, 4), elements=st.floats(0, 1, width=16))
some_weights = st.lists(st.floats(0.125, 1, width=16), min_size=4, max_size=4)


@given(unit_values, some_weights)
def test_that_undoing_a_weight_flip_restores_the_winner(values: np.ndarray, weights: list[float]) -> None:
    w = np.array(weights) / sum(weights)
    scores = values @ w
    leader = int(np.argmax(scores))
    for flip in robustness.weight_flips(values, weights, leader):
        level = values @ robustness.weights_after(w, flip.criterion, flip.at)
        assert level[leader] == pytest.approx(level[flip.rival], abs=1e-9)
        if flip.at > 0.999:  # with all weight on one criterion the ratio of the others is gone
            continue
        back = robustness.weights_after(robustness.weights_after(w, flip.criterion, flip.at), flip.criterion, flip.now)
        assert back == pytest.approx(w, abs=1e-9)


@given(unit_values, some_weights)
def test_that_past_a_weight_flip_the_rival_is_ahead(values: np.ndarray, weights: list[float]) -> None:
    w = np.array(weights) / sum(weights)
    scores = values @ w
    leader = int(np.argmax(scores))
    for flip in robustness.weight_flips(values, weights, leader):
        ahead = scores[leader] - scores[flip.rival]
        beyond = flip.at + np.sign(flip.at - flip.now) * 1e-3
        if ahead < 1e-6 or not 0 <= beyond <= 1:
            continue
        moved = values @ robustness.weights_after(w, flip.criterion, beyond)
        assert moved[flip.rival] > moved[leader] - 1e-9


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, 1.1])
def test_that_values_outside_zero_to_one_are_refused(bad: float) -> None:
    with pytest.raises(WorkbenchError, match="Values"):
        robustness.weight_flip([[bad, 0.5], [0.5, 0.5]], [1, 1], 0, 1, 0)


def test_that_impossible_positions_and_weights_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="Leader"):
        robustness.weight_flip(VALUES, WEIGHTS, 9, 1, 0)
    with pytest.raises(WorkbenchError, match="add up to zero"):
        robustness.weight_flips(VALUES, [0] * 6, 0)
    with pytest.raises(WorkbenchError, match="one criterion"):
        robustness.weights_after([0, 1], 1, 0.5)
    with pytest.raises(WorkbenchError, match="free option"):
        robustness.knee([0, 1, 2], [0.1, 0.5, 0.6], log_cost=True)
