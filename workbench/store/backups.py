"""Copies of the data file: made before each migration and once a day, checked, the newest few kept."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.store.connection import connect, integrity_problem, schema_number, sync_to_disk
from workbench.store.file_check import problem_of

KEEP = 5
_STAMP = "%Y%m%dT%H%M%S%fZ"
DAILY = "daily"


def make(source: sqlite3.Connection, folder: Path, kind: str, now: datetime) -> Path:
    """Copies the open database into `folder`, checks the copy, and drops all but the newest KEEP of its kind.

    Raises WorkbenchError when the copy cannot be made or is not sound; then nothing new stays in the folder.
    """
    target = folder / f"workbench-{now.astimezone(UTC).strftime(_STAMP)}-{kind}.sqlite"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(source, part)
        part.replace(target)
        sync_to_disk(folder)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkbenchError(
            f"A backup cannot be made: {reason}",
            where=str(target),
            mend="Make room on the disk, or make the backups folder writable, then start again.",
        ) from error
    finally:
        for leftover in (part, part.with_name(part.name + "-journal")):
            with contextlib.suppress(OSError):
                leftover.unlink()
    for old in _newest_first(folder, kind)[KEEP:]:
        old.unlink(missing_ok=True)
    return target


def _copy(source: sqlite3.Connection, target: Path) -> None:
    target.touch(mode=0o600)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
    problem = _problem_of_copy(target)
    if problem:
        raise OSError(f"the copy is not sound ({problem})")
    sync_to_disk(target)


def _problem_of_copy(path: Path) -> str:
    try:
        problem = problem_of(path)
        if problem:
            return problem
        connection = connect(path, immutable=True)
    except (WorkbenchError, sqlite3.Error) as error:
        return str(error)
    try:
        return integrity_problem(connection)
    finally:
        connection.close()


def newest_good(folder: Path, newest_schema: int) -> Path | None:
    """The newest copy that is sound and not from a newer workbench."""
    for path in _newest_first(folder):
        if _problem_of_copy(path):
            continue
        connection = connect(path, immutable=True)
        try:
            if schema_number(connection) <= newest_schema:
                return path
        finally:
            connection.close()
    return None


def age_s(folder: Path, kind: str, now: datetime) -> float | None:
    """Seconds since the newest copy of that kind; None when there is none."""
    newest = next(iter(_newest_first(folder, kind)), None)
    return None if newest is None else (now - taken_at(newest)).total_seconds()


def taken_at(backup: Path) -> datetime:
    """When a copy was made, from its name."""
    return datetime.strptime(backup.name.split("-")[1], _STAMP).replace(tzinfo=UTC)


def _newest_first(folder: Path, kind: str = "*") -> list[Path]:
    return sorted(folder.glob(f"workbench-*Z-{kind}.sqlite"), reverse=True)


def restore(path: Path, backup: Path | None, now: datetime) -> Path | None:
    """Puts `backup` in the place of the data file (None: starts empty) and keeps the broken one under a new name.

    Returns the broken file's new name, None when there was none. Close the store first.
    Raises OSError; the data file is in place, old or new, whatever happens.
    """
    fresh = None
    if backup is not None:
        fresh = path.with_name(path.name + ".restored")
        shutil.copyfile(backup, fresh)
        sync_to_disk(fresh)
    kept = path.with_name(f"{path.name}.broken-{now.astimezone(UTC).strftime(_STAMP)}")
    moved = None
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            moved = part.rename(kept.with_name(kept.name + ending))
    if fresh is not None:
        fresh.replace(path)
    sync_to_disk(path.parent)
    return moved
