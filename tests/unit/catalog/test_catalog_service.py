"""Looking through the catalog, as a service and on the command line."""

from __future__ import annotations

import argparse
import json
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from workbench.cli import catalog as command
from workbench.domain.catalog import Catalog
from workbench.domain.errors import WorkbenchError
from workbench.paths import data_dir
from workbench.services.catalog import CatalogService, as_plain, collected_on

from catalog_folder import GPT_4O, change, copy_catalog


@pytest.fixture(scope="module")
def shipped() -> CatalogService:
    return CatalogService(folder=data_dir("models_catalog"))


@dataclass
class _Services:
    catalog: CatalogService


def _run(service: CatalogService, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["catalog", *words])
    return int(arguments.run(arguments, _Services(service)))


def test_that_the_catalog_is_read_once_however_many_threads_ask(shipped: CatalogService) -> None:
    seen: list[Catalog] = []
    threads = [threading.Thread(target=lambda: seen.append(shipped.catalog())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert len({id(catalog) for catalog in seen}) == 1


def test_that_every_word_must_be_found_somewhere_in_a_model(shipped: CatalogService) -> None:
    assert {model.id for model in shipped.find("DeepMind embedding")} == {
        model.id for model in shipped.find("google embedding")
    }
    assert [model.id for model in shipped.find("openai whisper turbo")] == ["openai/whisper-large-v3-turbo"]
    assert shipped.find("nothing of the sort") == ()
    assert len(shipped.find("")) == 184


def test_that_a_model_is_found_whatever_the_case(shipped: CatalogService) -> None:
    assert shipped.model("OpenAI/GPT-4o").name == "GPT-4o"


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("gpt-4o", "openai/gpt-4o"), ("openai/gpt4o", "openai/gpt-4o"), ("llama-4-scuot", "meta/llama-4-scout")],
)
def test_that_an_unknown_model_brings_the_closest_names(shipped: CatalogService, wanted: str, meant: str) -> None:
    with pytest.raises(WorkbenchError, match=f"no model '{wanted}'") as caught:
        shipped.model(wanted)
    assert meant in caught.value.mend


def test_that_a_name_like_no_other_still_says_how_to_go_on(shipped: CatalogService) -> None:
    with pytest.raises(WorkbenchError) as caught:
        shipped.model("")
    assert caught.value.mend == "'workbench catalog list' shows all."


def test_that_the_catalogs_day_is_read_without_the_rest(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text("schema_version: 1\ncollected: '2026-11-20'\n")
    assert collected_on(tmp_path) == "2026-11-20"
    (tmp_path / "catalog.yaml").write_text("schema_version: 1\n")
    with pytest.raises(WorkbenchError, match="does not say when"):
        collected_on(tmp_path)


def test_that_a_model_as_plain_values_is_json_with_every_figure(shipped: CatalogService) -> None:
    plain = json.loads(json.dumps(as_plain(shipped.model("openai/gpt-4o"))))
    assert plain["kind"] == "multimodal"
    assert plain["input_modalities"] == ["image", "pdf", "text"]
    assert plain["offers"][0]["prices"]["input_usd_per_mtok"] == 2.5
    assert plain["offers"][0]["confidence"] == "high"
    assert plain["provenance"]["context_tokens"]["read"] is True


def test_that_list_shows_every_model_with_its_cheapest_price(
    shipped: CatalogService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(shipped, "list") == 0
    printed = capsys.readouterr().out
    assert "184 of 184 models, facts of 2026-11-20." in printed
    [line] = [line for line in printed.splitlines() if line.startswith("openai/gpt-4o ")]
    assert line.split()[1:6] == ["multimodal", "deprecated", "128,000", "2.5", "10"]


def test_that_list_narrows_by_words_kind_and_open_weights(
    shipped: CatalogService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(shipped, "list", "alibaba", "--kind", "embedding", "--open", "--json") == 0
    models = json.loads(capsys.readouterr().out)["models"]
    assert models
    assert all(m["developer"] == "alibaba" and m["kind"] == "embedding" and m["open_weights"] for m in models)


def test_that_show_gives_figures_with_source_and_date(
    shipped: CatalogService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(shipped, "show", "mistral/mistral-large-4") == 0
    printed = capsys.readouterr().out
    assert "2026-11-10" in printed
    assert "low; input_usd_per_mtok: genai-prices says 0.7, litellm says 1.36" in printed
    assert _run(shipped, "show", "mistral/mistral-large-4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["model"]["id"] == "mistral/mistral-large-4"


@pytest.mark.parametrize("kind", ["image", "audio-in", "audio-out", "code", "embedding", "reranker"])
def test_that_show_prints_a_model_of_every_kind(
    shipped: CatalogService, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    for model in shipped.catalog().models:
        if model.kind == kind:
            assert _run(shipped, "show", model.id) == 0
            assert capsys.readouterr().out.startswith(f"{model.name}  ({model.id})")


def test_that_policy_prints_every_clause_with_its_source(
    shipped: CatalogService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(shipped, "policy", "mistral/mistral-medium-3.5") == 0
    printed = capsys.readouterr().out
    assert "mistral: EU endpoint (you switch it on yourself, 1.1 times the price)" in printed
    assert "Not legal advice." in printed
    assert _run(shipped, "policy", "openai/gpt-4o", "--json") == 0
    policies = json.loads(capsys.readouterr().out)["policies"]
    assert {"openai"} <= {each["provider"] for each in policies}
    assert all(clause["source"] for each in policies for clause in each["clauses"])


def test_that_check_prints_every_problem_and_fails(
    shipped: CatalogService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_catalog(tmp_path / "catalog")
    assert _run(shipped, "check", str(folder)) == 0
    assert "No problem" in capsys.readouterr().out
    line = change(folder / GPT_4O, "input_usd_per_mtok: 2.5", "input_usd_per_mtok: free")
    change(folder / "hardware.yaml", "memory_gib: 141", "memory_gib: -1")
    assert _run(shipped, "check", str(folder)) == 1
    printed = capsys.readouterr().out
    assert f"({GPT_4O}, line {line}, offers[0].input_usd_per_mtok)" in printed
    assert "2 problems." in printed
    assert _run(shipped, "check", str(folder), "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert [set(problem) for problem in answer["problems"]] == [{"what", "where", "mend"}] * 2
