"""What people read on the screen: text out of files and models never moves the cursor or changes colours."""

from __future__ import annotations

import io
import sys
import unicodedata
from typing import TextIO

_LINES = frozenset("\n\t")
# Marks that turn the reading direction of what follows.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """`text` with a space for each control character (but line break and tab) and each mark of reading direction."""
    return "".join(" " if _is_control(letter) else letter for letter in text)


def say(text: object = "", *, end: str = "\n", file: TextIO | None = None, flush: bool = False) -> None:
    """Prints text for people, made plain."""
    print(plain(str(text)), end=end, file=file, flush=flush)


def take_any_text() -> None:
    """Lets the streams print what their encoding lacks, as \\uXXXX: a file's name must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_control(letter: str) -> bool:
    return letter in _TURNING or (letter not in _LINES and unicodedata.category(letter) == "Cc")
