"""Sheets of Excel and of OpenDocument: the first sheet that is shown and has the columns of cases (else the first with
cells), a header row with known names, one case a row.

Formulas are not computed: the value that the spreadsheet program saved counts.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.naming import Naming
from workbench.evals.datasets.promptfoo import is_header
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records
from workbench.evals.datasets.table import Table, cell_text

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_UNPACKED = 1 << 30
HIGHEST_RATIO = 200
SMALL = 10 << 20
PROGRESS_EVERY = 200


class WorkbookFile:
    id = "workbook"
    title = "Excel or OpenDocument"
    suffixes = (".xlsx", ".ods", ".xlsm", ".xlsb", ".xls")
    magic = (ZIP, OLE)

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        sheet = _sheet(path, Naming() if naming.raw else naming)
        kind = "OpenDocument" if path.suffix.lower() == ".ods" else "Excel"
        return Dialect(f"{kind}, sheet {sheet.name}"), _rows(sheet, path, progress, naming)


def _sheet(path: Path, naming: Naming) -> Any:
    """The first visible sheet with the columns that are wanted, else the first that is not empty: many workbooks begin
    with a page about themselves."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    _refuse_bomb(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
        first = None
        for name in shown or book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height and _has_cases(sheet, naming):
                return sheet
            first = first or (sheet if sheet.height else None)
        if first is not None:
            return first
    except PasswordError as error:
        raise WorkbenchError("The workbook has a password", where=str(path), mend="Save a copy without one.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise WorkbenchError(
            f"The workbook cannot be read: {error}", where=str(path), mend="Save it again, or save the sheet as CSV."
        ) from error
    raise WorkbenchError(
        "The workbook has no sheet with cells", where=str(path), mend="Fill a sheet: a header row and one row per case."
    )


def _has_cases(sheet: Any, naming: Naming) -> bool:
    header = next((row for row in _cells(sheet) if any(cell.strip() for cell in row)), [])
    return is_header(header) or not naming.missing([naming.name(cell) for cell in header])


def _refuse_bomb(path: Path) -> None:
    """A workbook that unpacks to more than a data set can have."""
    if path.suffix.lower() == ".xls":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WorkbenchError(
            "The workbook is damaged", where=str(path), mend="Save it again, or get it anew."
        ) from error
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > HIGHEST_RATIO * path.stat().st_size):
        raise WorkbenchError(
            f"The workbook unpacks to {unpacked >> 20:,} MB",
            where=str(path),
            mend="Save the sheet as CSV, or split it.",
        )


def _rows(sheet: Any, path: Path, progress: Progress, naming: Naming) -> Records:
    header: Table | None = None
    height = max(1, sheet.total_height)
    width = 0
    for number, row in enumerate(_cells(sheet)):
        line = number + 1
        if any(cell.strip() for cell in row):
            if header is None:
                width = max(place + 1 for place, cell in enumerate(row) if cell.strip())
                header = Table(row[:width], path, line, naming)
                yield from header.problems
                if header.problems:
                    return
            else:
                beyond = next((cell for cell in row[width:] if cell.strip()), "")
                yield header.record(row if beyond else row[:width], line)
        if number % PROGRESS_EVERY == 0:
            progress(min(1.0, number / height))
    if header is None:
        yield WorkbenchError("The sheet has no header row", where=str(path), mend="Begin with input and expected.")


def _cells(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


READER: Reader = WorkbookFile()
