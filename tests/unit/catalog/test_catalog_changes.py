"""Imports and own entries over the shipped catalog: nothing before Apply, everything back with Undo, yours on top."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbench.catalog.load import load_catalog
from workbench.catalog.overlay import effective
from workbench.domain.catalog_diff import Choice, Diff, RowKind
from workbench.domain.catalog_fields import SPECS
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.figures import Origin
from workbench.domain.offer import Confidence
from workbench.domain.quotes import OwnFact, Subject
from workbench.paths import data_dir

from catalog_changes import BGE, DEEPSEEK, GPT_4O, Desk
from catalog_folder import GPT_4O as GPT_4O_FILE
from catalog_folder import change
from catalog_lists import EXAMPLES


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _genai(desk: Desk, prices: dict[str, Any], *, provider: str = "openai", model: str = "gpt-4o") -> Diff:
    file = desk.folder / "data.json"
    file.write_text(json.dumps([{"id": provider, "models": [{"id": model, "match": {}, "prices": prices}]}]))
    return desk.imports.preview(file)


def _litellm(desk: Desk, usd_per_token: float, *, output: float = 1e-05) -> Diff:
    file = desk.folder / "model_prices.json"
    route = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": usd_per_token}
    file.write_text(json.dumps({"gpt-4o": {**route, "output_cost_per_token": output}}))
    return desk.imports.preview(file)


def test_that_looking_changes_nothing(desk: Desk) -> None:
    before = desk.catalog.catalog()
    _genai(desk, {"input_mtok": 2, "output_mtok": 9})
    assert desk.catalog.catalog() is before
    assert not (desk.folder / "workbench.sqlite").exists()


def test_that_an_accepted_price_counts_and_undo_takes_it_back_whole(desk: Desk) -> None:
    before = desk.catalog.catalog()
    record, changes = desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    assert changes.catalog
    assert desk.price(GPT_4O, "openai") == 2
    assert desk.again().price(GPT_4O, "openai") == 2
    desk.imports.undo(record.id)
    assert desk.catalog.catalog() == before
    desk.imports.redo(record.id)
    assert desk.price(GPT_4O, "openai") == 2


def test_that_a_rejected_row_changes_nothing(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 2, "output_mtok": 9})
    with pytest.raises(WorkbenchError, match="No row is accepted"):
        desk.imports.apply(diff, {row.id: Choice.REJECT for row in diff.rows})
    assert desk.price(GPT_4O, "openai") == 2.5


def test_that_the_figures_a_list_does_not_give_stay(desk: Desk) -> None:
    desk.imports.apply(_genai(desk, {"input_mtok": 2}))
    assert desk.price(GPT_4O, "openai", "output_usd_per_mtok") == 10
    assert desk.price(GPT_4O, "openai", "cache_read_usd_per_mtok") == 1.25


def test_that_a_changed_price_leaves_the_other_lists_word_as_a_band(desk: Desk) -> None:
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 10}))
    offer = desk.catalog.model(GPT_4O).offers[0]
    assert offer.band("input_usd_per_mtok") == (2, 2.5)
    assert offer.band("output_usd_per_mtok") is None
    assert offer.confidence is Confidence.LOW


def test_that_the_band_closes_when_the_other_list_follows(desk: Desk) -> None:
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 10}))
    desk.imports.apply(_litellm(desk, 2e-06))
    offer = desk.catalog.model(GPT_4O).offers[0]
    assert offer.prices.input_usd_per_mtok == 2
    assert {quote.source for quote in offer.quotes} <= {"models.dev", "genai-prices", "litellm"}
    assert all(quote.usd == 2 for quote in offer.quotes if quote.source in ("genai-prices", "litellm"))


def test_that_a_disagreement_that_is_accepted_keeps_both_figures(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 0.9, "output_mtok": 1.98}, provider="together", model="deepseek-v4-pro")
    [row] = [row for row in diff.rows if row.model_id == DEEPSEEK and row.kind is not RowKind.VANISHED]
    disagreeing = replace(diff, rows=(replace(row, kind=RowKind.DISAGREES),))
    desk.imports.apply(disagreeing, {row.id: Choice.BESIDE})
    offer = next(offer for offer in desk.catalog.model(DEEPSEEK).offers if offer.provider == "together")
    assert offer.prices.input_usd_per_mtok == 1.32
    assert offer.band("input_usd_per_mtok") == (0.9, 1.32)
    assert "genai-prices says 0.9" in offer.conflicts[0]


def test_that_a_disagreement_may_also_be_decided_for_the_list(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 0.9, "output_mtok": 1.98}, provider="together", model="deepseek-v4-pro")
    [row] = [row for row in diff.rows if row.model_id == DEEPSEEK and row.kind is not RowKind.VANISHED]
    desk.imports.apply(diff, {row.id: Choice.ACCEPT})
    assert desk.price(DEEPSEEK, "together") == 0.9


def test_that_a_second_list_with_the_same_price_raises_the_confidence(desk: Desk) -> None:
    change(desk.files / GPT_4O_FILE, "confidence: high", "confidence: medium")
    again = desk.again()
    again.imports.apply(_genai(again, {"input_mtok": 2.5, "output_mtok": 10}))
    offer = again.catalog.model(GPT_4O).offers[0]
    assert offer.confidence is Confidence.HIGH
    assert offer.as_of == "2026-11-25"


def test_that_a_new_offer_and_a_model_the_catalog_lacks_come_in_when_accepted(desk: Desk) -> None:
    file = desk.folder / EXAMPLES["models.dev"].name
    file.write_bytes(EXAMPLES["models.dev"].content)
    diff = desk.imports.preview(file)
    desk.imports.apply(diff, {row.id: Choice.ACCEPT for row in diff.rows})
    model = desk.catalog.model("google/gemini-9-pro")
    assert (model.name, model.context_tokens, model.lifecycle.status) == ("Gemini 9 Pro", 1_000_000, "preview")
    assert model.tier == "extended"
    assert model.offers[0].long_context is not None
    assert model.offers[0].long_context.above_tokens == 200_000
    assert desk.catalog.catalog().provider_by_id["google-gemini-api"].name == "Gemini API (AI Studio)"


def test_that_an_unknown_provider_comes_in_with_every_policy_unknown(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 2, "output_mtok": 9}, provider="house-of-gpus")
    desk.imports.apply(diff, {row.id: Choice.ACCEPT for row in diff.rows})
    provider = desk.catalog.catalog().provider_by_id["house-of-gpus"]
    assert (provider.name, provider.trains_on_api_data) == ("House Of Gpus", "unknown")
    assert provider.unread == ("everything",)


def test_that_a_vanished_offer_is_only_marked_and_undo_brings_it_back(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 1, "output_mtok": 1}, model="gpt-99")
    gone = {row.id: Choice.ACCEPT for row in diff.rows if row.kind is RowKind.VANISHED}
    record, _ = desk.imports.apply(diff, {**{row.id: Choice.REJECT for row in diff.rows}, **gone})
    assert not desk.catalog.model(GPT_4O).offers[0].available
    assert desk.price(GPT_4O, "openai") == 2.5
    desk.imports.undo(record.id)
    assert desk.catalog.model(GPT_4O).offers[0].available


def test_that_a_stale_diff_is_refused(desk: Desk) -> None:
    diff = _genai(desk, {"input_mtok": 2, "output_mtok": 9})
    desk.imports.apply(_litellm(desk, 2e-06), None)
    with pytest.raises(WorkbenchError, match="has changed since"):
        desk.imports.apply(diff)


def test_that_a_list_is_compared_with_what_lists_say_and_not_with_ones_own_price(desk: Desk) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5})
    same = _genai(desk, {"input_mtok": 2.5, "output_mtok": 10, "cache_read_mtok": 1.25})
    assert [row.kind for row in same.rows if row.model_id == GPT_4O] == [RowKind.SAME]
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    assert desk.price(GPT_4O, "openai") == 1.5
    desk.own.take_back(desk.own.all()[0].id)
    assert desk.price(GPT_4O, "openai") == 2


def test_that_ones_own_price_is_what_one_pays_whatever_was_announced_of_the_lists() -> None:
    shipped = load_catalog(data_dir("models_catalog"))
    offer = next(each for model in shipped.models for each in model.offers if each.scheduled_change is not None)
    fact = OwnFact("1", Subject.OFFER, offer.model_id, offer.part, {"input_usd_per_mtok": 9.0}, "", "2026-11-27")
    (mine,) = [o for o in effective(shipped, (), (fact,)).model_by_id[offer.model_id].offers if o.part == offer.part]
    assert mine.prices.input_usd_per_mtok == 9.0 and mine.scheduled_change is None
    known = replace(fact, fields={"available": True})
    (kept,) = [o for o in effective(shipped, (), (known,)).model_by_id[offer.model_id].offers if o.part == offer.part]
    assert kept.scheduled_change == offer.scheduled_change


def test_that_a_list_may_price_a_model_that_the_person_added(desk: Desk) -> None:
    desk.own.enter(Subject.FACTS, "openai/gpt-house", "", {"name": "GPT House", "kind": "llm"})
    diff = _genai(desk, {"input_mtok": 2, "output_mtok": 9}, model="gpt-house")
    desk.imports.apply(diff)
    assert desk.price("openai/gpt-house", "openai") == 2


def test_that_a_catalog_update_with_a_later_price_overtakes_an_import(desk: Desk) -> None:
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    change(desk.files / GPT_4O_FILE, "as_of: '2026-11-10'", "as_of: '2026-11-26'")
    change(desk.files / GPT_4O_FILE, "input_usd_per_mtok: 2.5", "input_usd_per_mtok: 1.9")
    change(desk.files / GPT_4O_FILE, "cache_read_usd_per_mtok: 1.25", "cache_read_usd_per_mtok: 0.9")
    again = desk.again()
    assert again.price(GPT_4O, "openai") == 1.9
    states = {line.state for line in again.history.of(GPT_4O) if line.about == "offer by openai"}
    assert "overtaken" in states


def test_that_ones_own_price_stands_above_lists_and_survives_catalog_updates(desk: Desk) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5}, "contract 77")
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    change(desk.files / GPT_4O_FILE, "as_of: '2026-11-10'", "as_of: '2026-11-26'")
    again = desk.again()
    offer = again.catalog.model(GPT_4O).offers[0]
    assert (offer.prices.input_usd_per_mtok, offer.origin) == (1.5, Origin.YOURS)
    assert offer.source.startswith("entered by you: contract 77")


def test_that_taking_back_ones_own_price_brings_the_catalogs_back(desk: Desk) -> None:
    before = desk.catalog.catalog()
    fact, _ = desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5})
    desk.own.take_back(fact.id)
    assert desk.catalog.catalog() == before
    desk.own.restore(fact)
    assert desk.price(GPT_4O, "openai") == 1.5


def test_that_a_second_entry_on_the_same_offer_adds_to_the_first(desk: Desk) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5}, "contract 77")
    fact, _ = desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 6.0})
    assert dict(fact.fields) == {"input_usd_per_mtok": 1.5, "output_usd_per_mtok": 6.0}
    assert fact.note == "contract 77"
    assert len(desk.own.all()) == 1


def test_that_a_discount_scales_every_price_of_its_provider_but_ones_own(desk: Desk) -> None:
    desk.own.enter(Subject.DISCOUNT, "openai", "", {"share": 0.2})
    offer = desk.catalog.model(GPT_4O).offers[0]
    assert offer.prices.input_usd_per_mtok == 2.0
    assert offer.batch is not None and offer.batch.output_usd_per_mtok == 4.0
    assert offer.origin is Origin.YOURS
    assert "0.2 off the list price" in offer.source
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5})
    assert desk.price(GPT_4O, "openai") == 1.5


def test_that_a_discount_on_one_model_beats_one_on_all(desk: Desk) -> None:
    desk.own.enter(Subject.DISCOUNT, "openai", "", {"share": 0.2})
    desk.own.enter(Subject.DISCOUNT, "openai", GPT_4O, {"share": 0.5})
    assert desk.price(GPT_4O, "openai") == 1.25


def test_that_a_model_of_ones_own_can_be_added_priced_and_scored(desk: Desk) -> None:
    facts = {"name": "House LLM", "kind": "LLM", "context_tokens": "32,000"}
    desk.own.enter_text(Subject.FACTS, "acme/house-llm", "", facts)
    desk.own.enter_text(Subject.OFFER, "acme/house-llm", "acme", {"input_usd_per_mtok": "$0.50"})
    desk.own.enter_text(Subject.SCORE, "acme/house-llm", "livebench-2026-06-25", {"value": "71"})
    model = desk.catalog.model("acme/house-llm")
    assert (model.name, model.context_tokens, model.origin) == ("House LLM", 32_000, Origin.YOURS)
    assert model.tier == "core"
    assert model.offers[0].prices.input_usd_per_mtok == 0.5
    assert (model.scores[0].value, model.scores[0].origin) == (71, Origin.YOURS)
    assert desk.catalog.catalog().developer_by_id["acme"].name == "Acme"


def test_that_hardware_of_ones_own_can_be_added_and_known_hardware_repriced(desk: Desk) -> None:
    desk.own.enter(Subject.HARDWARE, "my-box", "", {"name": "My box", "memory_gib": 96.0, "usd_per_hour": 1.5})
    desk.own.enter(Subject.HARDWARE, "nvidia-h100-sxm", "", {"usd_per_hour": 1.1})
    hardware = desk.catalog.catalog().hardware_by_id
    assert hardware["my-box"].memory_gib == 96
    assert [price.usd_per_hour for price in hardware["nvidia-h100-sxm"].cloud_prices] == [1.1]
    assert hardware["nvidia-h100-sxm"].origin is Origin.YOURS
    assert hardware["nvidia-h100-sxm"].memory_gib == 80


BAD = [
    (Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "free"}, "'free' is not a number"),
    (Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "-1"}, "cannot be the input"),
    (Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "1e999"}, "cannot be the input"),
    (Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "nan"}, "is not a number"),
    (Subject.OFFER, GPT_4O, "openai", {"magic": "1"}, "no figure 'magic'"),
    (Subject.OFFER, GPT_4O, "openai", {}, "No figure is given"),
    (Subject.OFFER, GPT_4O, "Open AI", {"input_usd_per_mtok": "1"}, "is not a provider"),
    (Subject.OFFER, "openai/nothing", "openai", {"input_usd_per_mtok": "1"}, "has no model"),
    (Subject.OFFER, "../x", "openai", {"input_usd_per_mtok": "1"}, "is not an id"),
    (Subject.SCORE, GPT_4O, "my-bench", {"value": "1"}, "no benchmark 'my-bench'"),
    (Subject.FACTS, GPT_4O, "", {"kind": "magic"}, "not one of the choices"),
    (Subject.FACTS, GPT_4O, "", {"release_date": "13.5.2024"}, "is not a date"),
    (Subject.FACTS, GPT_4O, "", {"shutdown_date": "2026-02-30"}, "is not a date"),
    (Subject.FACTS, GPT_4O, "", {"name": "GPT\u202e4o"}, "reading direction"),
    (Subject.FACTS, GPT_4O, "", {"tools": "perhaps"}, "neither yes nor no"),
    (Subject.FACTS, GPT_4O, "", {"input_modalities": "text, smell"}, "known words"),
    (Subject.FACTS, GPT_4O, "", {"params_total_b": "8", "params_active_b": "80"}, "more than 8 billion"),
    (Subject.FACTS, "acme/new", "", {"context_tokens": "1000"}, "needs a"),
    (Subject.HARDWARE, "my-box", "", {"name": "My box"}, "needs a memory size"),
    (Subject.DISCOUNT, "nobody", "", {"share": "0.2"}, "no provider 'nobody'"),
    (Subject.DISCOUNT, "openai", "", {"share": "20"}, "cannot be the discount"),
]


@pytest.mark.parametrize(("subject", "target", "part", "texts", "what"), BAD)
def test_that_an_entry_that_cannot_stand_is_refused_and_nothing_is_kept(
    desk: Desk, subject: Subject, target: str, part: str, texts: dict[str, str], what: str
) -> None:
    with pytest.raises(WorkbenchError) as caught:
        desk.own.enter_text(subject, target, part, texts)
    assert what in str(caught.value)
    assert caught.value.mend
    assert desk.own.all() == ()


def test_that_all_faults_of_an_entry_are_named_at_once(desk: Desk) -> None:
    with pytest.raises(Problems) as caught:
        desk.own.enter_text(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "a", "output_usd_per_mtok": "b"})
    assert len(caught.value.problems) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_that_any_text_in_any_form_is_kept_as_a_sound_figure_or_refused(desk: Desk, data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from(list(Subject)))
    names = data.draw(st.lists(st.sampled_from([*SPECS[subject], "magic"]), min_size=1, max_size=4))
    values = st.text(max_size=12) | st.sampled_from(["1", "0", "-1", "nan", "1e9", "yes"])
    texts = {name: data.draw(values) for name in names}
    target = data.draw(st.sampled_from([GPT_4O, BGE, "openai", "nvidia-h100-sxm", "x/y", "..", ""]))
    part = data.draw(st.sampled_from(["openai", "", "livebench-2026-06-25", GPT_4O, "a#b", "\x00"]))
    try:
        desk.own.enter_text(subject, target, part, texts, data.draw(st.text(max_size=8)))
    except WorkbenchError as error:
        assert error.what
    catalog = desk.catalog.catalog()
    for model in catalog.models:
        for offer in model.offers:
            price = offer.prices.input_usd_per_mtok
            assert price is None or 0 <= price <= 10_000


def test_that_the_history_names_everybody_who_said_something(desk: Desk) -> None:
    desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    record, _ = desk.imports.apply(_litellm(desk, 3e-06))
    desk.imports.undo(record.id)
    fact, _ = desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5}, "contract 77")
    desk.own.take_back(fact.id)
    lines = [line for line in desk.history.of(GPT_4O) if line.about == "offer by openai"]
    said = {(dict(line.figures)["Input"], line.state.split(" on ")[0]) for line in lines}
    assert said == {("2.5", "in force"), ("2", "in force"), ("3", "undone"), ("1.5", "ended")}


def test_that_the_kept_copy_of_the_changed_catalog_is_the_same_and_follows_every_change(desk: Desk) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5})
    fresh = desk.catalog.catalog()
    kept = desk.folder / "cache" / "catalog-yours.json"
    assert kept.exists()
    assert desk.again().catalog.catalog() == fresh
    other = Desk(desk.folder)
    other.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.4})
    assert desk.again().price(GPT_4O, "openai") == 1.4


def test_that_a_damaged_row_is_named_and_never_acted_on(desk: Desk) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5})
    with desk.store.write() as connection:
        connection.exec_driver_sql("UPDATE catalog_own SET fields = '{\"input_usd_per_mtok\": 9.5}'")
    (desk.folder / "cache" / "catalog-yours.json").unlink(missing_ok=True)
    with pytest.raises(WorkbenchError, match="damaged"):
        desk.again().catalog.catalog()


def test_that_fingerprints_differ_with_every_change_and_come_back_with_undo(desk: Desk) -> None:
    seen = [desk.catalog.catalog().fingerprint]
    record, _ = desk.imports.apply(_genai(desk, {"input_mtok": 2, "output_mtok": 9}))
    seen.append(desk.catalog.catalog().fingerprint)
    desk.own.enter(Subject.DISCOUNT, "openai", "", {"share": 0.2})
    seen.append(desk.catalog.catalog().fingerprint)
    assert len(set(seen)) == 3
    desk.own.take_back(desk.own.all()[0].id)
    desk.imports.undo(record.id)
    assert desk.catalog.catalog().fingerprint == seen[0]


def test_that_base_facts_that_were_kept_beside_ours_are_no_news_the_next_time(desk: Desk) -> None:
    def facts(context: int) -> Diff:
        file = desk.folder / "model_prices.json"
        route = {"litellm_provider": "openai", "mode": "chat", "max_input_tokens": context}
        file.write_text(json.dumps({"gpt-4o": {**route, "max_output_tokens": 16_384, "supports_vision": False}}))
        return desk.imports.preview(file)

    [row] = [row for row in facts(100_000).news if row.subject is Subject.FACTS]
    assert row.kind is RowKind.DISAGREES
    assert {change.field for change in row.changes} == {"context_tokens", "vision"}
    desk.imports.apply(facts(100_000), {row.id: Choice.BESIDE})
    assert desk.catalog.model(GPT_4O).context_tokens == 128_000
    assert "litellm says no (" in str(desk.catalog.model(GPT_4O).provenance["vision"].conflict)
    assert [each for each in facts(100_000).news if each.subject is Subject.FACTS] == []
    [changed] = [each for each in facts(90_000).news if each.subject is Subject.FACTS]
    assert [change.field for change in changed.changes] == ["context_tokens"]


_ROUTES: dict[str, dict[str, Any]] = {
    # two models of one name, the undated one at two makers; a host whose name is no developer's before the import
    "ollama/llama2:7b": {"litellm_provider": "ollama", "max_input_tokens": 4096},
    "heroku/llama2-7b": {"litellm_provider": "heroku", "input_cost_per_token": 1e-6, "max_input_tokens": 8192},
    "gpt-9": {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "max_input_tokens": 200_000},
    "gpt-9-2026-09-01": {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "max_input_tokens": 100_000},
    "azure/gpt-9-2026-09-01": {"litellm_provider": "azure", "input_cost_per_token": 2e-6, "max_input_tokens": 90_000},
    "github_copilot/gpt-9": {"litellm_provider": "github_copilot", "max_input_tokens": 60_000},
    "house/Old-Model": {
        "litellm_provider": "house",
        "max_input_tokens": 8192,
        "input_cost_per_token": 1e-6,
        "deprecation_date": "2027-01-01",
        "successor_model": "house/New-Model-2026-10-17",
    },
    "house/New-Model-2026-10-17": {
        "litellm_provider": "house",
        "max_input_tokens": 8192,
        "input_cost_per_token": 2e-6,
    },
    # names for a model the catalog has, one of them only alike
    "gpt-4o-2024-05-13": {"litellm_provider": "openai", "input_cost_per_token": 5e-6, "max_input_tokens": 128_000},
    "snowflake/gpt-4o-chat": {"litellm_provider": "snowflake", "input_cost_per_token": 3e-6},
}


def test_that_a_list_whose_every_row_was_taken_in_finds_nothing_to_do_the_next_time(desk: Desk) -> None:
    file = desk.folder / "model_prices.json"
    file.write_text(json.dumps({name: {"mode": "chat", **route} for name, route in _ROUTES.items()}))
    first = desk.imports.preview(file)
    assert {row.kind for row in first.news} >= {RowKind.UNKNOWN_MODEL, RowKind.NEW}
    desk.imports.apply(first, {row.id: row.taking for row in first.rows})
    assert [(row.id, row.kind, row.changes) for row in desk.imports.preview(file).news] == []


@pytest.mark.parametrize("name", [each for each in EXAMPLES if each != "csv"])
def test_that_no_kind_of_list_finds_anything_to_do_the_second_time(desk: Desk, name: str) -> None:
    example = EXAMPLES[name]
    source = example.file()

    def look() -> Diff:
        return desk.imports.preview_content(source.name, source.content, kind=name, beside=source.beside)

    first = look()
    desk.imports.apply(first, {row.id: row.taking for row in first.rows})
    assert [(row.id, row.kind, row.changes) for row in look().news] == []


def test_that_two_lists_that_disagree_on_a_price_step_are_both_remembered(desk: Desk) -> None:
    def steps(importer_file: str, above: float) -> Diff:
        file = desk.folder / importer_file
        if importer_file == "data.json":
            tiers = {"base": 1, "tiers": [{"start": 272_000, "price": above}]}
            models = [{"id": "gpt-9", "match": {}, "prices": {"input_mtok": tiers, "output_mtok": 4}}]
            file.write_text(json.dumps([{"id": "openai", "models": models}]))
        else:
            route = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6}
            more = {"output_cost_per_token": 4e-6, "input_cost_per_token_above_272k_tokens": above / 1e6}
            file.write_text(json.dumps({"gpt-9": {**route, **more}}))
        return desk.imports.preview(file)

    for importer_file, above in (("data.json", 2.0), ("model_prices.json", 2.2)):
        diff = steps(importer_file, above)
        desk.imports.apply(diff, {row.id: row.taking for row in diff.rows})
    [offer] = desk.catalog.model("openai/gpt-9").offers
    assert offer.band("long_context.input_usd_per_mtok") == (2.0, 2.2)
    assert steps("data.json", 2.0).news == steps("model_prices.json", 2.2).news == ()


def test_that_what_one_list_says_beside_ours_is_not_forgotten_when_another_disagrees_too(desk: Desk) -> None:
    def windows(importer_file: str, context: int) -> Diff:
        file = desk.folder / importer_file
        if importer_file == "data.json":
            models = [{"id": "gpt-4o", "match": {}, "context_window": context, "prices": {"input_mtok": 2.5}}]
            file.write_text(json.dumps([{"id": "openai", "models": models}]))
        else:
            route = {"litellm_provider": "openai", "mode": "chat", "max_input_tokens": context}
            modalities = {"supported_modalities": ["text"], "supported_output_modalities": ["text", "audio"]}
            file.write_text(json.dumps({"gpt-4o": {**route, **modalities}}))
        return desk.imports.preview(file)

    def news(importer_file: str, context: int) -> list[str]:
        rows = windows(importer_file, context).news
        return [change.field for row in rows if row.subject is Subject.FACTS for change in row.changes]

    assert news("data.json", 100_000) == ["context_tokens"]
    assert set(news("model_prices.json", 90_000)) == {"context_tokens", "input_modalities", "output_modalities"}
    for importer_file, context in (("data.json", 100_000), ("model_prices.json", 90_000)):
        diff = windows(importer_file, context)
        desk.imports.apply(diff, {row.id: row.taking for row in diff.rows})
    assert news("data.json", 100_000) == news("model_prices.json", 90_000) == []
    conflict = desk.catalog.model(GPT_4O).provenance["context_tokens"].conflict or ""
    assert "genai-prices says 100000" in conflict and "litellm says 90000" in conflict
