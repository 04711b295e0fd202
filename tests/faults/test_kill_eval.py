"""SIGKILL at a random moment of an eval, over and over: nothing that was answered is lost, nothing is asked twice but
what was under way."""

from __future__ import annotations

import random
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.app import build
from workbench.evals.runner import KEPT_BESIDE

from killed_writer import EVAL_AT_ONCE, EVAL_CASES
from victims import Victims

KILLS = 200
WORKING_S = 0.05

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")


@pytest.fixture
def victims() -> Iterator[Victims]:
    victims = Victims()
    yield victims
    victims.close()


def killed_over_and_over(folder: Path, victims: Victims, kills: int, seed: int) -> tuple[int, int]:
    """Answers that were stored, and how many questions were put a second time; checks each go against the last one."""
    chance = random.Random(seed)
    asked: set[str] = set()
    stored: set[str] = set()
    asked_again = 0
    longest_s = WORKING_S + victims.time_to_first_word_s("eval", folder)
    for _ in range(kills):
        said = victims.kill_one("eval", folder, chance.uniform(0, longest_s))
        now_asked = [line[1] for line in said if line[0] == "asked"]
        now_stored = {line[1] for line in said if line[0] == "stored"}
        again = [question for question in now_asked if question in asked]
        assert not stored & set(now_asked), "what is on the disk is never asked again"
        most = EVAL_AT_ONCE + EVAL_AT_ONCE // KEPT_BESIDE
        assert len(again) <= most, "only what was under way, to the model or to the disk, is asked again"
        assert len(now_asked) == len(set(now_asked))
        asked |= set(now_asked)
        stored |= now_stored
        asked_again += len(again)
    services = build(folder)
    (run,) = services.eval_results.runs()
    results = services.eval_results.results(run.id)
    assert len({result.key for result in results}) == len(results)
    kept = {result.case_id.replace("c", "q"): result.answer for result in results}
    assert stored <= set(kept) <= asked
    assert all(answer == question[::-1] for question, answer in kept.items())
    services.close()
    raw = sqlite3.connect(folder / "workbench.sqlite")
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()
    return len(kept), asked_again


def test_that_a_killed_eval_loses_nothing_and_repeats_only_what_was_under_way(tmp_path: Path, victims: Victims) -> None:
    kept, _ = killed_over_and_over(tmp_path, victims, kills=2, seed=1)
    assert kept > 0


@pytest.mark.slow
def test_that_two_hundred_kills_of_an_eval_lose_nothing(tmp_path: Path, victims: Victims) -> None:
    kept, asked_again = killed_over_and_over(tmp_path, victims, KILLS, seed=2026)
    print(f"{KILLS} kills: {kept} answers kept, {asked_again} questions asked a second time")
    assert KILLS < kept < EVAL_CASES, "the runs must have come to ask, and not to an end"
