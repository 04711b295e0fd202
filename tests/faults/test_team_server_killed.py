"""The team store's server is killed while somebody writes: what was acknowledged is there, nothing is half saved."""

from __future__ import annotations

import random
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.app import build
from workbench.domain.errors import WorkbenchError
from workbench.store.postgres import TeamStore

from postgres_server import WHY_NOT, Server, new_server
from scenario_values import a_full_scenario, a_result, a_run, child

# Each round saves a scenario, its decision's history and results of an eval, and says what was acknowledged.
WRITER = """
import itertools, sys
from dataclasses import replace
from workbench.domain.errors import WorkbenchError
from workbench.domain.team import TeamPlace
from workbench.store.postgres import TeamStore
from scenario_values import a_full_decision, a_result, a_run, a_scenario
store = TeamStore(TeamPlace("127.0.0.1", "postgres", "team", int(sys.argv[1])), connect_s=2)
scenario = store.scenarios.add(a_scenario("Killed", decision=a_full_decision()))
run = a_run(scenario.id)
store.eval_runs.save_run(run)
print("begun", scenario.id, run.id, flush=True)
try:
    for number in itertools.count(1):
        scenario = store.scenarios.save(replace(scenario, step=str(number)), kept_because=str(number))
        store.eval_runs.append([a_result(run.id, f"{number}-{n}", answer="x" * 300) for n in range(20)])
        print(number, flush=True)
except WorkbenchError as error:
    print("told", error, flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = new_server()
    if made is None:
        pytest.skip(WHY_NOT)
    made.start(flushes=True)
    store = TeamStore(made.place)
    store.set_up()
    store.close()
    yield made
    if made.process is not None:
        made.stop()


def lines_until_killed(writer: subprocess.Popen[str], server: Server, after_s: float) -> list[str]:
    """Everything the writer says; the server is killed so long after its first word."""
    assert writer.stdout is not None
    first = writer.stdout.readline()
    until = time.monotonic() + after_s
    while time.monotonic() < until:
        select.select([], [], [], 0.01)
    server.kill()
    rest, said = writer.communicate(timeout=60)
    assert writer.returncode == 0 and not said, said
    return [first.strip(), *rest.splitlines()]


def kill_once(server: Server, after_s: float) -> None:
    if server.process is None:
        server.start(flushes=True)
    lines = lines_until_killed(child(WRITER, str(server.port)), server, after_s)
    word, scenario_id, run_id = lines[0].split()
    acknowledged = [int(line) for line in lines[1:] if line.isdigit()]
    last = acknowledged[-1] if acknowledged else 0
    assert word == "begun" and lines[-1].startswith("told The team store ")
    server.start(flushes=True)
    store = TeamStore(server.place)
    scenario = store.scenarios.get(scenario_id)
    assert scenario is not None and int(scenario.step or "0") >= last
    # The history goes with the save, in the same transaction.
    versions = store.decision_versions.of(scenario_id)
    assert [version.why for version in versions] == [str(n) for n in range(1, int(scenario.step or "0") + 1)]
    cases = [result.case_id for result in store.eval_runs.results(run_id)]
    rounds = {int(case.split("-")[0]) for case in cases}
    assert rounds >= set(range(1, last + 1))
    assert len(cases) == 20 * len(rounds)
    store.close()


def test_that_a_kill_in_the_middle_of_writing_loses_nothing_acknowledged_and_leaves_nothing_half(
    server: Server,
) -> None:
    kill_once(server, random.uniform(0.05, 0.6))


RESULTS = 2_000


def share_and_kill(server: Server, folder: Path, after_s: float) -> None:
    """The server is killed while a large scenario is on its way: it is there whole or not at all, then again whole."""
    if server.process is None:
        server.start(flushes=True)
    services = build(folder)
    services.team.connect(str(server.place))
    scenario = services.store.scenarios.add(a_full_scenario())
    run = a_run(scenario.id)
    services.store.eval_runs.save_run(run)
    services.store.eval_runs.append([a_result(run.id, f"c{n}", answer="x" * 300) for n in range(RESULTS)])
    told: list[object] = []

    def share() -> None:
        try:
            told.extend(services.team.share([scenario.id]))
        except WorkbenchError as error:
            told.append(error)

    sharing = threading.Thread(target=share)
    sharing.start()
    sharing.join(after_s)
    server.kill()
    sharing.join(60)
    assert len(told) == 1
    server.start(flushes=True)
    store = TeamStore(server.place)
    there = store.scenarios.get(scenario.id)
    counts = [len(store.eval_runs.results(each.id)) for each in store.eval_runs.runs(scenario.id)]
    assert counts == ([RESULTS] if there is not None else [])
    if not isinstance(told[0], WorkbenchError):
        assert there is not None  # what was called sent is there
    assert services.team.share([scenario.id])[0].what in ("sent", "same")
    assert len(store.eval_runs.results(run.id)) == RESULTS
    assert services.scenarios.load(scenario.id).answers == scenario.answers
    store.close()
    services.close()


def test_that_a_scenario_on_its_way_is_there_whole_or_not_at_all(server: Server, tmp_path: Path) -> None:
    share_and_kill(server, tmp_path, random.uniform(0.05, 0.8))


@pytest.mark.slow
def test_that_ten_kills_on_the_way_do_not_halve_one_either(server: Server, tmp_path: Path) -> None:
    for number in range(10):
        share_and_kill(server, tmp_path / str(number), random.uniform(0.0, 1.5))


@pytest.mark.slow
def test_that_twenty_kills_do_not_either(server: Server) -> None:
    for _ in range(20):
        kill_once(server, random.uniform(0.0, 1.0))
