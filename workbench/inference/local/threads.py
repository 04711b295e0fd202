"""How many threads a model is given: found by a short measurement, not by a rule.

ggml's threads spin at every barrier, so two threads beside another busy program on two cores can be
hundreds of times slower than one. One core is always left to the window, and to copies that yield it (`copies`).
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WORTH_IT = 0.95
ROUNDS = 5
COLLAPSE = 4.0
COLLAPSE_S = 1.0
CACHE_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class ThreadChoice:
    """`token_s` is the measured median time for one token on `threads` threads."""

    threads: int
    token_s: float


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def physical_cores(root: Path = Path("/sys/devices/system/cpu")) -> int:
    """Cores without hyper-threads, where the system says so (Linux); else all of them."""
    groups = set()
    for entry in root.glob("cpu[0-9]*/topology/thread_siblings_list"):
        try:
            groups.add(entry.read_text().strip())
        except OSError:
            return cores()
    return min(len(groups), cores()) if groups else cores()


def candidates(available: int) -> tuple[int, ...]:
    """Thread counts worth trying, growing: 1, 2, 4, … and all cores but the one left to the window."""
    most = max(1, available - 1)
    powers = [1 << bit for bit in range(most.bit_length()) if 1 << bit < most]
    return (*powers, most)


def choose(counts: tuple[int, ...], measure: Callable[[int], float]) -> ThreadChoice:
    """The best count. `measure(threads)` gives seconds a token.

    Goes up while each step is at least 5 % faster, and stops at the first that is not: more threads than a
    busy machine has cores for can take minutes to measure.
    """
    best = ThreadChoice(counts[0], measure(counts[0]))
    for count in counts[1:]:
        token_s = measure(count)
        if token_s > best.token_s * WORTH_IT:
            break
        best = ThreadChoice(count, token_s)
    return best


def median_time(run: Callable[[], None], rounds: int = ROUNDS, limit_s: float = 0.25) -> float:
    """Median seconds of a few runs, fewer when they are slow."""
    times: list[float] = []
    begin = time.perf_counter()
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
        if time.perf_counter() - begin > limit_s:
            break
    return statistics.median(times)


class CollapseWatch:
    """Notices when tokens take several times as long as measured, for a second or more."""

    def __init__(self, expected_s: float) -> None:
        self._expected_s = expected_s
        self._slow_s = 0.0

    def saw(self, tokens: int, seconds: float) -> bool:
        """One round of `tokens` answers took `seconds`; True when it is time to measure again."""
        if seconds < COLLAPSE * self._expected_s * max(1, tokens):
            self._slow_s = 0.0
            return False
        self._slow_s += seconds
        return self._slow_s >= COLLAPSE_S


class ThreadMemory(Protocol):
    """Where measured thread counts are remembered between runs of the program."""

    def recall(self, key: str) -> int | None: ...

    def remember(self, key: str, threads: int) -> None: ...


class JsonThreadMemory:
    """Thread counts in a small JSON file; entries older than a week are measured again.

    It only saves a measurement: a broken file counts as empty, and where nothing can be written nothing is remembered.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def recall(self, key: str) -> int | None:
        entry = self._read().get(key)
        if not isinstance(entry, dict):
            return None
        threads, when = entry.get("threads"), entry.get("at")
        if not isinstance(threads, int) or not isinstance(when, int | float) or self._clock() - when > CACHE_S:
            return None
        return threads if 1 <= threads <= cores() else None

    def remember(self, key: str, threads: int) -> None:
        entries = {**self._read(), key: {"threads": threads, "at": self._clock()}}
        fresh = self._path.with_name(self._path.name + ".new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(entries, indent=1), encoding="utf-8")
            fresh.replace(self._path)

    def _read(self) -> dict[str, object]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}
