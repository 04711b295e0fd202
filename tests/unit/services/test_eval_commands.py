"""`workbench eval check`, `scorers`, `data`, `save`, and an eval repeated from its file with an exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from workbench.cli.main import run

CASES = (
    "Anfrage,Soll\n"
    "Policy: the limit is 20 days. Question: How much annual leave is there?,20 days\n"
    "Policy: the limit is 20 days. Question: Who is ada@example.org?,nobody\n"
)
COLUMNS = ("--columns", "input=Anfrage", "expected=Soll")


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "leave.csv").write_text(CASES)
    return tmp_path / "leave.csv"


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_that_a_file_is_looked_through_before_it_is_used(
    home: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "eval", "check", str(data), "--json"]) == 1
    found = said(capsys)
    assert found["guess"] == {"input": "Anfrage", "expected": "Soll"}
    assert found["problems"]
    assert run(["--home", home, "eval", "check", str(data)]) == 1
    assert '--columns input="Anfrage" expected="Soll"' in capsys.readouterr().out
    assert run(["--home", home, "eval", "check", str(data), *COLUMNS, "--json"]) == 0
    found = said(capsys)
    assert (found["cases"], found["sensitive"], found["dialect"]) == (2, 1, "CSV, UTF-8, separated by commas")
    assert "personal" in [finding["kind"] for finding in found["findings"]]
    assert run(["--home", home, "eval", "check", str(data), *COLUMNS, "--keep-marks", "--json"]) == 0
    assert said(capsys)["sensitive"] == 0
    assert run(["--home", home, "eval", "check", str(data), "--columns", "odd=Anfrage"]) == 1
    assert "input, expected" in capsys.readouterr().err


def test_that_no_columns_are_told_of_a_file_without_any_and_a_scorer_that_cannot_be_used_is_one_problem(
    home: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = data.with_name("empty.csv")
    empty.write_text("input,expected\n")
    assert run(["--home", home, "eval", "check", str(empty)]) == 1
    assert "Columns:" not in capsys.readouterr().out
    asked = ["eval", "run", str(data), *COLUMNS, "-m", "demo-nano", "--scorer", 'regex(expected="(")']
    assert run(["--home", home, *asked]) == 1
    told = capsys.readouterr().err
    assert told.count("no regular expression") == 1 and "line 2" not in told


def test_that_the_good_rows_of_a_file_can_be_run_and_promptfoo_s_tests_are_not_guessed_at(
    home: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = data.with_name("tests.json")
    kinds = ({"type": "equals", "value": "4"}, {"type": "webhook", "value": "http://x"})
    tests.write_text(json.dumps([{"vars": {"question": "2+2?"}, "assert": [kind]} for kind in kinds]))
    assert run(["--home", home, "eval", "check", str(tests)]) == 1
    assert "--columns" not in capsys.readouterr().out
    asked = ["--home", home, "eval", "run", str(tests), "-m", "demo-nano"]
    assert run(asked) == 1
    assert "webhook" in capsys.readouterr().err
    assert run([*asked, "--skip-faulty"]) == 0
    told = capsys.readouterr()
    assert "1 case of tests, version 1" in told.out
    assert "1 faulty row left out" in told.err and "webhook" in told.err


def test_that_scorers_are_listed_and_explained(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", home, "eval", "scorers", "--json"]) == 0
    found = said(capsys)["scorers"]
    assert len(found) >= 35
    assert all(each["title"] and each["expects"] and each["example"]["right"] for each in found)
    assert run(["--home", home, "eval", "scorers", "latency"]) == 0
    out = capsys.readouterr().out
    assert "“29 days” after 1.4 s" in out
    assert "first_token" in out
    assert run(["--home", home, "eval", "scorers", "latencie"]) == 1
    assert "Did you mean latency?" in capsys.readouterr().err


def test_that_an_eval_is_saved_and_repeated_from_its_file_with_an_exit_code(
    home: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["--home", home, "eval", "run", str(data), *COLUMNS, "-m", "demo-nano", "--scorer", "contains"]
    start += [
        'length(expected="at most 200 words")',
        "--prompt",
        "plain={{ input }}",
        "--prompt",
        "brief=Short. {{ input }}",
    ]
    assert run([*start, "--json"]) == 0
    first = said(capsys)
    assert first["dataset_version"] == 1
    assert run(["--home", home, "eval", "results", first["eval"]]) == 0
    assert "2 cases of leave, version 1, finished" in capsys.readouterr().out
    assert [model["model"] for model in first["models"]][:2] == ["local/demo-nano~plain", "local/demo-nano~brief"]
    data.unlink()
    file = tmp_path / "own" / "leave.yaml"
    file.parent.mkdir()
    assert run(["--home", home, "eval", "save", first["eval"], "-o", str(file)]) == 0
    assert "1 case in it are marked" in capsys.readouterr().out.replace("is marked", "are marked")
    assert run(["--home", home, "eval", "check", str(file)]) == 1
    assert "a whole eval to repeat, not a data set" in capsys.readouterr().err
    other = str(tmp_path / "elsewhere")
    assert run(["--home", other, "eval", "run", str(file), "--json"]) == 0
    again = said(capsys)
    assert [model["mean"] for model in again["models"]] == [model["mean"] for model in first["models"]]
    assert run(["--home", other, "eval", "run", str(file), "--scorer", "exact", "--repeats", "2"]) == 1
    assert "says itself how" in (told := capsys.readouterr().err) and "--scorer, --repeats" in told
    named = ["--name", "Nightly", "-s", "knowledge-assistant"]
    assert run(["--home", other, "eval", "run", str(file), *named, "--json"]) == 0
    nightly = said(capsys)["eval"]
    assert run(["--home", other, "eval", "results", "-s", "knowledge-assistant", "--json"]) == 0
    kept = {each["eval"]: each["name"] for each in said(capsys)["evals"]}
    assert kept[nightly] == "Nightly", "and it is evidence of the scenario, whose rules it was asked by"
    file.write_text(file.read_text() + "- {model: local/none, scorer: contains, at_least: 0.5}\n")
    assert run(["--home", other, "eval", "run", str(file)]) == 1
    assert "local/none, contains: nothing was scored" in capsys.readouterr().err
    file.with_name("leave.cases.jsonl").write_text('{"input": "other", "expected": "x"}\n')
    assert run(["--home", other, "eval", "run", str(file)]) == 1
    assert "not the cases" in capsys.readouterr().err
    assert run(["--home", home, "eval", "data", "--json"]) == 0
    assert [(each["name"], each["version"], each["cases"]) for each in said(capsys)["data_sets"]] == [("leave", 1, 2)]
    for ending in ("csv", "jsonl", "xlsx", "html"):
        assert run(["--home", home, "eval", "export", first["eval"], "-o", str(tmp_path / f"out.{ending}")]) == 0
    assert "How much annual leave" in (tmp_path / "out.html").read_text()


def test_that_python_of_one_s_own_scores_only_when_it_is_allowed(
    home: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("def score(answer, case):\n    return 0.25, f'for {case.expected}'\n")
    start = ["--home", home, "eval", "run", str(data), *COLUMNS, "-m", "demo-nano"]
    start += ["--scorer", f'python(file="{mine.as_posix()}")', "--json"]
    assert run(start) == 1
    assert "allow-python on" in capsys.readouterr().err
    assert run(["--home", home, "eval", "allow-python", "on", "--json"]) == 0
    assert said(capsys) == {"own_python": True}
    assert run(start) == 0
    assert [model["mean"] for model in said(capsys)["models"]] == [0.25]
    mine.write_text("def score(answer, case):\n    return 1 / (case.expected != 'nobody')\n")
    assert run(start) == 0
    found = said(capsys)
    assert [(model["n"], model["mean"], model["unscored"]) for model in found["models"]] == [(1, 1.0, 1)], "never a 0"
    assert run(["--home", home, "eval", "results", found["eval"]]) == 0
    told = capsys.readouterr().out
    assert "1 answer could not be scored, and counts neither as right nor as wrong." in told
    assert "1 answer: mine.py: ZeroDivisionError" in told


def test_that_classes_are_told_apart_in_a_matrix(home: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = ["--home", home, "eval", "run", str(data), *COLUMNS, "-m", "demo-nano"]
    assert run([*start, "--scorer", 'classification(classes="20 days|nobody")', "contains", "--json"]) == 0
    eval_id = said(capsys)["eval"]
    assert run(["--home", home, "eval", "results", eval_id, "--confusion", "--json"]) == 0
    (found,) = said(capsys)["confusion"]
    assert (found["model"], found["n"]) == ("local/demo-nano", 2)
    assert {"20 days", "nobody"} <= set(found["names"])
    assert run(["--home", home, "eval", "results", eval_id, "--confusion"]) == 0
    assert "macro-F1" in capsys.readouterr().out


def test_that_the_sample_s_eval_goes_out_with_its_cases_as_any_other(
    home: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", home, "eval", "results", "--json"]) == 0
    (sample,) = said(capsys)["evals"]
    assert run(["--home", home, "eval", "save", sample["eval"], "-o", str(tmp_path / "own.yaml"), "--json"]) == 0
    assert said(capsys)["sensitive"] == 49
    assert len((tmp_path / "own.cases.jsonl").read_text(encoding="utf-8").splitlines()) == sample["cases"]
    assert run(["--home", home, "eval", "export", sample["eval"], "-o", str(tmp_path / "out.csv")]) == 0
    assert "Mind who gets it: 49 cases" in capsys.readouterr().out
    assert "How much annual leave do staff get?" in (tmp_path / "out.csv").read_text(encoding="utf-8")
