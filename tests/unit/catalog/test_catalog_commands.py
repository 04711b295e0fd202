"""`workbench catalog import, imports, undo, history, own`: what scripts and people read."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from workbench.catalog.importers import BUILTIN, importer
from workbench.cli import catalog as command
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Subject
from workbench.services.catalog import CatalogService
from workbench.services.catalog_history import CatalogHistory
from workbench.services.catalog_imports import CatalogImports
from workbench.services.catalog_own import OwnFacts

from catalog_changes import GPT_4O, Desk
from catalog_lists import EXAMPLES


class _NothingDecided:
    def past(self) -> tuple[()]:
        return ()


@dataclass
class _Services:
    catalog: CatalogService
    catalog_imports: CatalogImports
    catalog_own: OwnFacts
    catalog_history: CatalogHistory
    watch: _NothingDecided = field(default_factory=_NothingDecided)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _run(desk: Desk, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    arguments = parser.parse_args(["catalog", *words])
    return int(arguments.run(arguments, _Services(desk.catalog, desk.imports, desk.own, desk.history)))


def _json(desk: Desk, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert _run(desk, *words, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _list(desk: Desk, name: str) -> str:
    file = desk.folder / EXAMPLES[name].name
    file.write_bytes(EXAMPLES[name].content.replace(b'"input": 2.5', b'"input": 2.25').replace(b"2.5e-06", b"2.25e-06"))
    return str(file)


def test_that_import_shows_what_would_change_and_changes_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(desk, "import", _list(desk, "litellm")) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("LiteLLM lists 6 entries: ")
    assert "Nothing is changed yet." in printed
    assert desk.price(GPT_4O, "openai") == 2.5


def test_that_import_with_apply_takes_in_what_is_proposed_and_undo_takes_it_back(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _json(desk, capsys, "import", _list(desk, "litellm"), "--apply")
    assert found["applied"]
    assert desk.price(GPT_4O, "openai") == 2.25
    [record] = _json(desk, capsys, "imports")["imports"]
    assert (record["id"], record["undone_at"]) == (found["applied"], None)
    assert _json(desk, capsys, "undo")["undone"] == found["applied"]
    assert desk.price(GPT_4O, "openai") == 2.5
    with pytest.raises(WorkbenchError, match="no import to take back"):
        _run(desk, "undo")


def test_that_rows_are_chosen_by_kind_and_by_id(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    file = _list(desk, "models.dev")

    def choices(*words: str) -> dict[str, str]:
        return {row["id"]: row["choice"] for row in _json(desk, capsys, "import", file, *words)["rows"]}

    assert choices("--accept", "unknown-model")["offer:google/gemini-9-pro:google-gemini-api"] == "accept"
    assert set(choices("--accept", "all").values()) <= {"accept", "beside"}
    one = f"offer:{GPT_4O}:openai"
    assert choices("--reject", one)[one] == "reject"
    with pytest.raises(WorkbenchError, match="no group of rows"):
        _run(desk, "import", file, "--accept", "everything")


def test_that_rows_are_chosen_by_why_they_are_left(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    file = _list(desk, "models.dev")
    rows = _json(desk, capsys, "import", file)["rows"]
    assert all((row["choice"] == "reject") is (row["held"] is not None) for row in rows)
    assert _run(desk, "import", file) == 0
    assert "Nothing is changed yet. Apply takes in " in capsys.readouterr().out
    found = _json(desk, capsys, "import", file, "--accept", "unknown-model", "--reject", "unknown-model")["rows"]
    assert {row["choice"] for row in found} == {"reject"}


@pytest.mark.parametrize("kind", BUILTIN)
def test_that_a_folder_or_another_list_is_answered_with_the_file_that_is_wanted(desk: Desk, kind: str) -> None:
    with pytest.raises(WorkbenchError) as found:
        _run(desk, "import", str(desk.folder), "--kind", kind)
    assert found.value.what == "This is a folder"
    assert found.value.mend == f"Give {importer(kind).wanted}."
    with pytest.raises(WorkbenchError) as found:
        _run(desk, "import", str(desk.folder))
    assert found.value.mend == "Give the list itself: a JSON, CSV or YAML file."


def test_that_a_table_is_imported_with_named_columns(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    file = desk.folder / "t.csv"
    file.write_text("m,p\ngpt-4o,0.002\n")
    words = ("--column", "model=m", "--column", "input_usd_per_mtok=p", "--provider", "openai", "--unit", "thousand")
    assert _run(desk, "import", str(file), *words, "--accept", "all", "--apply") == 0
    assert "Taken in" in capsys.readouterr().out
    offer = desk.catalog.model(GPT_4O).offers[0]
    assert offer.band("input_usd_per_mtok") == (2, 2.5)
    with pytest.raises(WorkbenchError, match="names no column"):
        _run(desk, "import", str(file), "--column", "model")


def test_that_a_day_that_is_none_or_lies_ahead_is_refused(desk: Desk) -> None:
    for day, what in (("tomorrow", "is not a day"), ("2099-01-01", "lies in the future")):
        with pytest.raises(WorkbenchError, match=what):
            _run(desk, "import", _list(desk, "litellm"), "--as-of", day)


@pytest.mark.parametrize("name", ["nothing.json", "."])
def test_that_a_file_that_cannot_be_read_is_named(desk: Desk, name: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        _run(desk, "import", str(desk.folder / name))
    assert caught.value.mend


def test_that_own_figures_are_entered_listed_and_removed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    entered = _json(desk, capsys, "own", "offer", GPT_4O, "input_usd_per_mtok=2.1", "--provider", "openai")["entered"]
    assert entered["fields"] == {"input_usd_per_mtok": 2.1}
    assert _run(desk, "own", "discount", "openai", "share=0.1", "--model", GPT_4O) == 0
    assert _run(desk, "own", "model", "acme/house", "name=House", "kind=llm") == 0
    assert _run(desk, "own", "score", "acme/house", "value=50", "--benchmark", "livebench-2026-06-25") == 0
    assert _run(desk, "own", "hardware", "box", "name=Box", "memory_gib=24") == 0
    assert "Kept as yours: box, Name Box, Memory 24." in capsys.readouterr().out
    assert len(_json(desk, capsys, "own", "list")["own"]) == 5
    assert _run(desk, "own", "list") == 0
    assert "House" in capsys.readouterr().out
    assert _json(desk, capsys, "own", "remove", entered["id"])["removed"]["id"] == entered["id"]
    assert desk.price(GPT_4O, "openai") == 2.25
    with pytest.raises(WorkbenchError, match="No entry of yours"):
        _run(desk, "own", "remove", "nothing")


def test_that_history_prints_who_said_what(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.own.enter_text(Subject.OFFER, GPT_4O, "openai", {"input_usd_per_mtok": "2.1"}, "contract 77")
    assert _run(desk, "history", GPT_4O) == 0
    printed = capsys.readouterr().out
    assert "entered by you: contract 77" in printed
    lines = _json(desk, capsys, "history", GPT_4O)
    assert lines["model"] == GPT_4O
    assert {"day", "about", "figures", "origin", "state", "source"} == set(lines["history"][0])


def test_that_a_number_beyond_all_numbers_is_a_sentence(desk: Desk) -> None:
    for figure in ("context_tokens=1e999", "context_tokens=-1e999", "max_output_tokens=1e400"):
        with pytest.raises(WorkbenchError, match="cannot be the"):
            _run(desk, "own", "model", GPT_4O, figure)
    assert desk.own.all() == ()


def test_that_a_link_that_leads_nowhere_but_to_itself_is_no_matter_of_permissions(desk: Desk) -> None:
    link = desk.folder / "list.json"
    link.symlink_to(link)
    with pytest.raises(WorkbenchError) as found:
        _run(desk, "import", str(link))
    assert (found.value.what, "permission" in found.value.mend) == ("This link points to itself", False)
