"""Bad input on the command line: one clear sentence on stderr, the right exit code, nothing half done."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from workbench.app import build
from workbench.cli.main import explain, run
from workbench.domain.errors import CANCELLED, GuardRefusal, WorkbenchError

SAMPLE = "knowledge-assistant"
MENDS, USAGE, GUARD = 1, 2, 3

# What a person may type wrong, noun by noun. {bad} is a folder with hostile files, {home} the data folder.
WRONG_WORLD = [
    ["catalog", "show", "openai/gpt-99"],
    ["catalog", "show", ""],
    ["catalog", "check", "{bad}/nothing-here"],
    ["library", "inspect", "{bad}/nothing-here.gguf"],
    ["library", "inspect", "{bad}/empty.gguf"],
    ["library", "inspect", "{bad}/page.gguf"],
    ["library", "inspect", "{bad}"],
    ["library", "fit", "{bad}/short.gguf"],
    ["library", "scan", "{bad}/nothing-here"],
    ["scenario", "new", ""],
    ["scenario", "new", "x" * 500],
    ["scenario", "show", "nobody-made-this"],
    ["scenario", "show", "{bad}/nothing-here.yaml"],
    ["scenario", "show", "{bad}/binary.yaml"],
    ["scenario", "show", "{bad}/list.yaml"],
    ["scenario", "edit", SAMPLE],
    ["scenario", "edit", SAMPLE, "weeks_limit"],
    ["scenario", "edit", SAMPLE, "no_such_question=1"],
    ["scenario", "edit", SAMPLE, "weeks_limit=12", "third_party=perhaps"],
    ["scenario", "edit", SAMPLE, "requests_per_day=-4"],
    ["scenario", "edit", SAMPLE, "requests_per_day=nan"],
    ["scenario", "export", SAMPLE, "-o", "{bad}/empty.gguf"],
    ["scenario", "export", SAMPLE, "-o", "{bad}/no/folder/x.yaml"],
    ["scenario", "import", "{bad}/nothing-here.yaml"],
    ["scenario", "import", "{bad}/empty.yaml"],
    ["scenario", "import", "{bad}/code.yaml"],
    ["scenario", "import", "{bad}/aliases.yaml"],
    ["scenario", "delete", "nobody-made-this"],
    ["scenario", "restore", "nobody-made-this"],
    ["shortlist", "nobody-made-this"],
    ["shortlist", "{bad}/code.yaml"],
    ["tradeoffs", "nobody-made-this"],
    ["tradeoffs", SAMPLE, "--svg", "{bad}/no/folder/x.svg"],
    ["options", "nobody-made-this"],
    ["options", "{bad}/binary.yaml"],
    ["prompt", "Hello", "-m", "no-such-model"],
    ["eval", "run", "{bad}/nothing-here.csv", "-m", "demo-nano"],
    ["eval", "run", "{bad}/empty.csv", "-m", "demo-nano"],
    ["eval", "run", "{bad}/header-only.csv", "-m", "demo-nano"],
    ["eval", "run", "{bad}/cases.csv", "-m", "no-such-model"],
    ["eval", "results", "no-such-run"],
    ["decide", "nobody-made-this"],
    ["decide", SAMPLE, "--option", "Z", "--because", "Why not"],
    ["decide", SAMPLE, "--option", "C", "--because", ""],
    ["decide", SAMPLE, "--option", "C", "--because", "It fits", "--trigger", "montly-cost C above 2410"],
    ["decide", SAMPLE, "--option", "C", "--because", "It fits", "--threshold", "quality D at-least 75"],
    ["report", "nobody-made-this", "-o", "{bad}/reports"],
    ["report", SAMPLE, "-o", "{bad}/empty.gguf"],
    ["report", "{bad}/empty.gguf", "-o", "{bad}/reports"],
    ["report", SAMPLE, "-o", "{bad}/reports", "--leave-out", "decision"],
    ["report", SAMPLE, "-o", "{bad}/reports", "--redact", "money"],
    ["report", SAMPLE, "-o", "{bad}/reports", "--colour", "red"],
    ["report", SAMPLE, "-o", "{bad}/reports", "--logo", "{bad}/page.gguf"],
    ["report", SAMPLE, "-o", "{bad}/reports", "--brand", "x" * 500],
    ["bundle", "export", "nobody-made-this"],
    ["bundle", "export", SAMPLE, "-o", "{bad}"],
    ["bundle", "show", "{bad}/nothing-here.mswb"],
    ["bundle", "show", "{bad}"],
    ["bundle", "verify", "{bad}/page.gguf"],
    ["bundle", "import", "{bad}/empty.gguf"],
]
WRONG_USAGE = [
    [],
    ["no-such-noun"],
    ["catalog"],
    ["scenario", "no-such-verb"],
    ["scenario", "new"],
    ["shortlist"],
    ["prompt", "Hello"],
    ["report"],
    ["report", SAMPLE, "-f", "odt"],
    ["report", SAMPLE, "--language", "fr"],
    ["bundle"],
    ["bundle", "import"],
    ["bundle", "export", SAMPLE, "--reports", "odt"],
    ["portfolio", "-f", "odt"],
    ["decide", SAMPLE, "--status", "perhaps"],
    ["doctor", "--no-such-flag"],
    ["prompt", "Hello", "-m", "demo-nano", "--max-tokens", "many"],
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the sample is stored."""
    place = tmp_path_factory.mktemp("home")
    services = build(place)
    services.scenarios.open_sample()
    services.close()
    return place


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that are not what their names promise."""
    place = tmp_path_factory.mktemp("bad")
    (place / "empty.gguf").write_bytes(b"")
    (place / "page.gguf").write_text("<!DOCTYPE html><html>Not found</html>")
    (place / "short.gguf").write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 9)
    (place / "binary.yaml").write_bytes(b"\x00\xff\xfe\x80" * 50)
    (place / "list.yaml").write_text("- one\n- two\n")
    (place / "empty.yaml").write_text("")
    (place / "code.yaml").write_text("name: !!python/object/apply:os.system ['echo run > hacked']\n")
    (place / "aliases.yaml").write_text("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
    (place / "empty.csv").write_text("")
    (place / "header-only.csv").write_text("input,expected\n")
    (place / "cases.csv").write_text("input,expected\nHello,Hello\n")
    (place / "catalog").mkdir()
    (place / "catalog" / "providers.yaml").write_text("providers: [oops\n")
    return place


def stored(home: Path) -> bytes:
    """Everything in the store, as it is written."""
    services = build(home)
    try:
        rows = [services.scenarios.load(row.id) for row in services.scenarios.list()]
        return json.dumps([repr(row) for row in rows]).encode()
    finally:
        services.close()


def filled(words: list[str], home: Path, bad: Path) -> list[str]:
    return ["--home", str(home), *(word.format(bad=bad, home=home) for word in words)]


@pytest.mark.parametrize("words", WRONG_WORLD, ids=lambda words: " ".join(words)[:60])
def test_that_bad_input_is_one_sentence_and_changes_nothing(
    words: list[str], home: Path, bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, files = stored(home), sorted(bad.rglob("*"))
    assert run(filled(words, home, bad)) == MENDS
    plain = capsys.readouterr()
    assert plain.err.strip()
    assert "Traceback" not in plain.err
    assert run([*filled(words, home, bad), "--json"]) == MENDS
    told = capsys.readouterr()
    assert told.out == ""
    error = json.loads(told.err)["error"]
    assert set(error) >= {"what", "where", "mend"}
    assert error["what"].strip()
    assert error["what"] in plain.err
    assert stored(home) == before
    assert sorted(bad.rglob("*")) == files
    assert not Path("hacked").exists()


@pytest.mark.parametrize("words", WRONG_USAGE, ids=lambda words: " ".join(words)[:60] or "nothing")
def test_that_wrong_usage_says_what_is_right_and_ends_with_2(
    words: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--home", str(home), *words])
    assert ended.value.code == USAGE
    said = capsys.readouterr()
    assert said.err.startswith("usage: workbench")
    assert said.out == ""


def test_that_a_data_folder_that_is_a_file_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "file"
    place.write_text("mine")
    assert run(["--home", str(place), "scenario", "list"]) == MENDS
    assert "a file has its name" in capsys.readouterr().err
    assert run(["--home", str(place), "scenario", "list", "--json"]) == MENDS
    assert json.loads(capsys.readouterr().err)["error"]["where"] == str(place)
    assert place.read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"<html>", b"SQLite format 3\x00" + b"\x00" * 100])
def test_that_a_broken_data_file_is_a_sentence_and_stays_as_it_is(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "workbench.sqlite").write_bytes(content)
    assert run(["--home", str(tmp_path), "scenario", "list", "--json"]) == MENDS
    assert json.loads(capsys.readouterr().err)["error"]["mend"]
    assert (tmp_path / "workbench.sqlite").read_bytes() == content


def test_that_a_guard_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = GuardRefusal("This text may not leave the machine", where="scenario", mend="Use a local model.")
    assert explain(refusal, as_json=False) == GUARD
    assert capsys.readouterr().err == "This text may not leave the machine (scenario). Use a local model.\n"


def test_that_a_cancelled_command_ends_with_130_and_no_trace(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.services.shortlist.ShortlistService.shortlist", interrupt)
    assert run(["--home", str(home), "shortlist", SAMPLE]) == CANCELLED
    assert capsys.readouterr().err == "Cancelled.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_folder_that_may_not_be_written_is_a_sentence(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert run(["--home", str(home), "report", SAMPLE, "-o", str(locked)]) == MENDS
    assert str(locked) in capsys.readouterr().err
    assert not list(locked.iterdir())


def test_that_a_catalog_check_lists_every_problem_and_ends_with_1(
    bad: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(home), "catalog", "check", str(bad / "catalog")]) == MENDS
    said = capsys.readouterr().out
    assert "providers.yaml, line 2" in said
    assert "models" in said


def test_that_a_model_that_is_none_is_an_error_beside_the_answers_of_the_others(
    bad: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(home), "prompt", "Hello", "-m", str(bad / "page.gguf"), "--json"]) == MENDS
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert "web page" in answer["error"]["what"]
    assert answer["text"] == ""


def test_that_an_error_reads_as_what_where_and_how_to_mend() -> None:
    error = WorkbenchError("The file is empty", where="a.csv", mend="Choose another one.")
    assert str(error) == "The file is empty (a.csv). Choose another one."
