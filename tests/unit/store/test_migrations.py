from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome
from workbench.store import schema
from workbench.store.eval_runs import run_row
from workbench.store.refusals import StoreNewer
from workbench.store.seal import digest

from scenario_values import a_full_scenario, a_run, store_in

VERSIONS = Path(__file__).parent / "versions"


def file_of_version(number: int, folder: Path) -> Path:
    """The data file a workbench of that schema left behind, from its dump."""
    path = folder / "workbench.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((VERSIONS / f"schema{number}.sql").read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return path


def shape(path: Path) -> dict[str, str]:
    """Every table and index with its definition, spaces apart."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows}


@pytest.mark.parametrize("number", range(1, schema.HEAD))
def test_that_an_older_file_gets_the_schema_of_a_new_one(tmp_path: Path, number: int) -> None:
    (tmp_path / "new").mkdir()
    fresh = store_in(tmp_path / "new")
    fresh.open()
    fresh.close()
    path = file_of_version(number, tmp_path)
    store = store_in(tmp_path)
    store.open()
    store.close()
    assert shape(path) == shape(fresh.path)


@pytest.mark.parametrize("number", range(1, schema.HEAD + 1))
def test_that_the_scenario_in_a_file_of_every_version_is_still_there(tmp_path: Path, number: int) -> None:
    file_of_version(number, tmp_path)
    store = store_in(tmp_path)
    (found,) = store.scenarios.all()
    expected = a_full_scenario()
    assert found.scenario is not None
    assert (found.slug, found.scenario.answers, found.scenario.options, found.scenario.decision) == (
        "support-chat",
        expected.answers,
        expected.options,
        expected.decision,
    )
    run = a_run(found.id)
    store.eval_runs.save_run(run)
    assert store.eval_runs.run(run.id) == run


def test_that_a_backup_of_the_old_file_is_made_before_it_is_changed(tmp_path: Path) -> None:
    path = file_of_version(1, tmp_path)
    old = shape(path)
    store_in(tmp_path).open()
    (backup,) = (tmp_path / "backups").iterdir()
    assert backup.name.endswith(f"-before{schema.HEAD}.sqlite")
    assert shape(backup) == old


def test_that_a_current_file_is_not_backed_up_at_opening(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.open()
    store.close()
    store.open()
    assert not (tmp_path / "backups").exists()


def test_that_a_migration_that_fails_leaves_the_old_file_and_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of_version(1, tmp_path)
    old = shape(path)
    migrate = schema.migrate

    def fails_at_the_end(connection: object) -> None:
        migrate(connection)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(schema, "migrate", fails_at_the_end)
    with pytest.raises(RuntimeError):
        store_in(tmp_path).open()
    assert shape(path) == old
    monkeypatch.undo()
    store = store_in(tmp_path)
    assert len(store.scenarios.all()) == 1


def test_that_no_backup_means_no_migration(tmp_path: Path) -> None:
    path = file_of_version(1, tmp_path)
    old = shape(path)
    (tmp_path / "backups").write_text("a file in the way")
    with pytest.raises(WorkbenchError, match="A backup cannot be made"):
        store_in(tmp_path).open()
    assert shape(path) == old


def test_that_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = file_of_version(schema.HEAD, tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.HEAD + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreNewer, match="newer workbench"):
        store_in(tmp_path).open()
    assert path.read_bytes() == before


def test_that_every_step_is_numbered_and_listed() -> None:
    files = sorted((Path(schema.__file__).parent / "migrations" / "versions").glob("r*.py"))
    assert tuple(file.name[1:5] for file in files) == schema.REVISIONS


def test_that_no_step_imports_the_tables_of_today() -> None:
    for file in (Path(schema.__file__).parent / "migrations").rglob("*.py"):
        assert "workbench" not in file.read_text(encoding="utf-8"), file.name


def test_that_results_of_an_older_file_are_read_as_they_were(tmp_path: Path) -> None:
    connection = sqlite3.connect(file_of_version(6, tmp_path))
    run = a_run()
    put_old(connection, "eval_run", {name: value for name, value in run_row(run).items() if name != "digest"})
    for scorer in ("contains", "exact"):
        old = {
            "eval_run_id": run.id,
            "case_id": "c1",
            "model_id": "local/demo-small",
            "scorer": scorer,
            "outcome": "scored",
            "answer": "53 days",
            "score": float(scorer == "exact"),
            "scored_by": scorer,
            "why": "because",
            "error": "",
            "finish": "stop",
            "ttft_s": 0.012,
            "tokens_per_s": 900.5,
            "tokens_in": 120,
            "tokens_out": 3,
            "total_s": 0.1 + 0.2,
            "cost_usd": None,
            "source_document": "a.txt",
            "sensitive": 1,
            "tags": '["policy"]',
        }
        put_old(connection, "case_result", old)
        failed = {**old, "case_id": "c2", "outcome": "error", "score": None, "error": "It died.", "finish": ""}
        put_old(connection, "case_result", failed)
    put_old(connection, "case_result", {**old, "case_id": "c3", "digest": "broken"})
    connection.commit()
    connection.close()
    runs = store_in(tmp_path).eval_runs
    first, second = runs.results_of_case(run.id, "c1")
    assert (first.scorer, first.score, second.scorer, second.score) == ("contains", 0.0, "exact", 1.0)
    assert (first.answer, first.total_s, first.source_document, first.sensitive, first.tags, first.why) == (
        "53 days",
        0.1 + 0.2,
        "a.txt",
        True,
        ("policy",),
        "because",
    )
    failures = runs.results_of_case(run.id, "c2")
    assert [(one.outcome, one.error, one.score) for one in failures] == [(CaseOutcome.ERROR, "It died.", None)] * 2
    assert runs.run(run.id) == run
    with pytest.raises(WorkbenchError, match="damaged"):
        runs.results_of_case(run.id, "c3")


def put_old(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    """A row as the workbench of that time wrote it."""
    row = {"digest": digest(row), **row}
    names = ", ".join(f'"{name}"' for name in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
