"""Putting a report into a folder: whole or not at all, and what was there before stays until then."""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.paths import replace_file

_LONGEST_STEM_BYTES = 120
# A report is made to be read by others, unlike the files in the data folder.
_READABLE = 0o644
_WRITABLE = 0o222
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


def check_folder(path: Path) -> None:
    """Raises what `folder_for` would, and what writing into that folder would, and makes nothing.

    To be asked before a long job whose end it would spoil.
    """
    try:
        place = next(each for each in (path.absolute(), *path.absolute().parents) if os.path.lexists(each))
        if not place.is_dir():
            if place == path.absolute():
                mend = "Choose another folder, or move the file away."
                raise WorkbenchError("The folder for the report is a file", where=str(path), mend=mend)
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        _check_access(place)
    except (OSError, ValueError) as error:
        raise _refusal("The folder for the report cannot be used", path, error) from error


def check_file(path: Path, what: str = "The report") -> None:
    """Raises what `write_whole` would for a folder that is missing or shut, or a name that is taken; writes nothing."""
    try:
        _mode_for(path)
        parent = path.absolute().parent
        if not parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        _check_access(parent)
    except (OSError, ValueError) as error:
        raise _refusal(f"{what} cannot be written", path, error) from error


def _check_access(folder: Path) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_whole(path: Path, content: bytes, what: str = "The report") -> None:
    """Writes a file beside its place, flushes it to the disk and moves it there in one step.

    Raises WorkbenchError, in which `what` names the content; a file that was there before is then as it was.
    """
    try:
        mode = _mode_for(path)
        replace_file(path, content)
        path.chmod(mode)
    except (OSError, ValueError) as error:
        raise _refusal(f"{what} cannot be written", path, error) from error


def _mode_for(path: Path) -> int:
    """The rights of the new file: those of the one it replaces, which must be a file that may be written."""
    if not path.exists():
        return _READABLE
    if path.is_dir():
        mend = "Move the folder away, or choose another place."
        raise WorkbenchError("A folder has this name", where=str(path), mend=mend)
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & _WRITABLE or not os.access(path, os.W_OK):
        mend = "Give yourself the right to write it, or choose another folder."
        raise WorkbenchError("The file exists and is read-only", where=str(path), mend=mend)
    return mode


def _refusal(what: str, path: Path, error: OSError | ValueError) -> WorkbenchError:
    reason = getattr(error, "strerror", None) or str(error)
    mend = _MEND.get(getattr(error, "errno", None) or 0, _ANY_FOLDER)
    return WorkbenchError(f"{what}: {reason.lower()}", where=str(path), mend=mend)
