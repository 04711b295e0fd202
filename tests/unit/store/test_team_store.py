"""What only a store on a server has: an address, a door that may be shut, being away, and other people's writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from workbench.domain.errors import WorkbenchError
from workbench.domain.scenario import Scenario
from workbench.domain.team import TeamPlace, team_place
from workbench.store import schema
from workbench.store.postgres import TeamStore
from workbench.store.refusals import StoreAway, StoreBusy, StoreNewer, StoreNotSetUp, StoreOlder
from workbench.store.tables import METADATA, SCENARIO

from postgres_server import ASKED, DATABASE, WHY_NOT, Server, shared_server
from scenario_values import a_full_scenario, a_result, a_run, a_scenario

VERSIONS = Path(__file__).parent / "versions"


@pytest.fixture
def server() -> Server:
    found = shared_server()
    if found is None:
        pytest.skip(WHY_NOT)
    return found


@pytest.fixture
def store(server: Server) -> Iterator[TeamStore]:
    """A team store of its own, empty, apart from that of other tests."""
    made = TeamStore(server.place, schema_name="apart", wait_s=1.0)
    made.set_up()
    with made.write() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())
    yield made
    made.close()


def another(store: TeamStore, **parts: float) -> TeamStore:
    """Somebody else at the same store."""
    return TeamStore(store.place, schema_name="apart", **{"wait_s": 0.2, **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://ann@db.example.com/models", TeamPlace("db.example.com", "models", "ann", 5432, "verify-full")),
        (
            "postgres://ann@DB.example.com:6000/m?sslmode=require",
            TeamPlace("db.example.com", "m", "ann", 6000, "require"),
        ),
        (" postgresql://ann@localhost/m ", TeamPlace("localhost", "m", "ann")),
        ("postgresql://a%40b@[::1]:5433/m", TeamPlace("::1", "m", "a@b", 5433)),
        ("postgresql://ann@/m?host=/var/run/postgresql", TeamPlace("/var/run/postgresql", "m", "ann")),
    ],
)
def test_that_an_address_is_read(address: str, place: TeamPlace) -> None:
    assert team_place(address) == place


@pytest.mark.parametrize(
    "address",
    [
        "", "db.example.com", "https://ann@db.example.com/m", "postgresql://db.example.com/m", "postgresql://ann@/m",
        "postgresql://ann@db.example.com", "postgresql://ann@db.example.com:x/m", "postgresql://ann@host/a/b",
        "postgresql://ann@db.example.com/m?sslmode=disable", "postgresql://ann@db.example.com/m?options=-c",
        "postgresql://ann@[::1/m", "postgresql://ann@db.example.com/m?sslmode=prefer",
    ],
)  # fmt: skip
def test_that_a_bad_address_gets_a_sentence_with_an_example(address: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        team_place(address)
    assert "postgresql://" in str(caught.value)


def test_that_a_password_in_the_address_is_refused_and_never_shown() -> None:
    with pytest.raises(WorkbenchError, match="holds a password") as caught:
        team_place("postgresql://ann:s3cret@db.example.com/models")
    assert "s3cret" not in str(caught.value)


def test_that_setting_up_makes_every_table_once(store: TeamStore) -> None:
    stored = store.scenarios.add(a_scenario())
    another(store).set_up()
    assert store.scenarios.get(stored.id) == stored
    with store.read() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'apart'")).scalars()
        assert {*names} == {*METADATA.tables, "alembic_version"}


def test_that_an_empty_database_is_told_apart_from_an_absent_server(server: Server) -> None:
    empty = TeamStore(server.place, schema_name="nothing_here")
    with pytest.raises(StoreNotSetUp, match="no team store in this database yet"):
        empty.scenarios.all()
    assert not empty.is_there()
    away = TeamStore(replace(server.place, port=1), connect_s=2)
    with pytest.raises(StoreAway, match="cannot be reached"):
        away.scenarios.all()
    assert not away.is_there()


@pytest.mark.parametrize(("revision", "kind", "words"), [("9999", StoreNewer, "newer"), ("0001", StoreOlder, "older")])
def test_that_another_version_of_the_tables_is_refused_and_untouched(
    store: TeamStore, revision: str, kind: type[WorkbenchError], words: str
) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    try:
        with pytest.raises(kind, match=words):
            another(store).scenarios.all()
    finally:
        with store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": schema.REVISIONS[-1]})


@pytest.mark.parametrize("number", range(1, schema.HEAD))
def test_that_setting_up_again_brings_an_older_store_up_to_date_with_what_it_holds(
    store: TeamStore, server: Server, number: int
) -> None:
    older = TeamStore(server.place, schema_name=f"older{number}")
    engine = older._made_engine()
    lines = (VERSIONS / f"schema{number}.sql").read_text(encoding="utf-8").split(";\n")
    # scenarios first, then runs: the others belong to them
    lines.sort(key=lambda line: (not line.startswith('INSERT INTO "sc'), not line.startswith('INSERT INTO "eval_run"')))
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"DROP SCHEMA IF EXISTS older{number} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA older{number}"))
        schema.run_steps(connection, schema.REVISIONS[number - 1])
        for line in lines:
            if line.startswith("INSERT") and "alembic_version" not in line:
                connection.exec_driver_sql(line.replace("%", "%%"), ())
    engine.dispose()
    with pytest.raises(StoreOlder, match="older workbench"):
        older.scenarios.all()
    older.set_up()
    (found,) = older.scenarios.all()
    assert found.slug == "support-chat" and found.scenario is not None
    assert found.scenario.answers == a_full_scenario().answers
    assert columns_of(older, f"older{number}") == columns_of(store, "apart")
    older.close()


def columns_of(store: TeamStore, name: str) -> set[tuple[object, ...]]:
    """Every column with its kind, and every index."""
    with store.read() as connection:
        columns = connection.execute(
            text(
                "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
                "WHERE table_schema = :name AND table_name <> 'alembic_version'"
            ),
            {"name": name},
        )
        indexes = connection.execute(
            text(
                "SELECT indexname, replace(indexdef, :name, '') FROM pg_indexes "
                "WHERE schemaname = :name AND tablename <> 'alembic_version'"
            ),
            {"name": name},
        )
        return {tuple(row) for row in (*columns, *indexes)}


def test_that_a_wrong_password_and_an_unknown_database_are_named_without_showing_the_password(server: Server) -> None:
    own = TeamStore(server.place, schema_name="apart")
    own.set_up()
    with own.write() as connection:
        connection.execute(text(f"DROP ROLE IF EXISTS {ASKED}"))
        connection.execute(text(f"CREATE ROLE {ASKED} LOGIN PASSWORD 'right-one'"))
    place = replace(server.place, user=ASKED)
    for password in ("", "wr0ng-one"):
        with pytest.raises(WorkbenchError, match="does not let asked in") as caught:
            TeamStore(place, password).open()
        assert "wr0ng-one" not in f"{caught.value}{caught.value.__cause__}"
    with pytest.raises(WorkbenchError, match="knows no such database"):
        TeamStore(replace(server.place, database="nowhere")).open()
    with pytest.raises(WorkbenchError, match=r"does not allow this|no team store"):
        TeamStore(place, "right-one", schema_name="apart").scenarios.all()
    own.close()


def test_that_the_environment_decides_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = {"PGHOSTADDR": "192.0.2.1", "PGHOST": "192.0.2.1", "PGPORT": "1", "PGUSER": "nobody", "PGDATABASE": "x",
               "PGPASSWORD": "right-one", "PGOPTIONS": "-c search_path=elsewhere"}  # fmt: skip
    for name, value in strange.items():
        monkeypatch.setenv(name, value)
    made = TeamStore(server.place, schema_name="apart", connect_s=3)
    made.set_up()
    assert made.scenarios.all() is not None
    with pytest.raises(WorkbenchError, match="does not let asked in"):
        TeamStore(replace(server.place, user=ASKED)).open()
    made.close()


def test_that_a_writer_waits_for_another_and_then_says_who_holds_it_up(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())
    other = another(store)
    with store.write():
        with pytest.raises(StoreBusy, match="Another program is writing to the team store"):
            other.scenarios.change(scenario.id, lambda now: replace(now, step="data"))
        assert other.scenarios.get(scenario.id) == scenario  # readers never wait
    assert other.scenarios.change(scenario.id, lambda now: replace(now, step="data")).step == "data"
    other.close()


def test_that_a_reader_sees_one_state_from_beginning_to_end(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())
    other = another(store)
    with other.read() as connection:
        before = connection.execute(SCENARIO.select()).all()
        store.scenarios.change(scenario.id, lambda now: replace(now, step="data"))
        assert connection.execute(SCENARIO.select()).all() == before
    assert other.scenarios.get(scenario.id) != scenario
    other.close()


def test_that_a_connection_that_was_cut_is_made_anew(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())
    other = another(store)
    assert other.scenarios.get(scenario.id) == scenario
    with store.write() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = :u"
            ),
            {"u": store.place.user},
        )
    assert other.scenarios.get(scenario.id) == scenario
    other.close()


def test_that_a_connection_cut_while_saving_saves_nothing_and_says_so(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())
    with pytest.raises(WorkbenchError, match="went away while this was saved"), store.write() as connection:
        connection.execute(SCENARIO.update().values(step="half"))
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert store.scenarios.get(scenario.id) == scenario


def test_that_a_server_that_takes_no_changes_is_read_and_says_so(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())
    with store.write() as connection:
        connection.execute(text(f"ALTER ROLE {store.place.user} SET default_transaction_read_only = on"))
    other = another(store)
    try:
        with pytest.raises(WorkbenchError, match="takes no changes at present"):
            other.scenarios.change(scenario.id, lambda now: replace(now, step="data"))
        assert other.scenarios.get(scenario.id) == scenario
    finally:
        other.close()
        with store.write() as connection:
            connection.execute(text(f"ALTER ROLE {store.place.user} RESET default_transaction_read_only"))


def test_that_long_numbers_odd_texts_and_the_order_of_text_are_those_of_the_data_file(store: TeamStore) -> None:
    run = a_run()
    store.eval_runs.save_run(run)
    odd = "null \0, half \ud800, \U0001f600, \u202eright to left, %s ? :x"
    store.eval_runs.append(
        [a_result(run.id, case, answer=odd, tokens_in=5_000_000_000) for case in ("b", "B", "a-c", "ab")]
    )
    found = store.eval_runs.results(run.id)
    assert [result.case_id for result in found] == sorted(("b", "B", "a-c", "ab"))
    assert found[0].tokens_in == 5_000_000_000
    assert found[0].answer == "null \N{REPLACEMENT CHARACTER}, half ?, \U0001f600, \u202eright to left, %s ? :x"


def test_that_threads_share_one_store(store: TeamStore) -> None:
    scenario = store.scenarios.add(a_scenario())

    def answered(now: Scenario, key: str) -> Scenario:
        return replace(now, answers={**now.answers, key: 1})

    def write(name: str) -> None:
        for number in range(5):
            store.scenarios.change(scenario.id, partial(answered, key=f"{name}{number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.scenarios.get(scenario.id)
    assert found is not None and len(found.answers) == 15 and found.version == 16
    assert store.place.database == DATABASE
