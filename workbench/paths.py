"""Where things are: the files shipped with the program, and the person's data folder; how a file there is replaced."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import WorkbenchError

HOME_VARIABLE = "WORKBENCH_HOME"
_APP_NAME = "model-selection-workbench"
_PRIVATE = 0o700


def data_dir(name: str) -> Path:
    """The shipped folder `name` (`resources` or `models_catalog`).

    Looks in a frozen build, in the package (a wheel carries the folders in `workbench/_data`) and beside the
    package (a checkout). Raises WorkbenchError when the installation lacks it.
    """
    package = Path(__file__).resolve().parent
    candidates = [package / "_data" / name]
    frozen_root = getattr(sys, "_MEIPASS", None)
    if frozen_root is not None:
        candidates[:0] = [Path(frozen_root) / "workbench" / "_data" / name, Path(frozen_root) / name]
    if (package.parent / "pyproject.toml").is_file():
        candidates.append(package.parent / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise WorkbenchError(
        f"The program's folder {name!r} is missing",
        where=str(candidates[-1]),
        mend="Install the program again.",
    )


@dataclass(frozen=True, slots=True)
class Paths:
    """The data folder of one person and what lies in it."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "workbench.sqlite"

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.json"

    @property
    def catalog_cache(self) -> Path:
        return self.home / "cache" / "catalog.json"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def backups(self) -> Path:
        return self.home / "backups"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def exports(self) -> Path:
        return self.home / "exports"

    @classmethod
    def resolve(cls, home: Path | None = None) -> Paths:
        """Choose the data folder (`home`, else WORKBENCH_HOME, else the system's place) and make its folders.

        New folders can be read by their owner only. Raises WorkbenchError when the folder cannot be made.
        """
        chosen = home or _home_from_environment() or _system_home()
        paths = cls(Path(os.path.abspath(chosen.expanduser())))  # noqa: PTH100 - resolve() would follow links
        for folder in (paths.home, paths.cache, paths.backups, paths.logs, paths.exports):
            _make_private_folder(folder)
        return paths


def replace_file(file: Path, content: bytes) -> None:
    """Writes `file` whole or not at all: a new file beside it, flushed to the disk, then put in its place.

    Only the owner can read it. Raises OSError, also for a folder or a device of that name; what was there is then
    untouched and nothing is left behind.
    """
    import tempfile

    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is a folder or a device, not a file")
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """Makes the new name outlast a power cut. Windows cannot open a folder, and needs no such step."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _home_from_environment() -> Path | None:
    value = os.environ.get(HOME_VARIABLE, "").strip()
    return Path(value) if value else None


def _system_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir(_APP_NAME, appauthor=False))


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise WorkbenchError(
            "The data folder cannot be made: a file has its name",
            where=str(folder),
            mend="Move that file away, or choose another folder with --home.",
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WorkbenchError(
            f"The data folder cannot be made: {reason}",
            where=str(folder),
            mend="Choose a folder you may write to with --home, or give yourself the right to write there.",
        ) from error
