"""The schema's versions: a new file gets today's tables at once, an older one goes through the migrations.

Both ways give the same schema (tested). The number of the last migration stands in `user_version`, where it can be read
without loading anything; Alembic's own table says the same.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.store.connection import sync_to_disk
from workbench.store.file_check import APPLICATION_ID

if TYPE_CHECKING:
    from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
HEAD = len(REVISIONS)


def create(path: Path) -> None:
    """Makes a new data file. It gets its name when it is complete, so a kill leaves no half-made file behind.

    Raises OSError or sqlite3.Error; then there is no new file.
    """
    part = path.with_name(path.name + ".new")
    _remove(part)
    try:
        part.touch(mode=0o600)
        _fill(part)
        sync_to_disk(part)
        part.replace(path)
        sync_to_disk(path.parent)
    finally:
        _remove(part)


def _fill(part: Path) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    from workbench.store.tables import METADATA

    connection = sqlite3.connect(part, isolation_level=None)
    try:
        # Nobody sees the file before it is complete, so it is flushed once, at the end.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True)
        METADATA.create_all(engine)
        connection.execute(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISIONS[-1],))
        connection.execute(f"PRAGMA user_version = {HEAD}")
        connection.execute("PRAGMA journal_mode = WAL")
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error
        raise
    finally:
        connection.close()


def migrate(connection: Connection) -> None:
    """Brings an older file up to HEAD inside the transaction that is open on `connection`.

    Foreign keys must be off: a step may build a table anew. Raises sqlite3.IntegrityError when a step broke one.
    """
    run_steps(connection)
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise sqlite3.IntegrityError(f"a migration left a row of {broken[0]} without its parent")
    connection.exec_driver_sql(f"PRAGMA user_version = {HEAD}")


def run_steps(connection: Connection, upto: str = REVISIONS[-1]) -> None:
    """The migrations that a file or a team store has not had yet, in the open transaction."""
    # Alembic is loaded for an old one only: 0.3 s.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, upto)


def _remove(part: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        part.with_name(part.name + ending).unlink(missing_ok=True)
