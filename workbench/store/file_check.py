"""Looks at a data file and its folder before SQLite does, which takes an empty file for a new database."""

from __future__ import annotations

import os
import stat
import struct
from pathlib import Path

from workbench.domain.errors import WorkbenchError

# "MSWB": marks a SQLite file as ours.
APPLICATION_ID = 0x4D535742
HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"
_NETWORK_KINDS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "davfs", "fuse.sshfs", "fuse.rclone", "ncpfs")
_SYNC_FOLDERS = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud",
                 "owncloud", "pclouddrive", "megasync", "syncthing", "seafile")  # fmt: skip


def problem_of(path: Path) -> str:
    """Why the file at `path` cannot be our data file, as a sentence; empty when nothing speaks against it.

    Raises WorkbenchError when the path cannot be a file at all or cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            raise WorkbenchError(f"The data file is {kind}", where=str(path), mend="Choose another folder with --home.")
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError as error:
        raise WorkbenchError(
            f"The data file cannot be read: {error.strerror}", where=str(path), mend="Check its permissions."
        ) from error
    return _problem_of_header(header, status.st_size, _has_log(path))


def _problem_of_header(header: bytes, size: int, has_log: bool) -> str:
    if size == 0:
        return "The data file is empty"
    if not header.startswith(_MAGIC):
        return f"The data file is {_guess(header)}, not a workbench data file"
    if len(header) < HEADER_BYTES:
        return f"The data file ends after {size} bytes"
    (application_id,) = struct.unpack_from(">I", header, 68)
    if application_id != APPLICATION_ID:
        return "The data file is the database of another program"
    page_size = struct.unpack_from(">H", header, 16)[0]
    page_size = 65_536 if page_size == 1 else page_size
    should = page_size * int(struct.unpack_from(">I", header, 28)[0])
    # With a write-ahead log beside it, the file may be shorter than its header says until the log is copied in.
    if size < should and not has_log:
        return f"The data file is cut off: it ends at byte {size:,} of {should:,}"
    return ""


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _guess(header: bytes) -> str:
    """What a file is instead, from its first bytes."""
    start = header.lstrip()[:16].lower()
    if start.startswith((b"<!doctype", b"<html")):
        return "a web page"
    if start.startswith(b"version https://"):
        return "a Git LFS pointer"
    if not header.strip(b"\0"):
        return "filled with zeros"
    return "text" if header.isascii() and b"\0" not in header else "something else"


def notices_about(folder: Path) -> tuple[str, ...]:
    """Warnings about where the data file lies; empty for an ordinary folder of this machine."""
    notices = []
    service = next((part for part in folder.parts if part.lower().startswith(_SYNC_FOLDERS)), None)
    if service is not None or any((parent / ".stfolder").exists() for parent in (folder, *folder.parents)):
        name = service or "Syncthing"
        notices.append(
            f"The data folder {folder} is copied by a sync service ({name}). Such services can copy a half-written "
            "file over a good one. Choose another folder with --home, and share exported scenarios instead."
        )
    # On Windows a share is known by its name, on Linux by the mount table.
    share = str(folder).startswith("\\\\")
    kind = "network share" if share else network_kind(os.path.realpath(folder), _mounts())
    if kind:
        notices.append(
            f"The data folder {folder} lies on a network drive ({kind}). Locks are not reliable there, and two "
            "machines can damage the file. Choose a folder on this machine with --home."
        )
    return tuple(notices)


def _mounts() -> str:
    """What is mounted where, as Linux tells it; empty elsewhere."""
    table = Path("/proc/self/mountinfo")
    return table.read_text(encoding="utf-8", errors="replace") if table.is_file() else ""


def network_kind(folder: str, mounts: str) -> str:
    """The kind of network file system that `folder` lies on, by the mount table; empty when it is a local one."""
    best, kind = "", ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace("\\040", " ")
        inside = folder == point or folder.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind if kind in _NETWORK_KINDS else ""
