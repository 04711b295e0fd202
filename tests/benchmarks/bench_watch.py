"""The watch over many decisions, beside computing each of them whole; and what the window feels of it meanwhile.

    python tests/benchmarks/bench_watch.py [--decisions 500]

Prints wall and processor seconds of reading and of computing, the ratio to the whole computation of each decision, and
the longest gap between two ticks of the window's event loop while the pool lane computes. Budget on a quiet machine:
2 s for 500. Fails on the ratio only.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import itertools

from workbench.app import Services, build

from decided import many_decisions

WHOLE = 8  # decisions computed whole, for the ratio
LEAST_RATIO = 5.0
TICK_MS = 5


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds."""
    begun, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - spent


def longest_gap_ms(services: Services) -> tuple[float, float]:
    """The longest time between two ticks of an event loop, without and with the watch in the pool lane."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    from workbench.gui.tasks import Tasks

    application = QApplication.instance() or QApplication([])
    tasks = Tasks()
    past = services.watch.past()

    def gap(begin: Callable[[Callable[[], None]], None]) -> float:
        ticks = [time.perf_counter()]
        timer = QTimer()
        timer.setInterval(TICK_MS)
        timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
        timer.start()
        begin(application.quit)
        application.exec()
        return 1_000 * max(b - a for a, b in itertools.pairwise(ticks))

    idle = gap(lambda stop: QTimer.singleShot(1_000, stop))
    busy = gap(
        lambda stop: tasks.start(lambda: services.watch.look(past), lane="pool", done=lambda _found: stop()) and None
    )
    tasks.close()
    return idle, busy


def main() -> int:
    """Prints the table; 1 when the quick look is not much quicker than computing each decision whole."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--decisions", type=int, default=500)
    count = parser.parse_args().decisions
    with tempfile.TemporaryDirectory() as folder:
        services = build(Path(folder))
        many_decisions(services, count)
        services.close()
        services = build(Path(folder))
        services.catalog.catalog()
        services.scenarios.list()
        gc.collect()
        gc.freeze()  # as the window does once its first page is up: the longest gap was a search for garbage
        reading = timed(services.watch.past)
        past = services.watch.past()
        first = timed(lambda: services.watch.look(past))
        again = timed(lambda: services.watch.look(past))
        whole = timed(lambda: [services.options.options(each.scenario) for each in past[:WHOLE]])
        ratio = (whole[1] / WHOLE) / (again[1] / count)
        idle, busy = longest_gap_ms(services)
        services.close()
    print(f"{count} accepted decisions          wall s   processor s")
    for name, (wall, cpu) in (("read from the store", reading), ("computed, first", first), ("computed, again", again)):
        print(f"{name:<28}{wall:8.2f}{cpu:12.2f}")
    print(f"one decision whole: {1_000 * whole[1] / WHOLE:.1f} ms, watched: {1_000 * again[1] / count:.2f} ms", end="")
    print(f"; {ratio:.1f} times quicker")
    print(f"longest gap of the event loop: {idle:.0f} ms idle, {busy:.0f} ms while the watch computes")
    return 0 if ratio >= LEAST_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
