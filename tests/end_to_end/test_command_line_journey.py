"""The main job by the command line, in processes of its own, once more with no network at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from workbench.reports.writers import BUILTIN

NAME = "Claims triage"
SLUG = "claims-triage"


def workbench(home: Path, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run the program on a data folder, without a display, from a folder of its own."""
    home.mkdir(exist_ok=True)
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "WORKBENCH_HOME")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    command = [*prefix, sys.executable, "-m", "workbench", "--home", str(home), *arguments]
    return subprocess.run(
        command, cwd=home.parent, capture_output=True, text=True, timeout=300, env=environment, check=False
    )


def said(home: Path, *arguments: str) -> str:
    done = workbench(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(home: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints with --json: one object and nothing else."""
    found = json.loads(said(home, *arguments, "--json"))
    assert isinstance(found, dict)
    return found


def test_that_a_script_gets_from_new_scenario_to_a_report(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    told(home, "scenario", "new", NAME)
    told(
        home, "scenario", "edit", SLUG, "job=Sort insurance claims", "tasks=[classification]",
        "requests_per_day=4000", "sensitivity=confidential", "third_party=forbidden", "weeks_limit=26",
    )  # fmt: skip
    shortlist = told(home, "shortlist", SLUG)
    hosted = [each for each in shortlist["verdicts"] if each["hosting"] == "api"]
    assert shortlist["kept"] > 0
    assert len(hosted) > 100
    assert not any(each["kept"] for each in hosted)
    assert all(any(not reason["kept"] and reason["rule"] for reason in each["reasons"]) for each in hosted)
    options = told(home, "options", SLUG)
    assert options["recommended"] in {option["id"] for option in options["options"]}
    decided = told(
        home, "decide", SLUG, "--option", options["recommended"], "--because", "It keeps every claim in the house."
    )
    assert decided
    said(home, "report", SLUG, "-f", "html,md,json", "-o", str(out))
    texts = {file.suffix: file.read_text(encoding="utf-8") for file in out.iterdir()}
    assert set(texts) == {".html", ".md", ".json"}
    assert all("keeps every claim in the house" in text for text in texts.values())
    assert "Content-Security-Policy" in texts[".html"]


def test_that_the_sample_gives_the_published_figures(tmp_path: Path) -> None:
    found = told(tmp_path, "options", "knowledge-assistant")
    at_36 = {option["id"]: round(option["tco_usd"]["36"]) for option in found["options"]}
    crossings = {(each["a"], each["b"]): each["months"] for each in found["crossovers"]}
    flips = {(flip["input"], flip["option"]): flip["at"] for flip in found["flips"]}
    assert at_36 == {"A": 130_200, "B": 144_800, "C": 130_600}
    assert crossings[("A", "C")] == pytest.approx(36.36, abs=0.005)
    assert crossings[("A", "B")] == pytest.approx(46.43, abs=0.005)
    assert flips[("monthly_usd", "C")] == pytest.approx(2_410, abs=0.5)


def no_network() -> tuple[str, ...]:
    """What to run a program with so that it has no network at all; nothing where the machine does not allow that."""
    unshare = shutil.which("unshare")
    allowed = unshare is not None and subprocess.run([unshare, "-rn", "true"], check=False).returncode == 0
    return ("unshare", "-rn") if allowed else ()


def test_that_without_a_display_or_a_network_the_whole_job_is_done_and_the_reports_lie_where_it_says(
    tmp_path: Path,
) -> None:
    done = workbench(tmp_path / "home", prefix=no_network())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("No display here, so the same job runs headless.")
    assert "Nothing left this machine." in done.stdout + done.stderr
    reports = [tmp_path / word for word in done.stdout.split() if word.endswith(".html")]
    assert reports
    assert {file.suffix for file in reports[0].parent.iterdir()} == {f".{name}" for name in BUILTIN}
