"""A place that cannot be written to is refused before a long job, not after it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from workbench.cli import demo
from workbench.cli.main import run
from workbench.domain.errors import WorkbenchError
from workbench.reports.files import check_file, check_folder
from workbench.services.bundles import BundleService
from workbench.services.options import OptionService
from workbench.services.portfolio import PortfolioService
from workbench.services.tradeoffs import TradeoffService

SAMPLE = "knowledge-assistant"


def never(*_: object, **__: object) -> object:
    raise AssertionError("the work began")


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """A file where a folder is asked for."""
    file = tmp_path / "taken"
    file.write_text("mine")
    return file


@pytest.mark.parametrize(
    ("words", "job"),
    [
        (["demo", "-o", "{taken}"], (demo, "_main_job")),
        (["demo", "-o", "{taken}/below"], (demo, "_main_job")),
        (["report", SAMPLE, "-o", "{taken}"], (OptionService, "options")),
        (["portfolio", "-o", "{taken}"], (PortfolioService, "read")),
        (["tradeoffs", SAMPLE, "--svg", "{taken}/x.svg"], (TradeoffService, "points")),
        (["bundle", "export", SAMPLE, "-o", "{taken}/x.mswb"], (BundleService, "_gathered")),
        (["routing", SAMPLE, "-o", "{taken}/x.yaml"], (OptionService, "options")),
    ],
)
def test_that_a_place_that_cannot_be_is_refused_before_the_work(
    taken: Path,
    tmp_path: Path,
    words: list[str],
    job: tuple[object, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(*job, never)
    assert run(["--home", str(tmp_path / "home"), *(word.replace("{taken}", str(taken)) for word in words)]) == 1
    assert str(taken) in capsys.readouterr().err
    assert taken.read_text() == "mine"


def test_that_looking_at_a_place_makes_nothing(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    check_file(tmp_path / "x.svg")
    assert list(tmp_path.iterdir()) == []


def test_that_a_shut_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    for check, place in ((check_folder, tmp_path / "new"), (check_file, tmp_path / "x.svg")):
        with pytest.raises(WorkbenchError, match="permission denied"):
            check(place)
