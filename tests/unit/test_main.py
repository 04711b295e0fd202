"""What `workbench` does with its arguments: window, command line, headless sample, engine child."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest
import workbench.__main__ as program
from workbench.cli.main import NOUNS, noun_of, parser

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the command line was asked to run."""
    asked: list[list[str]] = []
    monkeypatch.setattr("workbench.cli.main.run", lambda words: asked.append(list(words)) or 0)
    return asked


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the window was asked to open."""
    asked: list[object] = []
    monkeypatch.setattr(program, "open_window", lambda opened: asked.append(opened) or 0)
    return asked


@pytest.mark.parametrize("name", DISPLAYS)
def test_that_no_arguments_open_the_window_where_there_is_a_display(
    name: str, no_display: None, window: list[object], command_line: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "something")
    assert program.main([]) == 0
    assert window == [(None, ())]
    assert command_line == []


def test_that_no_display_means_the_sample_job_headless_and_a_sentence_about_it(
    no_display: None, window: list[object], command_line: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(["--home", "/data"]) == 0
    assert window == []
    assert command_line == [["--home", "/data", "demo"]]
    assert capsys.readouterr().out.startswith("No display here, so the same job runs headless.")


@pytest.mark.parametrize(
    ("arguments", "opened"),
    [
        (["--home", "/data"], (Path("/data"), ())),
        (["--home=/data", "a.yaml", "B.GGUF"], (Path("/data"), ("a.yaml", "B.GGUF"))),
        (["cases.csv"], (None, ("cases.csv",))),
    ],
)
def test_that_a_data_folder_and_files_are_for_the_window(
    arguments: list[str], opened: object, window: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert program.main(arguments) == 0
    assert window == [opened]


@pytest.mark.parametrize("arguments", [["doctor"], ["--help"], ["--home"], ["--home", "/data", "demo"], ["notes.txt"]])
def test_that_everything_else_is_for_the_command_line(
    arguments: list[str], window: list[object], command_line: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert program.main(arguments) == 0
    assert command_line == [arguments]
    assert window == []


def test_that_the_engine_child_is_started_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.inference.local.child.main", lambda: 7)
    assert program.main(["--engine-child"]) == 7


def test_that_a_missing_qt_is_a_sentence_that_names_the_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "workbench.gui.main", None)
    assert program.open_window((None, ())) == 1
    assert "Run 'workbench doctor' to see what is missing." in capsys.readouterr().err


def printed(*arguments: str) -> str:
    command = [sys.executable, "-m", "workbench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_that_the_version_is_printed_and_the_help_names_every_command() -> None:
    assert printed("--version").startswith("workbench 0.")
    told = printed("--help")
    commands = (
        "doctor", "demo", "catalog", "library", "scenario", "shortlist", "tradeoffs", "options", "prompt", "eval",
        "decide", "report",
    )  # fmt: skip
    assert [word for word in commands if f"\n    {word}" not in told] == []


def test_that_a_command_finds_the_same_words_without_the_other_commands() -> None:
    def helps(only: str) -> dict[str, str]:
        (nouns,) = (each for each in parser(only)._actions if isinstance(each, argparse._SubParsersAction))
        return {noun: found.format_help() for noun, found in nouns.choices.items()}

    everything = helps("")
    assert len(everything) == len(NOUNS)
    for noun, text in everything.items():
        assert helps(noun) == {noun: text}


@pytest.mark.parametrize(
    ("given", "noun"),
    [
        ("eval run cases.csv", "eval"),
        ("--home /tmp/x shortlist sample", "shortlist"),
        ("--home=/tmp/x options", "options"),
        ("--help", ""),
        ("evals", ""),
        ("--home", ""),
        ("", ""),
    ],
)
def test_that_the_command_is_known_before_its_words_are_read(given: str, noun: str) -> None:
    assert noun_of(given.split()) == noun
