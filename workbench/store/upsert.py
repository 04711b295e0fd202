"""Writes rows so that a second write of the same key replaces the first: a repeated call never doubles anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

#: rows in one statement; SQLite takes 999 values in some builds
_AT_ONCE = 50


def put(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows (all with the same columns), or replaces those whose primary key is there already."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), list(rows))


def put_many(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """The same for many small writes a second: fifty rows in a statement. The last row of a key counts."""
    keys = [column.name for column in table.primary_key]
    by_key = {tuple(row[key] for key in keys): row for row in rows}
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    left = iter(by_key.values())
    while some := list(islice(left, _AT_ONCE)):
        columns = tuple(some[0])
        values = tuple(row[name] for row in some for name in columns)
        connection.exec_driver_sql(_statement(table, columns, len(some), mark), values)


@lru_cache(maxsize=256)
def _statement(table: Table, columns: tuple[str, ...], count: int, mark: str) -> str:
    keys = [column.name for column in table.primary_key]
    names = ", ".join(f'"{name}"' for name in columns)
    one = f"({', '.join([mark] * len(columns))})"
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    conflict = ", ".join(f'"{key}"' for key in keys)
    values = ", ".join([one] * count)
    return f'INSERT INTO "{table.name}" ({names}) VALUES {values} ON CONFLICT ({conflict}) DO UPDATE SET {changes}'
