"""methods.md section 5: stopping a paired comparison early."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from workbench.analysis import sequential
from workbench.domain.errors import WorkbenchError


def test_tv_5j_e_values() -> None:
    expected = {(12, 16): 1.587, (20, 24): 54.126, (30, 40): 23.444, (7, 7): 26.8125, (8, 8): 50.2734}
    for counts, value in expected.items():
        assert sequential.e_value(*counts) == pytest.approx(value, abs=5e-4)


def test_tv_5j_looking_after_every_item_keeps_the_false_alarm_rate() -> None:
    rng = np.random.default_rng(11)
    stopped = sum(
        sequential.sequential_test((rng.random(300) < 0.5).tolist()).stop_after is not None for _ in range(2_000)
    )
    assert stopped / 2_000 < 0.05


def test_tv_5j_a_true_70_to_30_split_stops_after_about_48_items() -> None:
    rng = np.random.default_rng(12)
    stops = [sequential.sequential_test((rng.random(400) < 0.7).tolist()).stop_after or 400 for _ in range(2_000)]
    assert np.median(stops) == pytest.approx(48, abs=3)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_that_the_path_ends_at_the_e_value_of_the_counts(outcomes: list[bool]) -> None:
    result = sequential.sequential_test(outcomes)
    assert result.e_values[-1] == pytest.approx(sequential.e_value(sum(outcomes), len(outcomes)), rel=1e-9)
    assert 0 < result.anytime_p <= 1


def test_that_seven_wins_in_a_row_are_enough_to_stop() -> None:
    result = sequential.sequential_test([True] * 10)
    assert result.stop_after == 7
    assert sequential.sequential_test([True, False] * 10).stop_after is None


def test_that_a_run_without_end_stays_finite() -> None:
    assert np.isfinite(sequential.sequential_test([True] * 5_000).e_values).all()
    assert sequential.e_value(0, 0) == 1


@given(st.lists(st.sampled_from((-1.0, 0.0, 1.0)), max_size=60))
def test_that_bets_on_right_and_wrong_are_the_e_value_of_the_counts(gains: list[float]) -> None:
    wins, discordant = gains.count(1.0), len(gains) - gains.count(0.0)
    capital = sequential.Capital()
    for gain in gains:
        capital.bet(gain)
    assert capital.e_value == pytest.approx(sequential.e_value(wins, discordant), rel=1e-9)
    if gains:
        assert sequential.e_value_graded(gains) == pytest.approx(capital.e_value, rel=1e-9)


def test_that_bets_on_graded_scores_are_the_mean_over_all_stakes() -> None:
    gains = np.random.default_rng(13).uniform(-1, 1, 30)
    mean, _ = integrate.quad(lambda angle: np.prod(1 + np.cos(angle) * gains) / np.pi, 0, np.pi)
    assert sequential.e_value_graded(gains) == pytest.approx(mean, rel=1e-9)
    many = np.tile(gains, 200)  # more than are worked out at once
    in_turn = sequential.Capital()
    for part in np.split(many, 4):
        in_turn.add(part)
    assert sequential.e_value_graded(many) == pytest.approx(in_turn.e_value, rel=1e-9)


def test_that_a_model_that_wins_most_items_by_little_and_loses_some_by_much_is_not_called_better() -> None:
    rng = np.random.default_rng(14)
    stopped = 0
    for _ in range(200):
        capital, most = sequential.Capital(), 0.0
        for gain in rng.choice([0.1, -0.9], 120, p=[0.9, 0.1]):  # 0 on average
            capital.bet(gain)
            most = max(most, capital.e_value)
        stopped += most >= 20
    assert stopped <= 16, "5 % of 200 are 10; 16 is two standard errors more"
    assert sequential.e_value(108, 120) > 1e10, "by the items won it would be as good as certain"


def test_that_bad_input_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no discordant item"):
        sequential.sequential_test([])
    with pytest.raises(WorkbenchError, match="Wins"):
        sequential.e_value(3, 2)
    with pytest.raises(WorkbenchError, match="Error rate"):
        sequential.sequential_test([True], alpha=0)
    with pytest.raises(WorkbenchError, match="out of range"):
        sequential.e_value_graded([0.5, 1.5])
