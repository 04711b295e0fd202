"""What an offer costs a month: thinking, retries, waiting, dear hours and announced changes (methods.md 2.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from workbench.analysis.candidates import CandidateTable, offer_monthly_usd, peak_part_of_day, usage_of
from workbench.analysis.cost import PriceList, Rates, Request, Tier, Usage, monthly_cost, request_cost
from workbench.analysis.lifecycle import horizon_end
from workbench.analysis.words import day as day_words
from workbench.domain.figures import Estimate, Figure
from workbench.domain.model import Model
from workbench.domain.offer import Offer, PeakHours, TokenPrices
from workbench.domain.option import DataFlow, ModelRole, OptionDraft, Strategy, Technique
from workbench.domain.questions import requirements_from

from matching_values import TODAY, catalog, options, scenario, shortlist, shortlists, verdict, warnings_of


def model_with(**wanted: object) -> tuple[Model, Offer]:
    return next(
        (model, offer)
        for model in catalog().models
        for offer in model.offers
        if all((getattr(offer, name) is not None) is value for name, value in wanted.items())
    )


def likely(model_id: str, offer: str, **answers: object) -> float:
    found = verdict(shortlist(**answers), model_id, offer).monthly_usd
    assert found is not None
    return found.likely


def test_that_only_a_reasoning_model_pays_for_its_thoughts() -> None:
    thoughts = {"low": 600, "likely": 600, "high": 600}
    thinker = next(m for m in catalog().models if m.capabilities.reasoning and m.offers and m.offers[0].available)
    plain = likely("meta/llama-3.3-70b", "groq")
    assert likely("meta/llama-3.3-70b", "groq", think_tokens=thoughts) == plain
    offer = thinker.offers[0]
    usage = usage_of(requirements_from(scenario(think_tokens=thoughts).answers), thinks=True)
    without = usage_of(requirements_from(scenario().answers), thinks=True)
    more, less = (offer_monthly_usd(thinker, offer, item, TODAY.isoformat()) for item in (usage, without))
    assert more is not None and less is not None
    extra = 600 * (offer.prices.output_usd_per_mtok or 0) / 1e6 * 10_000 * 30.4375
    assert more.likely - less.likely == pytest.approx(extra)


def test_that_retries_are_paid_and_waiting_saves() -> None:
    model, offer = model_with(batch=True)
    usage = usage_of(requirements_from(scenario().answers))
    base = offer_monthly_usd(model, offer, usage, "2026-11-21")
    again = offer_monthly_usd(model, offer, replace(usage, retry_share=0.03), "2026-11-21")
    waiting = offer_monthly_usd(model, offer, replace(usage, batch_share=0.2), "2026-11-21")
    assert base is not None and again is not None and waiting is not None
    assert again.likely == pytest.approx(base.likely * 1.03)
    assert waiting.likely == pytest.approx(base.likely * (1 - 0.2 * (offer.batch_discount or 0)))


def test_that_dear_hours_count_by_their_part_of_the_day_unless_the_person_says() -> None:
    model, offer = model_with(peak_hours=True)
    assert offer.peak_hours is not None
    part = peak_part_of_day(offer.peak_hours)
    assert part == pytest.approx(7 / 24)
    usage = usage_of(requirements_from(scenario().answers))
    quiet, even, peak = (
        offer_monthly_usd(model, offer, usage, "2026-11-21", peak_share=share) for share in (0.0, None, 1.0)
    )
    assert quiet is not None and even is not None and peak is not None
    assert even.likely == pytest.approx(quiet.likely + part * (peak.likely - quiet.likely))
    assert quiet.likely < even.likely < peak.likely


def test_that_a_window_past_midnight_is_counted_whole() -> None:
    prices = TokenPrices(1, 1)
    assert peak_part_of_day(PeakHours(("22:00-02:00",), prices)) == pytest.approx(4 / 24)
    assert peak_part_of_day(PeakHours(("00:00-00:00",), prices)) == 1


def test_that_an_announced_price_is_told_before_and_counts_from_its_day_on() -> None:
    model, offer = model_with(scheduled_change=True)
    assert offer.scheduled_change is not None
    requirements = requirements_from(scenario(tasks=["answering"]).answers)
    table = CandidateTable(catalog())

    def found(day: date) -> tuple[float | None, tuple[str, Estimate] | None]:
        item = next(
            c for c in table.candidates(requirements, today=day)
            if c.model_id == model.id and c.offer is offer
        )  # fmt: skip
        return item.monthly_usd.likely if item.monthly_usd else None, item.later

    before, told = found(date(2026, 11, 21))
    after, nothing = found(date.fromisoformat(offer.scheduled_change.starts))
    assert told is not None and told[0] == offer.scheduled_change.starts
    assert told[1].likely == after
    assert before != after
    assert nothing is None


def test_that_an_option_pays_an_announced_price_for_the_part_of_the_plan_that_it_holds() -> None:
    model, offer = model_with(scheduled_change=True)
    assert offer.scheduled_change is not None
    role = ModelRole(model.id, offer.provider, "answers", 1.0)
    draft = OptionDraft("A", "Buy", Strategy.BUY, "", (role,), Technique.PROMPT, DataFlow.ALL_LEAVES)
    usage = usage_of(requirements_from(scenario().answers), thinks=model.capabilities.reasoning is True)
    days = (TODAY.isoformat(), offer.scheduled_change.starts)
    now, then = (offer_monthly_usd(model, offer, usage, day) for day in days)
    assert now is not None and then is not None and now.likely != then.likely

    def month(months: int) -> Figure:
        asked = replace(scenario(horizon_months=months), options=(draft,))
        return options().options(asked).options[0].figures["monthly_usd"]

    end = horizon_end(TODAY, 36)
    part = (end - date.fromisoformat(offer.scheduled_change.starts)).days / (end - TODAY).days
    figure = month(36)
    assert figure.likely == pytest.approx((1 - part) * now.likely + part * then.likely)
    assert f"until {day_words(offer.scheduled_change.starts)}" in figure.source


def test_that_a_price_that_will_pass_the_budget_warns_today() -> None:
    model, offer = model_with(scheduled_change=True)
    item = next(
        c for c in CandidateTable(catalog()).candidates(requirements_from(scenario().answers), today=TODAY)
        if c.offer is offer
    )  # fmt: skip
    assert item.later is not None and item.monthly_usd is not None
    cap = (item.monthly_usd.high + item.later[1].likely) / 2
    if not item.monthly_usd.high < cap < item.later[1].likely:
        cap = item.later[1].likely * 0.999
    found = shortlists().shortlist(scenario(monthly_cap_usd=cap))
    assert "R2.1" in warnings_of(verdict(found, model.id, offer.provider))


def test_that_a_tier_is_a_cliff_for_the_whole_request() -> None:
    prices = PriceList(Rates(5, 25), (Tier(200_000, Rates(10, 37.5)),))
    below, above = (request_cost(Request(n, 1_000), prices).usd for n in (200_000, 200_001))
    assert below == pytest.approx(1.025)
    assert above == pytest.approx(2.0375, abs=1e-4)


def test_that_a_month_of_cached_input_counts_reads_and_writes() -> None:
    one = Estimate.exact
    usage = Usage(one(100), one(1_000), one(0), cache_read_share=0.5, cache_write_share=0.1)
    prices = PriceList(Rates(3, 15, 0.3, 3.75))
    per_request = (400 * 3 + 500 * 0.3 + 100 * 3.75) / 1e6
    assert monthly_cost(usage, prices).likely == pytest.approx(100 * 30.4375 * per_request)
