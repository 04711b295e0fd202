"""methods.md section 5: stopping a paired comparison early."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
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


def test_that_bad_input_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no discordant item"):
        sequential.sequential_test([])
    with pytest.raises(WorkbenchError, match="Wins"):
        sequential.e_value(3, 2)
    with pytest.raises(WorkbenchError, match="Error rate"):
        sequential.sequential_test([True], alpha=0)
