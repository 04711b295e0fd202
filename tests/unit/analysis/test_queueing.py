"""methods.md 3.5: from users to replicas."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import queueing
from workbench.analysis.queueing import PROFILES, UserProfile
from workbench.domain.errors import WorkbenchError


def test_tv_3i_two_thousand_users_in_chat_and_rag() -> None:
    load = queueing.load_of_users(2_000, PROFILES["chat"])
    assert (load.mean_per_s, load.peak_per_s) == pytest.approx((2.667, 5.333), abs=5e-4)
    assert load.requests_in(8) == pytest.approx(76_800)
    assert queueing.load_of_users(2_000, PROFILES["rag"]).requests_in(8) == pytest.approx(192_000)


def test_tv_3j_erlang_c() -> None:
    assert queueing.erlang_c(2, 3) == pytest.approx(0.444444, abs=5e-7)
    assert queueing.erlang_c(10, 12) == pytest.approx(0.449388, abs=5e-7)


def test_tv_3k_waiting_shrinks_quickly_with_slots() -> None:
    assert queueing.wait_p95_s(5.333, 12, 72) == pytest.approx(2.35, abs=5e-3)
    assert queueing.wait_p95_s(5.333, 12, 76) == pytest.approx(0.672, abs=1e-3)
    assert queueing.wait_p95_s(5.333, 12, 80) == 0
    assert queueing.erlang_c(5.333 * 12, 76) == pytest.approx(0.098, abs=5e-4)
    assert pytest.approx(0.842, abs=5e-4) == 5.333 * 12 / 76


def test_that_the_smallest_fleet_meets_the_wait_and_carries_a_spare() -> None:
    fleet = queueing.smallest_fleet(5.333, 12, 4, longest_wait_s=1.0)
    assert (fleet.replicas, fleet.replicas_with_spare) == (19, 20)
    assert fleet.wait_p95_s <= 1.0
    assert queueing.wait_p95_s(5.333, 12, 18 * 4) > 1.0
    assert queueing.smallest_fleet(0, 12, 4, longest_wait_s=0).replicas == 1


@given(st.floats(0.01, 200), st.integers(1, 300))
def test_that_more_slots_never_wait_longer(offered: float, slots: int) -> None:
    assert queueing.wait_p95_s(offered, 1.0, slots + 1) <= queueing.wait_p95_s(offered, 1.0, slots)
    assert 0 <= queueing.erlang_c(offered, slots + 1) <= queueing.erlang_c(offered, slots) <= 1


def test_that_an_overloaded_fleet_waits_for_ever() -> None:
    assert queueing.wait_p95_s(10, 1, 10) == math.inf
    assert queueing.erlang_c(10, 9) == 1


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: queueing.load_of_users(-1, PROFILES["chat"]), "Users"),
        (lambda: queueing.load_of_users(1, UserProfile(2, 1, 1, 1, 1)), "Active share"),
        (lambda: queueing.erlang_c(math.nan, 3), "Offered load"),
        (lambda: queueing.erlang_c(1, 0), "Slots"),
        (lambda: queueing.wait_p95_s(1, 0, 1), "Service time"),
        (lambda: queueing.smallest_fleet(1e9, 1e3, 1, longest_wait_s=1), "Peak arrivals"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
