"""`workbench doctor`: what this machine has, what is missing, and the one line that installs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from workbench.cli.main import run
from workbench.paths import Paths
from workbench.services import doctor


def found(paths: Paths) -> dict[str, doctor.Finding]:
    return {row.name: row for row in doctor.examine(paths).rows}


def test_that_missing_system_libraries_are_named_by_package_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "_loads", lambda library: "xcb" not in library)
    row = found(Paths.resolve(tmp_path))["System libraries"]
    assert not row.ok
    assert row.mend == "sudo apt-get install libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"


def test_that_a_library_that_is_nowhere_does_not_load() -> None:
    assert not doctor._loads("libno-such-thing.so.9")


def test_that_a_missing_package_is_not_ok_and_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    rows = found(Paths.resolve(tmp_path))
    assert not rows["Window (PySide6)"].ok
    assert rows["Local models (llama-cpp-python)"].mend == "pip install llama-cpp-python"
    assert rows["Keychain"].ok, "keys are optional"


def test_that_the_examination_writes_nothing(tmp_path: Path) -> None:
    paths = Paths.resolve(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    doctor.examine(paths)
    assert sorted(tmp_path.rglob("*")) == before


def test_that_the_command_tells_scripts_what_it_tells_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["--home", str(tmp_path), "doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == (0 if told["ok"] else 1)
    names = [finding["name"] for finding in told["findings"]]
    assert {"Python", "System libraries", "Memory", "Keychain", "SQLite", "Data folder", "Catalog"} <= set(names)
    assert run(["--home", str(tmp_path), "doctor"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert [name for name in names if not any(name in line for line in lines)] == []
