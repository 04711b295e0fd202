"""What `workbench shortlist`, `tradeoffs` and `options` print: the JSON shapes of cli.md, and tables for people."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from workbench.app import Services, build
from workbench.cli import options, shortlist, tradeoffs
from workbench.domain.errors import WorkbenchError

from matching_values import SAMPLE_FILE

NOUNS = {"shortlist": shortlist, "tradeoffs": tradeoffs, "options": options}


class Shell:
    """Types one of the three nouns and gives back what was printed."""

    def __init__(self, services: Services, capsys: pytest.CaptureFixture[str]) -> None:
        self._services, self._capsys = services, capsys

    def __call__(self, noun: str, *words: str) -> str:
        parser = argparse.ArgumentParser()
        NOUNS[noun].register(parser.add_subparsers())
        arguments = parser.parse_args([noun, *words])
        assert arguments.run(arguments, self._services) == 0
        return self._capsys.readouterr().out

    def json(self, noun: str, *words: str) -> Any:
        return json.loads(self(noun, *words, "--json"))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    services = build(tmp_path)
    yield Shell(services, capsys)
    services.close()


def shape(value: Any) -> Any:
    """Names and kinds of a JSON value; a list by its first entry."""
    if isinstance(value, dict):
        return {key: shape(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def has(value: Any, promised: Any) -> bool:
    """Whether everything promised is there with its kind; more fields are allowed."""
    if isinstance(promised, dict):
        return isinstance(value, dict) and all(key in value and has(value[key], kind) for key, kind in promised.items())
    if isinstance(promised, list):
        return isinstance(value, list) and (not value or has(value[0], promised[0]))
    return value in promised.split("|")


RANGE = {"low": "number", "likely": "number", "high": "number"}


def test_that_shortlist_json_has_the_shape_of_cli_md(shell: Shell) -> None:
    found = shell.json("shortlist", str(SAMPLE_FILE))
    reason = {
        "rule": "str", "tier": "number", "kept": "bool", "text": "str", "asked": "str", "offered": "str",
        "source": "str",
    }  # fmt: skip
    verdict = {
        "model": "str", "offer": "str", "kept": "bool", "reasons": [reason], "monthly_usd": RANGE,
        "quality": {"value": "number", "low": "number", "high": "number", "basis": "str", "n": "number"},
    }  # fmt: skip
    promised = {
        "scenario": "str", "category": ["str"], "kept": "number", "excluded": "number", "verdicts": [verdict],
        "relax": [{"requirement": "str", "from": "str", "to": "str", "gains": "number"}],
    }  # fmt: skip
    assert has(shape(found), promised)
    assert found["category"] == ["C3", "T1"]
    assert found["kept"] + found["excluded"] == len({v["model"] for v in found["verdicts"]})


def test_that_local_only_data_prints_no_kept_hosted_offer_and_the_rule_for_each(shell: Shell, tmp_path: Path) -> None:
    strict = tmp_path / "strict.yaml"
    strict.write_text(SAMPLE_FILE.read_text("utf-8").replace("sensitive-stays", "forbidden"), "utf-8")
    verdicts = shell.json("shortlist", str(strict))["verdicts"]
    hosted = [v for v in verdicts if v["hosting"] == "api" and v["offer"]]
    assert len(hosted) > 100 and not any(v["kept"] for v in hosted)
    assert all(any(r["rule"] == "R0.1" and not r["kept"] and r["text"] for r in v["reasons"]) for v in hosted)


def test_that_tradeoffs_json_has_the_shape_of_cli_md(shell: Shell) -> None:
    found = shell.json("tradeoffs", str(SAMPLE_FILE))
    point = {
        "model": "str", "offer": "str", "cost_usd_month": "number", "quality": "number", "low": "number",
        "high": "number", "pareto": "bool",
    }  # fmt: skip
    mix = {"weak": "str", "strong": "str", "share": "number", "cost_usd_month": "number", "quality": "number"}
    assert has(shape(found), {"points": [point], "mixes": [mix]})
    assert found["mixes"] and any(p["pareto"] for p in found["points"])


def test_that_options_json_has_the_shape_of_cli_md_and_the_figures_of_the_lesson(shell: Shell) -> None:
    found = shell.json("options", str(SAMPLE_FILE))
    option = {
        "id": "str", "name": "str", "strategy": "str", "setup_usd": "number", "monthly_usd": "number",
        "weeks": "number", "score": "number", "best_probability": "number",
        "tco_usd": {"12": "number", "24": "number", "36": "number"}, "excluded_by": ["str"],
    }  # fmt: skip
    promised = {
        "options": [option], "recommended": "str", "because": "str",
        "crossovers": [{"a": "str", "b": "str", "months": "number", "months_discounted": "number"}],
        "flips": [{"input": "str", "option": "str", "now": "number", "at": "number", "winner": "str"}],
        "breakeven": [{"offer": "str", "self_host": "str", "requests_per_day": "number|NoneType"}],
        "adaptation": {"technique": "str", "reasons": ["str"]},
    }  # fmt: skip
    assert has(shape(found), promised)
    assert {o["id"]: o["tco_usd"]["36"] for o in found["options"]} == {"A": 130200, "B": 144800, "C": 130600}
    crossings = {(c["a"], c["b"]): round(c["months"], 2) for c in found["crossovers"]}
    assert crossings["A", "C"] == 36.36 and crossings["A", "B"] == 46.43
    flip = next(f for f in found["flips"] if (f["option"], f["input"]) == ("C", "monthly_usd"))
    assert (flip["now"], flip["at"], flip["winner"]) == (2100, 2410, "B")
    assert (found["recommended"], found["because"]) == ("C", "constraints")
    assert {o["id"]: o["excluded_by"] for o in found["options"]} == {"A": ["R0.1"], "B": ["R2.3"], "C": []}


def test_that_people_get_tables_and_sentences(shell: Shell) -> None:
    assert "$130,600" in shell("options", str(SAMPLE_FILE))
    listed = shell("shortlist", str(SAMPLE_FILE))
    assert "models qualify" in listed and "Not legal advice" in listed and "Out:" not in listed
    assert "Out:" in shell("shortlist", str(SAMPLE_FILE), "--excluded")
    assert "which sensitive requests need" in shell("tradeoffs", str(SAMPLE_FILE))


def test_that_extended_models_are_shown_on_request(shell: Shell) -> None:
    core = shell.json("shortlist", str(SAMPLE_FILE))
    more = shell.json("shortlist", str(SAMPLE_FILE), "--extended")
    assert more["kept"] + more["excluded"] > core["kept"] + core["excluded"]


def test_that_the_picture_is_written_as_svg(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    shell("tradeoffs", str(SAMPLE_FILE), "--svg", str(file))
    assert ElementTree.parse(file).getroot().tag.endswith("svg")


def test_that_a_folder_that_is_not_there_is_refused_in_words(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be written"):
        shell("tradeoffs", str(SAMPLE_FILE), "--svg", str(tmp_path / "nowhere" / "a.svg"))


def test_that_a_stored_scenario_is_found_by_name(shell: Shell, tmp_path: Path) -> None:
    services = build(tmp_path)
    services.scenarios.open_sample()
    services.close()
    assert shell.json("options", "knowledge-assistant")["recommended"] == "C"


def test_that_reading_the_command_line_loads_no_numbers_yet() -> None:
    code = (
        "import sys; import workbench.cli.shortlist, workbench.cli.tradeoffs, workbench.cli.options; "
        "print([m for m in ('numpy', 'yaml', 'pydantic', 'PySide6') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
