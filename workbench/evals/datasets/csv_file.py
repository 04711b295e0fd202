"""CSV and TSV: a header row with known names, one case a row."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.naming import KNOWN, Naming, known_name
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records
from workbench.evals.datasets.table import LONGEST_CELL, Table

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_CHARACTERS = 1 << 16
LONGEST_ROW = 8 << 20
PROGRESS_EVERY = 500


class CsvFile:
    id = "csv"
    title = "CSV or TSV"
    suffixes = (".csv", ".tsv", ".txt", ".tab")
    magic: tuple[bytes, ...] = ()

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        with open_text(path, encoding) as file:
            separator = _separator(file.read(SAMPLE_CHARACTERS))
        dialect = Dialect("CSV", TITLES[encoding], SEPARATORS[separator])
        return dialect, _rows(path, encoding, separator, progress, naming)


def _separator(sample: str) -> str:
    """The character that splits the first row into the most known column names; then into the most columns."""

    def worth(candidate: str) -> tuple[int, int]:
        csv.field_size_limit(LONGEST_CELL)
        try:
            header = next(csv.reader(sample.splitlines(keepends=True), delimiter=candidate), [])
        except csv.Error:
            return (0, 0)
        return (sum(known_name(cell) in KNOWN for cell in header), len(header))

    return max(SEPARATORS, key=worth)


def _rows(path: Path, encoding: str, separator: str, progress: Progress, naming: Naming) -> Records:
    csv.field_size_limit(LONGEST_CELL)
    total = max(1, path.stat().st_size)
    with open_text(path, encoding) as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=separator, strict=True)
        begins = 1
        header: Table | None = None
        for number in itertools.count():
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                yield _broken(path, begins, error)
                return
            if any(cell.strip() for cell in cells):
                if header is None:
                    header = Table(cells, path, begins, naming)
                    if header.problems and not lines.last.endswith(("\n", "\r")):
                        yield _cut_short(path, encoding, cells)
                        return
                    yield from header.problems
                    if header.problems:
                        return
                else:
                    yield header.record(cells, begins)
            begins = reader.line_num + 1
            if number % PROGRESS_EVERY == 0:
                progress(min(1.0, file.buffer.tell() / total))  # type: ignore[attr-defined]
        if header is None:
            yield WorkbenchError(
                "The file has no header row", where=str(path), mend="Begin with a row such as input,expected."
            )


class _Lines(Iterator[str]):
    """Line by line, and no line without end; `last` is the one that was read last."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.last = ""

    def __next__(self) -> str:
        self.last = self._file.readline(LONGEST_ROW)
        if not self.last:
            raise StopIteration
        if len(self.last) == LONGEST_ROW and not self.last.endswith(("\n", "\r")):
            raise csv.Error("field larger than can be")
        return self.last


def _cut_short(path: Path, encoding: str, cells: list[str]) -> WorkbenchError:
    """A header that names too little, in a file that ends in the middle of it."""
    return WorkbenchError(
        f"The {TITLES[encoding]} file ends in the middle of its header row, after “{cells[-1].strip()[:40]}”",
        where=f"{path}, line 1",
        mend="It was cut short: copy or save it again, whole. It needs the columns input and expected.",
    )


def _broken(path: Path, line: int, error: csv.Error) -> WorkbenchError:
    if "field larger" in str(error):
        what = f"A cell is longer than {LONGEST_CELL:,} characters; a quotation mark may be missing"
    elif "unexpected end" in str(error):
        what = "The file ends inside quotation marks that open in this row"
    else:
        what = f"The row cannot be read ({error})"
    return WorkbenchError(
        what, where=f"{path}, line {line}", mend="Mend the quotation marks; what follows was not read."
    )


READER: Reader = CsvFile()
