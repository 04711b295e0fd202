"""The only place that hands something to another program: files and folders of this machine, never an address.

An address would leave the machine by a way that the door does not see; text on screen therefore holds no links that
open one.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_on_this_machine(path: Path) -> bool:
    """Opens a file or folder in the system's program for it. False when there is none, or nothing at that place."""
    return path.exists() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.absolute())))
