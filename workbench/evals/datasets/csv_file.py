"""CSV and TSV: a header row with known names, one case a row."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.columns import KNOWN, known_name
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Record

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SAMPLE_CHARACTERS = 1 << 16
LONGEST_CELL = 1 << 20
PROGRESS_EVERY = 500


class CsvFile:
    id = "csv"
    title = "CSV or TSV"
    suffixes = (".csv", ".tsv", ".txt", ".tab")

    def open(self, path: Path, encoding: str, progress: Progress) -> tuple[Dialect, Iterator[Record | WorkbenchError]]:
        with open_text(path, encoding) as file:
            separator = _separator(file.read(SAMPLE_CHARACTERS))
        dialect = Dialect("CSV", TITLES[encoding], SEPARATORS[separator])
        return dialect, _rows(path, encoding, separator, progress)


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


def _rows(path: Path, encoding: str, separator: str, progress: Progress) -> Iterator[Record | WorkbenchError]:
    csv.field_size_limit(LONGEST_CELL)
    total = max(1, path.stat().st_size)
    with open_text(path, encoding) as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        begins = 1
        header: list[str] | None = None
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
                    header, problems = _header(cells, path, begins)
                    yield from problems
                    if problems:
                        return
                else:
                    yield _record(cells, header, path, begins)
            begins = reader.line_num + 1
            if number % PROGRESS_EVERY == 0:
                progress(min(1.0, file.buffer.tell() / total))  # type: ignore[attr-defined]
        if header is None:
            yield WorkbenchError(
                "The file has no header row", where=str(path), mend="Begin with a row such as input,expected."
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


def _header(cells: list[str], path: Path, line: int) -> tuple[list[str], list[WorkbenchError]]:
    names = [known_name(cell) for cell in cells]
    where = f"{path}, line {line}"
    problems = [
        WorkbenchError(f"The column {name} stands {count} times in the header", where=where, mend="Keep one of them.")
        for name, count in Counter(names).items()
        if count > 1 and name in KNOWN
    ]
    missing = [name for name in ("input", "expected") if name not in names]
    if missing:
        problems.append(
            WorkbenchError(
                f"The header has no column {' and no column '.join(missing)}",
                where=where,
                mend="Name the columns input and expected; id, scorer, source_document, sensitive, tags may follow.",
            )
        )
    return names, problems


def _record(cells: list[str], header: list[str], path: Path, line: int) -> Record | WorkbenchError:
    if len(cells) != len(header):
        return WorkbenchError(
            f"The row has {len(cells)} cells, the header {len(header)}",
            where=f"{path}, line {line}",
            mend="Put cells that hold the separator or line breaks in quotation marks.",
        )
    return Record(line, {name: cell for name, cell in zip(header, cells, strict=True) if name in KNOWN})


READER: Reader = CsvFile()
