"""What the loader finds wrong: each kind of fault once, by file, line, field and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from workbench.catalog import check_catalog, load_catalog
from workbench.domain.errors import Problems, WorkbenchError

from catalog_folder import GPT_4O, change, copy_catalog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path / "catalog")


def _only_problem(folder: Path) -> WorkbenchError:
    problems = check_catalog(folder)
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def test_that_a_small_sound_catalog_loads(folder: Path) -> None:
    catalog = load_catalog(folder)
    assert [model.id for model in catalog.models] == ["baai/bge-m3", "deepseek/deepseek-v4-pro", "openai/gpt-4o"]


FAULTS = [
    ("params:\n", "parms: null\nparams:\n", "'parms' is not known", "'params'"),
    ("open_weights: false\n", "", "'open_weights' is missing", "README"),
    ("open_weights: false", "open_weights: 'no'", "neither true nor false", "without quotes"),
    ("kind: multimodal", "kind: magic", "'magic' is not one of the allowed words", "'llm'"),
    ("context_tokens: 128000", "context_tokens: 128.5", "not a whole number", "whole number"),
    ("context_tokens: 128000", "context_tokens: 0", "0 is too small", "at least 1"),
    ("name: GPT-4o", "name: 4", "4 is not text", "quotes"),
    ("name: GPT-4o", "name: ''", "text is empty", "null"),
    ("name: GPT-4o", 'name: "GPT\\x1b[2J"', "control character", "Remove"),
    ("name: GPT-4o", 'name: "GPT\\u202e4o"', "control character", "Remove"),
    ("input: [text, image, pdf]", "input: text", "must be a list", "after a dash"),
    ("input: [text, image, pdf]", "input: [text, smell]", "'smell' is not one of the allowed words", "'video'"),
    ("release_date: '2024-05-13'", "release_date: '13.5.2024'", "is not a date", "'2026-11-20'"),
    ("release_date: '2024-05-13'", "release_date: '2024-02-31'", "is not a date", "'2026-11-20'"),
    ("discount: 0.5", "discount: 50", "50 is too large", "check the unit"),
    ("developer: openai", "developer: openia", "No developer has the id 'openia'", "'openai'"),
    ("  - provider: openai", "  - provider: opnai", "No provider has the id 'opnai'", "'openai'"),
    ("benchmark: gpqa-diamond", "benchmark: gpqa-diamnod", "No benchmark has the id 'gpqa-diamnod'", "'gpqa-diamond'"),
    ("cache_read_usd_per_mtok: 1.25", "cache_read_usd_per_mtok: 12.5", "costs more than plain input", "swapped"),
    ("      input_usd_per_mtok: 1.25", "      input_usd_per_mtok: 5", "batch price 5 is above", "Check both"),
    ("value: 1336", "value: 13360", "outside what lmarena-text-style-control gives", "Check the figure"),
    ("ci95: [1332, 1340]", "ci95: [1340, 1344]", "does not hold the value 1,336", "Check all three"),
    ("ci95: [1332, 1340]", "ci95: [1332]", "too few entries", "at least 2"),
    ("total_b: null", "total_b: 8", "parameter counts have no source", "`source`"),
    ("schema_version: 1", "schema_version: 0", "0 is not one of the allowed words", "Write 1"),
]


@pytest.mark.parametrize(("old", "new", "what", "mend"), FAULTS)
def test_that_a_fault_is_named_with_line_field_and_remedy(
    folder: Path, old: str, new: str, what: str, mend: str
) -> None:
    line = change(folder / GPT_4O, old, new)
    problems = [problem for problem in check_catalog(folder) if what in problem.what]
    assert problems, [str(problem) for problem in check_catalog(folder)]
    assert problems[0].where.startswith(GPT_4O)
    assert mend in problems[0].mend
    if new:
        assert f"line {line}" in problems[0].where or "parameter counts" in what


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("providers.yaml", "      - id: eu\n", "      - id: zero-retention\n", "The mode 'zero-retention' is taken"),
        ("providers.yaml", "developers: [anthropic]", "developers: [antropic]", "No developer has the id 'antropic'"),
        ("providers.yaml", "price_factor: 1.1", "price_factor: 0.9", "0.9 is too small"),
        (GPT_4O, "  replacement: gpt-6-luna\n", "  replacement: null\n  rerouted_to: a/b\n", "A reroute needs both"),
    ],
)
def test_that_modes_and_reroutes_are_checked(folder: Path, file: str, old: str, new: str, what: str) -> None:
    change(folder / file, old, new)
    assert what in " ".join(problem.what for problem in check_catalog(folder))


def test_that_a_fault_names_its_own_line_and_path(folder: Path) -> None:
    line = change(folder / GPT_4O, "    cache_read_usd_per_mtok: 1.25", "    cache_read_usd_per_mtok: cheap")
    problem = _only_problem(folder)
    assert problem.where == f"{GPT_4O}, line {line}, offers[0].cache_read_usd_per_mtok"
    assert problem.what == "'cheap' is not a number"


def test_that_more_active_than_total_parameters_are_refused(folder: Path) -> None:
    change(folder / "models/deepseek/deepseek-v4-pro.yaml", "active_b: 49", "active_b: 4900")
    assert "more than the 1,600 billion in all" in _only_problem(folder).what


def test_that_a_fact_without_a_source_is_refused(folder: Path) -> None:
    text = (folder / GPT_4O).read_text("utf-8")
    start, end = text.index("  release_date:\n"), text.index("  knowledge_cutoff:\n")
    (folder / GPT_4O).write_text(text[:start] + text[end:], "utf-8")
    problem = _only_problem(folder)
    assert problem.what == "No source is given for release_date"
    assert "provenance.release_date" in problem.mend


def test_that_two_offers_of_one_provider_need_a_variant(folder: Path) -> None:
    file = folder / GPT_4O
    text = file.read_text("utf-8")
    start, end = text.index("offers:\n") + len("offers:\n"), text.index("speed:")
    file.write_text(text[:end] + text[start:end] + text[end:], "utf-8")
    assert "A second offer by 'openai'" in _only_problem(folder).what
    change(file, "  - provider: openai\n", "  - provider: openai\n    variant: batch-only\n")
    assert check_catalog(folder) == ()


def test_that_an_offer_without_any_price_must_say_why(folder: Path) -> None:
    file = folder / "models/baai/bge-m3.yaml"
    change(file, "    input_usd_per_mtok: 0.01\n", "")
    assert "gives no price and does not say why" in _only_problem(folder).what
    change(file, "  - provider: novita", "  - provider: novita\n    note: Seat price not read.")
    assert check_catalog(folder) == ()


def test_that_a_model_must_lie_in_the_file_of_its_name(folder: Path) -> None:
    (folder / GPT_4O).rename(folder / "models/openai/other.yaml")
    problem = _only_problem(folder)
    assert problem.where == "models/openai/other.yaml, line 3, id"
    assert problem.mend == "Name the file models/openai/gpt-4o.yaml."


def test_that_a_figure_dated_tomorrow_is_refused_and_one_of_today_is_not(folder: Path) -> None:
    change(folder / GPT_4O, "as_of: '2026-11-10'", "as_of: '2027-03-02'")
    assert "lies in the future" in check_catalog(folder, today=date(2027, 3, 1))[0].what
    assert check_catalog(folder, today=date(2027, 3, 2)) == ()


def test_that_a_clock_that_stands_in_the_past_refuses_nothing(folder: Path) -> None:
    assert check_catalog(folder, today=date(2000, 1, 1)) == ()


def test_that_an_announced_shutdown_may_lie_in_the_future(folder: Path) -> None:
    change(folder / GPT_4O, "shutdown_date: '2027-01-14'", "shutdown_date: '2031-01-14'")
    assert check_catalog(folder) == ()


@pytest.mark.parametrize("name", ["catalog", "developers", "providers", "hardware", "market_ranges", "benchmarks"])
def test_that_a_missing_list_is_one_problem_and_no_cascade(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").unlink()
    problem = _only_problem(folder)
    assert (problem.what, problem.where) == ("The file is missing", f"{name}.yaml")


def test_that_a_market_range_names_known_hardware_the_right_way_round(folder: Path) -> None:
    change(folder / "market_ranges.yaml", "nvidia-a100-80-sxm", "nvidia-a100-80-smx")
    change(folder / "market_ranges.yaml", "[3.5, 5.0]", "[5.0, 3.5]")
    found = [problem.what for problem in check_catalog(folder)]
    assert found == [
        "No hardware has the id 'nvidia-a100-80-smx'",
        "The range 5 to 3.5 is the wrong way round",
    ]


def test_that_files_the_catalog_does_not_know_are_named(folder: Path) -> None:
    (folder / "models/openai/gpt-9.yml").write_text("id: openai/gpt-9")
    (folder / "prices.yaml").write_text("a: 1")
    assert [problem.where for problem in check_catalog(folder)] == ["models/openai/gpt-9.yml", "prices.yaml"]


def test_that_a_folder_without_models_is_no_catalog(folder: Path) -> None:
    for file in folder.glob("models/*/*.yaml"):
        file.unlink()
    assert _only_problem(folder).what == "The catalog holds no model"


@pytest.mark.parametrize("place", ["nowhere", "catalog/catalog.yaml"])
def test_that_a_folder_that_is_none_is_a_sentence(folder: Path, place: str) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read") as caught:
        load_catalog(folder.parent / place)
    assert "models_catalog" in caught.value.mend


def test_that_all_problems_of_all_files_come_at_once_in_their_order(folder: Path) -> None:
    deepseek, bge = "models/deepseek/deepseek-v4-pro.yaml", "models/baai/bge-m3.yaml"
    developer = change(folder / GPT_4O, "developer: openai", "developer: nobody")
    tier = change(folder / GPT_4O, "tier: core", "tier: top")
    price = change(folder / GPT_4O, "input_usd_per_mtok: 2.5", "input_usd_per_mtok: free")
    memory = change(folder / "hardware.yaml", "memory_gib: 141", "memory_gib: -141")
    kind = change(folder / "providers.yaml", "kind: first-party", "kind: third-party")
    active = change(folder / deepseek, "active_b: 49", "active_b: 4900")
    (folder / bge).write_bytes(b"\xff\xfe")
    with pytest.raises(Problems) as caught:
        load_catalog(folder)
    assert [problem.where for problem in caught.value.problems] == [
        f"hardware.yaml, line {memory}, hardware[0].memory_gib",
        f"{bge}, line 1",
        f"{deepseek}, line {active}, params.active_b",
        f"{GPT_4O}, line {developer}, developer",  # the id begins otherwise
        f"{GPT_4O}, line {developer}, developer",  # and nobody of that name is known
        f"{GPT_4O}, line {tier}, tier",
        f"{GPT_4O}, line {price}, offers[0].input_usd_per_mtok",
        f"providers.yaml, line {kind}, providers[0].kind",
    ]
    assert all(problem.mend for problem in caught.value.problems)
    assert "The catalog has 8 problems" in str(caught.value)
