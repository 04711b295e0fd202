"""methods.md 2.1 and 2.4: one request, a month of them, price claims."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import cost
from workbench.analysis.cost import ContextParts, PriceList, Rates, Request, Tier, Usage
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate

SMALL = PriceList(Rates(3, 15, 0.3, 3.75))
LARGE = PriceList(Rates(5, 25))


def test_tv_2a_reads_after_which_a_cache_write_has_paid_for_itself() -> None:
    assert cost.cache_payback_reads(1.25, 0.1) == pytest.approx(0.278, abs=5e-4)
    assert cost.cache_payback_reads(2, 0.1) == pytest.approx(1.111, abs=5e-4)
    assert cost.cache_payback_reads(1, 0.5) == 0
    assert cost.cache_payback_reads(1.25, 1) == math.inf


def test_tv_2b_requests_with_thinking_retries_and_cache() -> None:
    assert cost.request_cost(Request(3_000, 400), SMALL).usd == pytest.approx(0.0150)
    assert cost.request_cost(Request(3_000, 400), LARGE).usd == pytest.approx(0.0250)
    context = ContextParts(system=1_500, history=400, question=100, chunks=5, chunk_tokens=500)
    plain = Request(context.tokens_in, 400, 600)
    assert cost.request_cost(plain, SMALL, retry_share=0.03).usd == pytest.approx(0.029355)
    cached = Request(context.tokens_in, 400, 600, cache_read=0.9 * 1_500, cache_write=0.1 * 1_500)
    assert cost.request_cost(cached, SMALL, retry_share=0.03).usd == pytest.approx(0.025717, abs=5e-7)


def test_tv_2c_retrieved_passages_double_the_bill() -> None:
    bare = cost.request_cost(Request(ContextParts(question=100).tokens_in, 400), SMALL).usd
    rag = cost.request_cost(Request(ContextParts(question=100, chunks=5, chunk_tokens=500).tokens_in, 400), SMALL).usd
    assert (bare, rag, rag / bare) == pytest.approx((0.0063, 0.0138, 2.19), abs=5e-3)


def test_tv_2d_what_the_scenarios_bill_buys() -> None:
    for usd, requests, per_employee_and_day in ((0.015, 213_333, 4.85), (0.025, 128_000, 2.91)):
        bought = cost.requests_bought(3_200, usd)
        assert bought == pytest.approx(requests, abs=1)
        assert bought / 2_000 / 22 == pytest.approx(per_employee_and_day, abs=5e-3)


def test_tv_2i_open_is_87_percent_less_and_closed_is_709_percent_more() -> None:
    claim = cost.compare_prices(0.23, 1.86)
    assert claim.cheaper_by == pytest.approx(0.876, abs=5e-4)
    assert claim.ratio == pytest.approx(8.09, abs=5e-3)
    assert claim.dearer_by == pytest.approx(7.09, abs=5e-3)
    mixed = cost.mixed_usd([(0.8, 0.23), (0.2, 1.86)])
    assert mixed == pytest.approx(0.556)
    assert cost.compare_prices(mixed, 1.86).cheaper_by == pytest.approx(0.701, abs=5e-4)
    assert cost.compare_prices(1.0, 1.87).cheaper_by == pytest.approx(0.465, abs=5e-4)


def test_that_the_tenth_of_a_price_claim_depends_on_the_host() -> None:
    def blend(input_usd: float, output_usd: float) -> float:
        return cost.mixed_usd([(3, input_usd), (1, output_usd)])

    assert blend(0.15, 0.60) / blend(1.75, 14) == pytest.approx(0.055, abs=5e-4)
    assert blend(0.35, 1.00) / blend(1.75, 14) == pytest.approx(0.106, abs=1e-3)


def test_that_a_long_input_moves_the_whole_request_into_the_dearer_tier() -> None:
    prices = PriceList(Rates(3, 15), (Tier(200_000, Rates(6, 22.5)), Tier(500_000, Rates(12, 30))))
    assert cost.request_cost(Request(200_000, 0), prices).usd == pytest.approx(0.6)
    assert cost.request_cost(Request(200_001, 0), prices).usd == pytest.approx(1.2, rel=1e-4)
    assert cost.request_cost(Request(600_000, 0), prices).usd == pytest.approx(7.2)


def test_that_the_parts_add_up_to_the_cost() -> None:
    result = cost.request_cost(Request(4_500, 400, 600, 1_350, 150), SMALL, retry_share=0.03, batch_share=0.5)
    parts = result.fresh_input_usd + result.cache_usd + result.output_usd + result.thinking_usd
    assert parts == pytest.approx(result.usd)


def test_that_batch_takes_its_discount_off_the_share_that_can_wait() -> None:
    prices = PriceList(Rates(3, 15), batch_discount=0.5)
    full = cost.request_cost(Request(1_000, 100), prices).usd
    assert cost.request_cost(Request(1_000, 100), prices, batch_share=0.4).usd == pytest.approx(0.8 * full)


def test_that_cached_tokens_without_a_cache_price_cost_the_input_price() -> None:
    cached = Request(1_000, 100, cache_read=500)
    assert cost.request_cost(cached, LARGE).usd == pytest.approx(cost.request_cost(Request(1_000, 100), LARGE).usd)


A_DAY = Estimate(500, 1_000, 2_000)


def usage(requests: Estimate = A_DAY, **shares: float) -> Usage:
    return Usage(requests, Estimate(1_000, 3_000, 6_000), Estimate(200, 400, 800), **shares)


def test_that_a_month_is_requests_times_cost_of_one() -> None:
    month = cost.monthly_cost(usage(), SMALL)
    assert month.likely == pytest.approx(1_000 * 30.4375 * 0.015)
    assert month.low == pytest.approx(500 * 30.4375 * 0.006)
    assert month.high == pytest.approx(2_000 * 30.4375 * 0.030)
    assert cost.monthly_cost(usage(Estimate.exact(0)), SMALL) == Estimate.exact(0)


def test_that_a_month_with_a_cache_agrees_with_the_single_request() -> None:
    month = cost.monthly_cost(usage(Estimate.exact(1), cache_read_share=0.3, cache_write_share=0.1), SMALL)
    one = cost.request_cost(Request(3_000, 400, 0, 900, 300), SMALL).usd
    assert month.likely == pytest.approx(one * 30.4375)


def test_that_the_price_in_force_is_the_last_that_has_started() -> None:
    schedule = [("2026-03-13", SMALL), ("2025-01-01", LARGE)]
    assert cost.price_on(schedule, "2026-03-12") is LARGE
    assert cost.price_on(schedule, "2026-03-13") is SMALL
    with pytest.raises(WorkbenchError, match="No price"):
        cost.price_on(schedule, "2024-12-31")


prices_of = st.floats(0, 1_000)
tokens_of = st.floats(0, 1e6)


@given(prices_of, prices_of, st.floats(0, 100), st.floats(0, 100), tokens_of, tokens_of, st.floats(0, 1))
def test_that_a_cheaper_offer_never_costs_more(
    p_in: float, p_out: float, more_in: float, more_out: float, tokens_in: float, tokens_out: float, retry: float
) -> None:
    request = Request(tokens_in, tokens_out)
    cheap = cost.request_cost(request, PriceList(Rates(p_in, p_out)), retry_share=retry).usd
    dear = cost.request_cost(request, PriceList(Rates(p_in + more_in, p_out + more_out)), retry_share=retry).usd
    assert cheap <= dear * (1 + 1e-12)


@given(*[st.floats(0, 1e5)] * 3, st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0, 1))
def test_that_the_likely_month_lies_between_low_and_high(
    a: float, b: float, c: float, read: float, write: float, batch: float
) -> None:
    triple = Estimate(*sorted((a, b, c)))
    month = cost.monthly_cost(
        Usage(triple, triple, triple, cache_read_share=read, cache_write_share=write, batch_share=batch),
        PriceList(Rates(3, 15, 0.3, 3.75), (Tier(1_000, Rates(1, 2)),), batch_discount=0.5),
    )
    assert 0 <= month.low <= month.likely <= month.high


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: Rates(-1, 1), "Input price"),
        (lambda: Rates(1, math.nan), "Output price"),
        (lambda: Rates(1, 1, math.inf), "Cache read price"),
        (lambda: Rates(1, 1, 1, -1), "Cache write price"),
        (lambda: PriceList(Rates(1, 1), batch_discount=1.5), "Batch discount"),
        (lambda: PriceList(Rates(1, 1), (Tier(-1, Rates(1, 1)),)), "Start of the long-input tier"),
        (lambda: Request(-1, 0), "Input tokens"),
        (lambda: Request(100, 0, 0, 80, 30), "Cached tokens"),
        (lambda: ContextParts(chunks=-1).tokens_in, "Tokens of the context"),
        (lambda: usage(cache_read_share=0.7, cache_write_share=0.7), "Cached share of the input"),
        (lambda: usage(Estimate(-1, 0, 1)), "Requests per day (low)"),
        (lambda: cost.mixed_usd([(0, 1)]), "Shares of the mix"),
        (lambda: cost.mixed_usd([]), "Shares of the mix"),
        (lambda: cost.compare_prices(2, 1), "Dearer price"),
        (lambda: cost.requests_bought(10, 0), "Price of one request"),
        (lambda: cost.request_cost(Request(1, 1), SMALL, batch_share=2), "Batch share"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
