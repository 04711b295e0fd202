"""Aligned tables for people; colour only on a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Collection, Sequence

from workbench.cli.screen import plain

_UNSEEN = frozenset({"Mn", "Me", "Cf"})


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> None:
    """Prints rows under a header, the columns in `right` right-aligned; lines end at the edge of the screen."""
    cells = [[_line(cell) for cell in row] for row in [header, *rows]]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(header))]
    room = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 10_000
    for number, row in enumerate(cells):
        padded = [_pad(cell, widths[column], column in right) for column, cell in enumerate(row)]
        line = "  ".join(padded).rstrip()[:room]
        print(_dim(line) if number == 0 else line)


def _line(cell: str) -> str:
    """One line of plain text."""
    return " ".join(plain(cell).splitlines()).replace("\t", " ")


def _width(text: str) -> int:
    """Columns on a screen: joiners and accents that sit on another letter take none."""
    return sum(
        0 if unicodedata.category(letter) in _UNSEEN else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def _dim(line: str) -> str:
    colourful = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\033[2m{line}\033[0m" if colourful else line
