"""What each list means: which price is in force, what a step or an hour changes, what stands for unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from workbench.catalog.importers import importer, recognise
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Reading, Subject

from catalog_lists import DAY, EXAMPLES, GENAI_PRICES, LITELLM, MODELS_DEV, OPENROUTER, as_bytes


def _reading(name: str, value: Any = None, *, as_of: str = DAY) -> Reading:
    example = EXAMPLES[name]
    file = example.file(None if value is None else as_bytes(value))
    return importer(name).read(replace(file, as_of=as_of))


def _fields(reading: Reading, model: str, subject: Subject = Subject.OFFER) -> dict[str, Any]:
    [row] = [row for row in reading.rows if row.model == model and row.subject is subject]
    return dict(row.fields)


def test_that_models_devs_steps_are_read_and_its_old_field_is_not() -> None:
    fields = _fields(_reading("models.dev"), "gemini-9-pro")
    assert fields["long_context.above_tokens"] == 200_000
    assert fields["long_context.input_usd_per_mtok"] == 4
    assert 99 not in fields.values()


def test_that_models_devs_zeros_are_unknown() -> None:
    reading = _reading("models.dev")
    assert "max_output_tokens" not in _fields(reading, "gemini-9-pro", Subject.FACTS)
    assert not [row for row in reading.rows if row.model == "gemini-free" and row.subject is Subject.OFFER]
    assert dict(reading.passed_over)["a price of 0, which stands for a subscription or for unknown"] == 1


def test_that_models_devs_status_and_abilities_are_the_catalogs() -> None:
    facts = _fields(_reading("models.dev"), "gemini-9-pro", Subject.FACTS)
    assert facts["status"] == "preview"
    facts = _fields(_reading("models.dev"), "gpt-4o", Subject.FACTS)
    assert (facts["tools"], facts["vision"], facts["input_modalities"]) == (True, True, "text, image, pdf")


@pytest.mark.parametrize(
    ("day", "price", "coming"),
    [("2026-10-01", 8, "2026-11-01"), ("2026-11-01", 4, "2026-12-15"), ("2027-01-01", 3, None)],
)
def test_that_the_last_price_that_has_begun_is_in_force_and_the_next_one_is_announced(
    day: str, price: float, coming: str | None
) -> None:
    fields = _fields(_reading("genai-prices", as_of=day), "gpt-next")
    assert fields["input_usd_per_mtok"] == price
    assert fields.get("scheduled_change.starts") == coming


def test_that_hours_with_their_own_price_are_peak_hours() -> None:
    fields = _fields(_reading("genai-prices"), "deepseek-v4-pro")
    assert fields["input_usd_per_mtok"] == 0.66
    assert fields["peak_hours.windows_utc"] == "01:00-04:00 06:00-10:00"
    assert fields["peak_hours.input_usd_per_mtok"] == 1.32


def test_that_a_step_prices_the_whole_request_and_leaves_other_prices_as_they_are() -> None:
    fields = _fields(_reading("genai-prices"), "deepseek-v4-pro")
    assert fields["long_context.above_tokens"] == 200_000
    assert fields["long_context.input_usd_per_mtok"] == 1.0
    assert fields["long_context.output_usd_per_mtok"] == 1.98


def test_that_only_the_batch_variant_is_a_batch_price() -> None:
    fields = _fields(_reading("genai-prices"), "gpt-4o")
    assert (fields["batch.input_usd_per_mtok"], fields["batch.output_usd_per_mtok"]) == (1.25, 5)


def test_that_prices_by_the_request_are_passed_over() -> None:
    assert sum(count for _, count in _reading("genai-prices").passed_over) == 1


def test_that_prices_per_token_become_prices_per_million_without_rounding() -> None:
    assert _fields(_reading("openrouter"), "deepseek/deepseek-v4-pro")["input_usd_per_mtok"] == 0.66
    assert _fields(_reading("litellm"), "text-embedding-3-small")["input_usd_per_mtok"] == 0.02


def test_that_routers_and_free_routes_are_no_offers() -> None:
    reading = _reading("openrouter")
    assert [row.model for row in reading.rows if row.subject is Subject.OFFER] == ["deepseek/deepseek-v4-pro"]
    assert len(reading.passed_over) == 2


def test_that_openrouters_expiry_and_parameters_are_facts() -> None:
    facts = _fields(_reading("openrouter"), "deepseek/deepseek-v4-pro", Subject.FACTS)
    assert (facts["shutdown_date"], facts["tools"], facts["reasoning"]) == ("2027-05-01", True, False)
    assert facts["input_modalities"] == "text, pdf"


@pytest.mark.parametrize("price", ["free", "", "1e999", "0x10", True, [1]])
def test_that_an_openrouter_price_that_is_none_leaves_out_its_entry_only(price: object) -> None:
    broken = {"data": [{**OPENROUTER["data"][0], "id": "x/broken", "pricing": {"prompt": price}}, *OPENROUTER["data"]]}
    reading = _reading("openrouter", broken)
    assert {row.model for row in reading.rows if row.subject is Subject.OFFER} == {"deepseek/deepseek-v4-pro"}


def test_that_the_sample_entry_and_other_kinds_are_passed_over() -> None:
    reading = _reading("litellm")
    assert not [row for row in reading.rows if row.model in ("sample_spec", "sora", "openai/other-name")]
    assert not reading.problems


def test_that_prices_above_a_length_are_steps() -> None:
    fields = _fields(_reading("litellm"), "openai/long")
    assert fields["long_context.above_tokens"] == 272_000
    assert fields["long_context.output_usd_per_mtok"] == 45


def test_that_ranges_of_lengths_are_steps_too() -> None:
    tiers = [
        {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
        {"range": [256000.0, 1000000.0], "input_cost_per_token": 2.5e-07, "output_cost_per_token": 2e-06},
    ]
    fields = _fields(_reading("litellm", {"q": {"litellm_provider": "dashscope", "tiered_pricing": tiers}}), "q")
    assert (fields["input_usd_per_mtok"], fields["long_context.input_usd_per_mtok"]) == (0.05, 0.25)
    assert fields["long_context.above_tokens"] == 256_000


def test_that_off_peak_hours_turn_into_the_cheap_price_and_the_peak_hours_left() -> None:
    fields = _fields(_reading("litellm"), "deepseek/deepseek-v4-pro")
    assert fields["input_usd_per_mtok"] == 0.66
    assert fields["peak_hours.windows_utc"] == "01:00-04:00 06:00-10:00"
    assert fields["peak_hours.input_usd_per_mtok"] == 1.32


def test_that_both_lists_say_the_same_of_the_same_offer() -> None:
    genai = _fields(_reading("genai-prices"), "deepseek-v4-pro")
    litellm = _fields(_reading("litellm"), "deepseek/deepseek-v4-pro")
    shared = {name: value for name, value in genai.items() if name in litellm}
    assert len(shared) >= 5
    assert shared == {name: litellm[name] for name in shared}


def test_that_a_litellm_end_date_comes_with_its_replacement() -> None:
    facts = _fields(_reading("litellm"), "gpt-4o", Subject.FACTS)
    assert (facts["shutdown_date"], facts["replacement"]) == ("2027-01-14", "gpt-6-luna")


def test_that_a_price_below_zero_is_named_and_left_out() -> None:
    reading = _reading("litellm", {**LITELLM, "gpt-4o": {**LITELLM["gpt-4o"], "output_cost_per_token": -1}})
    [problem] = reading.problems
    assert "cannot be the output" in problem.what
    assert "gpt-4o" in problem.where
    assert not [row for row in reading.rows if row.model == "gpt-4o" and row.subject is Subject.OFFER]


def test_that_livebenchs_score_is_the_mean_of_its_areas_means() -> None:
    fields = _fields(_reading("livebench"), "gpt-4o-2024-11-20", Subject.SCORE)
    assert fields["categories.Coding"] == 60
    assert fields["categories.Reasoning"] == 30
    assert fields["value"] == 45
    assert fields["cost_per_question_usd"] == 0.0163


def test_that_a_cost_of_zero_means_unpriced() -> None:
    assert "cost_per_question_usd" not in _fields(_reading("livebench"), "gpt-4o-latest-high", Subject.SCORE)


def test_that_a_model_without_a_score_in_every_area_gets_none() -> None:
    assert dict(_reading("livebench").passed_over) == {"without a score in every area": 1}


def test_that_a_table_without_its_categories_gives_no_scores_and_says_which_file_is_missing() -> None:
    example = EXAMPLES["livebench"]
    reading = importer("livebench").read(SourceFile(example.name, example.content, DAY))
    assert not reading.rows
    assert "categories_2026_06_25.json" in reading.problems[0].mend


@pytest.mark.parametrize("cell", ["101", "-1", "nan", "good"])
def test_that_a_score_that_is_none_is_named(cell: str) -> None:
    example = EXAMPLES["livebench"]
    content = example.content.replace(b"50.0,70.0", f"{cell},70.0".encode(), 1)
    reading = importer("livebench").read(example.file(content))
    assert "is no score from 0 to 100" in reading.problems[0].what
    assert "line 2" in reading.problems[0].where


def test_that_a_recipe_gives_memory_by_precision_and_its_own_date() -> None:
    [row] = _reading("vllm-recipes").rows
    assert dict(row.fields) == {
        "context_tokens": 1_000_000,
        "params_total_b": 1600.0,
        "params_active_b": 49.0,
        "self_host_gb.fp8": 960.0,
        "self_host_gb.nvfp4": 900.0,
    }
    assert row.as_of == "2026-09-01"


def test_that_a_table_is_read_by_the_names_of_its_columns() -> None:
    reading = _reading("csv")
    [offer] = [row for row in reading.rows if row.model == "gpt-4o" and row.subject is Subject.OFFER]
    assert (offer.provider, dict(offer.fields)) == ("openai", {"input_usd_per_mtok": 2.5, "output_usd_per_mtok": 10.0})
    assert _fields(reading, "gpt-4o", Subject.FACTS) == {"context_tokens": 128_000}
    assert dict(reading.passed_over) == {"without a model's name": 1}


@pytest.mark.parametrize(("unit", "factor"), [("million", 1), ("thousand", 1_000), ("token", 1_000_000)])
def test_that_a_persons_mapping_says_which_column_and_which_unit(unit: str, factor: float) -> None:
    options = {"column.model": "m", "column.input_usd_per_mtok": "p", "provider": "acme", "unit": unit}
    file = SourceFile("t.csv", b"m,p\nhouse,0.002\n", DAY, {}, options)
    [row] = importer("csv").read(file).rows
    assert row.provider == "acme"
    assert row.fields["input_usd_per_mtok"] == pytest.approx(0.002 * factor)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"column.model": "x"}, "There is no column 'x'"),
        ({"column.magic": "p"}, "There is no field 'magic'"),
        ({"unit": "dozen"}, "'dozen' is no unit"),
        ({"column.model": ""}, "No column gives the model"),
        ({"column.input_usd_per_mtok": "p"}, "The prices do not say whose they are"),
        ({"column.value": "p"}, "The scores do not say of which benchmark"),
    ],
)
def test_that_a_mapping_that_cannot_be_is_refused(options: dict[str, str], what: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        importer("csv").read(SourceFile("t.csv", b"model,p\nhouse,2\n", DAY, {}, options))
    assert what in caught.value.what
    assert caught.value.mend


@pytest.mark.parametrize("name", ["model.yaml", "recipe.YML"])
def test_that_yaml_which_is_no_recipe_is_not_taken_for_a_table(name: str) -> None:
    text = b"# Qwen2.5 7B Instruct, Alibaba (Qwen). Fields, units and sources: README.md.\nid: alibaba/qwen2.5-7b\n"
    with pytest.raises(WorkbenchError, match="none of the lists that can be imported"):
        recognise(SourceFile(name, text, DAY, {}, {}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize(("delimiter", "line"), [(",", "\n"), (";", "\r\n"), ("\t", "\r"), ("|", "\n")])
def test_that_tables_are_read_in_any_common_dress(encoding: str, delimiter: str, line: str) -> None:
    rows = (("model", "provider", "input"), ("müller", "acme", "1.5"))
    text = line.join(delimiter.join(cells) for cells in rows) + line
    [row] = importer("csv").read(SourceFile("t.csv", text.encode(encoding), DAY)).rows
    assert (row.model, row.provider, row.fields["input_usd_per_mtok"]) == ("müller", "acme", 1.5)


@pytest.mark.parametrize("cell", ["free", "1,5", "-1", "1e400", "nan", "$", "99999"])
def test_that_a_cell_that_is_no_price_leaves_out_its_row_only(cell: str) -> None:
    content = f"model;provider;input\na;acme;{cell}\nb;acme;1\n".encode()
    reading = importer("csv").read(SourceFile("t.csv", content, DAY))
    assert [row.model for row in reading.rows] == ["b"]
    assert "line 2" in reading.problems[0].where


def test_that_a_name_given_twice_in_json_is_refused() -> None:
    content = b'{"openai": {"models": {"a": {"name": "A"}, "a": {"name": "B"}}}}'
    with pytest.raises(WorkbenchError, match="'a' is given twice"):
        importer("models.dev").read(SourceFile("api.json", content, DAY))


def test_that_the_examples_hold_what_the_shapes_say() -> None:
    assert "context_over_200k" in str(MODELS_DEV)
    assert "constraint" in str(GENAI_PRICES)
