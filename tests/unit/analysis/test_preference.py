"""methods.md section 5: strength from blind votes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from workbench.analysis.preference import bradley_terry
from workbench.domain.errors import WorkbenchError

WINS = [[0, 24, 30], [16, 0, 22], [10, 18, 0]]


def test_tv_5h_three_models() -> None:
    result = bradley_terry(WINS)
    assert result.theta == pytest.approx([0.49084, -0.07024, -0.42060], abs=5e-6)
    assert result.elo == pytest.approx([85.3, -12.2, -73.1], abs=0.05)
    assert result.standard_error == pytest.approx([0.15976, 0.15315, 0.15785], abs=1e-5)
    assert result.difference_error(0, 1) == pytest.approx(0.27027, abs=5e-6)
    assert result.chance(0, 1) == pytest.approx(0.6367, abs=5e-5)
    assert not result.virtual_ties


def test_that_the_fit_is_the_most_likely_one() -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        wins = rng.integers(1, 30, (4, 4)).astype(float)
        np.fill_diagonal(wins, 0)

        def loss(theta: np.ndarray, table: np.ndarray = wins) -> float:
            gap = theta[:, None] - theta[None, :]
            return float((table * np.log1p(np.exp(-gap))).sum() + theta.mean() ** 2)

        oracle = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-9}).x
        assert bradley_terry(wins).theta == pytest.approx(oracle - oracle.mean(), abs=1e-5)


def test_that_a_tie_counts_half_to_both() -> None:
    tied = bradley_terry([[0, 2], [1, 0]], [[0, 2], [2, 0]])
    assert tied.theta == pytest.approx(bradley_terry([[0, 3], [2, 0]]).theta)


def test_that_an_unbeaten_model_gets_a_virtual_tie_and_says_so() -> None:
    result = bradley_terry([[0, 5, 5], [0, 0, 3], [0, 2, 0]])
    assert result.virtual_ties
    assert np.isfinite(result.theta).all()
    assert result.theta[0] == result.theta.max()


@settings(max_examples=40)
@given(arrays(np.float64, (4, 4), elements=st.integers(0, 9).map(float)))
def test_that_any_votes_give_finite_strengths_around_zero(wins: np.ndarray) -> None:
    np.fill_diagonal(wins, 0)
    if wins.sum() == 0:
        return
    result = bradley_terry(wins)
    assert result.theta.sum() == pytest.approx(0, abs=1e-9)
    assert np.isfinite(result.standard_error).all()


def test_that_tables_that_make_no_sense_are_refused() -> None:
    for wins, words in (
        ([[0, 1]], "one row and one column"),
        ([[0, 0], [0, 0]], "no votes"),
        ([[1, 1], [1, 0]], "against itself"),
        ([[0, -1], [1, 0]], "out of range"),
    ):
        with pytest.raises(WorkbenchError, match=words):
            bradley_terry(wins)
    with pytest.raises(WorkbenchError, match="same both ways"):
        bradley_terry([[0, 1], [1, 0]], [[0, 1], [2, 0]])
