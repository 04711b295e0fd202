"""Why a text is not JSON, said in our words with line and column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workbench.catalog.importers.source_file import SourceFile
from workbench.domain.errors import WorkbenchError
from workbench.domain.json_faults import json_fault, json_sentence
from workbench.evals.datasets import examine
from workbench.evals.imported.protocol import load
from workbench.evals.scorers.json_text import read_json

BROKEN = '[{"input": "x",\n  "expected" "y"}]'


def fault_of(text: str) -> ValueError:
    with pytest.raises(ValueError) as caught:
        json.loads(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a value is missing, or stands without quotation marks (line 1, column 1)"),
        ('{"a": yes}', "a value is missing, or stands without quotation marks (line 1, column 7)"),
        ('{"a": 1\n "b": 2}', "a comma or the closing bracket is missing (line 2, column 2)"),
        ('{"a" 1}', "the colon after a name is missing (line 1, column 6)"),
        ("{a: 1}", "a name in double quotation marks is missing (line 1, column 2)"),
        ('["a', "the quotation mark at the end of a text is missing (line 1, column 2)"),
        ('["a\nb"]', "a line break or tab stands inside a text: write \\n or \\t there (line 1, column 4)"),
        ('["\\q"]', "a backslash stands before a letter that it does not go with: write it twice (line 1, column 3)"),
        ("[1] 2", "something follows after the end (line 1, column 5)"),
    ],
)
def test_that_a_mistake_in_json_is_said_in_our_words_with_its_place(text: str, words: str) -> None:
    assert json_sentence(fault_of(text)) == words


def test_that_no_sentence_of_python_s_parser_is_passed_on() -> None:
    for text in ("", "{", "[1", '{"a":1,}', "[1,]", "nul", '"\\u12"', "\ufeff[]", "[" + "9" * 5000 + "]"):
        said = json_fault(fault_of(text))
        assert "Expecting" not in said and "delimiter" not in said and "char" not in said and said[0].islower()


def test_that_every_file_of_json_names_line_and_column(tmp_path: Path) -> None:
    where = "line 2, column 14"
    for name in ("cases.json", "prices.json", "results.json"):
        (tmp_path / name).write_text(BROKEN)
    (tmp_path / "cases.jsonl").write_text('{"input": "x", "expected": "y"}\n{"input": "x", "expected" "y"}\n')
    with pytest.raises(WorkbenchError) as caught:
        examine(tmp_path / "cases.json")
    assert where in caught.value.where and "the colon after a name is missing" in caught.value.what
    (problem,) = examine(tmp_path / "cases.jsonl").problems
    assert "line 2, column 27" in problem.where and "the colon after a name is missing" in problem.what
    with pytest.raises(WorkbenchError, match=where):
        load(tmp_path / "results.json")
    with pytest.raises(WorkbenchError, match=where):
        assert SourceFile("prices.json", BROKEN.encode(), "2026-11-01").json
    assert where in read_json(BROKEN)[1]
