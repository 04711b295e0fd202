"""How long the catalog takes: from its YAML files, and from the copy kept by the last start.

    python tests/benchmarks/bench_catalog.py

Prints times of this machine and their ratio; asserts only that the kept copy is the same catalog.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from workbench.catalog import load_catalog
from workbench.paths import data_dir

Result = TypeVar("Result")
ROUNDS = 7
FRESH_PROCESS = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from workbench.catalog import load_catalog
imported = time.perf_counter()
load_catalog(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
print(imported - begun, time.perf_counter() - imported)
"""


def best(work: Callable[[], Result]) -> tuple[float, Result]:
    """Shortest of ROUNDS runs in seconds, and the last result."""
    shortest = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - begun)
    return shortest, result


def in_fresh_process(folder: Path, kept: str) -> tuple[float, float]:
    """Seconds to import the package and to load with the imports that loading needs; best of ROUNDS processes."""
    rows = []
    for _ in range(ROUNDS):
        command = [sys.executable, "-c", FRESH_PROCESS, str(folder), kept]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows.append(tuple(float(word) for word in done.stdout.split()))
    return min(row[0] for row in rows), min(row[1] for row in rows)


def main() -> int:
    folder = data_dir("models_catalog")
    with tempfile.TemporaryDirectory() as place:
        kept = Path(place) / "catalog.json"
        cold, fresh = best(lambda: load_catalog(folder))
        load_catalog(folder, kept)
        warm, again = best(lambda: load_catalog(folder, kept))
        if again != fresh:
            print("The kept catalog differs from the fresh one.")
            return 1
        print(f"{len(fresh.models)} models, {sum(1 for _ in folder.rglob('*.yaml'))} files, best of {ROUNDS}")
        print(f"from YAML:             {cold * 1e3:7.1f} ms")
        print(f"from the kept copy:    {warm * 1e3:7.1f} ms   ({cold / warm:.1f} times faster)")
        imports, first = in_fresh_process(folder, "")
        print(
            f"fresh process, YAML:   {first * 1e3:7.1f} ms with pydantic and yaml (own imports {imports * 1e3:.1f} ms)"
        )
        imports, first = in_fresh_process(folder, str(kept))
        print(f"fresh process, kept:   {first * 1e3:7.1f} ms (own imports {imports * 1e3:.1f} ms)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
