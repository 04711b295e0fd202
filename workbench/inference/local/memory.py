"""Whether a model fits into memory, said with numbers before it is loaded."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile

SHARE_OF_AVAILABLE = 0.8
BASE_BYTES = 100_000_000
BATCH_TOKENS = 512
LOGIT_BYTES = 4
MIB = 1 << 20
SLACK_BYTES = 256 * MIB


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes: the weights (mapped from the file), keys and values of the context, and the rest."""

    weights: int
    context: int
    working: int

    @property
    def total(self) -> int:
        return self.weights + self.context + self.working

    @property
    def most(self) -> int:
        """What its process may never pass, mapped weights not counted: llama.cpp may keep a copy of the weights in
        another order, and what was foreseen is no promise."""
        return self.total + self.total // 4 + SLACK_BYTES

    @property
    def of_a_copy(self) -> MemoryNeed:
        """What one more process of the same file takes: the mapped weights are shared."""
        return replace(self, weights=0)

    def times(self, processes: int) -> MemoryNeed:
        return replace(self, context=self.context * processes, working=self.working * processes)

    def seen(self, own_bytes: int) -> MemoryNeed:
        """The same where its process already has more of its own than was foreseen."""
        return replace(self, working=max(self.working, own_bytes - self.context))


def needed(file: GgufFile, context_tokens: int) -> MemoryNeed:
    """What a model takes with this many cells of context; generous (414 MB foreseen where 289 were
    measured)."""
    working = BATCH_TOKENS * (file.vocabulary or 0) * LOGIT_BYTES + BASE_BYTES
    return MemoryNeed(file.weight_bytes, (file.kv_bytes_per_token or 0) * context_tokens, working)


def available_bytes() -> int | None:
    """Memory that can be had without swapping, a container's limit included; None where the system does not
    say.

    Linux reads /proc and the control group. Windows and macOS: not tried.
    """
    system = platform.system()
    if system == "Linux":
        free = _linux_available()
        group = _control_group_available()
        return min(free, group) if free is not None and group is not None else free
    if system == "Windows":
        return _windows_available()
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _linux_available(path: Path = Path("/proc/meminfo")) -> int | None:
    try:
        for line in path.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def _control_group_available(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What this process's control group (version 2) still allows; None when it has no limit."""
    try:
        limit = (root / "memory.max").read_text().strip()
        used = int((root / "memory.current").read_text())
        return None if limit == "max" else max(0, int(limit) - used)
    except (OSError, ValueError):
        return None


def _windows_available() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_uint32), ("load", ctypes.c_uint32)] + [
            (name, ctypes.c_uint64)
            for name in ("total", "available", "pages", "pages_free", "virtual", "virtual_free", "extended")
        ]

    status = Status()
    status.length = ctypes.sizeof(Status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  (absent elsewhere, so mypy must not see it)
    return int(status.available) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def refuse_too_large(file: GgufFile, need: MemoryNeed, available: int | None) -> None:
    """Raise when the model would take more than 80 % of what is available."""
    if available is None or need.total <= SHARE_OF_AVAILABLE * available:
        return
    raise WorkbenchError(
        f"This model needs {need.total // MIB:,} MiB of memory; {available // MIB:,} MiB are free for it, "
        f"and it may take {100 * SHARE_OF_AVAILABLE:.0f} % of them",
        where=file.name,
        mend="Close other programs, choose a smaller model or a shorter context, or allow models more memory under "
        "Settings.",
    )


def resident_bytes(pid: int) -> int | None:
    """What a process takes of this machine's memory, shared pages by proportion where the system tells
    (Linux)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def own_bytes(pid: int) -> int | None:
    """What a process has of its own, mapped files not counted; None where the system does not say (Linux does)."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


MOST_CELLS = 8192
LEAST_CONTEXT = 512


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """Context for a model: `cells` tokens over all its answers at once, up to `sequence_tokens` in each."""

    cells: int
    sequence_tokens: int
    need: MemoryNeed


def plan_context(
    file: GgufFile, *, parallel: int, available: int | None, wanted_tokens: int | None = None
) -> ContextPlan:
    """The largest context that fits: the model's own (or the wanted one) up to 8,192 tokens, for `parallel`
    answers.

    Halves it until it fits; raises `WorkbenchError` with the numbers of the smallest when nothing does.
    """
    longest = min(file.context or MOST_CELLS, wanted_tokens or MOST_CELLS)
    sequence = longest
    cells = min(longest * parallel, max(longest, MOST_CELLS))
    while True:
        need = needed(file, cells)
        if available is None or need.total <= SHARE_OF_AVAILABLE * available:
            return ContextPlan(cells, sequence, need)
        if cells <= min(LEAST_CONTEXT, longest):
            refuse_too_large(file, need, available)
        cells = max(cells // 2, min(LEAST_CONTEXT, longest))
        sequence = min(sequence, cells)
