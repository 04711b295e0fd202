"""Evals as files: results for programs and people, and the eval itself for somebody else to repeat."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalSet, EvalSettings, EvalStatus
from workbench.evals.datasets import read_dataset
from workbench.evals.eval_file import Requirement, is_eval_file, not_held, read_eval_file, write_eval_file
from workbench.evals.results import summarise
from workbench.services.eval_export import Exported, write

EVIL = (
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "<script>alert(1)</script>",
    "\x00\x07ok",
)
RUN = EvalRun(
    "run-1",
    None,
    "A <b>name</b>",
    "cases",
    "ab" * 32,
    len(EVIL),
    ("local/a",),
    ("contains",),
    EvalStatus.FINISHED,
    datetime(2026, 11, 27, tzinfo=UTC),
)
CASES = tuple(EvalCase(f"case {place}", text, text, tags=(text,)) for place, text in enumerate(EVIL))


def exported() -> Exported:
    results = [
        CaseResult(
            "run-1", case.id, "local/a", "contains", CaseOutcome.SCORED, case.input, 1.0, "contains/1", case.input
        )
        for case in CASES
    ]
    return Exported(RUN, summarise(RUN, results), results, CASES)


def test_that_no_cell_of_a_workbook_is_a_formula_or_a_link_and_texts_are_whole(tmp_path: Path) -> None:
    write(exported(), tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets" in name)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["Models", "Pairs", "Answers"]
    assert [cell.value for cell in book["Models"][2]][:4] == ["local/a", "contains", len(EVIL), 1]
    rows = list(book["Answers"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows][:6] == list(EVIL[:6])
    assert all(cell.data_type in ("s", "n") for row in book["Answers"].iter_rows(min_row=2) for cell in row)


def test_that_a_page_holds_no_markup_but_its_own_and_loads_nothing(tmp_path: Path) -> None:
    write(exported(), tmp_path / "out.html")
    page = (tmp_path / "out.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "A &lt;b&gt;name&lt;/b&gt;" in page
    assert "default-src 'none'" in page
    assert not {"src=", "href=", "@import", "url("} & set(page.split())


def test_that_csv_and_json_lines_hold_every_result_and_no_formula(tmp_path: Path) -> None:
    write(exported(), tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.split(","))
    write(exported(), tmp_path / "out.jsonl")
    values = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [value["answer"] for value in values] == list(EVIL)
    cases = exported().cases
    assert [(value["input"], value["expected"]) for value in values] == [(case.input, case.expected) for case in cases]
    assert lines[0].startswith("eval_run_id,case_id,input,expected,model_id,")


def test_that_another_ending_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "out.doc").write_text("old")
    with pytest.raises(WorkbenchError) as caught:
        write(exported(), tmp_path / "out.doc")
    assert ".xlsx" in caught.value.mend
    assert (tmp_path / "out.doc").read_text() == "old"


def test_that_an_eval_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    case = EvalCase("a", "How many?", "29", "exact", "doc", True, ("t", "u"), None, "source", (("team", "HR"),))
    data = EvalSet("cases", "ab" * 32, (case, EvalCase("b", "=1+1", "x")), "", (EvalCase("s", "show", "1"),))
    settings = EvalSettings(repeats=2, cap_usd=1.5, prompts=(("brief", "{{ input }}"),), judges=("local/j",))
    run = replace(RUN, system_prompt="Be\nbrief: *yes*", settings=settings)
    beside = write_eval_file(run, data, exported().summary, ["local/a"], tmp_path / "own.yaml")
    assert is_eval_file(tmp_path / "own.yaml")
    assert not is_eval_file(beside)
    file = read_eval_file(tmp_path / "own.yaml")
    assert (file.name, file.models, file.scorers, file.system) == (
        run.name,
        ("local/a",),
        ("contains",),
        "Be\nbrief: *yes*",
    )
    assert file.settings == settings
    assert file.sampling == run.sampling
    assert [(wanted.model, wanted.scorer) for wanted in file.require] == [("local/a", "contains")]
    again = read_dataset(file.data)
    assert [replace(each, line=None) for each in again.cases] == list(data.cases)
    assert [each.input for each in again.examples] == ["show"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("workbench_eval: 2\n", "begin with"),
        ("workbench_eval: 1\ndata: {file: ''}\n", "file is no text"),
        ("workbench_eval: 1\ndata: {file: x}\nmodels: x\n", "models is no list"),
        ("workbench_eval: 1\ndata: {file: x}\nodd: 1\n", "nobody knows odd"),
        ("workbench_eval: 1\ndata: {file: x}\nsettings: {repeats: many}\n", "repeats cannot be"),
        ("workbench_eval: 1\ndata: {file: x}\nsettings: {dataset_path: /etc}\n", "no dataset_path"),
        ("workbench_eval: 1\ndata: {file: x}\nsampling: {temperature: -1}\n", "temperature is -1"),
        ("workbench_eval: 1\ndata: {file: x}\nrequire: [{model: a}]\n", "at_least"),
        ("workbench_eval: 1\ndata: {file: x}\nrequire: [{model: a, scorer: b, at_least: 7}]\n", "0 to 1"),
        ("workbench_eval: 1\ndata: &x {file: x}\nother: *x\n", "alias"),
        ("workbench_eval: 1\ndata: [\n", "not YAML"),
    ],
)
def test_that_a_file_that_cannot_be_repeated_says_why(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(WorkbenchError) as caught:
        read_eval_file(tmp_path / "own.yaml")
    assert word in caught.value.what
    assert caught.value.mend


def test_that_what_is_not_held_is_said_with_the_figures() -> None:
    summary = exported().summary
    assert (
        not_held(summary, [Requirement("local/a", "contains", 1.0), Requirement("local/a", "contains", None, 0.5)])
        == []
    )
    missed = not_held(
        summary, [Requirement("local/a", "contains", None, 0.99), Requirement("local/b", "contains", 0.1)]
    )
    assert "the interval begins at" in missed[0]
    assert missed[1] == "local/b, contains: nothing was scored"
