"""Data sets of eval cases: one reader a format, one line in `BUILTIN`.

`examine` reads a file and hands over the good cases and every problem, for a person to look at; `read_dataset` is for
those who want the cases or an error; `preview` shows the columns before anything is decided.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import EvalCase, EvalSet
from workbench.evals.datasets import csv_file, json_file, jsonl_file, parquet_file, workbook_file, yaml_file
from workbench.evals.datasets.columns import is_example, to_case
from workbench.evals.datasets.encoding import Scan, scan
from workbench.evals.datasets.naming import RAW, Naming, chosen
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records

if TYPE_CHECKING:
    from workbench.evals.checks import Finding

BUILTIN: dict[str, Reader] = {
    member.id: member
    for member in (
        csv_file.READER,
        workbook_file.READER,
        jsonl_file.READER,
        json_file.READER,
        yaml_file.READER,
        parquet_file.READER,
    )
}
MOST_CASES = 100_000
MOST_PROBLEMS = 200
SCAN_SHARE = 0.3
PREVIEWED = 200

__all__ = ["BUILTIN", "Dialect", "Examined", "Preview", "Progress", "Reader", "examine", "preview", "read_dataset"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in a file: the good cases, how it is written, and what is wrong with the rest (the first 200).

    `findings` are what should be known of the good cases; `baseline` is the share that the most frequent answer alone
    gets right (None: not looked for, or the answers are no classes).
    """

    dataset: EvalSet
    dialect: Dialect
    problems: tuple[WorkbenchError, ...]
    findings: tuple[Finding, ...] = ()
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file under the file's own column names, before anything is decided."""

    dialect: Dialect
    header: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    problems: tuple[WorkbenchError, ...]


def suffixes() -> tuple[str, ...]:
    """The endings of all files that can be read."""
    return tuple(suffix for reader in BUILTIN.values() for suffix in reader.suffixes)


def read_dataset(path: Path, *, progress: Progress | None = None, columns: Mapping[str, str] | None = None) -> EvalSet:
    """All cases of a file. Raises `Problems` with every faulty line, or `WorkbenchError` when it is no data set."""
    return without_problems(examine(path, progress=progress, columns=columns))


def examine(path: Path, *, progress: Progress | None = None, columns: Mapping[str, str] | None = None) -> Examined:
    """Read a file without stopping at a faulty line.

    `columns` says which column of the file is what ("input": "Frage"); without it known names count. `progress` is
    called with fractions; it may raise to cancel. Raises `WorkbenchError` when the file cannot be read at all. The hash
    of the data set is that of the file's bytes, and of `columns` where they were given.
    """
    naming = chosen(columns) if columns else Naming()
    gathered = _Gathered(path)
    dialect, first, records = _opened(path, progress or (lambda _: None), naming)
    with _Told(path):
        for record in records:
            if isinstance(record, WorkbenchError):
                gathered.fault(record)
            else:
                gathered.case(to_case(record, gathered.number + 1, path), example=is_example(record))
            if gathered.full:
                break
    if not gathered.cases and not gathered.problems:
        gathered.fault(
            WorkbenchError("The file has a header and no cases", where=str(path), mend="Add one row per case.")
        )
    digest = first.sha256 if not columns else _with_choices(first.sha256, {"columns": dict(columns)})
    dataset = EvalSet(path.stem, digest, tuple(gathered.cases), str(path), tuple(gathered.examples))
    return Examined(dataset, dialect, tuple(gathered.problems))


def looked_through(found: Examined, *, mark: bool = True) -> Examined:
    """The same with what should be known of the cases, rows with personal data marked sensitive and rows that are not
    independent in clusters. `mark` False leaves the marks as they are in the file; the hash then tells it."""
    from workbench.evals.checks import checked

    seen = checked(found.dataset, mark=mark)
    dataset = seen.dataset
    if not mark:
        dataset = replace(dataset, hash=_with_choices(dataset.hash, {"mark": False}))
    return replace(found, dataset=dataset, findings=seen.findings, baseline=seen.baseline)


def without_problems(found: Examined) -> EvalSet:
    """The cases, when every line was good. Raises `Problems` with every faulty line."""
    if len(found.problems) == 1:
        raise found.problems[0]
    if found.problems:
        more = " or more" if len(found.problems) == MOST_PROBLEMS else ""
        raise Problems(
            f"The data set has {len(found.problems)}{more} problems",
            found.problems,
            where=found.dataset.source,
            mend="Mend these lines, or take only the good ones (--skip-faulty).",
        )
    return found.dataset


