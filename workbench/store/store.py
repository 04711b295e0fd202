"""The data file: opened with care, written in short transactions, closed cleanly.

Several processes, one file. The window and a command line may use the same file at the same time. Each write is one
short transaction under an operating-system lock of our own (`<file>.lock`) as well as SQLite's: SQLite before 3.51.3
can damage a file when one process writes while another copies its log back, and that copying happens inside our lock
too. Readers never wait. Two writers notice each other by a scenario's `version`. A second *window* is another matter:
it would show old values for hours, so `locks.claim_window` lets one in and tells the other to leave.

One process, several threads: calls may come from any thread; they are let in one after another.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import WorkbenchError
from workbench.store import backups, schema
from workbench.store.connection import connect, integrity_problem, schema_number
from workbench.store.file_check import notices_about, problem_of
from workbench.store.locks import FileLock
from workbench.store.refusals import (
    StoreBroken,
    StoreBusy,
    StoreNewer,
    StoreNotSaved,
    StoreReadOnly,
    from_sqlite,
    is_damage,
)
from workbench.store.repositories import Repositories

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

DAY_S = 86_400.0


class Store(Repositories):
    """One data file. Making a Store touches nothing; the file is opened, made or migrated at the first call.

    `wait_s` is how long a write waits for another program; `on_wait` is called once when it has to. `when_made` is
    called once by the program that makes the file, with the new store open.
    """

    def __init__(
        self,
        path: Path,
        *,
        backups_folder: Path,
        wait_s: float = 5.0,
        on_wait: Callable[[], None] | None = None,
        when_made: Callable[[], object] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(now)
        self.path = path
        self._when_made = when_made
        self._backups_folder = backups_folder
        self._wait_s = wait_s
        self._on_wait = on_wait
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._mutex = threading.RLock()
        self._raw: sqlite3.Connection | None = None
        self._engine: Engine | None = None
        self._copy: tempfile.TemporaryDirectory[str] | None = None

    def open(self) -> None:
        """Opens the file, makes it when there is none, migrates an older one; does nothing when it is open.

        Sets `read_only` and `notices` (sentences to show). Raises StoreBroken, StoreNewer, StoreBusy, WorkbenchError.
        """
        with self._mutex:
            if self._engine is not None:
                return
            is_new = self._ensure_file()
            self.read_only = not self._may_write()
            self._raw = self._checked_connection()
            self._engine = _engine_over(self._raw)
            if schema_number(self._raw) < schema.HEAD:
                self._migrate()
            self.notices = notices_about(self.path.parent) + self._read_only_notice()
            if is_new and self._when_made is not None:
                self._when_made()

    def close(self) -> None:
        """Closes the file. The store opens it again when it is used again."""
        with self._mutex:
            if self._engine is not None:
                self._engine.dispose()
            if self._raw is not None:
                self._raw.close()
            self._engine = self._raw = None
            self._lock.close()
            if self._copy is not None:
                self._copy.cleanup()
                self._copy = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the file from beginning to end."""
        with self._mutex:
            engine = self._opened()
            with self._sentences(writing=False), engine.connect() as connection, connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block ends, or not at all when the block raises.

        Raises StoreReadOnly, StoreBusy; StoreNotSaved when the disk refused: then read before you write again.
        """
        with self._mutex:
            engine = self._opened()
            if self.read_only:
                raise StoreReadOnly(self.path)
            with self._alone(), self._sentences(writing=True):
                options = engine.execution_options(write=True)
                with options.connect() as connection, connection.begin():
                    yield connection

    def is_there(self) -> bool:
        """Whether the data file is there."""
        return self.path.exists()

    def data_version(self) -> int:
        """A number that changes when another process has written to the file."""
        with self._mutex:
            return int(self._opened_raw().execute("PRAGMA data_version").fetchone()[0])

    def back_up(self) -> Path:
        """Copies the file into the backups folder now. Raises WorkbenchError."""
        with self._mutex:
            return backups.make(self._opened_raw(), self._backups_folder, backups.DAILY, self._now())

    def back_up_when_due(self) -> Path | None:
        """Copies the file unless the newest copy is less than a day old."""
        age = backups.age_s(self._backups_folder, backups.DAILY, self._now())
        return self.back_up() if age is None or age >= DAY_S else None

    def _opened(self) -> Engine:
        self.open()
        assert self._engine is not None
        return self._engine

    def _opened_raw(self) -> sqlite3.Connection:
        self.open()
        assert self._raw is not None
        return self._raw

    def _ensure_file(self) -> bool:
        """Makes the file when there is none; whether it did."""
        if os.path.lexists(self.path):
            return False
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise self._broken("The data file is missing, but its log is there: it was moved or deleted on its own")
        try:
            with self._alone():
                if self.path.exists():
                    return False
                schema.create(self.path)
                return True
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise WorkbenchError(
                f"The data file cannot be made: {reason}",
                where=str(self.path),
                mend="Make room on the disk, or choose a folder you may write to with --home.",
            ) from error

    def _may_write(self) -> bool:
        # SQLite needs the folder too, for its log.
        return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)

    def _checked_connection(self) -> sqlite3.Connection:
        problem = problem_of(self.path)
        if problem:
            raise self._broken(problem)
        try:
            raw = self._connect()
        except sqlite3.Error as error:
            raise self._explained(error, writing=False) from error
        try:
            number = schema_number(raw)
            if number > schema.HEAD:
                raise self._newer(number)
            problem = integrity_problem(raw)
            if problem:
                raise self._broken(f"The data file is damaged ({problem.splitlines()[0]})")
        except BaseException:
            raw.close()
            raise
        return raw

    def _connect(self) -> sqlite3.Connection:
        if not self.read_only:
            return connect(self.path, wait_s=self._wait_s)
        try:
            return connect(self.path, read_only=True, wait_s=self._wait_s)
        except sqlite3.OperationalError:
            # Reading needs the log's index, which cannot be made in a folder that is read-only: read a copy.
            self._copy = tempfile.TemporaryDirectory(prefix="workbench-")
            target = Path(self._copy.name) / self.path.name
            for ending in ("", "-wal"):
                source = self.path.with_name(self.path.name + ending)
                if source.exists():
                    shutil.copyfile(source, target.with_name(target.name + ending))
            return connect(target, wait_s=self._wait_s)

    def _migrate(self) -> None:
        assert self._engine is not None and self._raw is not None
        if self.read_only:
            self.close()
            raise WorkbenchError(
                "The data file is from an older workbench and must be brought up to date, but it is read-only",
                where=str(self.path),
                mend="Give yourself the right to write to the file and its folder.",
            )
        try:
            with self._alone(), self._sentences(writing=True):
                number = schema_number(self._raw)
                if number < schema.HEAD:
                    backups.make(self._raw, self._backups_folder, f"before{schema.HEAD}", self._now())
                    self._raw.execute("PRAGMA foreign_keys = OFF")
                    with self._engine.execution_options(write=True).begin() as connection:
                        schema.migrate(connection)
                    self._raw.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the lock that keeps other processes' writes apart from ours."""
        try:
            if not self._lock.acquire(self._wait_s, self._on_wait):
                raise StoreBusy(self.path)
        except OSError as error:
            what = f"The data file's lock cannot be made: {error.strerror}"
            mend = "Make the folder writable and room on its disk, then try again."
            raise StoreNotSaved(what, where=str(self.path), mend=mend) from error
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def _sentences(self, *, writing: bool) -> Iterator[None]:
        """Turns what the person's world did into a WorkbenchError; bugs of ours raise as they are."""
        from sqlalchemy.exc import DBAPIError

        try:
            yield
        except DBAPIError as error:
            if not isinstance(error.orig, sqlite3.Error):
                raise
            explained = self._explained(error.orig, writing=writing)
            if explained is error.orig:
                raise
            # After a refused commit the connection still shows the state before it. It is kept: opening the file anew
            # takes room on the disk, and a full one should still be readable.
            if isinstance(explained, StoreBroken) or (self._raw is not None and self._raw.in_transaction):
                self.close()
            raise explained from error

    def _explained(self, error: sqlite3.Error, *, writing: bool) -> Exception:
        if is_damage(error):
            return self._broken(f"The data file is damaged ({error})")
        return from_sqlite(error, self.path, writing=writing) or error

    def _broken(self, what: str) -> StoreBroken:
        return StoreBroken(what, self.path, backups.newest_good(self._backups_folder, schema.HEAD))

    def _newer(self, number: int) -> StoreNewer:
        return StoreNewer(
            f"A newer workbench wrote the data file (schema {number}, this one knows {schema.HEAD})",
            where=str(self.path),
            mend="Open it with that version, or choose another folder with --home.",
        )

    def _read_only_notice(self) -> tuple[str, ...]:
        if not self.read_only:
            return ()
        return (f"The data file {self.path} may not be written: you can read everything, but nothing will be saved.",)


def _engine_over(raw: sqlite3.Connection) -> Engine:
    """SQLAlchemy on one connection; it opens the transactions itself, immediate ones for writing."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return sqlite3.sqlite_version
