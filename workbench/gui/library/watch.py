"""Notices that files came or went in the folders with models, while their page is open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

#: each is one entry in the system's table; the rest is seen when the page is opened again
MOST_FOLDERS = 64
QUIET_MS = 800


class FolderWatch(QObject):
    """Sends `changed` once it has been quiet for a moment: a copy of many files is one change."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.changed)
        self._watcher.directoryChanged.connect(lambda _path: self._timer.start())

    def look_at(self, folders: Iterable[Path]) -> None:
        """From now on these folders, and no others. None of them is looked into."""
        wanted = list(dict.fromkeys(str(folder) for folder in folders))[:MOST_FOLDERS]
        watched = self._watcher.directories()
        if gone := [path for path in watched if path not in wanted]:
            self._watcher.removePaths(gone)
        if new := [path for path in wanted if path not in watched]:
            self._watcher.addPaths(new)

    def rest(self) -> None:
        """Looks at nothing until `look_at` is called again."""
        self._timer.stop()
        self.look_at(())
