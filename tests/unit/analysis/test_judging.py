"""methods.md section 5: correcting an LLM judge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis.judging import judge_corrected
from workbench.domain.errors import WorkbenchError


def test_tv_5i_a_judge_with_known_errors() -> None:
    result = judge_corrected(0.80, 500, 0.85, 100, 0.90, 100)
    assert result.point == pytest.approx(0.8667, abs=5e-5)
    assert (result.low, result.high) == pytest.approx((0.7899, 0.9633), abs=5e-5)


def test_that_a_perfect_judge_changes_nothing() -> None:
    result = judge_corrected(0.7, 1_000, 1.0, 100_000, 1.0, 100_000)
    assert result.point == pytest.approx(0.7)
    assert result.high - result.low < 0.06


good_enough, labelled = st.floats(0.6, 1), st.integers(10, 300)


@given(st.floats(0, 1), good_enough, good_enough, st.integers(1, 500), labelled, labelled)
def test_that_the_interval_contains_the_point(p: float, q0: float, q1: float, n: int, m0: int, m1: int) -> None:
    result = judge_corrected(p, n, q0, m0, q1, m1)
    assert 0 <= result.low <= result.point <= result.high <= 1


@pytest.mark.parametrize(
    "case", [(0.754, 1_000, 1.0, 1, 1.0, 50), (0.51, 100, 1.0, 50, 1.0, 1), (0.0, 1, 0.96, 50, 1.0, 1)]
)
def test_that_few_labelled_items_do_not_push_the_point_out_of_its_interval(case: tuple[float, ...]) -> None:
    """One labelled item makes a perfect judge err in a third: the interval around that share misses the point."""
    p, n, q0, m0, q1, m1 = case
    result = judge_corrected(p, int(n), q0, int(m0), q1, int(m1))
    assert result.low <= result.point <= result.high


def test_that_a_judge_no_better_than_chance_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="no better than chance"):
        judge_corrected(0.8, 500, 0.4, 100, 0.6, 100)
    with pytest.raises(WorkbenchError, match="Items people called wrong"):
        judge_corrected(0.8, 500, 0.9, 0, 0.9, 100)
