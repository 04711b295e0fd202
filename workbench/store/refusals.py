"""What the store refuses, each as a sentence with a class of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workbench.domain.errors import WorkbenchError


class StoreBroken(WorkbenchError):
    """The data file is damaged or not ours. It is left as it is; `backup` is the newest good copy, if there is one.

    `recovery.restore(path, backup)` puts the copy back and keeps the broken file under a new name.
    """

    def __init__(self, what: str, path: Path, backup: Path | None) -> None:
        self.path = path
        self.backup = backup
        if backup is None:
            mend = "The file was left as it is. Move it away to start with an empty one; there is no backup."
        else:
            mend = (
                f"The file was left as it is. Move it away (with its -wal and -shm, if there are any) and copy the "
                f"newest good backup in its place: {backup}"
            )
        super().__init__(what, where=str(path), mend=mend)


class StoreNewer(WorkbenchError):
    """A newer workbench wrote the data file."""


class StoreBusy(WorkbenchError):
    """Another program is writing to the data file; nothing was lost, the same call may be made again."""

    def __init__(self, path: Path | str, what: str = "the data file") -> None:
        super().__init__(
            f"Another program is writing to {what}",
            where=str(path),
            mend="Nothing was lost. Close that program or wait until it is done, then try again.",
        )


class StoreReadOnly(WorkbenchError):
    """The data file or its folder may not be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "The data file is open for reading only, so this cannot be saved",
            where=str(path),
            mend="Give yourself the right to write to the file and its folder, then open the workbench again.",
        )


class StoreAway(WorkbenchError):
    """The team store's server cannot be reached. What is here can be read; what is there is as it was."""


class StoreNotSetUp(WorkbenchError):
    """The server is there, and holds no team store yet."""


class StoreOlder(WorkbenchError):
    """An older workbench set up the team store; setting it up again brings its tables up to date."""


class StoreNotSaved(WorkbenchError):
    """A write failed in the operating system: full disk, failing disk. What was saved before is intact."""


class StaleScenario(WorkbenchError):
    """The scenario was saved by somebody else since it was read."""

    def __init__(self, name: str, what: str = "", mend: str = "") -> None:
        super().__init__(
            what or f"“{name}” was changed elsewhere since you opened it",
            where=name,
            mend=mend or "Open it again to see the change, then make yours.",
        )


def unreadable(where: str) -> WorkbenchError:
    """The error for stored text that is damaged."""
    return WorkbenchError(
        "What was saved here is damaged and cannot be read",
        where=where,
        mend="Nothing was changed. Put a backup of the data file back, or go on with the others.",
    )


def from_sqlite(error: sqlite3.Error, path: Path, *, writing: bool) -> WorkbenchError | None:
    """SQLite's error as a sentence; None when it is damage (see `is_damage`) or a bug of ours."""
    match _primary_code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(path)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StoreReadOnly(path)
        case sqlite3.SQLITE_FULL:
            what = "The disk is full, so this was not saved"
            return StoreNotSaved(what, where=str(path), mend="Make room on the disk, then save again.")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            what = "The disk refused, so this may not be saved" if writing else "The data file cannot be read"
            mend = "Check that the disk is there and has room, then try again."
            return StoreNotSaved(what, where=str(path), mend=mend)
    return None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is broken: also when the schema is not the one its number stands for
    (a flipped bit in a column's name)."""
    if _primary_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return True
    return str(error).startswith(("no such column", "no such table"))


def _primary_code(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
