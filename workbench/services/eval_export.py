"""The results of an eval as a file: one line for each case, model and scorer."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseResult
from workbench.paths import replace_file

COLUMNS = tuple(part.name for part in dataclasses.fields(CaseResult))


def write(results: Sequence[CaseResult], file: Path) -> None:
    """Writes `.csv` or `.jsonl`. Raises WorkbenchError; an older file is then untouched."""
    make = FORMATS.get(file.suffix.lower())
    if make is None:
        raise WorkbenchError(
            f"Results cannot be written as {file.suffix or 'a file without an ending'}",
            where=str(file),
            mend=f"Let the name end with {' or '.join(FORMATS)}.",
        )
    try:
        replace_file(file, make(results).encode("utf-8"))
    except OSError as error:
        raise WorkbenchError(
            f"The results cannot be written: {error.strerror}",
            where=str(file),
            mend="Choose a folder you may write to, with room on its disk.",
        ) from error


def as_csv(results: Sequence[CaseResult]) -> str:
    """CSV with a header; a text that a spreadsheet would run as a formula is made text."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for result in results:
        lines.writerow([_cell(value) for value in _plain(result).values()])
    return out.getvalue()


def as_jsonl(results: Sequence[CaseResult]) -> str:
    """One JSON object a line."""
    return "".join(f"{json.dumps(_plain(result), ensure_ascii=False)}\n" for result in results)


FORMATS: dict[str, Callable[[Sequence[CaseResult]], str]] = {".csv": as_csv, ".jsonl": as_jsonl}


def _plain(result: CaseResult) -> dict[str, object]:
    return {**dataclasses.asdict(result), "outcome": result.outcome.value, "tags": list(result.tags)}


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
