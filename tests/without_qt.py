"""Builds build/without-qt: the development environment with Qt really absent.

A second virtual environment whose site-packages link to everything in the first one but PySide6, shiboken6,
pyqtgraph and pytest-qt. Tests that run there, and every child process they start, cannot import Qt.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

QT = ("pyside6", "shiboken6", "pyqtgraph", "pytestqt", "pytest_qt")
TARGET = Path(__file__).resolve().parent.parent / "build" / "without-qt"


def build() -> Path:
    """Makes the environment anew and returns its interpreter."""
    if TARGET.exists():
        shutil.rmtree(TARGET)
    venv.create(TARGET, symlinks=True, with_pip=False)
    python = TARGET / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    packages = Path(subprocess.check_output([python, "-c", ask], text=True).strip())
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if not entry.name.lower().startswith(QT):
            (packages / entry.name).symlink_to(entry)
    return python


if __name__ == "__main__":
    interpreter = build()
    found = subprocess.run([interpreter, "-c", "import PySide6"], capture_output=True, check=False)
    sys.exit("PySide6 can still be imported" if found.returncode == 0 else 0)
