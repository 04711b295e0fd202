"""Giving corrections back: files that pass the check, say the same as the catalog here, and hold nothing private."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from workbench.catalog import check_catalog, load_catalog
from workbench.catalog.document import parse
from workbench.catalog.fields import model_fields, offer_fields, score_fields
from workbench.cli import catalog as command
from workbench.domain.catalog_diff import Choice
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.quotes import Subject
from workbench.services.catalog_export import CatalogExport

from catalog_changes import BGE, DEEPSEEK, GPT_4O, Desk
from catalog_folder import GPT_4O as GPT_4O_FILE
from catalog_lists import EXAMPLES

SOURCE = "https://example.com/prices of 2026-11-20"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def export(desk: Desk, folder: Path) -> Any:
    return CatalogExport(catalog=desk.catalog, changes=lambda: desk.store.catalog_changes).export(folder)


def take_in(desk: Desk, kind: str, choice: Choice | None = None) -> None:
    example = EXAMPLES[kind]
    for name, content in {example.name: example.content, **example.beside}.items():
        (desk.folder / name).write_bytes(content)
    diff = desk.imports.preview(desk.folder / example.name, kind=kind)
    desk.imports.apply(diff, None if choice is None else {row.id: choice for row in diff.rows})


def merged(desk: Desk, folder: Path) -> Path:
    """The shipped catalog with the exported files over it, as the pull request leaves it."""
    target = desk.folder / "merged"
    shutil.copytree(desk.files, target)
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target


@pytest.mark.parametrize("kind", [name for name in EXAMPLES if name != "csv"])
def test_that_what_a_list_brought_reads_the_same_from_the_files(desk: Desk, kind: str, tmp_path: Path) -> None:
    take_in(desk, kind, Choice.ACCEPT)
    result = export(desk, tmp_path / "out")
    assert result.files and not result.left_out
    assert check_catalog(merged(desk, tmp_path / "out")) == ()
    theirs = load_catalog(desk.folder / "merged")
    ours = desk.catalog.catalog()
    assert theirs.model_by_id.keys() == ours.model_by_id.keys()
    for model in ours.models:
        again = theirs.model_by_id[model.id]
        assert model_fields(again) == model_fields(model)
        assert {offer.part: offer_fields(offer) for offer in again.offers} == {
            offer.part: offer_fields(offer) for offer in model.offers
        }
        assert {offer.part: (offer.confidence, offer.as_of, offer.source) for offer in again.offers} == {
            offer.part: (offer.confidence, offer.as_of, offer.source) for offer in model.offers
        }
        assert {s.benchmark: score_fields(s) for s in again.scores} == {
            s.benchmark: score_fields(s) for s in model.scores
        }


def test_that_a_disagreement_goes_along(desk: Desk, tmp_path: Path) -> None:
    file = desk.folder / "data.json"
    entry = {"id": "gpt-4o", "match": {}, "prices": {"input_mtok": 2, "output_mtok": 10}}
    file.write_text(json.dumps([{"id": "openai", "models": [entry]}]))
    desk.imports.apply(desk.imports.preview(file))
    export(desk, tmp_path / "out")
    offer = load_catalog(merged(desk, tmp_path / "out")).model_by_id[GPT_4O].offers[0]
    assert offer.band("input_usd_per_mtok") == (2, 2.5)


def test_that_only_the_lines_of_the_figure_change(desk: Desk, tmp_path: Path) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 9.0}, SOURCE)
    [name] = export(desk, tmp_path / "out").files
    texts = [(desk.files / GPT_4O_FILE).read_bytes(), (tmp_path / "out" / name).read_bytes()]
    before, after = (parse(text, name).value for text in texts)
    ours, theirs = before["offers"].pop(0), after["offers"].pop(0)
    assert before == after
    assert {key for key in ours | theirs if ours.get(key) != theirs.get(key)} == {
        "output_usd_per_mtok",
        "confidence",
        "as_of",
        "source",
    }
    assert texts[0].splitlines()[:30] == texts[1].splitlines()[:30]


def test_that_private_figures_stay_here(desk: Desk, tmp_path: Path) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": 1.5}, "contract 77")
    desk.own.enter(Subject.DISCOUNT, "deepseek", "", {"share": 0.3}, SOURCE)
    desk.own.enter(Subject.FACTS, BGE, "", {"max_output_tokens": 4_000}, SOURCE)
    desk.own.enter(Subject.HARDWARE, "our-box", "", {"name": "Our box", "memory_gib": 96, "usd_per_hour": 0.2}, SOURCE)
    result = export(desk, tmp_path / "out")
    assert set(result.files) == {f"models/{BGE}.yaml", "hardware.yaml"}
    assert len(result.left_out) == 2
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "out").rglob("*.yaml"))
    assert (
        "contract 77" not in written
        and "entered by you" not in written
        and "0.2\n" not in written.partition("our-box")[2]
    )
    assert (
        load_catalog(merged(desk, tmp_path / "out")).model_by_id[DEEPSEEK]
        == desk.catalog.shipped().model_by_id[DEEPSEEK]
    )


def test_that_a_model_of_ones_own_becomes_a_file_with_its_developer_and_provider(desk: Desk, tmp_path: Path) -> None:
    facts = {"name": "Rocket: 1", "kind": "llm", "context_tokens": 200_000, "tools": True}
    desk.own.enter(Subject.FACTS, "acme/rocket-1", "", facts, SOURCE)
    desk.own.enter(Subject.OFFER, "acme/rocket-1", "acme-cloud", {"input_usd_per_mtok": 0.3}, SOURCE)
    result = export(desk, tmp_path / "out")
    assert set(result.files) == {"models/acme/rocket-1.yaml", "developers.yaml", "providers.yaml"}
    again = load_catalog(merged(desk, tmp_path / "out"))
    model = again.model_by_id["acme/rocket-1"]
    assert (model.name, model.context_tokens, model.offers[0].prices.input_usd_per_mtok) == ("Rocket: 1", 200_000, 0.3)
    assert again.provider_by_id["acme-cloud"].trains_on_api_data == "unknown"


def test_that_a_figure_that_cannot_stand_is_left_out_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"cache_read_usd_per_mtok": 9.0}, SOURCE)
    desk.own.enter(Subject.FACTS, BGE, "", {"max_output_tokens": 4_000}, SOURCE)
    result = export(desk, tmp_path / "out")
    assert result.files == (f"models/{BGE}.yaml",)
    assert "gpt-4o.yaml" in result.left_out[0]


def test_that_nothing_to_give_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="nothing to export"):
        export(desk, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_that_files_with_other_changes_are_never_written_over(desk: Desk, tmp_path: Path) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 9.0}, SOURCE)
    checkout = tmp_path / "checkout"
    shutil.copytree(desk.files, checkout)
    export(desk, checkout)
    export(desk, checkout)
    file = checkout / GPT_4O_FILE
    file.write_text(file.read_text("utf-8") + "# mine\n", "utf-8")
    before = file.read_bytes()
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 8.5}, SOURCE)
    with pytest.raises(Problems, match="would be lost"):
        export(desk, checkout)
    assert file.read_bytes() == before


def test_that_a_place_that_cannot_be_written_is_a_sentence(desk: Desk, tmp_path: Path) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 9.0}, SOURCE)
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkbenchError):
        export(desk, tmp_path / "file")


@dataclass
class _Services:
    catalog_export: CatalogExport


def test_that_the_command_prints_the_text_of_the_pull_request(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.own.enter(Subject.OFFER, GPT_4O, "openai", {"output_usd_per_mtok": 9.0}, SOURCE)
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    services = _Services(CatalogExport(catalog=desk.catalog, changes=lambda: desk.store.catalog_changes))
    for words in ((), ("--json",)):
        arguments = parser.parse_args(["catalog", "export", str(tmp_path / "out"), *words])
        assert arguments.run(arguments, services) == 0
        printed = capsys.readouterr().out
        assert "Output 10 → 9" in printed and SOURCE in printed
    assert json.loads(printed)["files"] == [GPT_4O_FILE]