def preview(path: Path, *, progress: Progress | None = None) -> Preview:
    """The first 200 rows of a file. Raises `WorkbenchError` when it cannot be read."""
    dialect, _, records = _opened(path, progress or (lambda _: None), RAW)
    rows: list[Mapping[str, str]] = []
    problems: list[WorkbenchError] = []
    with _Told(path):
        for record in records:
            if isinstance(record, WorkbenchError):
                problems.append(record)
            else:
                rows.append({**record.fields, **dict(record.extra)})
            if len(rows) + len(problems) >= PREVIEWED:
                break
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    return Preview(dialect, header, tuple(rows), tuple(problems))


def _opened(path: Path, tell: Progress, naming: Naming) -> tuple[Dialect, Scan, Records]:
    reader = reader_for(path)
    with _Told(path):
        first = scan(path, lambda part: tell(SCAN_SHARE * part), reader.magic)
        dialect, records = reader.open(
            path, first.encoding, lambda part: tell(SCAN_SHARE + (1 - SCAN_SHARE) * part), naming
        )
    return dialect, first, records


class _Told:
    """What the world does to a file while it is read, as sentences."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError) and error.encoding.startswith("utf-16"):
            raise WorkbenchError(
                "The file is UTF-16 and was cut short, or its bytes are damaged",
                where=str(self._path),
                mend="Copy it again, or save it again in UTF-8.",
            ) from error
        if isinstance(error, UnicodeError):
            raise WorkbenchError(
                f"The file is not whole {error.args[0]} text", where=str(self._path), mend="Save it again in UTF-8."
            ) from error
        if isinstance(error, OSError):
            raise WorkbenchError(
                f"The file cannot be read: {error.strerror}",
                where=str(self._path),
                mend="Check the path and your permission.",
            ) from error


def _with_choices(sha256: str, choices: Mapping[str, object]) -> str:
    return hashlib.sha256(f"{sha256} {json.dumps(choices, sort_keys=True)}".encode()).hexdigest()


def reader_for(path: Path) -> Reader:
    """The reader for a file's ending. Raises `WorkbenchError` for a folder, a device or an unknown ending."""
    if path.is_dir():
        raise WorkbenchError("This is a folder, not a file", where=str(path), mend="Choose a table or a JSON file.")
    if path.exists() and not path.is_file():
        raise WorkbenchError("This is a device or pipe, not a file", where=str(path), mend="Choose a CSV file.")
    ending = path.suffix.lower()
    for reader in BUILTIN.values():
        if ending in reader.suffixes:
            return reader
    raise WorkbenchError(
        f"The workbench reads no data sets from {ending or 'files without an ending'}",
        where=str(path),
        mend=f"Save it with one of these endings: {', '.join(suffixes())}.",
    )


class _Gathered:
    """Cases and problems so far; notices ids that stand twice."""

    def __init__(self, path: Path) -> None:
        self.cases: list[EvalCase] = []
        self.examples: list[EvalCase] = []
        self.problems: list[WorkbenchError] = []
        self.number = 0
        self.full = False
        self._path = path
        self._lines: dict[str, int | None] = {}

    def fault(self, problem: WorkbenchError) -> None:
        self.problems.append(problem)
        self.full = len(self.problems) >= MOST_PROBLEMS

    def case(self, found: EvalCase | list[WorkbenchError], *, example: bool = False) -> None:
        self.number += 1
        if isinstance(found, list):
            for problem in found:
                self.fault(problem)
        elif found.id in self._lines:
            self.fault(
                WorkbenchError(
                    f"The id {found.id} stands twice, first in line {self._lines[found.id]}",
                    where=f"{self._path}, line {found.line}",
                    mend="Give every case an id of its own, or leave the column out.",
                )
            )
        elif len(self.cases) >= MOST_CASES:
            self.fault(
                WorkbenchError(
                    f"The file has more than {MOST_CASES:,} cases",
                    where=f"{self._path}, line {found.line}",
                    mend="Draw a random sample: a few hundred cases tell two models apart.",
                )
            )
            self.full = True
        else:
            self._lines[found.id] = found.line
            (self.examples if example else self.cases).append(found)
