from __future__ import annotations

import sqlite3
import stat
import subprocess
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.store import backups, schema
from workbench.store.file_check import APPLICATION_ID, network_kind, notices_about
from workbench.store.refusals import StoreBusy
from workbench.store.store import Store

from scenario_values import NOON, a_scenario, child, store_in


def test_that_a_new_file_is_ours_durable_and_private(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.open()
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "application_id": APPLICATION_ID,
        "user_version": schema.HEAD,
    }
    with store.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
    assert found == expected
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_that_every_table_of_ours_is_strict(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with store.read() as connection:
        rows = connection.exec_driver_sql("PRAGMA table_list").mappings().all()
    ours = {row["name"]: row["strict"] for row in rows if not row["name"].startswith(("sqlite_", "alembic"))}
    evidence = {"scenario", "comparison", "comparison_detail", "vote", "eval_run", "eval_setting", "judge_card"}
    evidence |= {"eval_answer", "eval_score", "eval_mark", "data_set"}
    calls = {"call", "payment", "spend_cap", "provider_account"}
    assert set(ours) == evidence | calls | {"catalog_import", "catalog_quote", "catalog_own", "decision_version"}
    assert all(ours.values())


def test_that_making_a_store_touches_nothing(tmp_path: Path) -> None:
    store_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_that_importing_the_store_and_the_service_loads_no_sqlalchemy_and_no_yaml() -> None:
    code = (
        "import sys, workbench.store.store, workbench.services.scenarios, workbench.cli.scenario\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'yaml', 'pydantic', 'PySide6') if name in sys.modules])"
    )
    out, err = child(code).communicate()
    assert (out.strip(), err) == ("[]", "")


def test_that_opening_a_current_file_loads_no_alembic(tmp_path: Path) -> None:
    store_in(tmp_path).open()
    code = (
        "import sys; from pathlib import Path; from scenario_values import store_in\n"
        "store = store_in(Path(sys.argv[1])); store.scenarios.all(); store.close()\n"
        "print('alembic' in sys.modules)"
    )
    out, err = child(code, str(tmp_path)).communicate()
    assert (out.strip(), err) == ("False", "")


def test_that_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    kept = store.scenarios.add(a_scenario())

    class Crash(Exception):
        pass

    with pytest.raises(Crash), store.write() as connection:
        connection.exec_driver_sql("DELETE FROM scenario")
        raise Crash
    assert store.scenarios.get(kept.id) == kept


def test_that_calls_from_many_threads_lose_no_change(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())

    def count(name: str) -> None:
        for number in range(20):
            given = {f"{name}{number}": number}
            store.scenarios.change(scenario.id, lambda now, new=given: replace(now, answers={**now.answers, **new}))

    threads = [threading.Thread(target=count, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = store.scenarios.get(scenario.id)
    assert found is not None
    assert (len(found.answers), found.version) == (80, 81)


def test_that_a_write_while_a_foreign_program_holds_the_file_is_refused_in_words_and_can_be_repeated(
    tmp_path: Path,
) -> None:
    store = store_in(tmp_path, wait_s=0.05)
    store.open()
    foreign = sqlite3.connect(store.path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="Nothing was lost"):
        store.scenarios.add(a_scenario())
    foreign.execute("ROLLBACK")
    foreign.close()
    assert store.scenarios.add(a_scenario()).version == 1


def test_that_a_path_with_special_characters_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c?d%20 é"
    folder.mkdir()
    store = store_in(folder)
    stored = store.scenarios.add(a_scenario())
    store.close()
    assert store_in(folder).scenarios.get(stored.id) == stored


def test_that_a_missing_or_unusable_folder_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"cannot be made|lock"):
        store_in(tmp_path / "nowhere").open()
    (tmp_path / "workbench.sqlite").mkdir()
    with pytest.raises(WorkbenchError, match="is a folder"):
        store_in(tmp_path).open()


def test_that_another_process_is_noticed(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    scenario = store.scenarios.add(a_scenario())
    before = store.data_version()
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; from scenario_values import store_in\n"
        "store_in(Path(sys.argv[1])).scenarios.change(sys.argv[2], lambda now: replace(now, step='data'))"
    )
    process = child(code, str(tmp_path), scenario.id, stderr=subprocess.STDOUT)
    assert process.communicate()[0] == ""
    assert store.data_version() != before
    found = store.scenarios.get(scenario.id)
    assert found is not None and found.step == "data"


def test_that_five_backups_are_kept_each_sound_and_one_is_made_a_day(tmp_path: Path) -> None:
    moment = NOON
    store = Store(tmp_path / "workbench.sqlite", backups_folder=tmp_path / "backups", now=lambda: moment)
    stored = store.scenarios.add(a_scenario())
    assert store.back_up_when_due() is not None
    assert store.back_up_when_due() is None
    for _ in range(7):
        moment += timedelta(days=1)
        assert store.back_up_when_due() is not None
    copies = sorted((tmp_path / "backups").iterdir())
    assert len(copies) == backups.KEEP
    newest = backups.newest_good(tmp_path / "backups", schema.HEAD)
    assert newest == copies[-1] and backups.taken_at(newest) == moment
    store.close()
    backups.restore(store.path, newest, moment)
    assert store.scenarios.get(stored.id) == stored


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive - Firma", "Google Drive", "Nextcloud"])
def test_that_a_folder_in_a_sync_service_is_warned_about(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name / "data"
    folder.mkdir(parents=True)
    (notice,) = notices_about(folder)
    assert name in notice and "--home" in notice


def test_that_a_folder_on_a_network_drive_is_found_in_the_mount_table() -> None:
    mounts = (
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        "40 22 0:40 / /home/ann/team\\040drive rw shared:9 - cifs //server/team rw\n"
        "41 40 254:1 / /home/ann/team\\040drive/local rw - ext4 /dev/vdb rw\n"
    )
    assert network_kind("/home/ann/team drive/data", mounts) == "cifs"
    assert network_kind("/home/ann/team drive/local/data", mounts) == ""
    assert network_kind("/home/ann/team drives", mounts) == ""
    assert network_kind("/home/ann", "") == ""


def test_that_an_ordinary_folder_is_not_warned_about(tmp_path: Path) -> None:
    assert notices_about(tmp_path) == ()
