"""Bringing other people's lists into the catalog: look at what would change, take what you want, take it back.

Nothing is changed before `apply`, and `undo` takes an import back whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.catalog_diff import Choice, Diff, DiffRow, RowKind
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.ids import new_id
from workbench.domain.quotes import ImportRecord, Quote

if TYPE_CHECKING:
    from workbench.catalog.importers.source_file import SourceFile
    from workbench.services.catalog import CatalogService
    from workbench.store.catalog_changes import CatalogChanges


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of list that can be imported. `url` is "" when it comes from a file only."""

    id: str
    title: str
    brings: str
    url: str
    thanks: str


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns and what they seem to hold, for the step in which a person says what they do hold.

    `guessed` is by field; `fields` names every field a column may hold, with its title; `sample` are the first rows.
    """

    header: tuple[str, ...]
    guessed: Mapping[str, str]
    fields: Mapping[str, str]
    units: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]


class CatalogImports:
    """Imports into the catalog of one data folder. Safe to call from any thread but for two applies at once."""

    def __init__(
        self,
        *,
        catalog: CatalogService,
        changes: Callable[[], CatalogChanges],
        today: Callable[[], date] = date.today,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._catalog = catalog
        self._changes = changes
        self._today = today
        self._now = now

    def kinds(self) -> tuple[SourceKind, ...]:
        """Every kind of list that can be imported."""
        from workbench.catalog.importers import BUILTIN, importer

        found = (importer(name) for name in BUILTIN)
        return tuple(SourceKind(each.id, each.title, each.brings, each.url, each.thanks) for each in found)

    def preview(self, file: Path, *, kind: str = "", as_of: str = "", options: Mapping[str, str] | None = None) -> Diff:
        """What importing `file` would change. `kind` is the list's id ("" finds out), `as_of` the day it tells of
        (ISO; "" is today), `options` the columns of a CSV table. Raises WorkbenchError."""
        from workbench.catalog.importers import importer
        from workbench.catalog.importers.source_file import ANY_LIST, SourceFile

        wanted = importer(kind).wanted if kind else ANY_LIST
        source = SourceFile.read(file, self._day(as_of), options, wanted=wanted)
        return self._preview(source, kind, beside=lambda name: _companion(file, name))

    def preview_content(
        self, name: str, content: bytes, *, kind: str, as_of: str = "", beside: Mapping[str, bytes] | None = None
    ) -> Diff:
        """What importing this content would change; as `preview`, for what was fetched instead of read. `beside` holds
        the files that belong to it, by name."""
        from workbench.catalog.importers.source_file import SourceFile

        return self._preview(SourceFile(name, content, self._day(as_of)), kind, beside=(beside or {}).get)

    def columns(self, file: Path) -> Columns:
        """The columns of a CSV table and what they seem to hold. Raises WorkbenchError when it is no table."""
        from workbench.catalog.importers.own_table import UNITS, guess, mappable
        from workbench.catalog.importers.source_file import SourceFile

        table = SourceFile.read(file, self._day("")).table
        sample = tuple(tuple(row.get(name, "") for name in table.header) for _, row in table.rows[:5])
        return Columns(table.header, guess(table.header), mappable(), tuple(UNITS), sample)

    def is_table(self, file: Path) -> bool:
        """Whether the file is a table whose columns a person has to match. Raises WorkbenchError."""
        from workbench.catalog.importers import recognise
        from workbench.catalog.importers.source_file import SourceFile

        return recognise(SourceFile.read(file, self._day(""))).id == "csv"

    def apply(self, diff: Diff, choices: Mapping[str, Choice] | None = None) -> tuple[ImportRecord, Changes]:
        """Keeps the rows that were accepted (`choices` by row id; a row without one as the diff proposes it).

        Rows that say the same as the catalog are kept too: they renew its dates. Raises WorkbenchError when nothing is
        accepted or the catalog has changed since the diff was made.
        """
        if self._catalog.of_lists()[0].fingerprint != diff.catalog_fingerprint:
            raise WorkbenchError(
                "The catalog has changed since this comparison was made",
                where=diff.file,
                mend="Compare again: rows that have become the same are then left out.",
            )
        taken = [(row, choice) for row in diff.rows if (choice := _choice(row, choices)) is not Choice.REJECT]
        accepted = sum(row.kind is not RowKind.SAME for row, _ in taken)
        if not taken:
            raise WorkbenchError("No row is accepted", where=diff.file, mend="Accept at least one row first.")
        record = ImportRecord(
            id=new_id(),
            at=self._now().astimezone(UTC).isoformat(timespec="seconds"),
            importer=diff.importer,
            file=diff.file,
            as_of=diff.as_of,
            accepted=accepted,
            counts=diff.counts,
        )
        self._changes().add_import(record, [_quote(row, choice) for row, choice in taken])
        self._catalog.forget()
        return record, Changes(catalog=True)

    def imports(self) -> tuple[ImportRecord, ...]:
        """Every import there was, newest first; undone ones too."""
        changes = self._changes()
        return changes.imports() if changes.version() else ()

    def undo(self, import_id: str) -> Changes:
        """Takes an import back. Raises WorkbenchError when there is none with this id."""
        self._changes().undo_import(import_id, self._now().astimezone(UTC).isoformat(timespec="seconds"))
        self._catalog.forget()
        return Changes(catalog=True)

    def redo(self, import_id: str) -> Changes:
        """Brings an import back that was undone."""
        self._changes().undo_import(import_id, "")
        self._catalog.forget()
        return Changes(catalog=True)

    def _preview(self, source: SourceFile, kind: str, *, beside: Callable[[str], bytes | None]) -> Diff:
        from workbench.catalog.diff import diff
        from workbench.catalog.importers import importer, recognise

        chosen = importer(kind) if kind else recognise(source)
        found = {name: content for name in chosen.companions(source.name) if (content := beside(name)) is not None}
        reading = chosen.read(replace(source, beside=found))
        return diff(reading, chosen, *self._catalog.of_lists())

    def _day(self, text: str) -> str:
        """The day a list tells of. Raises WorkbenchError for what is no day, or lies in the future."""
        if not text:
            return self._today().isoformat()
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            raise WorkbenchError(f"'{text}' is not a day", where="as of", mend="Write it as 2026-11-20.") from error
        if day > self._today():
            raise WorkbenchError(f"{text} lies in the future", where="as of", mend="Give the day the list tells of.")
        return day.isoformat()


def proposed(rows: Iterable[DiffRow]) -> dict[str, Choice]:
    """What the diff proposes, by row id."""
    return {row.id: row.proposed for row in rows}


def _choice(row: DiffRow, choices: Mapping[str, Choice] | None) -> Choice:
    return row.proposed if choices is None else choices.get(row.id, row.proposed)


def _quote(row: DiffRow, choice: Choice) -> Quote:
    """The row as it is kept: a disagreement that is accepted outright replaces the catalog's figure."""
    return replace(row.quote, beside=choice is Choice.BESIDE)


def _companion(file: Path, name: str) -> bytes | None:
    """The content of a file that belongs to `file` and lies beside it; None when it is not there."""
    from workbench.catalog.document import read_bytes
    from workbench.catalog.importers.source_file import MAX_BYTES

    place = file.with_name(name)
    return read_bytes(place, name, MAX_BYTES) if place.is_file() else None
