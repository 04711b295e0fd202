"""The sample decision is there for the first command of a fresh data folder, and only until a person deletes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench.app import build
from workbench.cli.main import run
from workbench.services.scenarios import SAMPLE_ID, SAMPLE_SLUG


def printed(capsys: pytest.CaptureFixture[str], home: Path, *words: str, code: int = 0) -> str:
    assert run(["--home", str(home), *words]) == code
    told = capsys.readouterr()
    return told.out if code == 0 else told.err


def test_that_the_first_command_of_a_fresh_folder_finds_the_sample(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Knowledge assistant" in printed(capsys, tmp_path / "a", "scenario", "list")
    assert f"Did you mean {SAMPLE_SLUG}?" in printed(capsys, tmp_path / "b", "options", "nope", code=1)
    runs = json.loads(printed(capsys, tmp_path / "c", "eval", "results", "--json"))
    assert len(runs["evals"]) == 1, "its evidence is there, too"


def test_that_a_sample_somebody_deleted_stays_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, tmp_path, "scenario", "delete", SAMPLE_SLUG)
    assert "There is no scenario yet" in printed(capsys, tmp_path, "scenario", "list")
    services = build(tmp_path, with_sample=True)
    services.scenarios.purge(SAMPLE_ID)
    services.close()
    assert "There is no scenario yet" in printed(capsys, tmp_path, "scenario", "list")


def test_that_a_command_that_needs_no_scenario_makes_no_data_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, tmp_path, "catalog", "show", "openai/gpt-4o")
    assert not list(tmp_path.glob("*.db*")) and not list(tmp_path.glob("*.sqlite*"))
