"""Data sets of eval cases: one reader a format, one line in `BUILTIN`.

`examine` reads a file and hands over the good cases and every problem, for a person to look at; `read_dataset` is for
those who want the cases or an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import EvalCase, EvalSet
from workbench.evals.datasets import csv_file, jsonl_file
from workbench.evals.datasets.columns import to_case
from workbench.evals.datasets.encoding import scan
from workbench.evals.datasets.protocol import Dialect, Progress, Reader

BUILTIN: dict[str, Reader] = {member.id: member for member in (csv_file.READER, jsonl_file.READER)}
MOST_CASES = 100_000
MOST_PROBLEMS = 200
SCAN_SHARE = 0.3

__all__ = ["BUILTIN", "Dialect", "Examined", "Progress", "Reader", "examine", "read_dataset"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in a file: the good cases, how it is written, and what is wrong with the rest (the first 200)."""

    dataset: EvalSet
    dialect: Dialect
    problems: tuple[WorkbenchError, ...]


def read_dataset(path: Path, *, progress: Progress | None = None) -> EvalSet:
    """All cases of a file. Raises `Problems` with every faulty line, or `WorkbenchError` when it is no data set."""
    found = examine(path, progress=progress)
    if len(found.problems) == 1:
        raise found.problems[0]
    if found.problems:
        more = " or more" if len(found.problems) == MOST_PROBLEMS else ""
        raise Problems(
            f"The data set has {len(found.problems)}{more} problems",
            found.problems,
            where=str(path),
            mend="Mend these lines, or import only the good ones.",
        )
    return found.dataset


def examine(path: Path, *, progress: Progress | None = None) -> Examined:
    """Read a file without stopping at a faulty line.

    `progress` is called with fractions; it may raise to cancel. Raises `WorkbenchError` when the file cannot be read
    at all.
    """
    tell = progress or (lambda _: None)
    reader = reader_for(path)
    try:
        first = scan(path, lambda part: tell(SCAN_SHARE * part))
        dialect, records = reader.open(path, first.encoding, lambda part: tell(SCAN_SHARE + (1 - SCAN_SHARE) * part))
        gathered = _Gathered(path)
        for record in records:
            if isinstance(record, WorkbenchError):
                gathered.fault(record)
            else:
                gathered.case(to_case(record, gathered.number + 1, path))
            if gathered.full:
                break
    except UnicodeError as error:
        raise WorkbenchError(
            f"The file is not whole {error.args[0]} text", where=str(path), mend="Save it again in UTF-8."
        ) from error
    except OSError as error:
        raise WorkbenchError(
            f"The file cannot be read: {error.strerror}", where=str(path), mend="Check the path and your permission."
        ) from error
    if not gathered.cases and not gathered.problems:
        gathered.fault(
            WorkbenchError("The file has a header and no cases", where=str(path), mend="Add one row per case.")
        )
    return Examined(
        EvalSet(path.stem, first.sha256, tuple(gathered.cases), str(path)), dialect, tuple(gathered.problems)
    )


def reader_for(path: Path) -> Reader:
    """The reader for a file's ending. Raises `WorkbenchError` for a folder, a device or an unknown ending."""
    if path.is_dir():
        raise WorkbenchError("This is a folder, not a file", where=str(path), mend="Choose a CSV or JSON Lines file.")
    if path.exists() and not path.is_file():
        raise WorkbenchError("This is a device or pipe, not a file", where=str(path), mend="Choose a CSV file.")
    ending = path.suffix.lower()
    for reader in BUILTIN.values():
        if ending in reader.suffixes:
            return reader
    known = ", ".join(suffix for reader in BUILTIN.values() for suffix in reader.suffixes)
    raise WorkbenchError(
        f"The workbench reads no {ending or 'files without an ending'} data sets",
        where=str(path),
        mend=f"Save it with one of these endings: {known}.",
    )


class _Gathered:
    """Cases and problems so far; notices ids that stand twice."""

    def __init__(self, path: Path) -> None:
        self.cases: list[EvalCase] = []
        self.problems: list[WorkbenchError] = []
        self.number = 0
        self.full = False
        self._path = path
        self._lines: dict[str, int | None] = {}

    def fault(self, problem: WorkbenchError) -> None:
        self.problems.append(problem)
        self.full = len(self.problems) >= MOST_PROBLEMS

    def case(self, found: EvalCase | list[WorkbenchError]) -> None:
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
            self.cases.append(found)
