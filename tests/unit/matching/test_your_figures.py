"""What a person entered counts in every step, and every step says whose figure it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from workbench.app import Services, build
from workbench.domain.quotes import Subject
from workbench.domain.verdict import Verdict

from matching_values import scenario


def _services(home: Path) -> Services:
    return build(home, today=lambda: date(2026, 11, 25))


def _verdicts(services: Services, model: str) -> list[Verdict]:
    found = services.shortlist.shortlist(scenario(sensitivity="public"))
    return [verdict for verdict in found.verdicts if verdict.model_id == model]


def test_that_ones_own_price_changes_the_monthly_cost_and_is_named_as_ones_own(tmp_path: Path) -> None:
    services = _services(tmp_path)
    [before] = [v for v in _verdicts(services, "mistral/mistral-medium-3.5") if v.offer == "mistral"]
    half = {"input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.2}
    services.catalog_own.enter(Subject.OFFER, "mistral/mistral-medium-3.5", "mistral", half)
    [after] = [v for v in _verdicts(services, "mistral/mistral-medium-3.5") if v.offer == "mistral"]
    assert before.monthly_usd is not None and after.monthly_usd is not None
    assert after.monthly_usd.likely < 0.6 * before.monthly_usd.likely
    assert after.offer_name == "Mistral AI (your price)"
    services.close()


def test_that_a_discount_reaches_the_shortlist_and_its_source_says_so(tmp_path: Path) -> None:
    services = _services(tmp_path)
    services.catalog_own.enter(Subject.DISCOUNT, "mistral", "", {"share": 0.5}, "framework contract")
    [verdict] = [v for v in _verdicts(services, "mistral/mistral-medium-3.5") if v.offer == "mistral"]
    assert verdict.offer_name == "Mistral AI (your price)"
    services.close()


def test_that_a_model_of_ones_own_is_judged_like_any_other(tmp_path: Path) -> None:
    services = _services(tmp_path)
    facts = {"name": "House LLM", "kind": "llm", "context_tokens": 32_000, "status": "active"}
    services.catalog_own.enter(Subject.FACTS, "acme/house", "", facts)
    prices = {"input_usd_per_mtok": 0.1, "output_usd_per_mtok": 0.2}
    services.catalog_own.enter(Subject.OFFER, "acme/house", "acme", prices)
    [verdict] = _verdicts(services, "acme/house")
    assert verdict.model_name == "House LLM"
    assert verdict.offer_name == "Acme (your price)"
    assert verdict.kept
    assert any("entered by you" in reason.source for reason in verdict.reasons)
    services.close()


def test_that_hardware_of_ones_own_is_rented_when_it_is_the_cheapest(tmp_path: Path) -> None:
    services = _services(tmp_path)
    services.catalog_own.enter(Subject.HARDWARE, "nvidia-h100-sxm", "", {"usd_per_hour": 0.2})
    found = services.shortlist.shortlist(scenario(sensitivity="public"))
    names = {verdict.offer_name for verdict in found.verdicts if verdict.offer.startswith("self-host:nvidia-h100-sxm")}
    assert names and all(", yours" in name for name in names)
    services.close()
