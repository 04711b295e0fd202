"""Files put beside a prompt: text as it is, the text of a PDF, pictures. Read whole or refused with a sentence."""

from __future__ import annotations

import stat
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Attachment

MOST_TEXT_BYTES = 4 << 20
MOST_IMAGE_BYTES = 10 << 20
MOST_PDF_BYTES = 50 << 20
MOST_CHARACTERS = 400_000
IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)
PDF = b"%PDF-"


def read_attachment(path: Path) -> Attachment:
    """The file as an attachment. Takes a while for a PDF: not on the GUI thread.

    Raises WorkbenchError for what is no file, too large, neither text nor PDF nor picture, or a PDF without text.
    """
    size = _size(path)
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise _unreadable(path, error) from error
    media_type = _image_type(start)
    if media_type:
        return Attachment(path.name, "", media_type, _bytes(path, size, MOST_IMAGE_BYTES, "A picture"))
    if PDF in start:
        _refuse_large(path, size, MOST_PDF_BYTES, "A PDF")
        from workbench.services.pdf_text import read_pdf

        text, note = read_pdf(path)
        text, note = _cut(text, note)
        return Attachment(path.name, text, "application/pdf", note=note)
    return _text(path, _bytes(path, size, MOST_TEXT_BYTES, "A text"))


def _size(path: Path) -> int:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise WorkbenchError("This is no file that can be attached", where=str(path), mend="Choose a file.")
    if found.st_size == 0:
        raise WorkbenchError("The file is empty", where=str(path), mend="Choose another file.")
    return found.st_size


def _bytes(path: Path, size: int, most: int, kind: str) -> bytes:
    _refuse_large(path, size, most, kind)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _refuse_large(path: Path, size: int, most: int, kind: str) -> None:
    if size > most:
        raise WorkbenchError(
            f"{kind} may have {most >> 20} MiB; this one has {size / (1 << 20):.1f}",
            where=str(path),
            mend="Attach the part that matters.",
        )


def _image_type(start: bytes) -> str:
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in IMAGES if start.startswith(magic)), "")


def _text(path: Path, raw: bytes) -> Attachment:
    """UTF-8, UTF-16 with its mark, else Latin-1 with a note; what holds a NUL is no text."""
    note = ""
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text, note = (
            raw.decode("latin-1"),
            "It is not in UTF-8 and was read as Latin-1: look whether letters are right.",
        )
    if "\0" in text:
        raise WorkbenchError(
            "This is neither text nor a PDF nor a picture",
            where=str(path),
            mend="Attach a text file, a PDF, or a PNG, JPEG, GIF or WebP picture.",
        )
    cut, note = _cut(text.replace("\r\n", "\n"), note)
    return Attachment(path.name, cut, note=note)


def _cut(text: str, note: str) -> tuple[str, str]:
    if len(text) <= MOST_CHARACTERS:
        return text, note
    return text[:MOST_CHARACTERS], f"{note} Only the first {MOST_CHARACTERS:,} characters were taken.".strip()


def _unreadable(path: Path, error: OSError) -> WorkbenchError:
    return WorkbenchError(
        f"The file cannot be read: {error.strerror}", where=str(path), mend="Choose a file that you may read."
    )
