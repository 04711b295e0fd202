"""methods.md 2.3: self-hosting and the volume from which it pays."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.analysis import breakeven
from workbench.analysis.breakeven import SelfHosting
from workbench.domain.errors import WorkbenchError
from workbench.domain.workload import DAYS_PER_MONTH

SMALL = SelfHosting(1, 2.5, 35.90, 18_000, 1_500)  # 8B, BF16, one H100 per replica
LARGE = SelfHosting(2, 2.5, 15.27, 27_000, 3_000)  # 70B, FP8, two
LARGE_RAG = SelfHosting(2, 2.5, 2.46, 27_000, 3_000)


@pytest.mark.parametrize(
    ("usd", "hosting", "volume", "replicas", "usd_month"),
    [
        (0.000165, SMALL, 6.79e6, 8, 34_100),
        (0.000165, LARGE, None, None, None),
        (0.000700, SMALL, 1.09e6, 2, 23_150),
        (0.000700, LARGE, 2.78e6, 8, 59_200),
        (0.002975, SMALL, 0.256e6, 2, 23_150),
        (0.002975, LARGE, 0.412e6, 2, 37_300),
        (0.003750, SMALL, 0.203e6, 2, 23_150),
        (0.003750, LARGE, 0.327e6, 2, 37_300),
        (0.015000, LARGE_RAG, 0.082e6, 2, 37_300),
    ],
)
def test_tv_2h_break_even_volume(
    usd: float, hosting: SelfHosting, volume: float | None, replicas: int | None, usd_month: float | None
) -> None:
    result = breakeven.break_even(usd, hosting)
    assert (result.replicas, result.self_host_usd_month) == (replicas, usd_month)
    if volume is None:
        assert result.requests_per_day is None
        assert result.rule_of_thumb == "never"
    else:
        assert result.requests_per_day == pytest.approx(volume, rel=6e-3)


def test_tv_2h_the_rule_of_thumb_holds_for_cheap_short_prompts_only() -> None:
    assert breakeven.break_even(0.000165, SMALL).rule_of_thumb == "within the rule"
    assert breakeven.break_even(0.000700, LARGE).rule_of_thumb == "within the rule"
    assert breakeven.break_even(0.003750, SMALL).rule_of_thumb == "below the rule"
    assert breakeven.rule_of_thumb(2e7) == "above the rule"


def test_that_one_more_replica_can_make_the_api_cheaper_again() -> None:
    result = breakeven.break_even(0.000165, SMALL)
    assert result.requests_per_day is not None
    assert result.flips_back_at == pytest.approx(8 * SMALL.requests_per_day_of_replica)
    assert result.firm_from is not None
    assert result.requests_per_day < result.flips_back_at < result.firm_from
    assert breakeven.break_even(0.000700, SMALL).flips_back_at is None


def test_that_the_scenarios_1800_dollars_buy_one_gpu_around_the_clock() -> None:
    assert breakeven.gpu_hours_bought(1_800, 2.5) == 720
    assert breakeven.purchase_usd_per_gpu_hour(65_700, 36) == pytest.approx(2.5)


def test_that_redundancy_sets_the_smallest_fleet() -> None:
    assert breakeven.replicas_needed(0, SMALL) == 2
    assert breakeven.self_host_usd_month(0, SMALL) == 2 * 1_825 + 19_500
    assert breakeven.replicas_needed(2 * SMALL.requests_per_day_of_replica + 1, SMALL) == 3


def test_that_the_continuous_form_is_the_fixed_cost_over_the_saving() -> None:
    assert breakeven.continuous_break_even(23_150, 0.0007, 0.0) == pytest.approx(1_086_535, abs=1)
    assert breakeven.continuous_break_even(23_150, 0.0007, 0.0007) == math.inf


hostings = st.builds(
    SelfHosting,
    gpus_per_replica=st.integers(1, 8),
    usd_per_gpu_hour=st.floats(0.1, 10),
    requests_per_second=st.floats(0.1, 100),
    staff_usd_month=st.floats(0, 50_000),
    platform_usd_month=st.floats(0, 5_000),
    smallest_replicas=st.integers(1, 4),
)


@settings(max_examples=200)
@given(hostings, st.floats(1e-5, 0.1))
def test_that_break_even_agrees_with_a_search_over_volumes(hosting: SelfHosting, api: float) -> None:
    def ahead(volume: float) -> bool:
        return api * volume * DAYS_PER_MONTH >= breakeven.self_host_usd_month(volume, hosting) * (1 - 1e-9)

    result = breakeven.break_even(api, hosting)
    full = [r * hosting.requests_per_day_of_replica for r in range(1, 200)]
    if result.requests_per_day is None:
        assert not any(ahead(volume) for volume in full)
        return
    assert ahead(result.requests_per_day)
    assert not any(ahead(volume) for volume in full if volume < result.requests_per_day * (1 - 1e-6))
    if result.flips_back_at is not None:
        assert not ahead(result.flips_back_at * (1 + 1e-6))
    if result.firm_from is not None:
        assert all(ahead(v * (1 + 1e-6)) for v in full if v >= result.firm_from)


@given(hostings, st.floats(1e-5, 0.1), st.floats(1, 3))
def test_that_a_dearer_api_never_moves_the_break_even_up(hosting: SelfHosting, api: float, factor: float) -> None:
    now, dearer = breakeven.break_even(api, hosting), breakeven.break_even(api * factor, hosting)
    if now.requests_per_day is not None:
        assert dearer.requests_per_day is not None
        assert dearer.requests_per_day <= now.requests_per_day * (1 + 1e-9)


def test_that_a_free_api_is_never_beaten() -> None:
    assert breakeven.break_even(0, SMALL).requests_per_day is None


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: SelfHosting(0, 1, 1, 0, 0), "GPUs per replica"),
        (lambda: SelfHosting(1, -1, 1, 0, 0), "Price of a GPU hour"),
        (lambda: SelfHosting(1, 1, 0, 0, 0), "Requests per second of one replica"),
        (lambda: SelfHosting(1, 1, 1, 0, 0, utilisation_cap=1.2), "Utilisation cap"),
        (lambda: SelfHosting(1, 1, 1, 0, 0, peak_factor=0.5), "Peak factor"),
        (lambda: breakeven.break_even(math.nan, SMALL), "API cost of a request"),
        (lambda: breakeven.replicas_needed(-1, SMALL), "Requests per day"),
        (lambda: breakeven.gpu_hours_bought(1, 0), "Price of a GPU hour"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field


def cheapest(volume: float, choices: list[SelfHosting]) -> float:
    return min(breakeven.self_host_usd_month(volume, each) for each in choices)


@pytest.mark.parametrize("seed", range(20))
def test_that_of_several_servers_the_best_at_each_volume_decides_where_own_servers_break_even(seed: int) -> None:
    """Held to the definition on a fine grid: first volume not dearer, first one dearer again, last one dearer."""
    pick = random.Random(seed)
    staff = pick.choice([0.0, 5_000.0])
    choices = [
        SelfHosting(
            pick.choice([1, 2, 4]), pick.uniform(0.5, 4), 10 ** pick.uniform(-1, 1.5), staff, 0.0, pick.choice([1, 2])
        )
        for _ in range(4)
    ]
    api = 10 ** pick.uniform(-4.5, -2)
    found, place = breakeven.break_even_of_best(api, choices)
    volumes = np.geomspace(10, 1e7, 10_000)
    own = np.array([cheapest(float(v), choices) for v in volumes])
    ahead = own <= api * DAYS_PER_MONTH * volumes
    if found.requests_per_day is None:
        assert not ahead.any()
        return
    at = found.requests_per_day
    assert cheapest(at, choices) == pytest.approx(breakeven.self_host_usd_month(at, choices[place]))
    assert not ahead[volumes < at * 0.9999].any()
    assert ahead[(volumes > at * 1.0001) & (volumes < (found.flips_back_at or 1e9) * 0.9999)].all()
    if found.flips_back_at is not None:
        just_above = found.flips_back_at * (1 + 1e-6)
        assert cheapest(just_above, choices) > api * DAYS_PER_MONTH * just_above
    if found.firm_from is not None:
        assert ahead[volumes > found.firm_from * 1.0001].all()
        if found.flips_back_at is not None:
            just_below = found.firm_from * (1 - 1e-6)
            assert cheapest(just_below, choices) > api * DAYS_PER_MONTH * just_below


def test_that_without_a_server_there_is_nothing_to_break_even_with() -> None:
    with pytest.raises(WorkbenchError) as caught:
        breakeven.break_even_of_best(0.01, [])
    assert caught.value.where == "Servers"
