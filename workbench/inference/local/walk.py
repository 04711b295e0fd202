"""The files below a folder that are or will be GGUF models, whatever the folder is like.

Links to folders are followed, each real folder once, so a loop ends. What may not be read is named and passed over;
what vanishes meanwhile is as if it had never been.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf.reading import shown

DEEPEST = 12
MOST_MODELS = 20_000
MOST_ENTRIES = 500_000
#: how programs mark a download that is not finished, after or before the file's name
UNFINISHED_ENDINGS = (
    ".part", ".partial", ".crdownload", ".download", ".downloading", ".incomplete", ".downloadinprogress", ".tmp",
    ".aria2", "-partial",
)  # fmt: skip
UNFINISHED_BEGINNINGS = ("incomplete-", "downloading_")
#: Hugging Face names a download by its hash; this is where they lie, and what they are shows in their first bytes
HASH_FOLDERS = ("blobs", "download")


@dataclass(frozen=True, slots=True)
class Spotted:
    """A file by its name alone. `identity` is the same for two names of one file."""

    path: Path
    bytes: int
    changed_ns: int
    identity: tuple[int, int]
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """A folder that could not be read, or where the search was ended, and why."""

    path: Path
    error: WorkbenchError


def walk(folder: Path) -> Iterator[Spotted | Unread]:
    """Models and unfinished downloads below `folder`, folder by folder in the order of their names."""
    return _Walk().folder(folder)


class _Walk:
    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._entries = 0
        self._models = 0
        self._ended = False

    def folder(self, folder: Path) -> Iterator[Spotted | Unread]:
        pending = [(os.fspath(folder), 0)]
        while pending and not self._ended:
            place, depth = pending.pop()
            try:
                with os.scandir(place) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
                identity = os.stat(place)  # noqa: PTH116 - a plain text is faster here, and this is the inner loop
            except FileNotFoundError:
                continue
            except OSError as error:
                yield Unread(Path(place), _unreadable(place, error))
                continue
            if not self._is_new(identity):
                continue
            below: list[tuple[str, int]] = []
            yield from self._entries_of(listed, depth, below)
            pending.extend(reversed(below))

    def _is_new(self, status: os.stat_result) -> bool:
        """False for a folder that was seen under another name. Where there are no inodes, depth is the bound."""
        identity = (status.st_dev, status.st_ino)
        if status.st_ino and identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _entries_of(
        self, listed: list[os.DirEntry[str]], depth: int, below: list[tuple[str, int]]
    ) -> Iterator[Spotted | Unread]:
        for entry in listed:
            self._entries += 1
            if self._entries > MOST_ENTRIES or self._models >= MOST_MODELS:
                self._ended = True
                yield Unread(Path(entry.path), _too_many())
                return
            if _is_folder(entry):
                if depth < DEEPEST:
                    below.append((entry.path, depth + 1))
                continue
            if (found := _spotted(entry)) is not None:
                self._models += 1
                yield found


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that points to itself


def _spotted(entry: os.DirEntry[str]) -> Spotted | None:
    name = entry.name.lower()
    unfinished = is_unfinished(name)
    if not unfinished and not name.endswith(".gguf"):
        return None
    if unfinished and ".gguf" not in name and not _begins_like_a_model(entry):
        return None
    try:
        status = entry.stat()
    except OSError:
        try:
            status = entry.stat(follow_symlinks=False)  # a link into nowhere or to itself is listed with its problem
        except OSError:
            return None
    return spotted(Path(entry.path), status, unfinished=unfinished)


def spotted(path: Path, status: os.stat_result, *, unfinished: bool = False) -> Spotted:
    """What a look at the file says. A change of its permissions counts as a change: it may be readable now."""
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    return Spotted(path, status.st_size, changed, (status.st_dev, status.st_ino), unfinished)


def is_unfinished(name: str) -> bool:
    """Whether a file's name (in small letters) is one that programs give to a download under way."""
    return name.endswith(UNFINISHED_ENDINGS) or (name.startswith(UNFINISHED_BEGINNINGS) and name.endswith(".gguf"))


def _begins_like_a_model(entry: os.DirEntry[str]) -> bool:
    """Of a download named by a hash only its first bytes tell that it will be a model."""
    parent = os.path.basename(os.path.dirname(entry.path))  # noqa: PTH119, PTH120
    if parent not in HASH_FOLDERS:
        return False
    try:
        descriptor = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and os.read(descriptor, 4) == b"GGUF"
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _unreadable(place: str, error: OSError) -> WorkbenchError:
    if isinstance(error, PermissionError):
        return WorkbenchError(
            "This folder may not be read", where=shown(Path(place)), mend="Give yourself permission to read it."
        )
    return WorkbenchError(
        f"This folder cannot be read: {error.strerror}", where=shown(Path(place)), mend="Check the disk or the drive."
    )


def _too_many() -> WorkbenchError:
    return WorkbenchError(
        f"The search was ended here: the folder holds more than {MOST_ENTRIES:,} files or {MOST_MODELS:,} models",
        mend="Add the folder that holds the models, not one above it.",
    )
