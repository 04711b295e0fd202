"""`workbench prompt` with all it takes, and `workbench comparisons`: history, blind votes, standing."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from workbench.app import build
from workbench.cli.main import run

PROMPT = "Policy: HR-04 Leave policy\nEmployees get {days} days of leave.\n\nQuestion: How much leave do staff get?"


@pytest.fixture
def home(tmp_path: Path) -> str:
    folder = tmp_path / "home"
    services = build(folder)
    services.scenarios.new("Support chat")
    services.close()
    return str(folder)


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_that_a_prompt_takes_variables_files_a_schema_and_log_probabilities(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, note = tmp_path / "schema.json", tmp_path / "note.txt"
    schema.write_text('{"type": "object", "properties": {"days": {"enum": [28, 31]}}, "required": ["days"]}')
    note.write_text("Only permanent staff.")
    arguments = ["--home", home, "prompt", PROMPT, "-m", "demo-small", "-s", "support-chat", "--var", "days=28"]
    more = ["--attach", str(note), "--schema", str(schema), "--logprobs", "2", "--json"]
    assert run([*arguments, *more]) == 0
    found = said(capsys)
    (answer,) = found["answers"]
    assert json.loads(answer["text"])["days"] in (28, 31)
    assert "".join(one["token"] for one in answer["logprobs"]) == answer["text"]
    assert all(len(one["likeliest"]) == 2 for one in answer["logprobs"])
    assert run(["--home", home, "comparisons", "show", found["comparison"], "--json"]) == 0
    kept = said(capsys)
    assert "get 28 days" in kept["prompt"] and kept["attachments"] == ["note.txt"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--var", "days"], "is no variable"),
        (["--attach", "no-such-file"], "cannot be read"),
        (["--grammar", "no-such-file"], "cannot be read"),
        (["--top-p", "7"], "top p is 7"),
        (["--continue", "none"], "no such comparison"),
        (["--blind"], "kept until you vote"),
    ],
)
def test_that_what_a_prompt_cannot_take_is_a_sentence_before_a_model_is_loaded(
    home: str, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    assert run(["--home", home, "prompt", "Hello", "-m", "demo-nano", *more]) == 1
    assert told in capsys.readouterr().err


def test_that_a_conversation_goes_on_from_the_command_line(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    ask = ["--home", home, "prompt", "Hello", "-m", "demo-nano", "-s", "support-chat", "--json"]
    assert run(ask) == 0
    first = said(capsys)
    assert run([*ask, "--continue", f"workbench://comparison/{first['comparison']}"]) == 0
    second = said(capsys)
    assert second["answers"][0]["tokens_in"] > first["answers"][0]["tokens_in"]
    assert run(["--home", home, "comparisons", "list", "support-chat", "--search", "HELLO", "--json"]) == 0
    listed = said(capsys)["comparisons"]
    assert [one["continues"] for one in listed] == [first["comparison"], None]


def test_that_blind_answers_are_judged_on_the_terminal_and_show_their_names_afterwards(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = ["--home", home, "prompt", PROMPT, "-m", "demo-nano", "demo-small", "-s", "support-chat", "--blind"]
    assert run(blind) == 0
    assert run([*blind, "--json"]) == 0
    told = capsys.readouterr().out
    assert "local/demo" not in told
    assert '"model": "A"' in told
    assert run(["--home", home, "comparisons", "list", "support-chat"]) == 0
    assert run(["--home", home, "comparisons", "standing", "support-chat"]) == 0
    assert "local/demo" not in capsys.readouterr().out
    keys = iter(["x", "a", "t", "t", "t", "t"])
    monkeypatch.setattr(builtins, "input", lambda _: next(keys))
    assert run(["--home", home, "comparisons", "vote", "support-chat", "--reveal"]) == 0
    assert "local/demo-nano" in capsys.readouterr().out
    assert run(["--home", home, "comparisons", "standing", "support-chat", "--json"]) == 0
    standing = said(capsys)
    assert {row["model"] for row in standing["models"]} == {"local/demo-nano", "local/demo-small"}
    assert standing["votes"] == 2 and standing["ties"] >= 1
    assert all(row["low"] < row["elo"] < row["high"] for row in standing["models"])


def test_that_voting_can_be_left_and_taken_up_again(
    home: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = ["--home", home, "prompt", "Hello", "-m", "demo-nano", "demo-small", "-s", "support-chat", "--blind"]
    assert run(ask) == 0
    monkeypatch.setattr(builtins, "input", lambda _: "q")
    assert run(["--home", home, "comparisons", "vote", "support-chat"]) == 0
    capsys.readouterr()
    assert run(["--home", home, "comparisons", "vote", "support-chat", "--json"]) == 0
    assert len(said(capsys)["waiting"]) >= 1
