"""Locks between processes: held by the operating system, so a process that dies in any way lets go of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workbench.domain.errors import WorkbenchError

_FIRST_PAUSE_S = 0.002
_LONGEST_PAUSE_S = 0.05


class FileLock:
    """An exclusive lock on a small file of its own. One holder at a time, over all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self, wait_s: float, on_wait: Callable[[], None] | None = None) -> bool:
        """Whether the lock is ours now. Tries for `wait_s` seconds; calls `on_wait` once when it must wait.

        Raises OSError when the lock file cannot be made.
        """
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        deadline = time.monotonic() + wait_s
        pause = _FIRST_PAUSE_S
        while not _try_lock(self._file):
            if time.monotonic() >= deadline:
                return False
            if on_wait is not None:
                on_wait()
                on_wait = None
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        return True

    def release(self) -> None:
        """Lets go; the file stays, for removing it would let two processes lock two files of one name."""
        if self._file is not None:
            _unlock(self._file)

    def close(self) -> None:
        """Lets go and closes the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def claim_window(database: Path) -> FileLock:
    """The right to be the one window over `database`; keep it until the window closes.

    Raises WorkbenchError when another window holds it.
    """
    lock = FileLock(database.with_name(database.name + ".window"))
    if not lock.acquire(0):
        lock.close()
        raise WorkbenchError(
            "The workbench is already open on this data folder",
            where=str(database.parent),
            mend="Go on in that window, or choose another folder with --home.",
        )
    return lock


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
