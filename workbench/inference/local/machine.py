"""What this machine's memory, arithmetic and engine do in a second, measured once and kept.

Reading a large array and multiplying two matrices, best of some short rounds, by the processor's own clock: while other
programs have the processor it stands still, so a busy machine is not taken for a slow one. The engine is asked by
running its smallest model (`probe`). Takes about two seconds in all.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from workbench.analysis.local_speed import EngineSpeed, MachineSpeed
from workbench.inference.local import threads as cores
from workbench.paths import replace_file

ARRAY_BYTES = 192 << 20
MATRIX = 640
ROUNDS = 6
MATRIX_ROUNDS = 60
MOST_AGE_S = 90 * 24 * 3600.0
_FINE_CLOCK = time.get_clock_info("thread_time").resolution <= 1e-5
LEAST_SENSIBLE, MOST_SENSIBLE = 1e8, 1e14


class Machine:
    """The measured speeds of this machine; measured at the first question and after three months."""

    def __init__(
        self,
        store: Path | None = None,
        *,
        probe: Callable[[], EngineSpeed | None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._probe = probe
        self._clock = clock
        self._lock = threading.Lock()
        self._speed: MachineSpeed | None = None

    def speed(self) -> MachineSpeed:
        """Measured now or earlier; waits for a measurement under way."""
        with self._lock:
            if self._speed is None:
                self._speed = self._kept() or self._measured()
            return self._speed

    def known(self) -> MachineSpeed | None:
        """What was measured before; never measures."""
        with self._lock:
            if self._speed is None:
                self._speed = self._kept()
            return self._speed

    def measure_again(self) -> MachineSpeed:
        with self._lock:
            self._speed = self._measured()
            return self._speed

    def _measured(self) -> MachineSpeed:
        speed = measure(engine_threads())
        if self._probe is not None:
            speed = replace(speed, engine=self._probe())
        if self._store is not None:
            entry = {
                "machine": fingerprint(),
                "at": self._clock(),
                "read_bytes_s": speed.read_bytes_s,
                "flops": speed.flops,
                "threads": speed.threads,
                "engine": asdict(speed.engine) if speed.engine else None,
            }
            with contextlib.suppress(OSError):
                self._store.parent.mkdir(parents=True, exist_ok=True)
                replace_file(self._store, json.dumps(entry, indent=1).encode("ascii"))
        return speed

    def _kept(self) -> MachineSpeed | None:
        """What was measured on this very machine, not long ago."""
        if self._store is None:
            return None
        try:
            entry = json.loads(self._store.read_text(encoding="ascii"))
            fresh = entry["machine"] == fingerprint() and 0 <= self._clock() - float(entry["at"]) <= MOST_AGE_S
            speed = MachineSpeed(
                float(entry["read_bytes_s"]),
                float(entry["flops"]),
                int(entry["threads"]),
                _engine(entry["engine"]) if self._probe is not None else None,
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        sensible = all(LEAST_SENSIBLE <= value <= MOST_SENSIBLE for value in (speed.read_bytes_s, speed.flops))
        return speed if fresh and sensible and speed.threads >= 1 else None


def _engine(entry: Mapping[str, float] | None) -> EngineSpeed | None:
    """What the engine was measured to do. Raises ValueError when it makes no sense."""
    if entry is None:
        return None
    speed = EngineSpeed(float(entry["token_s"]), float(entry["attention_s"]))
    if not (1e-7 <= speed.token_s <= 10 and 0 <= speed.attention_s <= 1):
        raise ValueError("no sensible speed")
    return speed


def engine_threads() -> int:
    """The most threads that the engine takes: one core is left to the window."""
    return cores.candidates(cores.physical_cores())[-1]


def fingerprint() -> str:
    """What must be the same for an old measurement to hold."""
    return f"{_processor()}; {cores.cores()} cores; {platform.machine()}"


def measure(threads: int) -> MachineSpeed:
    """Read bandwidth and matrix arithmetic with so many threads."""
    return MachineSpeed(_read_bytes_s(threads), _flops(threads), threads)


def _read_bytes_s(threads: int) -> float:
    """Each thread reads a part of one array that is far larger than the processor's caches."""
    import numpy as np

    array = np.ones(ARRAY_BYTES // 8, np.int64)
    parts = np.array_split(array, threads)
    best = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(ROUNDS):
            best = min(best, max(pool.map(lambda part: _seconds(lambda: np.bitwise_or.reduce(part)), parts)))
    return array.nbytes / best


def _seconds(work: Callable[[], object]) -> float:
    """What `work` took of this thread's time on the processor; of the day where that clock is too coarse (Windows)."""
    clock = time.thread_time if _FINE_CLOCK else time.perf_counter
    begun = clock()
    work()
    return max(clock() - begun, 1e-9)


def _flops(threads: int) -> float:
    """numpy multiplies matrices on all cores: the share of `threads` of them."""
    import numpy as np

    matrix = np.random.default_rng(1).random((MATRIX, MATRIX), dtype=np.float32)
    best = float("inf")
    for _ in range(MATRIX_ROUNDS):
        best = min(best, _seconds(lambda: matrix @ matrix))
    used = int(os.environ.get("OPENBLAS_NUM_THREADS") or 0) or cores.cores()
    return 2 * MATRIX**3 / best * min(threads, used) / used


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
