"""A file a person gave to import from: read within bounds, as JSON or as a table, before anything is believed.

Sizes are capped before parsing: a small hostile file may not become a large one in memory.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.catalog.document import read_bytes
from workbench.domain.errors import WorkbenchError
from workbench.domain.json_faults import json_fault, json_place

MAX_BYTES = 32 * 1_048_576
# Values in a JSON file, judged by its brackets, commas and colons: the largest real price list has 160,000.
MAX_VALUES = 1_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 400
_MAX_CELL = 20_000
ANY_LIST = "the list itself: a JSON, CSV or YAML file"
_DELIMITERS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Table:
    """A CSV file: its header, its rows by column name with their line numbers, and how it was written."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    delimiter: str
    encoding: str


@dataclass(frozen=True)
class SourceFile:
    """`name` is the file's own name, `beside` the companion files an importer asked for, `as_of` the day it tells of
    (ISO), `options` what the person said beyond it (the column mapping of a CSV file)."""

    name: str
    content: bytes
    as_of: str
    beside: Mapping[str, bytes] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, path: Path, as_of: str, options: Mapping[str, str] | None = None, *, wanted: str = ANY_LIST
    ) -> SourceFile:
        """The file at `path`. Raises WorkbenchError, which asks for what is `wanted`, when it is no ordinary file, and
        one when it is too large."""
        name = path.name or str(path)
        return cls(name, read_bytes(path, name, MAX_BYTES, mend=f"Give {wanted}."), as_of, {}, options or {})

    def companion(self, name: str) -> SourceFile | None:
        """A file that lay beside this one."""
        content = self.beside.get(name)
        return None if content is None else SourceFile(name, content, self.as_of, {}, self.options)

    @cached_property
    def text(self) -> str:
        """The content as text, whatever common encoding it has. Raises WorkbenchError for what is no text."""
        if not self.content.strip():
            raise WorkbenchError("The file is empty", where=self.name, mend="Fetch it again.")
        if b"\0" in self.content[:4096] and not self.content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise WorkbenchError("The file is not text", where=self.name, mend="Give a JSON, CSV or YAML file.")
        return self.content.decode(self.encoding, "replace")

    @cached_property
    def encoding(self) -> str:
        """UTF-8 with or without a mark, UTF-16 with one, else Latin-1, which reads anything."""
        for mark, name in _BYTE_ORDER_MARKS:
            if self.content.startswith(mark):
                return name
        try:
            self.content.decode("utf-8")
        except UnicodeDecodeError:
            return "latin-1"
        return "utf-8"

    @cached_property
    def looks_like_json(self) -> bool:
        return self.content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")

    @cached_property
    def json(self) -> Any:
        """The file as plain values. Numbers too long to be real become infinite, so that the row's check names them.

        Raises WorkbenchError for what is not JSON, is nested too deep, holds too much, or gives a name twice.
        """
        values = sum(self.content.count(sign) for sign in (b"{", b"[", b",", b":"))
        if values > MAX_VALUES:
            what = f"The file holds some {values:,} values; the largest known price list has 160,000"
            raise WorkbenchError(what, where=self.name, mend="Check that it is the right file.")
        try:
            return json.loads(self.text, object_pairs_hook=self._object, parse_int=_whole)
        except json.JSONDecodeError as error:
            raise WorkbenchError(
                f"This is not JSON: {json_fault(error)}",
                where=f"{self.name}, {json_place(error)}",
                mend="The file is cut off or damaged: fetch it again.",
            ) from error
        except RecursionError as error:
            what = "The file is nested too deep to be a price list"
            raise WorkbenchError(what, where=self.name, mend="Check that it is the right file.") from error

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise WorkbenchError(
                f"The name {twice[:60]!r} is given twice in one place",
                where=self.name,
                mend="One of the two figures would be lost: fetch the file again, or remove one.",
            )
        return made

    @cached_property
    def table(self) -> Table:
        """The file as a table. Raises WorkbenchError when it has no header or more than can be a table of models."""
        text = self.text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            raise WorkbenchError("The file is not text", where=self.name, mend="Save it as CSV from the spreadsheet.")
        delimiter = _delimiter(text.partition("\n")[0])
        try:
            lines = list(_lines(text, delimiter))
        except csv.Error as error:
            mend = "Check the quotation marks."
            raise WorkbenchError(f"This is not a CSV table: {error}", where=self.name, mend=mend) from error
        if not lines:
            raise WorkbenchError("The table is empty", where=self.name, mend="Fetch it again.")
        header = tuple(cell.strip() for cell in lines[0][1])
        self._check_header(header)
        if len(lines) - 1 > MAX_ROWS:
            what = f"The table has more than {MAX_ROWS:,} rows"
            raise WorkbenchError(what, where=self.name, mend="Split it, or check that it is the right one.")
        rows = tuple((number, dict(zip(header, cells, strict=False))) for number, cells in lines[1:] if any(cells))
        return Table(header, rows, delimiter, self.encoding)

    def _check_header(self, header: tuple[str, ...]) -> None:
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            what = f"The column {twice[0][:60]!r} stands in the header twice"
            raise WorkbenchError(what, where=f"{self.name}, line 1", mend="Give each column a name of its own.")
        if not any(header) or len(header) > MAX_COLUMNS:
            what = f"The header has {len(header)} columns" if any(header) else "The header is empty"
            raise WorkbenchError(what, where=f"{self.name}, line 1", mend="The first line must name the columns.")


def _lines(text: str, delimiter: str) -> Any:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)
    for count, cells in enumerate(reader):
        if count > MAX_ROWS + 1:
            return
        yield reader.line_num, [cell[:_MAX_CELL] for cell in cells]


def _delimiter(first_line: str) -> str:
    return max(_DELIMITERS, key=first_line.count)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= 18 else float("-inf" if digits.startswith("-") else "inf")
