"""A scenario with everything that belongs to it, as rows, on the way between two stores.

Rows are added, never taken away and never changed, but for an eval that has ended meanwhile: what one side measured is
as true on the other. Which tables belong to a scenario follows from their foreign keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, literal, select

from workbench.domain.scenario import Scenario
from workbench.store import scenarios
from workbench.store.tables import (
    COMPARISON,
    COMPARISON_DETAIL,
    DECISION_VERSION,
    EVAL_RUN,
    METADATA,
    SCENARIO,
    SPEND_CAP,
    VOTE,
    Text,
)
from workbench.store.upsert import put_many

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

    from workbench.store.repositories import Repositories

Rows = dict[str, list[dict[str, Any]]]
_AT_ONCE = 200
#: what this machine alone decides
_NOT_SHARED = (SPEND_CAP.name,)
#: what holds no prompt, answer or case
_WITHOUT_TEXTS = (DECISION_VERSION.name,)
_PAIR = ("comparison_id", "rater", "left_place", "right_place")


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows of a table, and the letters in them."""

    rows: int
    letters: int


class Sharing:
    """Reads what belongs to a scenario, and adds what came from another store."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def belongings(self, scenario_id: str, *, with_texts: bool = True) -> Rows:
        """Its rows by table, the scenario's own left out; without texts only the history of its decision."""
        with self._store.read() as connection:
            return {
                table.name: _rows(connection, table, scenario_id)
                for table in _tables()
                if with_texts or table.name in _WITHOUT_TEXTS
            }

    def marks(self, scenario_id: str, *, with_texts: bool = True) -> frozenset[tuple[str, str]]:
        """The digests of those rows with their tables: what is the same on both sides needs not be sent."""
        with self._store.read() as connection:
            return frozenset(
                (table.name, str(digest))
                for table in _tables()
                if with_texts or table.name in _WITHOUT_TEXTS
                for digest in connection.execute(select(table.c.digest).where(_belongs(table, scenario_id))).scalars()
            )

    def extent(self, scenario_id: str, *, with_texts: bool = True) -> dict[str, Extent]:
        """How much that is, by table, without reading it; tables without a row are left out."""
        found = {}
        with self._store.read() as connection:
            for table in _tables():
                if with_texts or table.name in _WITHOUT_TEXTS:
                    letters = sum(
                        (func.length(c) for c in table.columns if c.type is Text and not c.nullable), literal(0)
                    )
                    query = select(func.count(), func.sum(letters)).where(_belongs(table, scenario_id))
                    rows, size = connection.execute(query.select_from(table)).one()
                    if rows:
                        found[table.name] = Extent(int(rows), int(size or 0))
        return found

    def put(
        self, scenario: Scenario, rows: Rows, *, now: datetime, check: Callable[[Scenario | None], None]
    ) -> tuple[Scenario, int]:
        """Stores the scenario as its next version with the rows that are not here, all or nothing.

        `check` is given what is stored under its id and raises when that is not what was expected. Gives back the
        scenario as stored, and how many rows were added.
        """
        with self._store.write() as connection:
            current = scenarios.get(connection, scenario.id)
            check(current)
            if current is None:
                stored = scenarios.insert_new(connection, scenario)
            else:
                stored = scenarios.next_state(current, scenario, now)
                if stored is not current:
                    scenarios.write_state(connection, stored)
            added = 0
            for table in _tables():
                fresh = list(_fresh(connection, table, rows.get(table.name, ())))
                put_many(connection, table, fresh)
                added += len(fresh)
            return stored, added


@cache
def _tables() -> tuple[Table, ...]:
    """Those that hang on a scenario, parents first."""
    known = {SCENARIO.name}
    found = []
    for table in METADATA.sorted_tables:
        parents = {key.column.table.name for key in table.foreign_keys}
        if parents & known and table.name not in _NOT_SHARED:
            known.add(table.name)
            found.append(table)
    return tuple(found)


def _rows(connection: Connection, table: Table, scenario_id: str) -> list[dict[str, Any]]:
    query = select(table).where(_belongs(table, scenario_id))
    return [dict(row) for row in connection.execute(query).mappings()]


def _belongs(table: Table, scenario_id: str) -> ColumnElement[bool]:
    """A blind comparison stays where it is until its names are shown: the vote is not over."""
    key = next(key for key in table.foreign_keys if key.column.table in (SCENARIO, *_tables()))
    parent = key.column.table
    if parent is SCENARIO:
        whose = key.parent == scenario_id
        if table is not COMPARISON:
            return whose
        blind = select(COMPARISON_DETAIL.c.comparison_id).where(COMPARISON_DETAIL.c.hidden != "")
        return whose & COMPARISON.c.id.not_in(blind)
    return key.parent.in_(select(key.column).where(_belongs(parent, scenario_id)))


def _fresh(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that are not here, and evals that ended since; a vote on a pair that was judged already stays out."""
    keys = [column.name for column in table.primary_key]
    here = _here(connection, table, keys, rows)
    judged = _here(connection, table, _PAIR, rows) if table is VOTE else {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        if table is VOTE and tuple(row[name] for name in _PAIR) in judged:
            continue
        if key not in here or (table is EVAL_RUN and row["finished_at"] and not here[key]):
            yield dict(row)


def _here(
    connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], Any]:
    """What the store has under the first of these keys: the keys, and of an eval when it ended."""
    columns = [table.c[key] for key in keys]
    ended = [table.c.finished_at] if table is EVAL_RUN else []
    wanted = list(dict.fromkeys(row[keys[0]] for row in rows))
    found: dict[tuple[Any, ...], Any] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(*columns, *ended).where(columns[0].in_(wanted[start : start + _AT_ONCE]))
        for row in connection.execute(query):
            found[tuple(row[: len(keys)])] = row[-1] if ended else None
    return found
