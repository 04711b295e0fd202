"""The same store on PostgreSQL, for a team: the tables, repositories and promises of the data file.

Writers are let in one after another by a lock of the database (SQLite's BEGIN IMMEDIATE), so a change is read, made
and written as one; readers see one state from beginning to end. A commit that was acknowledged is safe, one that was
cut off is not there at all. This is the only file that knows psycopg.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.domain.errors import WorkbenchError
from workbench.domain.team import TeamPlace
from workbench.store import schema
from workbench.store.refusals import StoreAway, StoreBusy, StoreNewer, StoreNotSaved, StoreNotSetUp, StoreOlder
from workbench.store.repositories import Repositories

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

SCHEMA = "workbench"
#: the lock that lets one writer in at a time: any number, the same for everybody
_WRITERS = 0x4D_53_57
_GONE = "08"
_SHUT_DOWN = ("57P01", "57P02", "57P03")
_CHECK = "Check that it runs and that you can reach it; what is on this machine can be read meanwhile."


class TeamStore(Repositories):
    """One database. Making a TeamStore connects to nothing; the first call does.

    `wait_s` is how long a write waits for another writer, `connect_s` how long a server may take to answer.
    """

    def __init__(
        self,
        place: TeamPlace,
        password: str = "",
        *,
        schema_name: str = SCHEMA,
        wait_s: float = 5.0,
        connect_s: float = 10.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(now)
        self.place = place
        self._password = password
        self._schema = schema_name
        self._wait_s, self._connect_s = wait_s, connect_s
        self._mutex = threading.RLock()
        self._engine: Engine | None = None

    def is_there(self) -> bool:
        """Whether the server answers and holds a team store; nothing is made by asking."""
        try:
            self.open()
        except (StoreAway, StoreNotSetUp):
            return False
        return True

    def open(self) -> None:
        """Connects and looks whether the tables are there and ours to use.

        Raises StoreAway, StoreNotSetUp, StoreNewer, StoreOlder, WorkbenchError for a refused password or an unknown
        database.
        """
        with self._mutex:
            if self._engine is not None:
                return
            engine = self._made_engine()
            try:
                with self._sentences(writing=False), engine.connect() as connection, connection.begin():
                    self._check_schema(connection)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine

    def set_up(self) -> None:
        """Makes the tables where there are none and brings older ones up to date, all or nothing. Raises as `open`, and
        WorkbenchError for old rows that today's tables cannot hold."""
        from workbench.store.tables import METADATA

        with self._mutex:
            engine = self._made_engine()
            try:
                with self._sentences(writing=True), engine.connect() as connection, connection.begin():
                    self._wait_for_writers(connection)
                    number = self._number(connection)
                    if number is None:
                        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
                        METADATA.create_all(connection)
                        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
                        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (%s)", (schema.REVISIONS[-1],))
                    elif number < schema.HEAD:
                        schema.run_steps(connection)
                        self._widen_numbers(connection)
            finally:
                engine.dispose()
            self.open()

    def close(self) -> None:
        """Closes the connection. The store connects again when it is used again."""
        with self._mutex:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database from beginning to end. Raises StoreAway."""
        with self._mutex:
            engine = self._opened()
            options = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with self._sentences(writing=False), options.connect() as connection, connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is safe on the server when the block ends, or not there at all when the block raises.

        Raises StoreAway, StoreBusy; StoreNotSaved when the server went away while it answered: read before you write
        again.
        """
        with self._mutex:
            engine = self._opened()
            with self._sentences(writing=True), engine.connect() as connection, connection.begin():
                self._wait_for_writers(connection)
                yield connection

    def _opened(self) -> Engine:
        self.open()
        assert self._engine is not None
        return self._engine

    def _made_engine(self) -> Engine:
        from sqlalchemy import URL, create_engine

        try:
            import psycopg  # noqa: F401
        except ImportError as error:
            raise WorkbenchError(
                "This installation cannot talk to PostgreSQL",
                where="team store",
                mend="Install the extra: pip install 'model-selection-workbench[postgres]'.",
            ) from error
        place = self.place
        url = URL.create("postgresql+psycopg", place.user, None, place.host, place.port, place.database)
        arguments: dict[str, Any] = {
            "connect_timeout": max(2, round(self._connect_s)),
            "application_name": "Model Selection Workbench",
            "options": f"-c search_path={self._schema} -c client_min_messages=warning",
            # What the environment or files of this machine say does not count; empty is not the same as not given.
            "password": self._password,
            "hostaddr": "",
            "passfile": f"{os.devnull}/none",
            "sslmode": place.tls or "prefer",
            "tcp_user_timeout": round(1_000 * self._connect_s),
        }
        if place.tls == "verify-full":
            arguments["sslrootcert"] = "system"
        return create_engine(
            url, connect_args=arguments, hide_parameters=True, pool_size=1, max_overflow=0, pool_pre_ping=True
        )

    def _check_schema(self, connection: Connection) -> None:
        number = self._number(connection)
        if number is None:
            raise StoreNotSetUp(
                "There is no team store in this database yet",
                where=str(self.place),
                mend="Set it up once: Settings, Team store, or: workbench team connect ADDRESS --set-up.",
            )
        if number > schema.HEAD:
            raise StoreNewer(
                f"A newer workbench set up the team store (schema {number}, this one knows {schema.HEAD})",
                where=str(self.place),
                mend="Use that version.",
            )
        if number < schema.HEAD:
            raise StoreOlder(
                f"The team store is from an older workbench (schema {number}, this one needs {schema.HEAD})",
                where=str(self.place),
                mend="Bring it up to date: Settings, Team store, or: workbench team connect --set-up. Everybody then "
                "needs this version.",
            )

    def _number(self, connection: Connection) -> int | None:
        """The schema's number; None when there are no tables."""
        found = connection.exec_driver_sql("SELECT to_regclass(%s)", (f'"{self._schema}".alembic_version',)).scalar()
        if found is None:
            return None
        text = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or "")
        return int(text) if text.isdigit() else 0

    def _widen_numbers(self, connection: Connection) -> None:
        """The steps are written for SQLite, whose numbers have 64 bits."""
        found = connection.exec_driver_sql(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = %s AND data_type IN ('integer', 'real')",
            (self._schema,),
        )
        for table, column, kind in found.all():
            wide = "bigint" if kind == "integer" else "double precision"
            connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {wide}')

    def _wait_for_writers(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1_000 * self._wait_s)}")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_WRITERS, self._schema))

    @contextmanager
    def _sentences(self, *, writing: bool) -> Iterator[None]:
        """Turns what the server or the way to it did into a WorkbenchError; bugs of ours raise as they are."""
        from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError

        try:
            yield
        except (OperationalError, InterfaceError, InternalError, ProgrammingError) as error:
            explained = self._explained(error, writing=writing)
            if explained is None:
                raise
            raise explained from error

    def _explained(self, error: DBAPIError, *, writing: bool) -> WorkbenchError | None:
        from sqlalchemy.exc import ProgrammingError

        state, said = str(getattr(error.orig, "sqlstate", None) or ""), str(error.orig)
        where = str(self.place)
        if state == "55P03":
            return StoreBusy(where, "the team store")
        if state in ("53100", "53200", "53300"):
            mend = "Tell whoever runs the server; nothing of this was kept. Then try again."
            return StoreNotSaved("The server has no room left, so this was not saved", where=where, mend=mend)
        if state == "25006":
            mend = (
                "Everything can be read. Ask whoever runs the server whether this is a copy, or whether it is mended."
            )
            return WorkbenchError(
                "The team store takes no changes at present, so this was not saved", where=where, mend=mend
            )
        if state == "42501":
            mend = f"Let whoever runs the database give {self.place.user} the right to use it."
            return WorkbenchError("The database does not allow this", where=where, mend=mend)
        if state in ("42P01", "42703", "3F000"):
            return _damaged(where)
        refused = _refusal_at_the_door(said, self.place, where)
        if refused is not None and not state:
            return refused
        lost = error.connection_invalidated or (not state and not isinstance(error, ProgrammingError))
        if lost or state.startswith(_GONE) or state in _SHUT_DOWN:
            return self._away(error, writing=writing)
        return None

    def _away(self, error: DBAPIError, *, writing: bool) -> WorkbenchError:
        first = (str(error.orig).strip() or "no answer").splitlines()[0][:200]
        if writing and error.connection_invalidated:
            return StoreNotSaved(
                "The team store went away while this was saved, so it may not be there",
                where=str(self.place),
                mend="Look again when the server is back, then repeat it if it is missing. Nothing is half saved.",
            )
        return StoreAway(f"The team store cannot be reached: {first}", where=str(self.place), mend=_CHECK)


def _refusal_at_the_door(said: str, place: TeamPlace, where: str) -> WorkbenchError | None:
    """Why the server did not let us in, from its words: connections have no code yet."""
    lower = said.casefold()
    if "password" in lower or "authentication" in lower or "pg_hba" in lower:
        mend = "Enter it again: Settings, Team store, or: workbench team connect."
        return WorkbenchError(f"The server does not let {place.user} in with this password", where=where, mend=mend)
    if "does not exist" in lower:
        mend = "Check the address, or let whoever runs the server make it."
        return WorkbenchError(f"The server knows no such database or user ({place.database})", where=where, mend=mend)
    if "certificate" in lower or "ssl" in lower:
        mend = "Check the name in the address and this machine's clock; the server needs a certificate that proves it."
        return WorkbenchError("The server cannot prove that it is the one you named", where=where, mend=mend)
    return None


def _damaged(where: str) -> WorkbenchError:
    mend = "Let whoever runs the server put a backup back. What is on this machine is untouched."
    return WorkbenchError("A table of the team store is missing or another than it was", where=where, mend=mend)
