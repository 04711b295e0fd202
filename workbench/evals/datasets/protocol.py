"""What a reader of data sets is, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.naming import Naming

#: called with the fraction read; whoever wants to cancel raises in it
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written, for the person to confirm: "CSV, UTF-16, separated by semicolons"."""

    format: str
    encoding: str = ""
    separator: str = ""

    def __str__(self) -> str:
        parts = [self.format, self.encoding, f"separated by {self.separator}" if self.separator else ""]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Record:
    """One case as it stands in the file: its fields by their known names, the other columns, and the line it begins
    on."""

    line: int
    fields: dict[str, str]
    extra: tuple[tuple[str, str], ...] = ()


Records = Iterator[Record | WorkbenchError]


class Reader(Protocol):
    """Reads one file format. Yields good records and, in their place, what is wrong with the others.

    `binary` files have no encoding of their own ("" is handed over); `magic` is how they begin. Raises `WorkbenchError`
    when nothing of the file can be read.
    """

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    @property
    def magic(self) -> tuple[bytes, ...]: ...

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]: ...
