"""The crash file: bugs of ours and native crashes, kept in the logs folder; nothing is ever sent."""

from __future__ import annotations

import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

_FILE = "crash.log"
_SEEN = "crash.seen"
_LARGEST = 512 * 1024
_QUIET = ("This plugin does not support propagateSizeHints",)


class CrashFile(QObject):
    """Writes what went wrong to `logs/crash.log`; `happened` (text) is sent once for each bug, on any thread.

    `redact` takes secrets out of a text before it is written.
    """

    happened = Signal(str)

    def __init__(self, folder: Path, *, redact: Callable[[str], str]) -> None:
        super().__init__()
        self.path = folder / _FILE
        self._seen = folder / _SEEN
        self._redact = redact
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._native: TextIO | None = None

    def install(self) -> None:
        """Catch what escapes: Python exceptions of every thread, native faults, Qt's own fatal messages."""
        if self.path.exists() and self.path.stat().st_size > _LARGEST:
            self.path.replace(self.path.with_suffix(".old.log"))
        self._native = self.path.open("a", encoding="utf-8")
        faulthandler.enable(self._native)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(self._on_qt_message)

    def uninstall(self) -> None:
        """Put Python's and Qt's own ways back."""
        faulthandler.disable()
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        if self._native is not None:
            self._native.close()
            self._native = None

    def unseen(self) -> str:
        """What was written since the person last saw it, at most the last 20,000 characters."""
        if not self.path.exists():
            return ""
        start = 0
        if self._seen.exists():
            text = self._seen.read_text(encoding="utf-8").strip()
            start = int(text) if text.isdigit() else 0
        data = self.path.read_bytes()
        return data[start if start <= len(data) else 0 :].decode("utf-8", "replace").strip()[-20_000:]

    def mark_seen(self) -> None:
        """Do not offer what is there now again."""
        size = self.path.stat().st_size if self.path.exists() else 0
        self._seen.write_text(str(size), encoding="utf-8")

    def write(self, title: str, details: str) -> None:
        """Append one entry; the same details are written and told once in a session."""
        if details in self._told:
            return
        self._told.add(details)
        import platform

        when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        place = f"Python {platform.python_version()}, {platform.system()}"
        entry = self._redact(f"--- {when}, {place}\n{title}\n{details.rstrip()}\n")
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(entry)
        self.happened.emit(entry)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        lines = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(self._redact(lines))
        self.write(f"{kind.__name__}", lines)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _on_qt_message(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if message.startswith(_QUIET):
            return
        sys.stderr.write(f"Qt: {message}\n")
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self.write("Qt", message)
