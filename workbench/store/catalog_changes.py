"""What a person changed about the catalog, in the data file: imports with their accepted rows, and own entries.

Nothing is overwritten: an import that is undone and an entry that is replaced stay as history.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import Fields, ImportRecord, OwnFact, Quote, Subject
from workbench.store.plain import to_json
from workbench.store.seal import sealed, unsealed
from workbench.store.tables import CATALOG_IMPORT, CATALOG_OWN, CATALOG_QUOTE

if TYPE_CHECKING:
    from workbench.store.repositories import Repositories


class CatalogChanges:
    """The repository."""

    def __init__(self, store: Repositories) -> None:
        self._store = store

    def version(self) -> str:
        """Text that differs whenever something here has changed; "" when there is nothing (or no data file yet)."""
        if not self._store.is_there():
            return ""
        imports, own = CATALOG_IMPORT.c, CATALOG_OWN.c
        counted = select(func.count(), func.max(imports.id), func.max(imports.undone_at)).select_from(CATALOG_IMPORT)
        entered = select(func.count(), func.max(own.id), func.max(own.ended_at)).select_from(CATALOG_OWN)
        undone = select(func.count()).select_from(CATALOG_IMPORT).where(imports.undone_at != "")
        ended = select(func.count()).select_from(CATALOG_OWN).where(own.ended_at != "")
        with self._store.read() as connection:
            rows = [tuple(connection.execute(query).one()) for query in (counted, entered, undone, ended)]
        return "" if rows[0][0] == 0 and rows[1][0] == 0 else repr(rows)

    def add_import(self, record: ImportRecord, quotes: Sequence[Quote]) -> None:
        """Stores an applied import with its rows, all or nothing."""
        rows = [_quote_row(record.id, place, quote) for place, quote in enumerate(quotes)]
        with self._store.write() as connection:
            connection.execute(insert(CATALOG_IMPORT).values(_import_row(record)))
            if rows:
                connection.execute(insert(CATALOG_QUOTE), rows)

    def imports(self) -> tuple[ImportRecord, ...]:
        """Every import, undone ones too; newest first."""
        query = select(CATALOG_IMPORT).order_by(CATALOG_IMPORT.c.at.desc(), CATALOG_IMPORT.c.id.desc())
        with self._store.read() as connection:
            return tuple(_import(row) for row in connection.execute(query).mappings())

    def undo_import(self, import_id: str, at: str) -> ImportRecord:
        """Takes an import back (`at` "": brings it back). Raises WorkbenchError when there is none of this id."""
        with self._store.write() as connection:
            query = select(CATALOG_IMPORT).where(CATALOG_IMPORT.c.id == import_id)
            row = connection.execute(query).mappings().first()
            if row is None:
                raise WorkbenchError("There is no such import", where=import_id, mend="'catalog imports' lists them.")
            record = replace(_import(row), undone_at=at)
            statement = update(CATALOG_IMPORT).where(CATALOG_IMPORT.c.id == import_id)
            connection.execute(statement.values(_import_row(record)))
            return record

    def quotes(self, model_id: str | None = None) -> tuple[tuple[ImportRecord, Quote], ...]:
        """Every kept row (of one model), with its import, in the order in which they were accepted."""
        records = {record.id: record for record in self.imports()}
        query = select(CATALOG_QUOTE).order_by(CATALOG_QUOTE.c.import_id, CATALOG_QUOTE.c.place)
        if model_id is not None:
            query = query.where(CATALOG_QUOTE.c.model_id == model_id)
        with self._store.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        rows.sort(key=lambda row: (records[row["import_id"]].at, row["import_id"], row["place"]))
        return tuple((records[row["import_id"]], _quote(row, records[row["import_id"]])) for row in rows)

    def quotes_in_force(self) -> tuple[Quote, ...]:
        """The rows of imports that are not undone, oldest first."""
        return tuple(quote for record, quote in self.quotes() if not record.undone_at)

    def enter(self, fact: OwnFact) -> OwnFact | None:
        """Stores an own entry; one in force on the same thing ends with it and is returned."""
        with self._store.write() as connection:
            earlier = _end(connection, fact.subject, fact.target, fact.part, fact.entered_at)
            connection.execute(insert(CATALOG_OWN).values(_own_row(fact)))
            return earlier

    def take_back(self, fact_id: str, at: str) -> OwnFact:
        """Ends an own entry. Raises WorkbenchError when there is none in force with this id."""
        with self._store.write() as connection:
            query = select(CATALOG_OWN).where(CATALOG_OWN.c.id == fact_id, CATALOG_OWN.c.ended_at == "")
            row = connection.execute(query).mappings().first()
            if row is None:
                raise WorkbenchError("There is no such entry of yours", where=fact_id, mend="'catalog own' lists them.")
            ended = replace(_own(row), ended_at=at)
            connection.execute(update(CATALOG_OWN).where(CATALOG_OWN.c.id == fact_id).values(_own_row(ended)))
            return ended

    def own(self, target: str | None = None, *, ended: bool = False) -> tuple[OwnFact, ...]:
        """Own entries in force (`ended`: all there ever were), oldest first."""
        query = select(CATALOG_OWN).order_by(CATALOG_OWN.c.entered_at, CATALOG_OWN.c.id)
        if not ended:
            query = query.where(CATALOG_OWN.c.ended_at == "")
        if target is not None:
            query = query.where(CATALOG_OWN.c.target == target)
        with self._store.read() as connection:
            return tuple(_own(row) for row in connection.execute(query).mappings())


def _end(connection: Any, subject: Subject, target: str, part: str, at: str) -> OwnFact | None:
    own = CATALOG_OWN.c
    same = (own.subject == subject.value, own.target == target, own.part == part, own.ended_at == "")
    row = connection.execute(select(CATALOG_OWN).where(*same)).mappings().first()
    if row is None:
        return None
    earlier = _own(row)
    ended = _own_row(replace(earlier, ended_at=at))
    connection.execute(update(CATALOG_OWN).where(own.id == earlier.id).values(ended))
    return earlier


def _import_row(record: ImportRecord) -> dict[str, Any]:
    return sealed(
        {
            "id": record.id,
            "at": record.at,
            "importer": record.importer,
            "file": record.file,
            "as_of": record.as_of,
            "accepted": record.accepted,
            "counts": to_json(dict(record.counts)),
            "undone_at": record.undone_at,
        }
    )


def _import(row: Mapping[Any, Any]) -> ImportRecord:
    values = unsealed(dict(row), f"import {row['id']}")
    values["counts"] = tuple(json.loads(values["counts"]).items())
    return ImportRecord(**values)


def _quote_row(import_id: str, place: int, quote: Quote) -> dict[str, Any]:
    return sealed(
        {
            "import_id": import_id,
            "place": place,
            "subject": quote.subject.value,
            "model_id": quote.model_id,
            "part": quote.part,
            "fields": to_json(dict(quote.fields)),
            "source": quote.source,
            "as_of": quote.as_of,
            "beside": int(quote.beside),
            "over": quote.over,
        }
    )


def _quote(row: Mapping[str, Any], record: ImportRecord) -> Quote:
    values = unsealed(row, f"row {row['place']} of the import of {record.file}")
    return Quote(
        subject=Subject(values["subject"]),
        model_id=values["model_id"],
        part=values["part"],
        fields=_fields(values["fields"]),
        importer=record.importer,
        source=values["source"],
        as_of=values["as_of"],
        beside=bool(values["beside"]),
        over=values["over"],
    )


def _own_row(fact: OwnFact) -> dict[str, Any]:
    return sealed(
        {
            "id": fact.id,
            "subject": fact.subject.value,
            "target": fact.target,
            "part": fact.part,
            "fields": to_json(dict(fact.fields)),
            "note": fact.note,
            "entered_at": fact.entered_at,
            "ended_at": fact.ended_at,
        }
    )


def _own(row: Mapping[Any, Any]) -> OwnFact:
    values = unsealed(dict(row), f"your entry about {row['target']}")
    return OwnFact(**{**values, "subject": Subject(values["subject"]), "fields": _fields(values["fields"])})


def _fields(text: str) -> Fields:
    fields: Fields = json.loads(text)
    return fields
