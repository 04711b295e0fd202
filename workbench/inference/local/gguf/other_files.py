"""What a file that is no GGUF model is instead, said in a sentence."""

from __future__ import annotations

import struct
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf.reading import INCOMPLETE, shown

GGUF_INSTEAD = "Look for the model's GGUF version."
MAGICS = (
    (b"PK\x03\x04", "a ZIP archive or PyTorch file"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"lmgg", "a GGML file from before GGUF"),
    (b"fmgg", "a GGML file from before GGUF"),
    (b"tjgg", "a GGML file from before GGUF"),
)


def other_file(begin: bytes, path: Path) -> WorkbenchError:
    """The error for a file that begins with these bytes (a few hundred are enough)."""
    text = begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    where = shown(path)
    if text.startswith(b"version https://git-lfs"):
        return WorkbenchError(
            "This is a Git LFS pointer of a few lines; the model itself was not fetched",
            where=where,
            mend="Run `git lfs pull` in that folder, or download the file from its web page.",
        )
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return WorkbenchError(
            "This is a web page, saved under a model's name",
            where=where,
            mend="Download the file itself; the page may have asked for a sign-in.",
        )
    for magic, kind in MAGICS:
        if begin.startswith(magic):
            return WorkbenchError(f"This is {kind}, not a GGUF model", where=where, mend=GGUF_INSTEAD)
    if begin[8:9] == b"{" and len(begin) > 8 and struct.unpack("<Q", begin[:8])[0] < 1 << 40:
        return WorkbenchError("This is a safetensors file, not a GGUF model", where=where, mend=GGUF_INSTEAD)
    if len(begin) < 4:
        return WorkbenchError(f"The file has {len(begin)} bytes, too few for a model", where=where, mend=INCOMPLETE)
    if not begin.strip(b"\0"):
        return WorkbenchError(
            "The file begins with nothing but zeros: it was never filled", where=where, mend=INCOMPLETE
        )
    return WorkbenchError(
        f"This is not a GGUF model: it begins with {_beginning(begin[:4])} instead of “GGUF”",
        where=where,
        mend="Choose a .gguf file.",
    )


def _beginning(begin: bytes) -> str:
    """ "“MZ12”", or bytes as numbers where they are no letters."""
    if all(0x21 <= byte < 0x7F for byte in begin):
        return f"“{begin.decode('ascii')}”"
    return f"the bytes {begin.hex(' ')}"
