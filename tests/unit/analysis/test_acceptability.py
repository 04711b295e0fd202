"""methods.md 1.6: how often each option would be best."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from workbench.analysis import acceptability as smaa
from workbench.analysis import ranking
from workbench.analysis.ranking import Criterion
from workbench.domain.errors import WorkbenchError

RAW = [[15e3, 3200, 0, 6, 90, 20], [80e3, 1800, 100, 14, 75, 90], [55e3, 2100, 80, 10, 85, 70]]
ANCHORS = [(100e3, 0), (4e3, 1e3), (0, 100), (16, 4), (50, 100), (0, 100)]
VALUES, _ = ranking.value_scores(RAW, [Criterion(str(i), w, b, 1) for i, (w, b) in enumerate(ANCHORS)])


def test_tv_1j_two_criteria_agree_with_the_exact_shares() -> None:
    options = [(1, 0.2), (0.4, 0.9)]
    flip = smaa.exact_two_criteria_flip(*options)
    assert flip == pytest.approx(0.5385, abs=5e-5)
    result = smaa.acceptability(options, smaa.uniform_weights(2, 200_000))
    assert result.share == pytest.approx([0.4615, 0.5385], abs=4 * result.mc_error[0])


def test_tv_1k_shares_of_the_reference_scenario() -> None:
    nothing_known = smaa.acceptability(VALUES, smaa.uniform_weights(6, 100_000)).share
    assert nothing_known == pytest.approx([0.219, 0.303, 0.478], rel=0.02)
    ranked = smaa.acceptability(VALUES, smaa.ranked_weights([2, 4, 3, 1, 5, 0], 100_000)).share
    assert ranked == pytest.approx([0, 0.391, 0.609], rel=0.02)


def test_that_the_band_around_swing_points_keeps_the_ratio_on_average() -> None:
    draws = smaa.swing_band_weights([30, 50, 100], 0.2, 50_000)
    assert draws.mean(axis=0) == pytest.approx(np.array([30, 50, 100]) / 180, rel=0.01)
    assert draws.sum(axis=1) == pytest.approx(np.ones(50_000))
    assert smaa.swing_band_weights([1, 2], 0.0, 3) == pytest.approx(np.full((3, 2), [1 / 3, 2 / 3]))


def test_that_ranked_weights_never_break_the_ranking() -> None:
    draws = smaa.ranked_weights([1, 2, 0], 1_000)
    assert (draws[:, 1] >= draws[:, 2]).all()
    assert (draws[:, 2] >= draws[:, 0]).all()


def test_that_identical_options_share_their_wins() -> None:
    result = smaa.acceptability([[0.5, 0.9], [0.9, 0.5], [0.9, 0.5]], smaa.uniform_weights(2))
    assert result.share[1] == result.share[2]
    assert result.share.sum() == pytest.approx(1)


def test_that_a_score_known_only_as_a_range_is_drawn_from_it() -> None:
    weights = smaa.uniform_weights(1, 50_000)
    result = smaa.acceptability([[0.0], [0.25]], weights, values_high=[[1.0], [0.25]])
    assert result.share == pytest.approx([0.75, 0.25], abs=0.01)
    unknown = smaa.acceptability([[math.nan], [0.25]], weights)
    assert unknown.share == pytest.approx([0.75, 0.25], abs=0.01)


def test_that_the_same_seed_gives_the_same_answer() -> None:
    first = smaa.acceptability(VALUES, smaa.uniform_weights(6, 500, seed=3), values_high=VALUES)
    again = smaa.acceptability(VALUES, smaa.uniform_weights(6, 500, seed=3), values_high=VALUES)
    assert np.array_equal(first.share, again.share)
    other = smaa.uniform_weights(6, 500, seed=4)
    assert not np.array_equal(other, smaa.uniform_weights(6, 500, seed=3))


@settings(max_examples=40)
@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.floats(0, 1, width=16)))
def test_that_shares_sum_to_one_and_central_weights_make_their_option_best(values: np.ndarray) -> None:
    result = smaa.acceptability(values, smaa.uniform_weights(3, 400))
    assert result.share.sum() == pytest.approx(1)
    for option in np.flatnonzero(result.share > 0):
        scores = values @ result.central_weights[option]
        assert scores[option] >= scores.max() - 1e-9


@settings(max_examples=40)
@given(arrays(np.float64, (3, 3), elements=st.floats(0.25, 1, width=16)))
def test_that_a_clearly_dominated_option_is_never_best(values: np.ndarray) -> None:
    with_worse = np.vstack([values, values[0] - 0.1])
    assert smaa.acceptability(with_worse, smaa.uniform_weights(3, 400)).share[-1] == 0


def test_that_twenty_thousand_draws_over_two_hundred_options_are_quick() -> None:
    values = np.random.default_rng(1).random((200, 8))
    weights = smaa.uniform_weights(8)
    vectorised = min(_seconds(lambda: smaa.acceptability(values, weights)) for _ in range(3))
    loop = _seconds(lambda: [int(np.argmax(values @ w)) for w in weights[:2_000]]) * 10
    assert vectorised < loop


@pytest.mark.parametrize(
    ("values", "high", "field"),
    [
        ([[0.5, 1.5]], None, "Values"),
        ([[0.5, 0.5, 0.5]], None, "Values"),
        ([[0.5, 0.5]], [[0.4, 0.6]], "Upper values"),
        ([[0.5, 0.5]], [[0.5, 0.6], [0.5, 0.6]], "Upper values"),
    ],
)
def test_that_bad_values_are_refused(values: list[list[float]], high: list[list[float]] | None, field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        smaa.acceptability(values, smaa.uniform_weights(2, 10), values_high=high)
    assert error.value.where == field


def test_that_bad_weights_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="add up to zero"):
        smaa.swing_band_weights([0, 0])
    with pytest.raises(WorkbenchError, match="every criterion once"):
        smaa.ranked_weights([1, 2])
    with pytest.raises(WorkbenchError, match="Draws"):
        smaa.uniform_weights(3, 0)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
