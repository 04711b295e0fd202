"""Lists that disagree about a price widen the monthly cost, and the shortlist says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from workbench.analysis.candidates import offer_monthly_usd, usage_of
from workbench.analysis.price_bands import dispute_words, readings
from workbench.app import build
from workbench.catalog import load_catalog
from workbench.domain.model import Model
from workbench.domain.offer import Offer, PriceQuote
from workbench.domain.questions import requirements_from
from workbench.paths import data_dir
from workbench.services.shortlist import EXTENDED_FILTER

from matching_values import scenario

DAY = "2026-11-25"


@pytest.fixture(scope="module")
def model() -> Model:
    return load_catalog(data_dir("models_catalog")).model_by_id["mistral/mistral-medium-3.5"]


def disputed(offer: Offer, *quotes: tuple[str, str, float]) -> Offer:
    return replace(offer, quotes=tuple(PriceQuote(field, source, usd) for field, source, usd in quotes))


def cost(model: Model, offer: Offer) -> tuple[float, float, float]:
    found = offer_monthly_usd(model, offer, usage_of(requirements_from(scenario().answers)), DAY)
    assert found is not None
    return found.low, found.likely, found.high


def test_that_the_bill_spans_the_lists_and_keeps_its_likely_value(model: Model) -> None:
    [offer] = [offer for offer in model.offers if offer.part == "mistral"]
    held = offer.prices.output_usd_per_mtok
    assert held is not None
    both = disputed(offer, ("output_usd_per_mtok", "a", held), ("output_usd_per_mtok", "b", held * 2))
    low, likely, _ = cost(model, offer)
    dearer = cost(model, replace(offer, prices=replace(offer.prices, output_usd_per_mtok=held * 2)))
    assert cost(model, both) == (low, likely, dearer[2])


def test_that_agreement_leaves_the_bill_as_it_is(model: Model) -> None:
    assert all(readings(offer) is None for offer in model.offers if not offer.quotes)


def test_that_a_price_that_is_not_billed_alone_changes_nothing(model: Model) -> None:
    offer = model.offers[0]
    odd = disputed(offer, ("batch.input_usd_per_mtok", "a", 1.0), ("batch.input_usd_per_mtok", "b", 9.0))
    assert cost(model, odd) == cost(model, offer)


def test_that_the_words_name_the_lists_and_the_ends(model: Model) -> None:
    offer = disputed(model.offers[0], ("input_usd_per_mtok", "a", 0.7), ("input_usd_per_mtok", "b", 1.36))
    assert dispute_words(offer) == (
        "Lists disagree about the price for input, 0.7 (a) to 1.36 USD per million tokens (b)."
    )


def test_that_the_shortlist_warns_where_the_shipped_lists_disagree(tmp_path: Path) -> None:
    services = build(tmp_path, today=lambda: date(2026, 11, 25))
    found = services.shortlist.shortlist(replace(scenario(sensitivity="public"), filters={EXTENDED_FILTER: True}))
    [verdict] = [v for v in found.verdicts if v.model_id == "mistral/mistral-large-4" and v.offer == "mistral"]
    [reason] = [reason for reason in verdict.reasons if reason.rule == "R1.4.lists"]
    assert "Lists disagree" in reason.text
    assert verdict.monthly_usd is not None and verdict.monthly_usd.high > 1.5 * verdict.monthly_usd.likely
    services.close()
