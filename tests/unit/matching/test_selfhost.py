from __future__ import annotations

import math
from dataclasses import replace

import pytest
from workbench.analysis.breakeven import self_host_usd_month
from workbench.analysis.capacity import GIB, Serving, throughput
from workbench.analysis.kv_cache import cache_shape
from workbench.analysis.selfhost import (
    EFFICIENCY,
    MFU,
    REQUESTS_AT_ONCE,
    Misfit,
    ServingPlan,
    ServingTable,
    bits_for,
    rentable_servers,
)
from workbench.domain.questions import requirements_from

from matching_values import catalog, scenario, shortlist, verdict

REQUIREMENTS = requirements_from(scenario().answers)


def plan_of(model_id: str, requirements=REQUIREMENTS, servers=None) -> ServingPlan | Misfit:
    table = ServingTable([catalog().model_by_id[model_id]], servers or rentable_servers(catalog()))
    return table.plans(requirements)[0]


@pytest.mark.parametrize("model_id", ["meta/llama-3.1-8b", "meta/llama-3.3-70b", "meta/llama-4-scout"])
def test_that_the_vectors_give_what_the_scalar_formulas_give(model_id: str) -> None:
    plan, model = plan_of(model_id), catalog().model_by_id[model_id]
    assert isinstance(plan, ServingPlan) and model.architecture is not None
    eight = plan.bits < 16
    shape = cache_shape(model.architecture, element_bytes=1.0 if eight else 2.0)
    assert shape is not None
    hardware = plan.server.hardware
    flops = hardware.fp8_tflops_dense if eight else hardware.fp16_tflops_dense
    serving = Serving(
        weight_bytes=model.params_total_b * 1e9 * plan.bits / 8,
        active_weight_bytes=model.params_active_b * 1e9 * plan.bits / 8,
        active_params=model.params_active_b * 1e9,
        # Prompt and half the answer lie within every window, so the mean per token holds.
        kv_bytes_per_token=shape.bytes_at(3_200) / 3_200,
        bandwidth_bytes_s=hardware.bandwidth_gb_s * 1e9 * plan.gpus,
        flops=(flops or hardware.fp16_tflops_dense) * 1e12 * plan.gpus,
        memory_bytes=hardware.memory_gib * GIB * plan.gpus,
        efficiency=EFFICIENCY,
        mfu=MFU,
    )
    rates = [throughput(serving, 3_000, 400, at_once).requests_per_s for at_once in REQUESTS_AT_ONCE]
    assert any(math.isclose(plan.requests_per_second, rate, rel_tol=1e-9) for rate in rates)
    month = self_host_usd_month(10_000, plan.hosting(REQUIREMENTS))
    assert math.isclose(month, plan.monthly_usd.likely, rel_tol=1e-9)


def test_that_a_plan_answers_fast_enough_to_read_under_load() -> None:
    plan = plan_of("meta/llama-3.3-70b")
    assert isinstance(plan, ServingPlan) and plan.total_s < 40


def test_that_a_tighter_time_limit_never_costs_less() -> None:
    costs = []
    for limit in (60.0, 30.0, 15.0, 8.0):
        plan = plan_of("meta/llama-3.3-70b", replace(REQUIREMENTS, total_limit_s=limit))
        assert isinstance(plan, ServingPlan)
        costs.append(plan.monthly_usd.likely)
    assert costs == sorted(costs)


def test_that_more_volume_never_costs_less() -> None:
    costs = []
    for volume in (1e3, 1e5, 1e6, 1e7):
        requirements = requirements_from(scenario(requests_per_day=volume).answers)
        plan = plan_of("meta/llama-3.1-8b", requirements)
        assert isinstance(plan, ServingPlan)
        costs.append(plan.monthly_usd.likely)
    assert costs == sorted(costs) and costs[0] < costs[-1]


def test_that_small_models_are_served_at_16_bit_large_ones_at_8_and_published_4_bit_ones_as_published() -> None:
    by_id = catalog().model_by_id
    assert bits_for(by_id["meta/llama-3.1-8b"]) == 16
    assert bits_for(by_id["meta/llama-3.3-70b"]) == 8
    assert bits_for(by_id["moonshot/kimi-k2.6"]) == 4.5


def test_that_no_server_is_a_misfit_and_no_crash() -> None:
    table = ServingTable([catalog().model_by_id["meta/llama-3.1-8b"]], [])
    assert isinstance(table.plans(REQUIREMENTS)[0], Misfit)


def test_that_a_price_range_holds_every_quote() -> None:
    for server in rentable_servers(catalog()):
        for quote in server.hardware.cloud_prices:
            assert server.usd_per_hour.low <= quote.usd_per_hour <= server.usd_per_hour.high


def test_that_a_server_must_hold_the_longest_request_and_says_when_that_takes_most_of_it() -> None:
    """Conflict 2 of methods.md: ten million tokens on one's own servers."""
    long = requirements_from(scenario(context_tokens=10_000_000).answers)
    plan, short = plan_of("meta/llama-4-scout", long), plan_of("meta/llama-4-scout")
    assert isinstance(plan, ServingPlan) and isinstance(short, ServingPlan)
    # 8-bit weights keep an 8-bit cache: half of TV-3d's 492.7 GB.
    assert plan.cache_bytes == pytest.approx(492.7e9 / 2, rel=1e-4)
    assert plan.monthly_usd.likely > 2 * short.monthly_usd.likely
    found = shortlist(context_tokens=10_000_000, third_party="forbidden")
    item = verdict(found, "meta/llama-4-scout", "self-host")
    assert any("retrieval or splitting" in reason.text for reason in item.reasons if reason.warning)
