"""S04, S05, S08: what lies where the data file should be. The file is kept as it is, a backup is offered."""

from __future__ import annotations

import os
import random
import sqlite3
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.store import backups
from workbench.store.refusals import StoreBroken, StoreNewer

from scenario_values import AFTER, a_full_scenario, a_result, a_run, store_in


def a_used_folder(folder: Path, *, backup: bool) -> Path:
    """A data file with a scenario and an eval in it, closed; with or without a backup beside it."""
    store = store_in(folder)
    scenario = store.scenarios.add(a_full_scenario())
    run = a_run(scenario.id)
    store.eval_runs.save_run(run)
    store.eval_runs.append([a_result(run.id, f"case-{number}", answer="word " * 60) for number in range(200)])
    if backup:
        store.back_up()
    store.close()
    return store.path


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_to(size: int) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(path.read_bytes()[:size]) and None


def holding(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def zero_the_header(path: Path) -> None:
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def scribble_over_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:8192] + bytes(random.Random(1).randbytes(8192)) + content[16384:])


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (holding(b""), "is empty"),
    "three bytes": (holding(b"SQL"), "not a workbench data file"),
    "only the magic": (holding(b"SQLite format 3\x00"), "ends after 16 bytes"),
    "web page": (holding(b"<!DOCTYPE html><title>Sign in</title>"), "a web page"),
    "pointer": (holding(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "a Git LFS pointer"),
    "zeros": (holding(bytes(8192)), "filled with zeros"),
    "text": (holding(b"hello\n" * 100), "text, not a workbench data file"),
    "cut in half": (cut_in_half, "is cut off: it ends at byte"),
    "cut in the first page": (cut_to(200), "cut off|damaged"),
    "header zeroed": (zero_the_header, "filled with zeros|something else"),
    "pages scribbled over": (scribble_over_pages, "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_that_a_broken_data_file_is_refused_kept_and_its_backup_restores_everything(
    tmp_path: Path, damage: str
) -> None:
    spoil, words = DAMAGES[damage]
    path = a_used_folder(tmp_path, backup=True)
    (whole,) = store_in(tmp_path).scenarios.all()
    spoil(path)
    broken = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreBroken, match=words) as caught:
            store_in(tmp_path).open()
        assert path.read_bytes() == broken
    assert caught.value.backup is not None and str(caught.value.backup) in caught.value.mend
    kept = backups.restore(path, caught.value.backup, AFTER)
    assert kept is not None and kept.read_bytes() == broken
    assert store_in(tmp_path).scenarios.all() == (whole,)


def test_that_a_broken_file_without_backup_says_so_and_starting_empty_is_a_choice(tmp_path: Path) -> None:
    path = a_used_folder(tmp_path, backup=False)
    cut_in_half(path)
    with pytest.raises(StoreBroken, match="there is no backup") as caught:
        store_in(tmp_path).open()
    assert caught.value.backup is None
    backups.restore(path, None, AFTER)
    assert store_in(tmp_path).scenarios.all() == ()
    assert len(list(tmp_path.glob("*.broken-*"))) >= 1


def test_that_a_damaged_backup_is_passed_over_for_an_older_sound_one(tmp_path: Path) -> None:
    path = a_used_folder(tmp_path, backup=True)
    (sound,) = (tmp_path / "backups").iterdir()
    newer = sound.with_name(f"workbench-20991231T000000000000Z-{backups.DAILY}.sqlite")
    newer.write_bytes(sound.read_bytes()[:5000])
    path.write_bytes(b"")
    with pytest.raises(StoreBroken) as caught:
        store_in(tmp_path).open()
    assert caught.value.backup == sound


def test_that_a_missing_file_whose_log_is_there_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    path = a_used_folder(tmp_path, backup=True)
    path.with_name(path.name + "-wal").write_bytes(b"7" * 5000)
    path.unlink()
    with pytest.raises(StoreBroken, match="its log is there"):
        store_in(tmp_path).open()
    assert not path.exists()


def test_that_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "workbench.sqlite"
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE cookies (name)")
    foreign.commit()
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(StoreBroken, match="database of another program"):
        store_in(tmp_path).open()
    assert path.read_bytes() == before


def test_that_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = a_used_folder(tmp_path, backup=False)
    content = bytearray(path.read_bytes())
    struct.pack_into(">I", content, 60, 99)
    path.write_bytes(content)
    with pytest.raises(StoreNewer, match="schema 99"):
        store_in(tmp_path).open()
    assert path.read_bytes() == bytes(content)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_that_a_pipe_or_device_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "workbench.sqlite"
    os.mkfifo(path)
    with pytest.raises(WorkbenchError, match="not an ordinary file"):
        store_in(tmp_path).open()
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(WorkbenchError, match="not an ordinary file"):
        store_in(tmp_path).open()


def test_that_a_flipped_bit_is_found_or_changes_nothing_that_is_read(tmp_path: Path) -> None:
    path = a_used_folder(tmp_path, backup=False)
    store = store_in(tmp_path)
    (whole,) = store.scenarios.all()
    (run,) = store.eval_runs.runs()
    results = store.eval_runs.results(run.id)
    store.close()
    good = path.read_bytes()
    chance = random.Random(5)
    found = 0
    for _ in range(80):
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        path.write_bytes(bad)
        store = store_in(tmp_path)
        try:
            # What cannot be read is refused; what is read is what was written, never a changed figure.
            assert store.scenarios.get(whole.id) in (whole.scenario, None)
            assert store.eval_runs.run(run.id) in (run, None)
            assert set(store.eval_runs.results(run.id)) <= set(results)
        except WorkbenchError:
            found += 1
        store.close()
    assert found > 24, "a good part of the file is values and structure; the pages of empty tables hold nothing"


def test_that_work_goes_on_with_the_other_scenarios_beside_a_damaged_one(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    damaged, sound = store.scenarios.add(a_full_scenario("Old")), store.scenarios.add(a_full_scenario("New"))
    store.close()
    content = store.path.read_bytes()
    position = content.index(b'"text":"a risk"')
    store.path.write_bytes(content[:position] + content[position:].replace(b"a risk", b"a ri5k", 1))
    names = {found.name: found.scenario for found in store.scenarios.all()}
    assert sorted(names.values(), key=str).count(None) == 1
    readable = sound if names["New"] is not None else damaged
    assert store.scenarios.change(readable.id, lambda now: replace(now, step="data")).step == "data"
