"""Which encoding a text file has, found in one pass that also takes its hash. Memory does not grow with the file."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.protocol import Progress

CHUNK_BYTES = 1 << 20
INVALID = re.compile("[\udc80-\udcff]")
BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
TITLES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "cp1252": "Latin-1"}
TITLES |= {"utf-16-be": "UTF-16", "latin-1": "Latin-1"}
OTHERS = (
    (codecs.BOM_UTF32_LE, "text in UTF-32", "Save it again as CSV in UTF-8."),
    (codecs.BOM_UTF32_BE, "text in UTF-32", "Save it again as CSV in UTF-8."),
    (b"PK\x03\x04", "an Excel workbook or another ZIP archive", "Let its name end with .xlsx or .ods."),
    (b"PAR1", "a Parquet file", "Let its name end with .parquet."),
    (b"SQLite format 3", "a SQLite database", "Export the table as CSV."),
    (b"GGUF", "a language model", "Choose a CSV or JSON Lines file."),
    (b"%PDF", "a PDF document", "Choose a CSV or JSON Lines file."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "Let its name end with .xls, or save the sheet as CSV."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a file tells."""

    encoding: str
    sha256: str
    bytes: int


def scan(path: Path, progress: Progress, magic: tuple[bytes, ...] = ()) -> Scan:
    """Find the encoding and take the hash; a file that begins with its format's `magic` has no encoding ("").

    Raises `WorkbenchError` for an empty or binary file, and for one that is UTF-8 but for a few broken bytes: guessing
    another encoding there would spoil every accented letter.
    """
    with path.open("rb") as file:
        total = max(1, path.stat().st_size)
        begin = file.read(CHUNK_BYTES)
        binary = bool(magic)
        if not (binary and begin.startswith(magic)):
            _refuse_other_formats(begin, path)
            if binary:
                raise WorkbenchError(
                    f"This is not a {path.suffix} file, whatever its name says",
                    where=str(path),
                    mend="Save the table again, or name the file for what it is.",
                )
        encoding = "" if binary else _marked(begin)
        counts = _Counts()
        digest = hashlib.sha256()
        size = 0
        chunk = begin
        while chunk:
            digest.update(chunk)
            size += len(chunk)
            if encoding is None:
                counts.add(chunk)
            progress(min(1.0, size / total))
            chunk = file.read(CHUNK_BYTES)
    return Scan(counts.verdict(path) if encoding is None else encoding, digest.hexdigest(), size)


def _marked(begin: bytes) -> str | None:
    for mark, encoding in MARKS:
        if begin.startswith(mark):
            return encoding
    sample = begin[:4096]
    if len(sample) >= 8 and sample[1::2].count(0) > 0.4 * len(sample) / 2 and sample[::2].count(0) == 0:
        return "utf-16-le"
    if len(sample) >= 8 and sample[::2].count(0) > 0.4 * len(sample) / 2 and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _refuse_other_formats(begin: bytes, path: Path) -> None:
    if not begin.strip():
        raise WorkbenchError(
            "The file is empty", where=str(path), mend="Choose a file with a header row and one row per case."
        )
    for magic, what, mend in OTHERS:
        if begin.startswith(magic):
            raise WorkbenchError(f"This is {what}, not a data set", where=str(path), mend=mend)


class _Counts:
    """Valid and invalid UTF-8 seen so far, the first invalid byte's line, and NUL characters."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._lines = 1
        self._valid = 0
        self._invalid = 0
        self._first_invalid = 0
        self._nul_line = 0

    def add(self, chunk: bytes) -> None:
        text = self._decoder.decode(chunk)
        if not self._nul_line and "\0" in text:
            self._nul_line = self._lines + text.count("\n", 0, text.index("\0"))
        if not text.isascii():
            self._valid += len(BEYOND_ASCII.findall(text))
            found = INVALID.search(text)
            if found:
                self._first_invalid = self._first_invalid or self._lines + text.count("\n", 0, found.start())
                self._invalid += len(INVALID.findall(text))
        self._lines += text.count("\n")

    def verdict(self, path: Path) -> str:
        if self._nul_line:
            raise WorkbenchError(
                "The file holds NUL characters, so it is not plain text",
                where=f"{path}, line {self._nul_line}",
                mend="Save it again as CSV in UTF-8.",
            )
        if not self._invalid:
            return "utf-8"
        if self._valid:
            raise WorkbenchError(
                f"The file is UTF-8, but {self._invalid} bytes in it are not",
                where=f"{path}, line {self._first_invalid}",
                mend="Save it again in UTF-8.",
            )
        return "cp1252"


def open_text(path: Path, encoding: str) -> IO[str]:
    """The file as text, line ends as they are. Latin-1 files are read as Windows writes them; it has a few unused
    codes."""
    return path.open(encoding=encoding, errors="replace" if encoding == "cp1252" else "strict", newline="")
