"""D03: JSON Lines with bad lines: the good ones can be imported, the bad ones are listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.evals.datasets import examine

GOOD = '{"input": "What?", "expected": "this"}'
BAD = {
    "cut": '{"input": "What?", "expect',
    "NaN": '{"input": "What?", "expected": NaN}',
    "a doubled key": '{"input": "What?", "input": "Who?", "expected": "x"}',
    "100,000 brackets": "[" * 100_000,
    "5,000 digits": '{"input": "What?", "expected": ' + "9" * 5000 + "}",
    "a list": '["What?", "this"]',
    "no input": '{"expected": "x"}',
    "half a character": '{"input": "What \\ud800?", "expected": "x"}',
    "an empty input": '{"input": "", "expected": "x"}',
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD.keys())
def test_that_one_bad_line_is_listed_and_the_others_are_importable(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{GOOD}\n{line}\n\n{GOOD}\n")
    found = examine(path)
    assert [case.line for case in found.dataset.cases] == [1, 4]
    assert len(found.problems) == 1
    assert "line 2" in found.problems[0].where
    assert found.problems[0].mend


def test_that_values_that_are_no_text_become_text(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(
        '{"input": "n", "expected": 12}\n'
        '{"input": "o", "expected": {"name": "Ada"}, "scorer": "json-field"}\n'
        '{"input": "l", "expected": ["a", "b"], "scorer": "contains-all", "tags": ["x", "y"], "sensitive": true}\n'
        '{"input": "e", "expected": null, "scorer": "json-valid"}\n'
    )
    cases = examine(path).dataset.cases
    assert [case.expected for case in cases] == ["12", '{"name": "Ada"}', "a\nb", ""]
    assert cases[2].tags == ("x", "y")
    assert cases[2].sensitive


def test_that_an_endless_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(GOOD + "\n" + '{"input": "' + "x" * (5 << 20))
    found = examine(path)
    assert len(found.dataset.cases) == 1
    assert "longer than" in found.problems[0].what
