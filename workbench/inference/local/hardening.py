"""What the engine child may not do, and what it leaves behind when it dies."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import Any

FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn")


def protect() -> None:
    """At the start: a stack trace in the log for a crash in native code, no core file, no answer to Ctrl+C.

    Ctrl+C in a terminal reaches every process in it; it is the parent's to answer.
    """
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def cap_memory(limit: int | None) -> None:
    """Bound this process's own data in bytes (not the mapped weights), and let the kernel take it before the window.

    Windows has no such limit without a job object, macOS does not hold to it; neither was tried.
    """
    adjust = Path("/proc/self/oom_score_adj")
    if adjust.exists():
        adjust.write_text("900")
    if limit is not None and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def step_back() -> None:
    """From here on, take about a tenth of a processor that somebody else wants too. Windows: not tried."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)


def forbid_the_network() -> None:
    """From here on, no socket and no other program, whatever a model file makes this process do."""

    def refuse(event: str, _: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN_EVENTS):
            raise PermissionError(f"the engine child may not do {event}")

    sys.addaudithook(refuse)
