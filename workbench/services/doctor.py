"""What this machine has: Qt's system libraries, keychain, memory, processor, engine, store, catalog."""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.paths import Paths, data_dir

# Library file -> Debian package. Qt says "xcb-cursor0 is needed" while any of the X11 ones is missing.
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked for, what was found, whether that will do, and how to mend it if not."""

    name: str
    found: str
    ok: bool = True
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    rows: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.rows)

    def as_dict(self) -> dict[str, object]:
        return {"ok": self.ok, "findings": [asdict(row) for row in self.rows]}


def examine(paths: Paths) -> Diagnosis:
    """Looks at everything; writes nothing, opens no network connection and does not import Qt."""
    return Diagnosis(tuple(_findings(paths)))


def _findings(paths: Paths) -> Iterator[Finding]:
    yield Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _package("Window (PySide6)", "PySide6", "PySide6_Essentials", "pip install PySide6-Essentials")
    yield _system_libraries()
    yield _display()
    yield _package("Local models (llama-cpp-python)", "llama_cpp", "llama_cpp_python", "pip install llama-cpp-python")
    yield Finding("Processor", f"{os.cpu_count()} logical cores")
    yield _memory()
    yield _gpus()
    yield _keychain()
    yield _sqlite()
    yield Finding("Data folder", str(paths.home))
    yield _catalog()


def _package(name: str, module: str, distribution: str, mend: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(name, "not installed", ok=False, mend=mend)
    return Finding(name, importlib.metadata.version(distribution))


def _system_libraries() -> Finding:
    name = "System libraries"
    if not sys.platform.startswith("linux"):
        return Finding(name, "come with Qt on this system")
    missing = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if not missing:
        return Finding(name, f"all {len(QT_LIBRARIES)} that the window needs")
    return Finding(name, f"missing: {', '.join(missing)}", ok=False, mend=f"sudo apt-get install {' '.join(missing)}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _display() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("Display", "yes")
    found = [f"{name}={os.environ[name]}" for name in ("DISPLAY", "WAYLAND_DISPLAY") if os.environ.get(name)]
    return Finding("Display", ", ".join(found) or "none: the command line does everything the window does")


def _memory() -> Finding:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return Finding("Memory", "unknown on this system")
    kib = {key: int(rest.split()[0]) for key, rest in (line.split(":", 1) for line in lines)}
    gib = 2**20
    return Finding("Memory", f"{kib['MemAvailable'] / gib:.1f} of {kib['MemTotal'] / gib:.1f} GiB free")


def _gpus() -> Finding:
    """What the drivers show, and whether the installed engine computes there."""
    from workbench.inference.local.gpus import engine_uses_gpus, gpus

    found = ", ".join(f"{gpu.name}, {gpu.free_bytes / 2**30:.1f} GiB free" for gpu in gpus())
    if not found:
        return Finding("Graphics processors", "none seen")
    return Finding("Graphics processors", found if engine_uses_gpus() else f"{found}; llama.cpp was built without them")


def _keychain() -> Finding:
    """Keys are not needed by anything this version does; the row says where they would be kept."""
    if importlib.util.find_spec("keyring") is None:
        return Finding("Keychain", "keyring is not installed")
    from workbench import keychain

    return Finding("Keychain", keychain.store_name())


def _sqlite() -> Finding:
    from workbench.store.store import sqlite_version

    return Finding("SQLite", sqlite_version())


def _catalog() -> Finding:
    from workbench.services.catalog import collected_on

    return Finding("Catalog", f"facts of {collected_on(data_dir('models_catalog'))}")
