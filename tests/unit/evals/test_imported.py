"""Results of other programs, in the shapes they write, whole and damaged."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from workbench.app import build
from workbench.cli.main import run
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome
from workbench.evals.imported import read_results

SAMPLES: list[dict[str, Any]] = [
    {
        "id": 1,
        "epoch": 1,
        "input": "How many days?",
        "target": "29",
        "metadata": {"team": "HR"},
        "output": {
            "choices": [{"message": {"role": "assistant", "content": "29 days"}, "stop_reason": "stop"}],
            "usage": {"input_tokens": 12, "output_tokens": 3},
            "time": 1.5,
        },
        "scores": {"match": {"value": "C", "explanation": "the same"}, "f1": {"value": 0.5}},
    },
    {
        "id": 2,
        "epoch": 1,
        "input": [{"role": "user", "content": [{"type": "text", "text": "Who is ada@example.org?"}]}],
        "target": ["Ada", "Solberg"],
        "output": {"completion": "nobody", "choices": []},
        "scores": {"match": {"value": "I"}, "f1": {"value": 7}},
    },
    {"id": 3, "input": "x", "target": "y", "error": {"message": "timed out"}, "scores": {"match": {"value": "I"}}},
]
LOG = {"version": 2, "status": "success", "eval": {"task": "leave", "model": "openai/gpt"}}


def inspect_log(folder: Path) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps({**LOG, "samples": [*SAMPLES, "odd"]}))
    return path


def test_that_an_inspect_log_becomes_cases_and_scores(tmp_path: Path) -> None:
    found = read_results(inspect_log(tmp_path))
    assert (found.name, found.model_ids, found.scorers) == ("leave", ("openai/gpt",), ("inspect-match", "inspect-f1"))
    assert [(case.id, case.input, case.expected) for case in found.cases] == [
        ("1", "How many days?", "29"),
        ("2", "Who is ada@example.org?", "Ada\nSolberg"),
        ("3", "x", "y"),
    ]
    scores = [(r.case_id, r.scorer, r.outcome, r.score) for r in found.results]
    assert scores == [
        ("1", "inspect-match", CaseOutcome.SCORED, 1.0),
        ("1", "inspect-f1", CaseOutcome.SCORED, 0.5),
        ("2", "inspect-match", CaseOutcome.SCORED, 0.0),
        ("2", "inspect-f1", CaseOutcome.UNSCORED, None),
        ("3", "inspect-match", CaseOutcome.ERROR, None),
    ]
    first = found.results[0]
    assert (first.answer, first.why, first.tokens_in, first.tokens_out, first.total_s) == (
        "29 days",
        "the same",
        12,
        3,
        1.5,
    )
    assert found.skipped == 1


def test_that_an_inspect_sample_of_an_epoch_that_cannot_be_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    samples = [{**SAMPLES[0], "epoch": epoch} for epoch in (1, 2, 0, -5, 10**9, True, "first", None)]
    path.write_text(json.dumps({**LOG, "samples": samples}))
    found = read_results(path)
    assert {one.repeat for one in found.results} == {0, 1} and (found.repeats, found.skipped) == (2, 5)


def test_that_a_text_of_a_sample_log_may_hold_any_other_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    line = {"doc_id": 1, "doc": {"question": "One\u2028two\x85three"}, "target": "x", "resps": [["x"]], "acc": 1}
    path.write_text(f"{json.dumps(line, ensure_ascii=False)}\n", encoding="utf-8")
    assert read_results(path).cases[0].input == "One\u2028two\x85three"


def test_that_an_inspect_archive_is_read_like_its_json(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(LOG))
        for sample in SAMPLES:
            archive.writestr(f"samples/{sample['id']}_epoch_1.json", json.dumps(sample))
        archive.writestr("../../evil.json", "{}")
    found, plain = read_results(path), read_results(inspect_log(tmp_path))
    assert (found.cases, found.results) == (plain.cases, plain.results)
    assert {file.name for file in tmp_path.iterdir()} == {"log.eval", "log.json"}


def test_that_samples_of_the_harness_become_cases_and_scores(tmp_path: Path) -> None:
    folder = tmp_path / "org__model"
    folder.mkdir()
    path = folder / "samples_leave_2026-11-27T01-02-03.jsonl"
    lines = [
        {
            "doc_id": 0,
            "doc": {"question": "Sum?", "answer": "4"},
            "target": "4",
            "arguments": {"gen_args_0": {"arg_0": "Question: Sum?", "arg_1": {}}},
            "resps": [["It is 4"]],
            "filtered_resps": ["4"],
            "filter": "strict",
            "metrics": ["exact_match"],
            "exact_match": 1.0,
        },
        {
            "doc_id": 1,
            "doc": {"query": "Which?", "choices": ["red", "blue"]},
            "target": 1,
            "arguments": [["Which? red", " red"]],
            "resps": [[["-1.0", "False"]]],
            "filter": "flexible",
            "acc": 0.0,
        },
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = read_results(path)
    assert (found.name, found.model_ids) == ("leave", ("org/model",))
    assert [(case.input, case.expected) for case in found.cases] == [("Sum?", "4"), ("Which?", "blue")]
    assert [(r.scorer, r.answer, r.score) for r in found.results] == [
        ("lm-eval-exact_match-strict", "4", 1.0),
        ("lm-eval-acc-flexible", "-1.0\nFalse", 0.0),
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "-1e400", "1" + 400 * "0"])
def test_that_a_number_beyond_all_bounds_is_no_score(tmp_path: Path, number: str) -> None:
    pair = {"input_text": "q", "output_text_a": "a", "output_text_b": "b", "score": "@"}
    sample = {"id": 1, "input": "x", "target": "y", "output": {"completion": "y"}, "scores": {"match": {"value": "@"}}}
    line = {"doc_id": 1, "doc": {"question": "x"}, "target": "y", "resps": [["y"]], "metrics": ["acc"], "acc": "@"}
    for name, value in (
        ("pairs.json", {"models": [{"name": "A"}, {"name": "B"}], "examples": [pair]}),
        ("log.json", {**LOG, "samples": [sample]}),
        ("samples_t.jsonl", line),
    ):
        path = tmp_path / name
        path.write_text(json.dumps(value).replace('"@"', number))
        found = read_results(path)
        assert [one.outcome for one in found.results] == [CaseOutcome.UNSCORED] * len(found.model_ids), name


def test_that_pairs_of_llm_comparator_become_shares_of_two_models(tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    examples = [
        {"input_text": "q", "tags": ["t"], "output_text_a": "a", "output_text_b": "b", "score": 0.75},
        {"input_text": "r", "output_text_a": "a", "output_text_b": "b", "score": -9},
        {"input_text": "s", "output_text_a": "a", "output_text_b": "b"},
        {"odd": 1},
    ]
    path.write_text(json.dumps({"metadata": {}, "models": [{"name": "one"}, {"name": "two"}], "examples": examples}))
    found = read_results(path)
    assert [(r.model_id, r.score) for r in found.results] == [
        ("one", 0.75), ("two", 0.25), ("one", 0.0), ("two", 1.0), ("one", None), ("two", None),
    ]  # fmt: skip
    assert (found.cases[0].tags, found.skipped) == (("t",), 1)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.json", "{", "not JSON"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.json", "{}", "Nobody here knows"),
        ("a.jsonl", "", "Nobody here knows"),
        ("a.json", json.dumps({**LOG, "samples": []}), "no results"),
        ("a.eval", "PK\x03\x04 cut", "archive is damaged"),
    ],
)
def test_that_what_holds_no_results_is_a_sentence(tmp_path: Path, name: str, content: str, word: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(WorkbenchError) as caught:
        read_results(tmp_path / name)
    assert word in caught.value.what
    assert caught.value.mend


def test_that_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(LOG))
        archive.writestr("samples/1.json", b" " * (64 << 20))
    with pytest.raises(WorkbenchError, match="unpacks to 64 MB"):
        read_results(tmp_path / "bomb.eval")


def test_that_imported_results_are_a_finished_eval_once_with_personal_rows_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, path = tmp_path / "home", inspect_log(tmp_path)
    for _ in range(2):
        assert run(["--home", str(home), "eval", "import", str(path), "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
    assert next((m["model"], m["scorer"], m["n"], m["errors"]) for m in shown["models"]) == (
        "openai/gpt", "inspect-match", 2, 1,
    )  # fmt: skip
    services = build(home)
    (kept,) = (run for run in services.eval_results.runs() if run.scenario_id is None)
    results = services.eval_results.results(kept.id)
    assert {result.case_id for result in results if result.sensitive} == {"2"}
    assert [case.expected for case in services.eval_data.cases_of(kept, None)] == ["29", "Ada\nSolberg", "y"]
    services.close()
    file = tmp_path / "again.yaml"
    for told in (["save", kept.id, "-o", str(file)], ["resume", kept.id]):
        assert run(["--home", str(home), "eval", *told]) == 1
        assert "scored by inspect-match, which is not of this workbench" in capsys.readouterr().err
    assert not file.exists(), "what nobody can repeat is not written as if it could be"
    assert run(["--home", str(home), "eval", "compare", kept.id]) == 0
    assert "nobody to compare it with" in capsys.readouterr().out
