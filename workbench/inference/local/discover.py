"""GGUF files in folders: which models this machine has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile, inspect

MOST_FILES = 2000
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A file with the ending .gguf: described, or why it cannot be."""

    path: Path
    file: GgufFile | None
    error: WorkbenchError | None = None


def scan(folders: Iterable[Path]) -> Iterator[Found]:
    """Every .gguf file in the folders and up to six levels below, by name, as it is found.

    Links to folders are not followed, folders that may not be read are passed over, and after 2,000 files
    the rest is left out. A folder that does not exist raises `WorkbenchError`.
    """
    left = MOST_FILES
    for folder in folders:
        if not folder.is_dir():
            raise WorkbenchError("There is no such folder", where=str(folder), mend="Choose another folder.")
        for path in _files(folder):
            if left == 0:
                return
            left -= 1
            yield describe(path)


def describe(path: Path) -> Found:
    """One file, described or with the error."""
    try:
        return Found(path, inspect(path))
    except WorkbenchError as error:
        return Found(path, None, error)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(folders) if len(here.relative_to(folder).parts) < DEEPEST else []
        yield from (here / name for name in sorted(names) if name.lower().endswith(".gguf"))
