"""A cursor over a file that checks every length before it reads.

`os.pread` and not `mmap`: a file that is cut while it is mapped (a download in progress, a network drive)
would raise SIGBUS and take the window with it.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.domain.errors import WorkbenchError

WINDOW_BYTES = 1 << 18
LENGTH = struct.Struct("<Q")
INCOMPLETE = "Download it again, and compare its size with the one on the download page."


def shown(path: Path) -> str:
    """The path as text that can always be printed, also when its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[int, int]]:
    """Open a regular file for reading without ever waiting; yields (descriptor, size in bytes).

    Refuses folders, pipes and devices (opening a pipe would wait for a writer; `/dev/zero` never ends).
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise _not_opened(path, error) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise WorkbenchError(
                f"This is {_kind(status.st_mode)}, not a file", where=shown(path), mend="Choose a .gguf file."
            )
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _not_opened(path: Path, error: OSError | ValueError) -> WorkbenchError:
    where = shown(path)
    code = error.errno if isinstance(error, OSError) else None
    match code:
        case errno.ENOENT | errno.ENOTDIR:
            return WorkbenchError(
                "There is no such file", where=where, mend="Check the path, or scan the folder again."
            )
        case errno.EACCES | errno.EPERM:
            return WorkbenchError("This file may not be read", where=where, mend="Give yourself permission to read it.")
        case errno.ELOOP:
            return WorkbenchError(
                "This link points to itself", where=where, mend="Choose the file that the link should lead to."
            )
        case errno.EISDIR:
            return WorkbenchError("This is a folder, not a file", where=where, mend="Choose a .gguf file in it.")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return WorkbenchError(f"This file cannot be opened: {reason}", where=where, mend="Choose another file.")


class Cursor:
    """Reads little-endian values one after the other; raises `WorkbenchError` with the byte offset."""

    def __init__(self, descriptor: int, size: int, path: Path) -> None:
        self.size = size
        self.position = 0
        self._descriptor = descriptor
        self._path = path
        self._window = b""
        self._start = 0

    def refuse(self, what: str, *, at: int | None = None, mend: str = "Download another copy.") -> WorkbenchError:
        """The error for something wrong at a byte offset (default: where the cursor stands)."""
        offset = self.position if at is None else at
        return WorkbenchError(what, where=f"{shown(self._path)}, byte {offset:,}", mend=mend)

    def need(self, length: int, inside: str) -> None:
        """Refuse unless `length` more bytes are in the file; `inside` says what would be cut."""
        if length > self.size - self.position:
            raise self.refuse(
                f"The download is incomplete: {inside} needs {length:,} bytes from here, "
                f"and the file ends at byte {self.size:,}",
                mend=INCOMPLETE,
            )

    def take(self, length: int, inside: str) -> bytes:
        self.need(length, inside)
        begin = self.position - self._start
        if begin < 0 or begin + length > len(self._window):
            self._fill(length)
            begin = 0
        self.position += length
        return self._window[begin : begin + length]

    def _fill(self, length: int) -> None:
        wanted = max(length, WINDOW_BYTES)
        parts: list[bytes] = []
        have = 0
        while have < length:
            part = self._pread(min(wanted - have, 1 << 26), self.position + have)
            if not part:
                raise self.refuse("The file became shorter while it was read", mend="Wait until it is complete.")
            parts.append(part)
            have += len(part)
        self._window, self._start = b"".join(parts), self.position

    def _pread(self, length: int, offset: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                return os.pread(self._descriptor, length, offset)
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, length)
        except OSError as error:
            raise self.refuse(
                f"The file cannot be read: {error.strerror}", at=offset, mend="Check the disk."
            ) from error

    def number(self, code: str, size: int, inside: str) -> int | float | bool:
        """One number in struct's `code`."""
        value: int | float | bool = struct.unpack("<" + code, self.take(size, inside))[0]
        return value

    def u32(self, inside: str) -> int:
        return int(self.number("I", 4, inside))

    def u64(self, inside: str) -> int:
        return int(self.number("Q", 8, inside))

    def string(self, limit: int, inside: str) -> bytes:
        """Length and bytes; refuses a length over `limit` before reading it."""
        at = self.position
        length = self.u64(inside)
        if length > limit:
            raise self.refuse(f"{inside} claims {length:,} bytes; the most a sound file has is {limit:,}", at=at)
        return self.take(length, inside)

    def strings(self, count: int, limit: int, inside: str, *, keep: bool) -> list[bytes]:
        """`count` strings in one go (an empty list when they are only to be passed over).

        A vocabulary has some 100,000: the ones that lie whole in the window are cut out of it directly.
        """
        kept: list[bytes] = []
        for _ in range(count):
            begin = self.position - self._start + 8
            if 8 <= begin <= len(self._window):
                end = begin + LENGTH.unpack_from(self._window, begin - 8)[0]
                if end <= len(self._window):
                    if keep:
                        kept.append(self._window[begin:end])
                    self.position = self._start + end
                    continue
            text = self.string(limit, inside)
            if keep:
                kept.append(text)
        return kept

    def skip(self, length: int, inside: str) -> None:
        self.need(length, inside)
        self.position += length
