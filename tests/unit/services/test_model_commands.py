"""`workbench prompt`, `eval` and `library`: the JSON shapes scripts rely on, and what people see."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from workbench.cli.main import run
from workbench.cli.prompt import Heard
from workbench.cli.prompt_printing import Printer
from workbench.domain.chat import Loading, Token, Waiting
from workbench.domain.errors import CANCELLED
from workbench.domain.evidence import Answer
from workbench.paths import data_dir
from workbench.services.asking import PaneEnded, PaneEvent

QUESTION = "Policy: HR-04 Leave policy\nEmployees get 28 days of leave.\n\nQuestion: How much leave do staff get?"


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def test_that_loaded_models_keep_to_the_memory_they_are_allowed(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", home, "library", "memory", "0.05", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"cap_gb": 0.05}
    assert run(["--home", home, "prompt", "Hello", "-m", "demo-medium", "--json"]) == 1
    (answer,) = json.loads(capsys.readouterr().out)["answers"]
    assert "59 MiB are free for it" in answer["error"]["what"]
    assert run(["--home", home, "library", "memory", "-1"]) == 1
    assert "cannot be -1" in capsys.readouterr().err
    assert run(["--home", home, "library", "memory", "0"]) == 0
    assert "four fifths of what is free" in capsys.readouterr().out


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    lines = [f'"{QUESTION} {n}",28 days' for n in range(6)]
    path.write_text("\n".join(["input,expected", *lines, ""]))
    return path


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_that_prompt_gives_the_promised_fields_and_an_error_beside_an_answer(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone.gguf")
    assert run(["--home", home, "prompt", QUESTION, "-m", "demo-nano", "-m", gone, "--json"]) == 0
    good, bad = said(capsys)["answers"]
    assert set(good) >= {
        "model", "text", "finish", "ttft_s", "tokens_per_s", "tokens_in", "tokens_out", "cost_usd", "error",
    }  # fmt: skip
    assert good["error"] is None and good["tokens_in"] > 10 and good["cost_usd"] == 0
    assert set(bad["error"]) == {"what", "where", "mend"} and bad["ttft_s"] is None


def test_that_prompt_fails_when_no_model_answered(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "prompt", "Hello", "-m", str(tmp_path / "gone.gguf")]) == 1
    assert "no such file" in capsys.readouterr().out


def test_that_people_read_one_answer_after_the_other(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", home, "prompt", QUESTION, "-m", "demo-small", "-m", "demo-nano"]) == 0
    out, err = capsys.readouterr()
    assert out.index("── demo-small") < out.index("── demo-nano") < out.index("first token, s")
    assert err == ""


def an_answer(text: str, error: str = "") -> Answer:
    return Answer("local/m", text, "stop", 0.1, 10.0, 1, 2, 0.2, 0.0, None, error_what=error)


def test_that_a_later_answer_waits_for_its_turn_and_then_streams(capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(["a", "b"])
    for event in (PaneEvent(1, Token("second ")), PaneEvent(0, Loading(0.5)), PaneEvent(0, Token("first"))):
        printer.hear(event)
    assert capsys.readouterr().out == "── a\nfirst"
    printer.hear(PaneEnded(0, an_answer("first")))
    assert capsys.readouterr().out == "\n\n── b\nsecond "
    printer.hear(PaneEvent(1, Token("\x1b[31mred")))
    printer.hear(PaneEnded(1, an_answer("second red", error="It was killed")))
    assert capsys.readouterr().out == " [31mred\nIt was killed.\n\n"


def test_that_what_a_model_waits_for_and_a_name_without_a_text_are_said_beside_the_answers(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for ear in (Printer(["a"]), Heard(["a"])):
        ear.hear(PaneEvent(0, Waiting("7 s (a was asked too often)")))
        assert capsys.readouterr() == ("", "a waits 7 s (a was asked too often)\n")
    words = ["--home", home, "prompt", "Hello {who} and {you}", "-m", "demo-nano", "--var", "you=Ada", "--json"]
    assert run(words) == 0
    said_aside = capsys.readouterr().err
    assert said_aside == "{who} has no text and stays as it is written (--var who=TEXT)\n"


def test_that_a_slip_in_a_providers_name_deletes_nothing_and_says_so(
    home: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "key", "delete", "opnai"]) == 1
    assert "No provider or server is named 'opnai'" in capsys.readouterr().err
    assert run(["--home", home, "key", "delete", "openai"]) == 0


def test_that_eval_run_and_results_give_the_promised_shape(
    home: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "eval", "run", str(data), "-m", "demo-nano", "-m", "demo-small", "--json"]) == 0
    first = said(capsys)
    assert run(["--home", home, "eval", "results", first["eval"], "--json"]) == 0
    shown = said(capsys)
    assert shown == first
    assert shown["cases"] == 6 and len(shown["models"]) == 2 and len(shown["pairs"]) == 1
    assert set(shown["models"][0]) >= {
        "model", "scorer", "n", "mean", "low", "high", "errors", "ttft_s", "tokens_per_s", "cost_usd",
    }  # fmt: skip
    assert set(shown["models"][0]["ttft_s"]) >= {"p50", "p95"}
    assert shown["pairs"][0]["verdict"] in ("better", "worse", "equivalent", "not shown")
    assert run(["--home", home, "eval", "compare", first["eval"], "demo-nano", "demo-small", "--json"]) == 0
    assert said(capsys)["pairs"] == shown["pairs"]
    assert run(["--home", home, "eval", "results", first["eval"], "--slices"]) == 0
    told = capsys.readouterr().out
    assert "$ a right answer" in told and "19 in 20" in told
    assert run(["--home", home, "eval", "compare", first["eval"], "demo-nano"]) == 1
    assert "Name two models, or a later eval" in capsys.readouterr().err


def test_that_a_score_is_overruled_by_hand_with_a_trail(
    home: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "eval", "run", str(data), "-m", "demo-nano", "--json"]) == 0
    before = said(capsys)
    eval_id, model = before["eval"], before["models"][0]
    assert run(["--home", home, "eval", "export", eval_id, "-o", f"{home}/all.csv"]) == 0
    with Path(f"{home}/all.csv").open(encoding="utf-8-sig", newline="") as file:
        case = next(csv.DictReader(file))["case_id"]
    capsys.readouterr()
    for score in ("0.25", "0.75", "back"):
        assert run(["--home", home, "eval", "mark", eval_id, case, "demo-nano", score, "--because", "unit"]) == 0
    assert "0.25 became 0.75: unit" in capsys.readouterr().out
    assert run(["--home", home, "eval", "mark", eval_id, "--json"]) == 0
    trail = said(capsys)["marks"]
    assert [mark["score"] for mark in trail][:2] == [0.25, 0.75] and trail[1]["was"] == 0.25
    assert trail[2]["score"] == trail[0]["was"], "back is what the scorer said"
    assert run(["--home", home, "eval", "results", eval_id, "--json"]) == 0
    assert said(capsys)["models"][0]["mean"] == model["mean"]
    assert run(["--home", home, "eval", "mark", eval_id, case, "demo-nano", "maybe"]) == 1
    assert "'maybe' is no score" in capsys.readouterr().err
    assert run(["--home", home, "eval", "mark", eval_id, "no such case", "demo-nano", "right"]) == 1


def test_that_an_eval_is_compared_with_a_later_one(home: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = []
    for system in ("", "Answer with one word."):
        assert run(["--home", home, "eval", "run", str(data), "-m", "demo-nano", "--system", system, "--json"]) == 0
        ids.append(said(capsys)["eval"])
    assert run(["--home", home, "eval", "compare", *ids, "--json"]) == 0
    (found,) = said(capsys)["models"]
    assert (found["model"], found["n"]) == ("local/demo-nano", 6)
    assert found["difference"] == pytest.approx(found["after"] - found["before"])
    assert run(["--home", home, "eval", "compare", *ids]) == 0
    assert "before, " in capsys.readouterr().out


def test_that_several_models_follow_one_option(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", home, "prompt", QUESTION, "-m", "demo-nano", "demo-small", "--json"]) == 0
    assert [answer["model"] for answer in said(capsys)["answers"]] == ["local/demo-nano", "local/demo-small"]


def test_that_a_stopped_eval_says_how_to_go_on(
    home: str, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.services.evals.EvalService.run", interrupted)
    mine = shutil.copy(data_dir("resources") / "demo_models" / "demo-nano.gguf", data.with_name("my own.gguf"))
    assert run(["--home", home, "eval", "run", str(data), "-m", str(mine), "demo-small"]) == CANCELLED
    stopped = capsys.readouterr().err
    monkeypatch.undo()
    command = next(line for line in stopped.splitlines() if "eval resume" in line).partition("workbench ")[2]
    assert run(["--home", home, *shlex.split(command), "--json"]) == 0, "also with a file that no library names"
    assert [model["n"] for model in said(capsys)["models"]] == [6, 6]


def test_that_eval_plan_counts_cases(home: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", home, "eval", "plan", str(data), "--difference", "0.2", "--json"]) == 0
    plan = said(capsys)
    assert plan["cases"] == 6 and plan["cases_needed"] > 6 and plan["detectable_difference"] > 0.2
    assert run(["--home", home, "eval", "plan", "--difference", "0.9"]) == 1
    assert "cannot differ by 0.9" in capsys.readouterr().err
    assert run(["--home", home, "eval", "plan", "--difference", "0"]) == 1
    assert "no shares" in capsys.readouterr().err


def test_that_library_scan_inspect_and_fit_speak_json(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "broken.gguf").write_bytes(b"GGUF")
    assert run(["--home", home, "library", "scan", str(tmp_path / "models"), "--json"]) == 0
    found = {row["id"]: row for row in said(capsys)["models"]}
    assert found["local/demo-nano"]["problem"] == "" and "incomplete" in found["local/broken"]["problem"]
    assert run(["--home", home, "library", "inspect", "demo-nano", "--json"]) == 0
    about = said(capsys)
    assert about["architecture"] == "llama" and about["problems"] == [] and about["chat_template"] is True
    assert run(["--home", home, "library", "fit", "demo-nano", "--json"]) == 0
    assert said(capsys)["word"] in ("fits", "tight", "does not fit", "unknown")
