"""The known kinds of error in price lists, each caught; and what is only unusual, left alone."""

from __future__ import annotations

import pytest
from workbench.catalog import load_catalog
from workbench.catalog.sanity import facts_warnings, offer_warnings, score_warnings
from workbench.domain.catalog import Catalog
from workbench.domain.quotes import Fields
from workbench.paths import data_dir


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


def _of_gpt_4o(shipped: Catalog, fields: Fields) -> str:
    model = shipped.model_by_id["openai/gpt-4o"]
    return " ".join(offer_warnings(fields, model.offers[0], model))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"input_usd_per_mtok": 2500.0}, "1,000 times above"),
        ({"input_usd_per_mtok": 0.0025}, "1,000 times below"),
        ({"input_usd_per_mtok": 2.5e-6}, "1,000,000 times below"),
        ({"input_usd_per_mtok": 2.5e6}, "1,000,000 times above"),
        ({"input_usd_per_mtok": 2.5e6}, "more than any model costs"),
        ({"input_usd_per_mtok": 2.5e-6}, "less than any model costs"),
        ({"input_usd_per_mtok": 0}, "is 0 (the catalog has 2.5)"),
        ({"output_usd_per_mtok": 0}, "is 0"),
        ({"input_usd_per_mtok": 20.0}, "8 times above"),
        ({"input_usd_per_mtok": 10.0, "output_usd_per_mtok": 2.5}, "swapped?"),
        ({"input_usd_per_mtok": 2.5, "cache_read_usd_per_mtok": 3}, "costs more than plain input"),
        ({"input_usd_per_mtok": 2.5, "batch.input_usd_per_mtok": 3}, "above the list price"),
        ({"input_usd_per_mtok": 2.5, "long_context.input_usd_per_mtok": 1}, "Long requests are cheaper"),
    ],
)
def test_that_a_price_that_looks_wrong_is_said_to(shipped: Catalog, fields: Fields, words: str) -> None:
    assert words in _of_gpt_4o(shipped, fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"input_usd_per_mtok": 2.5, "output_usd_per_mtok": 10.0, "cache_read_usd_per_mtok": 1.25},
        {"input_usd_per_mtok": 5.0, "output_usd_per_mtok": 15.0},
        {"input_usd_per_mtok": 1.0, "output_usd_per_mtok": 4.0, "batch.input_usd_per_mtok": 0.5},
    ],
)
def test_that_an_ordinary_price_change_is_not(shipped: Catalog, fields: Fields) -> None:
    assert _of_gpt_4o(shipped, fields) == ""


def test_that_an_embedding_with_an_output_price_is_caught_and_one_of_zero_is_right(shipped: Catalog) -> None:
    model = shipped.model_by_id["openai/text-embedding-3-small"]
    caught = offer_warnings({"input_usd_per_mtok": 0.02, "output_usd_per_mtok": 0.1}, model.offers[0], model)
    assert "without text output" in " ".join(caught)
    assert not offer_warnings({"input_usd_per_mtok": 0.02, "output_usd_per_mtok": 0}, model.offers[0], model)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"context_tokens": 16_000}, "The context shrank from 128,000 to 16,000"),
        ({"context_tokens": 128}, "written in thousands?"),
        ({"context_tokens": 128_000, "max_output_tokens": 200_000}, "longer than the context"),
        ({"params_total_b": 8, "params_active_b": 80}, "more than 8 billion in all"),
        ({"release_date": "2026-01-01", "shutdown_date": "2025-01-01"}, "before it was released"),
    ],
)
def test_that_a_fact_that_looks_wrong_is_said_to(shipped: Catalog, fields: Fields, words: str) -> None:
    assert words in " ".join(facts_warnings(fields, shipped.model_by_id["openai/gpt-4o"]))


@pytest.mark.parametrize(("value", "words"), [(0.45, "looks like a share"), (4500.0, "lies outside"), (55.0, "")])
def test_that_a_score_outside_its_scale_is_said_to(shipped: Catalog, value: float, words: str) -> None:
    benchmark = shipped.benchmark_by_id["livebench-2026-06-25"]
    found = " ".join(score_warnings({"value": value}, benchmark))
    assert words in found and bool(words) is bool(found)


def test_that_no_shipped_offer_is_called_a_unit_error(shipped: Catalog) -> None:
    from workbench.catalog.fields import offer_fields

    for model in shipped.models:
        for offer in model.offers:
            found = " ".join(offer_warnings(offer_fields(offer), offer, model))
            assert "another unit" not in found, (offer.id, found)
