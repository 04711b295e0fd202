"""Scenario files a person may hand over, through the real command line: a sentence, exit code 1, nothing stored."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from workbench.app import build
from workbench.services.scenario_text import MAX_BYTES

from scenario_values import child

RUN = "import sys; from workbench.__main__ import main; sys.argv[0] = 'workbench'; sys.exit(main())"


def workbench(home: Path, *words: str) -> tuple[int, str, str]:
    process = child(RUN, "--home", str(home), *words)
    out, err = process.communicate()
    return process.returncode, out, err


def stored(home: Path) -> int:
    """How many scenarios lie in the data folder."""
    services = build(home)
    try:
        return len(services.scenarios.list())
    finally:
        services.close()


BAD: dict[str, bytes] = {
    "empty": b"",
    "truncated": b"name: Chat\nanswers: {weeks_limit",
    "wrong encoding": "name: Größe\n".encode("utf-16"),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "huge": b"name: Chat\n" + b"# filler\n" * (MAX_BYTES // 8),
    "billion laughs": b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nname: *b\n",
    "code": b"name: !!python/object/apply:os.mkdir ['made-by-yaml']\n",
    "a list": b"- 1\n- 2\n",
    "unknown keys": b"name: Chat\ncolour: red\n",
    "not a number": b"name: Chat\nanswers: {discount_rate: .nan}\n",
    "deep": b"name: " + b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BAD)
def test_that_a_bad_scenario_file_gets_one_clear_sentence_and_changes_nothing(tmp_path: Path, kind: str) -> None:
    home = tmp_path / "home"
    file = tmp_path / "chat.yaml"
    file.write_bytes(BAD[kind])
    code, out, err = workbench(home, "scenario", "import", str(file), "--json")
    assert (code, out) == (1, "")
    assert set(error := json.loads(err)["error"]) >= {"what", "where", "mend"}
    assert error["what"] and "chat.yaml" in error["where"]
    assert not any("made-by-yaml" in names for _, names, _ in os.walk(tmp_path))
    assert stored(home) == 0


@pytest.mark.parametrize("what", ["none.yaml", "folder.yaml", "pipe.yaml"])
def test_that_what_is_no_file_is_said_at_once(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    code, out, err = workbench(tmp_path / "home", "scenario", "show", str(tmp_path / what))
    assert (code, out) == (1, "")
    assert what in err and "Traceback" not in err


def test_that_a_broken_data_file_is_a_sentence_on_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert workbench(home, "scenario", "new", "Chat")[0] == 0
    (home / "workbench.sqlite").write_bytes(b"<html>")
    code, out, err = workbench(home, "scenario", "list")
    assert (code, out) == (1, "")
    assert "a web page" in err and "Traceback" not in err
    assert (home / "workbench.sqlite").read_bytes() == b"<html>"
