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
#: bounds on the whole of a file, several times what the largest known model has; they keep memory and time small
MAX_STRINGS = 1 << 22
MAX_LIST_BYTES = 1 << 28
MAX_KEPT_BYTES = 1 << 25
LENGTH = struct.Struct("<Q")
MOST_SAID = 400
INCOMPLETE = "Download it again, and compare its size with the one on the download page."


def shown(path: Path) -> str:
    """The path as text that can always be printed, also when its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def printable(text: str, most: int) -> str:
    """Text of a stranger's file for a sentence or a table: in one line, without control characters, not too long."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: most + 1])
    return line if len(text) <= most else f"{line[: most - 1]}…"


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[int, int]]:
    """Open a regular file for reading without ever waiting; yields (descriptor, size in bytes).

    Refuses folders, pipes and devices (opening a pipe would wait for a writer; `/dev/zero` never ends).
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_CLOEXEC", 0)
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
        self._strings = 0
        self._listed = 0
        self._kept = 0

    def refuse(self, what: str, *, at: int | None = None, mend: str = "Download another copy.") -> WorkbenchError:
        """The error for something wrong at a byte offset (default: where the cursor stands)."""
        offset = self.position if at is None else at
        return WorkbenchError(printable(what, MOST_SAID), where=f"{shown(self._path)}, byte {offset:,}", mend=mend)

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

    def string(self, limit: int, inside: str, *, keep: int | None = None) -> bytes:
        """Length and bytes; refuses a length over `limit` before reading it. Only the first `keep` bytes are read."""
        at = self.position
        length = self.u64(inside)
        if length > limit:
            raise self.refuse(f"{inside} claims {length:,} bytes; the most a sound file has is {limit:,}", at=at)
        wanted = length if keep is None else min(length, keep)
        self.need(length, inside)
        self._count_kept(wanted, inside)
        text = self.take(wanted, inside)
        self.position += length - wanted
        return text

    def name(self, limit: int, inside: str) -> str:
        """A string that must be UTF-8: the name of a key or tensor."""
        at = self.position
        raw = self.string(limit, inside)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.refuse(f"{inside} is not UTF-8 text", at=at + 8 + error.start) from error

    def strings(self, count: int, limit: int, inside: str, *, keep: bool) -> list[bytes]:
        """`count` strings in one go (an empty list when they are only to be passed over).

        A vocabulary has some 100,000, its merges twice as many: the ones that lie whole in the window are cut out of
        it directly. Refuses a file that holds more strings than any model has.
        """
        kept: list[bytes] = []
        self._strings += count
        if self._strings > MAX_STRINGS:
            raise self.refuse(f"With {inside} the file holds more than {MAX_STRINGS:,} texts in lists")
        left = count
        while left:
            begin = self.position
            left -= self._strings_in_window(left, kept if keep else None)
            if left:
                text = self.string(limit, inside, keep=None if keep else 0)
                left -= 1
                if keep:
                    kept.append(text)
            self._listed += self.position - begin
            if self._listed > MAX_LIST_BYTES:
                raise self.refuse(
                    f"With {inside} the lists of texts are longer than {MAX_LIST_BYTES:,} bytes", at=begin
                )
        return kept

    def _strings_in_window(self, most: int, kept: list[bytes] | None) -> int:
        """Passes over (or keeps) strings that lie whole in the window; gives how many. This loop is the whole speed."""
        window, unpack = self._window, LENGTH.unpack_from
        position, size, done = self.position - self._start, len(self._window), 0
        if position < 0:
            return 0
        begin = position
        while done < most and position + 8 <= size:
            start = position + 8
            end = start + unpack(window, position)[0]
            if end > size:
                break
            if kept is not None:
                kept.append(window[start:end])
            position = end
            done += 1
        self.position += position - begin
        if kept is not None:
            self._count_kept(position - begin - 8 * done, "the vocabulary")
        return done

    def _count_kept(self, length: int, inside: str) -> None:
        self._kept += length
        if self._kept > MAX_KEPT_BYTES:
            raise self.refuse(f"With {inside} the description holds more than {MAX_KEPT_BYTES:,} bytes of text")

    def skip(self, length: int, inside: str) -> None:
        self.need(length, inside)
        self.position += length
