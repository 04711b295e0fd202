"""Opens SQLite the way the store wants it."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path


def connect(path: Path, *, read_only: bool = False, immutable: bool = False, wait_s: float = 5.0) -> sqlite3.Connection:
    """A connection in autocommit mode to a file that exists; `immutable` promises that nobody writes to it.

    Raises sqlite3.Error. The connection may be used from any thread, one at a time.
    """
    mode = "ro" if read_only or immutable else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
    connection = sqlite3.connect(uri, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False)
    # A flipped bit can make text that is not UTF-8; it is read all the same, and the row's digest tells.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        for pragma in (
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "mmap_size = 0",
            # FULL: a commit that was acknowledged survives a power cut; NORMAL may lose the last ones.
            "synchronous = FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA user_version").fetchone()  # touches the file: a problem shows here, not later
    except UnicodeDecodeError as error:
        # A flipped bit in the schema's own text: SQLite's complaint quotes it, and Python cannot read the complaint.
        connection.close()
        damage = sqlite3.DatabaseError("the schema is not readable text")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage from error
    except BaseException:
        connection.close()
        raise
    return connection


def integrity_problem(connection: sqlite3.Connection) -> str:
    """SQLite's first complaint about the file, empty when it is sound. About 2 ms per megabyte."""
    try:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if verdict == "ok" else str(verdict)


def schema_number(connection: sqlite3.Connection) -> int:
    """The file's `user_version`: the number of the last migration it went through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def sync_to_disk(path: Path) -> None:
    """Makes a file, or on POSIX a folder's list of names, survive a power cut."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
