"""methods.md 4.3: mixed data."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import sensitivity
from workbench.domain.errors import WorkbenchError


def test_tv_4g_retrieved_passages_contaminate_a_request() -> None:
    found = [sensitivity.clean_share(0.3, m) for m in (1, 3, 5, 10)]
    assert found == pytest.approx([0.70, 0.343, 0.168, 0.028], abs=5e-4)
    assert sensitivity.clean_share(0.1, 5) == pytest.approx(0.590, abs=5e-4)


def test_tv_4h_a_conversation_that_stays_local_once_it_was() -> None:
    found = [sensitivity.sticky_clean_share(0.3, k) for k in (1, 4, 8)]
    assert found == pytest.approx([0.70, 0.4433, 0.2749], abs=5e-5)
    assert sensitivity.sticky_clean_share(0.1, 4) == pytest.approx(0.7738, abs=5e-5)


def test_tv_4i_quality_and_cloud_traffic_by_sensitive_share() -> None:
    expected = {0.0: (0.840, 0.20), 0.3: (0.816, 0.14), 0.6: (0.792, 0.08)}
    for share, (quality, cloud) in expected.items():
        split = sensitivity.split_quality(0.2, 0.85, 0.40, 0.80, share)
        assert (split.quality, split.cloud_share) == pytest.approx((quality, cloud))
        assert split.local_only_quality == pytest.approx(0.76)


def test_tv_4j_leaks_and_the_recall_that_stops_them() -> None:
    assert sensitivity.expected_leaks(100_000, 0.3, 0.2, 0.98) == pytest.approx(120)
    assert sensitivity.recall_needed(100_000, 0.3, 0.2, 1) == pytest.approx(0.99983, abs=5e-6)


def test_that_a_measured_index_replaces_the_formula() -> None:
    assert sensitivity.measured_clean_share([[False, False], [True, False], [False], []]) == 0.75


def test_that_only_what_may_leave_leaves() -> None:
    local, cloud, may_leave = [0, 0, 1, 1], [1, 1, 1, 0], [True, False, True, True]
    split = sensitivity.measured_split(local, cloud, may_leave, [True, True, False, False])
    assert (split.quality, split.cloud_share, split.local_only_quality) == (0.75, 0.25, 0.5)
    closed = sensitivity.measured_split([0, 1], [1, 1], [False, False], [True, True])
    assert (closed.quality, closed.cloud_share) == (0.5, 0)


@given(st.floats(0, 1), st.integers(1, 30))
def test_that_more_passages_or_turns_never_clean_a_request(share: float, many: int) -> None:
    assert sensitivity.clean_share(share, many + 1) <= sensitivity.clean_share(share, many)
    assert sensitivity.sticky_clean_share(share, many + 1) <= sensitivity.sticky_clean_share(share, many) + 1e-12


@given(st.floats(1, 1e7), st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0, 100))
def test_that_the_recall_needed_keeps_the_leaks_allowed(n: float, sensitive: float, cloud: float, leaks: float) -> None:
    recall = sensitivity.recall_needed(n, sensitive, cloud, leaks)
    assert sensitivity.expected_leaks(n, sensitive, cloud, recall) <= leaks * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: sensitivity.clean_share(1.2, 3), "Sensitive share"),
        (lambda: sensitivity.clean_share(0.2, -1), "Passages"),
        (lambda: sensitivity.sticky_clean_share(0.2, 0), "Turns"),
        (lambda: sensitivity.measured_clean_share([]), "Test requests"),
        (lambda: sensitivity.measured_split([1], [1], [True, False], [True]), "May leave"),
        (lambda: sensitivity.expected_leaks(-1, 0, 0, 0), "Requests"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
