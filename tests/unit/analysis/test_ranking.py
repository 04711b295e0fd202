"""methods.md 1.1 to 1.4: values, weights, Pareto filter, second opinions."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from workbench.analysis import ranking
from workbench.analysis.ranking import Criterion
from workbench.domain.errors import WorkbenchError

POINTS = (30, 50, 100, 50, 70, 40)
ANCHORS = (("setup", 100_000, 0), ("run", 4_000, 1_000), ("privacy", 0, 100), ("weeks", 16, 4), ("quality", 50, 100))
RAW = np.array(
    [
        [15_000, 3_200, 0, 6, 90, 20],
        [80_000, 1_800, 100, 14, 75, 90],
        [55_000, 2_100, 80, 10, 85, 70],
    ]
)
MORE_IS_BETTER = (False, False, True, False, True, True)


def scenario(points: tuple[float, ...] = POINTS) -> list[Criterion]:
    anchors = (*ANCHORS, ("independence", 0, 100))
    return [Criterion(name, worst, best, p) for (name, worst, best), p in zip(anchors, points, strict=True)]


def test_tv_1a_rank_order_centroid_and_rank_sum_weights() -> None:
    assert ranking.rank_order_centroid(3) == pytest.approx([0.6111, 0.2778, 0.1111], abs=5e-5)
    assert ranking.rank_order_centroid(4) == pytest.approx([0.5208, 0.2708, 0.1458, 0.0625], abs=5e-5)
    six = [0.4083, 0.2417, 0.1583, 0.1028, 0.0611, 0.0278]
    assert ranking.rank_order_centroid(6) == pytest.approx(six, abs=5e-5)
    assert ranking.rank_sum(6)[[0, -1]] == pytest.approx([0.2857, 0.0476], abs=5e-5)


def test_tv_1b_ahp_weights_and_consistency() -> None:
    result = ranking.ahp_weights([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    assert result.weights == pytest.approx([0.6370, 0.2583, 0.1047], abs=5e-5)
    assert result.lambda_max == pytest.approx(3.03851, abs=1e-5)
    assert result.consistency_index == pytest.approx(0.01926, abs=1e-5)
    assert result.consistency_ratio == pytest.approx(0.0332, abs=1e-4)


def test_tv_1c_values_of_the_reference_scenario() -> None:
    values, clipped = ranking.value_scores(RAW, scenario())
    assert values[0] == pytest.approx([0.85, 0.2667, 0, 0.8333, 0.8, 0.2], abs=5e-5)
    assert values[1] == pytest.approx([0.2, 0.7333, 1, 0.1667, 0.5, 0.9], abs=5e-5)
    assert values[2] == pytest.approx([0.45, 0.6333, 0.8, 0.5, 0.7, 0.7], abs=5e-5)
    assert not clipped.any()


def test_tv_1d_scores_by_swing_equal_and_centroid_weights() -> None:
    swing = ranking.rank(RAW, scenario())
    assert swing.scores == pytest.approx([0.4250, 0.6529, 0.6681], abs=5e-5)
    assert swing.order == (2, 1, 0)
    assert ranking.rank(RAW, scenario((1,) * 6)).scores == pytest.approx([0.4917, 0.5833, 0.6306], abs=5e-5)
    centroid = ranking.weights_by_rank([2, 4, 3, 1, 5, 0], ranking.rank_order_centroid(6))
    by_rank = ranking.rank(RAW, scenario(tuple(centroid)))
    assert by_rank.scores == pytest.approx([0.3885, 0.6915, 0.6954], abs=5e-5)


def test_tv_1e_the_two_hard_limits_leave_only_c() -> None:
    outside_allowed = RAW[:, 2] > 0
    in_time = RAW[:, 3] <= 12
    assert np.flatnonzero(outside_allowed & in_time).tolist() == [2]
    scores = ranking.rank(RAW, scenario()).scores
    assert scores[2] - scores[1] == pytest.approx(0.015, abs=5e-4)


def test_tv_1f_topsis_and_promethee_on_the_scenario() -> None:
    topsis = ranking.topsis(RAW, POINTS, MORE_IS_BETTER)
    assert topsis == pytest.approx([0.2676, 0.7324, 0.7374], abs=5e-5)
    assert ranking.promethee(RAW, POINTS, MORE_IS_BETTER) == pytest.approx([-0.1176, 0.1176, 0], abs=5e-5)


def test_tv_1g_a_dominated_option_flips_topsis() -> None:
    before = ranking.topsis([(9, 5), (9, 1), (7, 6)], [0.5, 0.5])
    after = ranking.topsis([(9, 5), (9, 1), (7, 6), (5, 6)], [0.5, 0.5])
    assert before == pytest.approx([0.8056, 0.1782, 0.8218], abs=5e-5)
    assert after == pytest.approx([0.8263, 0.3402, 0.8003, 0.6598], abs=5e-5)


def test_tv_1h_a_dominated_option_flips_scores_scaled_by_the_options_present() -> None:
    options = [(0.4, 0.4, 0.4), (0.1, 0.8, 0.7), (0.2, 0, 0.2)]
    weights = [0.4, 0.35, 0.25]
    assert ranking.local_minmax_scores(options, weights) == pytest.approx([0.675, 0.600, 0.133], abs=5e-4)
    after = ranking.local_minmax_scores([*options, (0, 0.3, 0.6)], weights)
    assert after == pytest.approx([0.675, 0.700, 0.200, 0.331], abs=5e-4)


def test_that_the_bars_of_an_option_add_up_to_its_score() -> None:
    result = ranking.rank(RAW, scenario())
    assert result.bars.sum(axis=1) == pytest.approx(result.scores)


def test_that_a_missing_score_becomes_an_interval_and_earns_nothing() -> None:
    raw = RAW.astype(float)
    raw[2, 4] = math.nan
    result = ranking.rank(raw, scenario())
    weight = 70 / 340
    assert result.scores[2] == pytest.approx(0.668137 - 0.7 * weight, abs=1e-6)
    assert result.scores_high[2] == pytest.approx(0.668137 + 0.3 * weight, abs=1e-6)
    assert result.leader == 1
    assert not result.leader_is_certain
    assert ranking.rank(RAW, scenario()).leader_is_certain


def test_that_a_value_beyond_its_anchor_is_cut_and_flagged() -> None:
    raw = RAW.copy()
    raw[0, 1] = 9_000
    values, clipped = ranking.value_scores(raw, scenario())
    assert values[0, 1] == 0
    assert np.argwhere(clipped).tolist() == [[0, 1]]


def compared_each_with_each(values: np.ndarray) -> tuple[list[bool], list[int | None]]:
    """The definition, word for word: i dominates k when it is nowhere worse and somewhere better."""
    dominates = [[bool((a >= b).all() and (a > b).any()) for b in values] for a in values]
    front = [not any(row[k] for row in dominates) for k in range(len(values))]
    first = [next((i for i, row in enumerate(dominates) if row[k] and front[i]), None) for k in range(len(values))]
    return front, [None if front[k] else first[k] for k in range(len(values))]


@pytest.mark.parametrize("seed", range(6))
def test_that_two_columns_are_filtered_by_sorting_as_by_comparing_each_with_each(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = (3, 12, 10_000)[seed % 3]  # many identical ones, some, hardly any
    values = rng.integers(0, steps, (300, 2)).astype(float)
    if seed >= 3:
        values[rng.random((300, 2)) < 0.1] = np.nan
    result = ranking.pareto(values)
    assert (result.front.tolist(), list(result.dominated_by)) == compared_each_with_each(values)


def test_that_a_hundred_catalogs_are_filtered_without_comparing_each_with_each() -> None:
    values = np.random.default_rng(1).random((20_000, 2))
    tracemalloc.start()
    ranking.pareto(values)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20e6, "comparing each with each holds 400 million booleans"


def test_that_the_pareto_filter_names_a_dominator_on_the_front() -> None:
    result = ranking.pareto([(1, 0.5), (2, 0.5), (3, 0.4), (1, 0.6)], maximise=(False, True))
    assert result.front.tolist() == [False, False, False, True]
    assert result.dominated_by == (3, 3, 3, None)


def test_that_identical_options_both_stay_on_the_front() -> None:
    assert ranking.pareto([(1, 2), (1, 2)]).front.all()


def test_that_an_option_with_a_missing_figure_neither_dominates_nor_is_dominated() -> None:
    result = ranking.pareto([(math.nan, 9), (1, 1), (2, 2)])
    assert result.front.tolist() == [True, False, True]


unit_tables = arrays(np.float64, st.tuples(st.integers(1, 6), st.just(4)), elements=st.floats(0, 1, width=16))
unit_weights = st.lists(st.floats(0, 1, width=16), min_size=4, max_size=4).filter(lambda w: sum(w) > 0)


def plain(weights: list[float]) -> list[Criterion]:
    return [Criterion(str(i), 0, 1, w) for i, w in enumerate(weights)]


@given(unit_tables, unit_weights)
def test_that_a_dominated_option_never_beats_its_dominator(table: np.ndarray, weights: list[float]) -> None:
    scores = ranking.rank(table, plain(weights)).scores
    for option, dominator in enumerate(ranking.pareto(table).dominated_by):
        if dominator is not None:
            assert scores[option] <= scores[dominator] + 1e-12


@given(unit_tables, unit_weights, st.integers(0, 5), st.lists(st.floats(0, 1, width=16), min_size=4, max_size=4))
def test_that_adding_a_dominated_option_never_changes_the_winner(
    table: np.ndarray, weights: list[float], which: int, shrink: list[float]
) -> None:
    worse = table[which % len(table)] * np.array(shrink)
    before = ranking.rank(table, plain(weights))
    after = ranking.rank(np.vstack([table, worse]), plain(weights))
    assert after.leader == before.leader
    assert after.scores[:-1] == pytest.approx(before.scores, abs=0)


@given(unit_tables, unit_weights)
def test_that_every_dominator_is_on_the_front(table: np.ndarray, weights: list[float]) -> None:
    result = ranking.pareto(table)
    assert result.front.any()
    assert all(d is None or result.front[d] for d in result.dominated_by)


@settings(max_examples=30)
@given(st.permutations(range(5)))
def test_that_weights_by_rank_follow_the_order_given(order: list[int]) -> None:
    weights = ranking.weights_by_rank(order, ranking.rank_order_centroid(5))
    assert np.argsort(-weights).tolist() == list(order)
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("raw", "criteria", "field"),
    [
        ([[1.0]], [], "criteria"),
        ([], scenario(), "Option values"),
        ([[math.inf] * 6], scenario(), "Option values"),
        ([[1.0] * 5], scenario(), "Option values"),
        (RAW, scenario((0,) * 6), "Weights"),
        (RAW, scenario((-1, 1, 1, 1, 1, 1)), "Weights"),
        ([[1.0]], [Criterion("cost", 3, 3, 1)], "cost"),
        ([[1.0]], [Criterion("cost", math.nan, 3, 1)], "Worst anchor of cost"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(raw: object, criteria: list[Criterion], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        ranking.rank(raw, criteria)
    assert error.value.where == field


def test_that_an_order_or_comparison_that_does_not_fit_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="every criterion once"):
        ranking.weights_by_rank([0, 0], [0.5, 0.5])
    with pytest.raises(WorkbenchError, match="mirror"):
        ranking.ahp_weights([[1, 2], [2, 1]])
