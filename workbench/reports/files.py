"""Putting a report into a folder: whole or not at all, and what was there before stays until then."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import unicodedata
from pathlib import Path

from workbench.domain.errors import WorkbenchError

_LONGEST_STEM_BYTES = 120
_MEND = {
    errno.ENOSPC: "Free some space on the disk, or choose another folder.",
    errno.EDQUOT: "Free some space in your quota, or choose another folder.",
    errno.EFBIG: "Choose a disk that takes larger files.",
    errno.EROFS: "The disk is read-only; choose another folder.",
    errno.ENAMETOOLONG: "Choose a shorter folder or file name.",
}
_ANY_FOLDER = "Choose a folder you may write to."


def file_stem(name: str) -> str:
    """A name for files from a person's words: lower case, hyphens, no path, short enough for any disk.

    "report" where nothing usable is left.
    """
    simple = "".join(c if c.isalnum() else "-" for c in unicodedata.normalize("NFKC", name).lower())
    stem = "-".join(part for part in simple.split("-") if part)
    return stem.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore").rstrip("-") or "report"


def folder_for(path: Path) -> Path:
    """`path` as a folder, made when it is missing; WorkbenchError when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        mend = "Choose another folder, or move the file away."
        raise WorkbenchError("The folder for the report is a file", where=str(path), mend=mend) from error
    except (OSError, ValueError) as error:
        raise _refusal("The folder for the report cannot be made", path, error) from error
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file beside its place, flushes it to the disk and moves it there in one step.

    Raises WorkbenchError when that fails; a file that was there before is then as it was.
    """
    if path.is_dir():
        mend = "Move the folder away, or choose another one for the report."
        raise WorkbenchError("A folder has the name of the report", where=str(path), mend=mend)
    if path.exists() and not os.access(path, os.W_OK):
        mend = "Give yourself the right to write it, or choose another folder."
        raise WorkbenchError("The report exists and is read-only", where=str(path), mend=mend)
    draft: str | None = None
    try:
        handle, draft = tempfile.mkstemp(prefix=".report-", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
        draft = None
        _sync_folder(path.parent)
    except (OSError, ValueError) as error:
        raise _refusal("The report cannot be written", path, error) from error
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                Path(draft).unlink()


def _sync_folder(folder: Path) -> None:
    """Makes the new name itself last a power cut, where the system can do that to a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(what: str, path: Path, error: OSError | ValueError) -> WorkbenchError:
    reason = getattr(error, "strerror", None) or str(error)
    mend = _MEND.get(getattr(error, "errno", None) or 0, _ANY_FOLDER)
    return WorkbenchError(f"{what}: {reason.lower()}", where=str(path), mend=mend)
