"""The catalog we ship: whole, sound, and with a source and a date for every figure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from workbench.catalog import check_catalog, load_catalog
from workbench.domain.catalog import Catalog
from workbench.domain.model import ModelKind
from workbench.domain.offer import Confidence, LongContextTier, PeakHours, ScheduledChange, TokenPrices
from workbench.paths import data_dir


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


def test_that_the_shipped_catalog_has_no_problem() -> None:
    assert check_catalog(data_dir("models_catalog")) == ()


def test_that_everything_collected_is_there(shipped: Catalog) -> None:
    assert len(shipped.models) == 184
    assert len(shipped.providers) == 31
    assert len(shipped.developers) == 30
    assert len(shipped.hardware) == 32
    assert len(shipped.market_ranges) == 3
    assert len(shipped.benchmarks) == 18
    assert sum(len(model.offers) for model in shipped.models) == 218
    assert sum(len(model.scores) for model in shipped.models) == 248
    assert shipped.collected == "2026-11-20"


def test_that_every_kind_of_model_is_covered(shipped: Catalog) -> None:
    assert {model.kind for model in shipped.models} == set(ModelKind)


def test_that_the_models_of_the_founding_documents_are_named(shipped: Catalog) -> None:
    named = [model for model in shipped.models if model.named_in_seeds]
    assert len(named) == 39
    assert all(model.tier == "core" for model in named)


def test_that_ids_of_models_and_offers_are_unique(shipped: Catalog) -> None:
    offers = Counter(offer.id for model in shipped.models for offer in model.offers)
    assert offers.most_common(1)[0][1] == 1
    assert len(shipped.model_by_id) == len(shipped.models)


def test_that_every_offer_and_score_says_where_it_is_from_and_when(shipped: Catalog) -> None:
    for model in shipped.models:
        for figure in (*model.offers, *model.scores, *model.speeds):
            assert figure.source
            assert figure.as_of[:2] == "20"


def test_that_disagreeing_price_lists_are_both_named(shipped: Catalog) -> None:
    offer = shipped.model_by_id["mistral/mistral-large-4"].offers[0]
    assert offer.confidence is Confidence.LOW
    assert "input_usd_per_mtok: genai-prices says 0.7, litellm says 1.36" in offer.conflicts


def test_that_prices_that_depend_on_the_hour_the_day_or_the_length_are_read(shipped: Catalog) -> None:
    deepseek = shipped.model_by_id["deepseek/deepseek-v4-pro"].offers[0]
    assert deepseek.peak_hours == PeakHours(("01:00-04:00", "06:00-10:00"), TokenPrices(1.32, 3.96, 0.044))
    argon = shipped.model_by_id["google/gemini-4-argon"].offers[0]
    assert argon.scheduled_change == ScheduledChange("2026-12-01", TokenPrices(4, 20))
    assert argon.batch == TokenPrices(1, 5)
    assert argon.batch_discount == 0.5
    long = [offer.long_context for model in shipped.models for offer in model.offers if offer.long_context]
    assert len(long) == 19
    assert all(isinstance(tier, LongContextTier) and tier.above_tokens >= 100_000 for tier in long)


def test_that_a_model_sold_by_the_image_or_by_the_month_keeps_its_prices(shipped: Catalog) -> None:
    by_token, by_image = shipped.model_by_id["openai/gpt-image-1.5"].offers
    assert by_image.id == "openai/gpt-image-1.5@openai#per-image"
    assert dict(by_image.other_usd) == {"image_usd_each": 0.034}
    assert dict(by_token.other_usd)["output_image_usd_per_mtok"] == 32
    [plans] = shipped.model_by_id["midjourney/midjourney"].offers
    assert dict(plans.other_usd)["subscription_usd_per_month.basic"] == 10


def test_that_open_models_carry_what_a_memory_estimate_needs(shipped: Catalog) -> None:
    layout = shipped.model_by_id["deepseek/deepseek-v3.2"].architecture
    assert layout is not None
    assert (layout.kv_method, layout.layers, layout.kv_lora_rank, layout.rope_head_dim) == ("mla", 61, 512, 64)
    assert layout.kv_bytes_per_token_fp16 == 2 * 61 * (512 + 64)


def test_that_unchecked_and_ended_offers_are_marked(shipped: Catalog) -> None:
    offers = [offer for model in shipped.models for offer in model.offers]
    assert sum(not offer.availability_checked for offer in offers) == 88
    assert sum(not offer.available for offer in offers) == 7


def test_that_the_cheapest_offer_is_never_one_that_is_no_longer_sold(shipped: Catalog) -> None:
    assert shipped.model_by_id["openai/gpt-4"].cheapest_offer is None
    cheapest = shipped.model_by_id["deepseek/deepseek-v4-pro"].cheapest_offer
    assert cheapest is not None
    assert cheapest.provider == "deepseek"


def test_that_a_policy_of_one_model_stands_beside_its_providers(shipped: Catalog) -> None:
    policies = {model.id: model.data_policy_code for model in shipped.models if model.data_policy_code}
    assert set(policies.values()) == {"retained_30_days", "trains_on_traffic"}


def test_that_the_catalogs_files_name_nothing_of_the_machine_they_were_made_on() -> None:
    folder = data_dir("models_catalog")
    text = "".join(file.read_text("utf-8") for file in folder.rglob("*") if file.is_file())
    assert not [place for place in ("/home/", "/tmp/", "/root/", "/opt/") if place in text]


def test_that_each_model_file_says_in_its_first_line_what_it_is(shipped: Catalog) -> None:
    for model in shipped.models:
        file: Path = data_dir("models_catalog") / "models" / f"{model.id}.yaml"
        with file.open(encoding="utf-8") as stream:
            assert stream.readline().startswith(f"# {model.name}, ")
