"""The store's contract: the tests of its repositories run over the data file and over a real PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.store.postgres import TeamStore
from workbench.store.repositories import Repositories
from workbench.store.tables import METADATA

import scenario_values
from postgres_server import WHY_NOT, Server, shared_server

#: files whose tests say what holds for every store
CONTRACT = (
    "test_scenario_repository", "test_evidence_repositories", "test_decision_versions", "test_votes", "test_calls",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.module.__name__.rpartition(".")[2] in CONTRACT:
        metafunc.parametrize("_kind_of_store", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(autouse=True)
def _kind_of_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`store_in` gives the kind of store the test runs over; a folder seen again is the same store again."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield
        return
    server = shared_server()
    if server is None:
        pytest.skip(WHY_NOT)
    made = Team(server)
    monkeypatch.setenv(scenario_values.TEAM_PORT, str(server.port))
    scenario_values.ELSEWHERE.append(made.store_in)
    yield
    scenario_values.ELSEWHERE.remove(made.store_in)
    for store in made.opened:
        store.close()


class Team:
    """Stores of one test on one server, emptied before the first of them."""

    def __init__(self, server: Server) -> None:
        self._place = server.place
        self.opened: list[TeamStore] = []

    def store_in(self, folder: Path, wait_s: float) -> Repositories:
        store = TeamStore(self._place, wait_s=wait_s, now=lambda: scenario_values.AFTER)
        if not self.opened:
            store.set_up()
            with store.write() as connection:
                for table in reversed(METADATA.sorted_tables):
                    connection.execute(table.delete())
        self.opened.append(store)
        return store
