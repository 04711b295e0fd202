"""What a reader of data sets is, and what it hands over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workbench.domain.errors import WorkbenchError

#: called with the fraction read; whoever wants to cancel raises in it
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written, for the person to confirm: "CSV, UTF-16, separated by semicolons"."""

    format: str
    encoding: str
    separator: str = ""

    def __str__(self) -> str:
        return f"{self.format}, {self.encoding}" + (f", separated by {self.separator}" if self.separator else "")


@dataclass(frozen=True, slots=True)
class Record:
    """One case as it stands in the file: its fields by their known names, and the line it begins on."""

    line: int
    fields: dict[str, str]


class Reader(Protocol):
    """Reads one file format. Yields good records and, in their place, what is wrong with the others."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def suffixes(self) -> tuple[str, ...]: ...

    def open(
        self, path: Path, encoding: str, progress: Progress
    ) -> tuple[Dialect, Iterator[Record | WorkbenchError]]: ...
