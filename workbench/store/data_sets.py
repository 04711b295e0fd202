"""Data sets as evals saw them. A version is added once and never changed; its name is the hash of what was read."""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from workbench.domain.evals import DataSetVersion, EvalCase, EvalSet
from workbench.store.refusals import unreadable
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import DATA_SET

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from workbench.store.repositories import Repositories

_HEAD = (
    DATA_SET.c.hash,
    DATA_SET.c.name,
    DATA_SET.c.number,
    DATA_SET.c.added_at,
    DATA_SET.c.source,
    DATA_SET.c.case_count,
)
_SHORT = {"id", "input", "expected"}


class DataSets:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def keep(self, data: EvalSet, at: datetime) -> DataSetVersion:
        """The version of these cases: the one that is there, or a new one with the next number of its name."""
        known = self.version(data.hash)
        if known is not None:
            return known
        with self._store.write() as connection:
            return put_new(connection, data, at)

    def version(self, hash: str) -> DataSetVersion | None:
        """One version without its cases."""
        with self._store.read() as connection:
            row = connection.execute(select(*_HEAD).where(DATA_SET.c.hash == hash)).mappings().first()
        return None if row is None else _version(row)

    def versions(self) -> tuple[DataSetVersion, ...]:
        """All of them, by name, the newest of a name first."""
        query = select(*_HEAD).order_by(DATA_SET.c.name, DATA_SET.c.number.desc())
        with self._store.read() as connection:
            return tuple(_version(row) for row in connection.execute(query).mappings())

    def load(self, hash: str) -> EvalSet | None:
        """The cases of a version. Raises WorkbenchError when they are not what was stored."""
        with self._store.read() as connection:
            row = connection.execute(select(DATA_SET).where(DATA_SET.c.hash == hash)).mappings().first()
        if row is None:
            return None
        values = unsealed(dict(row), f"data set {row['name']}, version {row['number']}")
        try:
            return _unpacked(values)
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise unreadable(f"data set {row['name']}, version {row['number']}") from error


def put_new(connection: Connection, data: EvalSet, at: datetime) -> DataSetVersion:
    """Adds the cases as the next version of their name, in a transaction that is open; those that are there stay."""
    known = connection.execute(select(*_HEAD).where(DATA_SET.c.hash == data.hash)).mappings().first()
    if known is not None:
        return _version(known)
    last = connection.execute(select(func.max(DATA_SET.c.number)).where(DATA_SET.c.name == data.name)).scalar()
    row = {
        "hash": data.hash,
        "name": data.name,
        "number": (last or 0) + 1,
        "added_at": at.isoformat(),
        "source": data.source,
        "case_count": len(data.cases),
        "content": _packed(data),
    }
    connection.execute(insert(DATA_SET).values(sealed(row)))
    return _version(row)


def _version(row: Mapping[Any, Any]) -> DataSetVersion:
    return DataSetVersion(
        row["hash"],
        row["name"],
        row["number"],
        datetime.fromisoformat(row["added_at"]),
        row["source"],
        row["case_count"],
    )


def _packed(data: EvalSet) -> str:
    """Cases and examples as JSON, compressed: a hundred thousand cases are some megabytes."""
    content = {"cases": [_plain(case) for case in data.cases], "examples": [_plain(case) for case in data.examples]}
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def _plain(case: EvalCase) -> dict[str, Any]:
    """Without what is as usual."""
    return {
        part.name: value
        for part in dataclasses.fields(case)
        if (value := getattr(case, part.name)) != part.default or part.name in _SHORT
    }


def _unpacked(row: Mapping[str, Any]) -> EvalSet:
    content = json.loads(zlib.decompress(base64.b64decode(row["content"])))
    cases, examples = (tuple(_case(plain) for plain in content[name]) for name in ("cases", "examples"))
    return EvalSet(row["name"], row["hash"], cases, row["source"], examples)


def _case(plain: Mapping[str, Any]) -> EvalCase:
    lists = {
        "tags": tuple(plain.get("tags", ())),
        "fields": tuple((name, value) for name, value in plain.get("fields", ())),
    }
    return EvalCase(**{**plain, **lists})
