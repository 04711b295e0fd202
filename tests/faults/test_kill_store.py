"""S01: SIGKILL at a random moment, over and over, on one data file that keeps growing."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.store import schema
from workbench.store.store import Store

from scenario_values import store_in
from victims import Victims

KILLS = 105
WRITING_S = 0.05
DUMP = Path(__file__).parents[1] / "unit" / "store" / "versions" / "schema1.sql"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")


@pytest.fixture
def victims() -> Iterator[Victims]:
    victims = Victims()
    yield victims
    victims.close()


def missing(store: Store, acknowledged: list[list[str]]) -> list[list[str]]:
    """The acknowledged saves that are not in the store."""
    gone = []
    last_answer = {line[1]: line for line in acknowledged if line[0] == "answer"}
    results: dict[str, set[str]] = {}
    for line in acknowledged:
        if line[0] == "scenario" and store.scenarios.get(line[1]) is None:
            gone.append(line)
        if line[0] == "run" and store.eval_runs.run(line[1]) is None:
            gone.append(line)
        if line[0] == "result":
            if line[1] not in results:
                found = store.eval_runs.results(line[1])
                results[line[1]] = {result.case_id for result in found}
                assert len(found) == len(results[line[1]])
            if line[2] not in results[line[1]]:
                gone.append(line)
    for line in last_answer.values():
        scenario = store.scenarios.get(line[1])
        version, answer = int(line[2]), int(line[3])
        # A commit whose acknowledgement was cut off may be there too: one more, never one less.
        if (
            scenario is None
            or scenario.version not in (version, version + 1)
            or (scenario.version == version and scenario.answers["horizon_months"] != answer)
        ):
            gone.append(line)
    return gone


@pytest.mark.slow
def test_that_no_kill_loses_an_acknowledged_save(tmp_path: Path, victims: Victims) -> None:
    chance = random.Random(2026)
    total = 0
    longest_s = WRITING_S + victims.time_to_first_word_s("save", folder_in(tmp_path, "measured"))
    for _ in range(KILLS):
        acknowledged = victims.kill_one("save", tmp_path, chance.uniform(0, longest_s))
        store = store_in(tmp_path)
        store.open()  # the integrity check is part of opening
        assert missing(store, acknowledged) == []
        store.close()
        total += len(acknowledged)
    raw = sqlite3.connect(tmp_path / "workbench.sqlite")
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()
    assert total > KILLS, "the writers must have come to write"


@pytest.mark.slow
def test_that_a_kill_while_the_file_is_made_leaves_a_whole_file_or_none(tmp_path: Path, victims: Victims) -> None:
    chance = random.Random(7)
    opened = 0
    # The shortest of three, as below.
    measured = [folder_in(tmp_path, f"measured-{number}") for number in range(3)]
    longest_s = 1.5 * min(victims.time_to_first_word_s("open", folder) for folder in measured)
    for number in range(30):
        folder = folder_in(tmp_path, str(number))
        opened += victims.kill_one("open", folder, chance.uniform(0, longest_s)) == [["open"]]
        store = store_in(folder)
        assert store.scenarios.all() == ()
        store.close()
        assert not list(folder.glob("*.new*"))
    assert 0 < opened < 30, "the kills must hit before and after"


@pytest.mark.slow
def test_that_a_kill_during_a_migration_leaves_the_old_file_or_the_new(tmp_path: Path, victims: Victims) -> None:
    chance = random.Random(11)
    opened = 0
    # The shortest of three: a machine that was busy once would have every kill come too late.
    measured = [with_old_file(folder_in(tmp_path, f"measured-{number}")) for number in range(3)]
    longest_s = 1.5 * min(victims.time_to_first_word_s("open", folder) for folder in measured)
    for number in range(20):
        folder = with_old_file(folder_in(tmp_path, str(number)))
        opened += victims.kill_one("open", folder, chance.uniform(0, longest_s)) == [["open"]]
        raw = sqlite3.connect(folder / "workbench.sqlite")
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        reached = raw.execute("PRAGMA user_version").fetchone()[0]
        raw.close()
        assert ("eval_answer" in tables) is (reached == schema.HEAD)
        store = store_in(folder)
        assert [found.slug for found in store.scenarios.all()] == ["support-chat"]
        store.close()
    assert 0 < opened < 20, "the kills must hit before and after"


def folder_in(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def with_old_file(folder: Path) -> Path:
    """The folder with a data file of schema 1 in it."""
    raw = sqlite3.connect(folder / "workbench.sqlite")
    raw.executescript(DUMP.read_text(encoding="utf-8"))
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    return folder
