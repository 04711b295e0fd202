"""Data sets as evals saw them, kept as versions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase, EvalSet

from scenario_values import store_in

AT = datetime(2026, 11, 27, tzinfo=UTC)
CASE = EvalCase("a", "Größe?\n\0", "x", "exact", "d.pdf", True, ("t", "u"), 3, "source", (("team", "HR"),), "case a")


def test_that_a_version_comes_back_as_it_was_and_is_numbered_by_its_name(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.open()
    first = EvalSet("leave", "aa", (CASE, EvalCase("b", "", "")), "/somewhere/leave.csv", (EvalCase("s", "show", "1"),))
    second = EvalSet("leave", "bb", (CASE,))
    kept = [store.data_sets.keep(each, AT) for each in (first, second, first, EvalSet("other", "cc", ()))]
    assert [(version.name, version.number, version.case_count) for version in kept] == [
        ("leave", 1, 2),
        ("leave", 2, 1),
        ("leave", 1, 2),
        ("other", 1, 0),
    ]
    assert store.data_sets.load("aa") == first
    assert store.data_sets.load("zz") is None
    assert [version.hash for version in store.data_sets.versions()] == ["bb", "aa", "cc"]


def test_that_a_changed_version_is_noticed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.open()
    store.data_sets.keep(EvalSet("leave", "aa", (CASE,)), AT)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE data_set SET name = 'leaves'")
    with pytest.raises(WorkbenchError):
        store.data_sets.load("aa")
