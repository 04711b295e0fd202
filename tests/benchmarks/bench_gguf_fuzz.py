"""Two hundred thousand damaged GGUF headers: no crash, no hang, no memory, no wrong number; always a sentence.

Run: `python tests/benchmarks/bench_gguf_fuzz.py [--files 200000] [--seed 1]`. A plain reading of the same bytes is the
oracle. Ends with code 1 at the first file that is read wrongly, and keeps that file.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from gguf_fuzz import bases, drawn, examine  # noqa: E402

HANG_S = 10
MOST_EXTRA_MB = 100.0


def rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def warm_up(path: Path) -> None:
    """Imports and caches are no cost of a damaged file."""
    for base in bases():
        path.write_bytes(base)
        examine(path)


def stop(*_: object) -> None:
    raise TimeoutError(f"read for more than {HANG_S} s")


def main() -> int:
    signal.signal(signal.SIGALRM, stop)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    draw = random.Random(given.seed)
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    described, slowest = 0, 0.0
    with tempfile.TemporaryDirectory(dir=place) as folder:
        path = Path(folder) / "damaged.gguf"
        warm_up(path)
        before, begun = rss_mb(), time.perf_counter()
        for number in range(given.files):
            path.write_bytes(drawn(draw))
            signal.alarm(HANG_S)
            start = time.perf_counter()
            try:
                described += examine(path)
            except BaseException:
                kept = Path(tempfile.gettempdir()) / f"misread-{os.getpid()}.gguf"
                kept.write_bytes(path.read_bytes())
                print(f"file {number:,} of seed {given.seed} is read wrongly; kept as {kept}", file=sys.stderr)
                raise
            slowest = max(slowest, time.perf_counter() - start)
            signal.alarm(0)
        seconds, extra = time.perf_counter() - begun, rss_mb() - before
    print("| damaged files | described rightly | refused with a sentence | slowest, ms | extra memory, MB | files/s |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {given.files:,} | {described:,} | {given.files - described:,} | {1e3 * slowest:.1f} | {extra:.1f} "
        f"| {given.files / seconds:,.0f} |"
    )
    return 0 if extra <= MOST_EXTRA_MB else 1


if __name__ == "__main__":
    sys.exit(main())
