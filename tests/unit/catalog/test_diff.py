"""What an import would change: who said the figure before decides between a change and a disagreement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from workbench.catalog import load_catalog
from workbench.catalog.diff import diff
from workbench.catalog.importers import importer
from workbench.catalog.naming import Names
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_diff import Choice, Diff, DiffRow, Held, RowKind
from workbench.domain.offer import Offer
from workbench.domain.quotes import SourceRow, Subject
from workbench.paths import data_dir

from catalog_lists import EXAMPLES, as_bytes


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load_catalog(data_dir("models_catalog"))


def _diff(catalog: Catalog, name: str, value: Any, *, as_of: str = "2026-11-25") -> Diff:
    file = replace(EXAMPLES[name].file(as_bytes(value)), as_of=as_of)
    found = importer(name)
    return diff(found.read(file), found, catalog)


def _genai(catalog: Catalog, provider: str, model: str, prices: dict[str, float], **more: Any) -> DiffRow:
    value = [{"id": provider, "models": [{"id": model, "match": {}, "prices": prices}]}]
    [row] = [row for row in _diff(catalog, "genai-prices", value, **more).rows if row.kind is not RowKind.VANISHED]
    return row


def _offer(catalog: Catalog, model: str, provider: str) -> Offer:
    return next(offer for offer in catalog.model_by_id[model].offers if offer.provider == provider)


def test_that_the_same_prices_from_the_same_list_are_no_news(shipped: Catalog) -> None:
    row = _genai(shipped, "openai", "gpt-4o", {"input_mtok": 2.5, "cache_read_mtok": 1.25, "output_mtok": 10})
    assert (row.kind, row.model_id, row.changes) == (RowKind.SAME, "openai/gpt-4o", ())


def test_that_another_price_from_a_list_that_was_our_source_is_a_change(shipped: Catalog) -> None:
    row = _genai(shipped, "openai", "gpt-4o", {"input_mtok": 2.0, "output_mtok": 10})
    assert row.kind is RowKind.CHANGED
    assert [(c.field, c.ours, c.theirs) for c in row.changes] == [("input_usd_per_mtok", 2.5, 2.0)]
    assert row.proposed is Choice.ACCEPT


def test_that_another_price_from_a_list_that_was_not_is_a_disagreement_and_keeps_both(shipped: Catalog) -> None:
    assert "litellm" not in _offer(shipped, "deepseek/deepseek-v3.2", "openrouter").source
    value = {
        "openrouter/deepseek/deepseek-v3.2": {
            "litellm_provider": "openrouter",
            "mode": "chat",
            "input_cost_per_token": 2.8e-07,
            "output_cost_per_token": 4e-07,
        }
    }
    [row] = [row for row in _diff(shipped, "litellm", value).rows if row.kind is not RowKind.VANISHED]
    assert row.kind is RowKind.DISAGREES
    assert row.proposed is Choice.BESIDE
    assert row.quote.beside


def test_that_a_disagreement_the_catalog_already_holds_is_no_news(shipped: Catalog) -> None:
    """genai-prices says 0.7 and litellm 1.36 of Mistral Large 4: both are kept, and neither list has changed."""
    row = _genai(shipped, "mistral", "mistral-large-4", {"input_mtok": 0.7, "output_mtok": 2.1})
    assert row.kind is RowKind.SAME
    value = {
        "mistral/mistral-large-4": {
            "litellm_provider": "mistral",
            "mode": "chat",
            "input_cost_per_token": 1.36e-06,
            "output_cost_per_token": 4.18e-06,
        }
    }
    rows = _diff(shipped, "litellm", value).rows
    assert [row.kind for row in rows if row.kind is not RowKind.VANISHED] == [RowKind.SAME]


def test_that_an_offer_the_catalog_lacks_is_new(shipped: Catalog) -> None:
    row = _genai(shipped, "groq", "openai/gpt-4o", {"input_mtok": 2.6, "output_mtok": 11})
    assert (row.kind, row.model_id, row.provider, row.proposed) == (
        RowKind.NEW,
        "openai/gpt-4o",
        "groq",
        Choice.ACCEPT,
    )


def test_that_a_provider_nobody_has_read_the_terms_of_is_not_proposed(shipped: Catalog) -> None:
    row = _genai(shipped, "house-of-gpus", "openai/gpt-4o", {"input_mtok": 2.6, "output_mtok": 11})
    assert (row.kind, row.proposed) == (RowKind.NEW, Choice.REJECT)


def test_that_a_model_the_catalog_lacks_is_told_apart_and_not_proposed(shipped: Catalog) -> None:
    row = _genai(shipped, "openai", "gpt-99-mega", {"input_mtok": 2.6, "output_mtok": 11})
    assert (row.kind, row.model_id, row.proposed) == (RowKind.UNKNOWN_MODEL, "openai/gpt-99-mega", Choice.REJECT)


def test_that_a_guess_at_the_name_is_said_and_not_proposed(shipped: Catalog) -> None:
    row = _genai(shipped, "groq", "gpt-4o-2024-05-13", {"input_mtok": 5, "output_mtok": 15})
    assert row.matched == "the same name without date or edition"
    assert row.proposed is Choice.REJECT


def test_that_the_best_name_of_several_routes_counts_once(shipped: Catalog) -> None:
    models = [
        {"id": name, "match": {}, "prices": {"input_mtok": usd, "output_mtok": 10}}
        for name, usd in (("gpt-4o-2024-05-13", 5), ("openai/gpt-4o", 2.5), ("gpt-4o:batch", 1.25))
    ]
    found = _diff(shipped, "genai-prices", [{"id": "openrouter", "models": models}])
    rows = [row for row in found.rows if row.model_id == "openai/gpt-4o" and row.kind is not RowKind.VANISHED]
    assert [row.source_name for row in rows] == ["openai/gpt-4o"]
    assert dict(found.passed_over)["another route to an offer already read"] == 2


def test_that_an_offer_its_list_no_longer_gives_has_vanished_but_only_at_providers_it_lists(shipped: Catalog) -> None:
    left = {"id": "gpt-4.1", "match": {}, "prices": {"input_mtok": 2, "output_mtok": 8}}
    value = [{"id": "openai", "models": [left]}]
    gone = [row for row in _diff(shipped, "genai-prices", value).rows if row.kind is RowKind.VANISHED]
    assert "openai/gpt-4o" in {row.model_id for row in gone}
    assert {row.provider for row in gone} == {"openai"}
    assert all(row.proposed is Choice.REJECT and row.quote.fields == {"available": False} for row in gone)


def test_that_an_older_list_says_so_and_is_not_proposed(shipped: Catalog) -> None:
    row = _genai(shipped, "openai", "gpt-4o", {"input_mtok": 5, "output_mtok": 15}, as_of="2024-08-01")
    assert "It is of 2024-08-01" in " ".join(row.warnings)
    assert row.proposed is Choice.REJECT


def _litellm_facts(shipped: Catalog, key: str, provider: str, **fields: Any) -> list[DiffRow]:
    value = {key: {"litellm_provider": provider, "mode": "chat", **fields}}
    return [row for row in _diff(shipped, "litellm", value).rows if row.subject == "facts"]


def test_that_a_host_that_stops_selling_a_model_says_nothing_of_the_models_end(shipped: Catalog) -> None:
    rows = _litellm_facts(shipped, "groq/gpt-4o", "groq", deprecation_date="2026-12-01", max_input_tokens=128000)
    assert not [change for row in rows for change in row.changes if change.field == "shutdown_date"]


def test_that_the_developers_own_end_date_does(shipped: Catalog) -> None:
    [row] = _litellm_facts(shipped, "gpt-4o", "openai", deprecation_date="2026-12-31", max_input_tokens=128000)
    assert ("shutdown_date", "2027-01-14", "2026-12-31") in [(c.field, c.ours, c.theirs) for c in row.changes]


def test_that_a_rounded_window_is_the_same_window(shipped: Catalog) -> None:
    [row] = _litellm_facts(shipped, "gpt-4o", "openai", max_input_tokens=131072)
    assert row.kind is RowKind.SAME


def test_that_the_diff_says_in_one_sentence_what_it_found(shipped: Catalog) -> None:
    example = EXAMPLES["litellm"]
    found = importer("litellm")
    sentence = diff(found.read(example.file()), found, shipped).sentence
    assert sentence.startswith("LiteLLM lists 6 entries: ")
    assert "the same" in sentence


def test_that_nothing_is_changed_by_looking(shipped: Catalog) -> None:
    before = shipped.fingerprint
    for name, example in EXAMPLES.items():
        found = importer(name)
        diff(found.read(example.file()), found, shipped)
    assert load_catalog(data_dir("models_catalog")).fingerprint == before


def _mixed(catalog: Catalog) -> Diff:
    """Every kind of reason at once: a changed price, one that is off by 1,000, a provider and a model nobody knows."""
    prices = {"input_mtok": 2.0, "output_mtok": 10}
    listed = [
        ("openai", "gpt-4o", prices),
        ("openai", "gpt-4.1", {"input_mtok": 2000, "output_mtok": 8000}),
        ("openai", "gpt-99-mega", prices),
        ("house-of-tokens", "gpt-4o", prices),
    ]
    providers = dict.fromkeys(provider for provider, _, _ in listed)
    value = [
        {"id": name, "models": [{"id": m, "match": {}, "prices": p} for provider, m, p in listed if provider == name]}
        for name in providers
    ]
    return _diff(catalog, "genai-prices", value)


def test_that_each_row_that_is_not_proposed_says_why(shipped: Catalog) -> None:
    found = _mixed(shipped)
    reasons = {(row.model_id, row.provider): row.held for row in found.news if row.kind is not RowKind.VANISHED}
    assert reasons == {
        ("openai/gpt-4o", "openai"): Held.NOT,
        ("openai/gpt-4.1", "openai"): Held.WRONG,
        ("openai/gpt-99-mega", "openai"): Held.MODEL,
        ("openai/gpt-4o", "house-of-tokens"): Held.PROVIDER,
    }
    assert {row.held for row in found.news if row.kind is RowKind.VANISHED} <= {Held.VANISHED}


def test_that_one_sentence_says_what_is_applied_what_is_left_and_why(shipped: Catalog) -> None:
    found = _mixed(shipped)
    gone = len(found.held(Held.VANISHED))
    assert gone
    total = 4 + gone
    assert found.plan({}) == (
        f"Apply takes in 1 of {total} rows and leaves {total - 1}: 1 looks wrong, 1 of an unknown provider, "
        f"1 about an unknown model, {gone} no longer listed."
    )
    everything = {row.id: row.taking for row in found.news}
    assert found.plan(everything) == f"Apply takes in all {total} rows."
    nothing = {row.id: Choice.REJECT for row in found.news}
    assert found.plan(nothing).endswith(", 1 left by you.")


def test_that_a_date_is_taken_off_a_name_before_its_edition(shipped: Catalog) -> None:
    row = _genai(shipped, "novita", "Qwen3.8-Max-0902", {"input_mtok": 2.0, "output_mtok": 10})
    assert (row.model_id, row.held) == ("alibaba/qwen3.8-max", Held.ALIKE)


def test_that_a_new_model_never_gets_the_id_of_another(shipped: Catalog) -> None:
    names = Names(shipped)
    for known in list(shipped.model_by_id)[:200]:
        row = SourceRow(Subject.OFFER, "house", f"{known}-2031", known, {}, "", "")
        assert names.new_model_id(row) not in shipped.model_by_id
