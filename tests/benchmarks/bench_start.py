"""Start to usable window, side by side with a bare PySide6 window that makes the same ORM query.

    python tests/benchmarks/bench_start.py [--rounds 7] [--row]

Both programs are started by turns in processes of their own on the same data file, so that a busy machine slows both.
Time runs from before the process is started until the window can be used: its content is painted and its event loop
is waiting. The workbench opens the sample decision as a second start does; the bare window lists the same rows in a
table through an ORM session. Prints the times and the median ratio, with --row also a row for RESULTS.md. Ends with
code 1 when the ratio is over 1.5.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST = 1.5
GOAL_S = 0.8

# Prints the moments of first paint and of readiness on the system's monotonic clock, which all processes share.
WORKBENCH = """
import importlib, sys, time

def watched():
    from PySide6.QtCore import QTimer
    from workbench.gui import main as window_main

    class Watched(window_main.Window):
        def show(self, files):
            self.shell.painted.connect(self._frame)
            self.desk.opened.connect(self._opened)
            super().show(files)

        def _frame(self):
            self.frame_at = time.monotonic()

        def _opened(self, scenario):
            self.shell.page.repaint()
            QTimer.singleShot(0, self._ready)

        def _ready(self):
            assert self.desk.scenario is not None and self.shell.page.isVisible()
            print(self.frame_at, time.monotonic(), time.process_time(), flush=True)
            QTimer.singleShot(0, self.shell.close)

    window_main.Window = Watched

class Watch:
    # Everything goes the program's own way; only when its window's module is there, the window is made to tell.
    def find_spec(self, name, path=None, target=None):
        if name == "workbench.app" and "workbench.gui.main" in sys.modules:
            sys.meta_path.remove(self)
            watched()

sys.meta_path.insert(0, Watch())
from workbench.__main__ import main
sys.exit(main(["--home", sys.argv[1]]))
"""

BARE = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session
from workbench.store.tables import METADATA, SCENARIO

class Base(DeclarativeBase):
    metadata = METADATA

class Scenario(Base):
    __table__ = SCENARIO

app = QApplication(sys.argv[:1])
window = QMainWindow()
window.resize(1280, 800)
with Session(create_engine(f"sqlite:///{sys.argv[1]}/workbench.sqlite")) as session:
    wanted = select(Scenario).where(Scenario.deleted_at.is_(None)).order_by(Scenario.updated_at.desc())
    rows = session.scalars(wanted).all()
    table = QTableWidget(len(rows), 2)
    for at, row in enumerate(rows):
        table.setItem(at, 0, QTableWidgetItem(row.name))
        table.setItem(at, 1, QTableWidgetItem(row.updated_at))
assert table.rowCount() == 1
window.setCentralWidget(table)
window.show()
frame_at = time.monotonic()

def ready():
    print(frame_at, time.monotonic(), time.process_time(), flush=True)
    window.close()

window.repaint()
QTimer.singleShot(0, ready)
sys.exit(app.exec())
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from before the process was made to its first frame, and to the window that can be used.

    `cpu_s` is what the process had computed until then: on a busy machine the steadier of the two measures.
    """

    frame_s: float
    usable_s: float
    cpu_s: float


def start(program: str, home: Path) -> Start:
    """Run one program to the end and say how long it took to come up."""
    begun = time.monotonic()
    command = [sys.executable, "-c", program, str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise SystemExit(f"A start failed:\n{done.stderr}")
    frame_at, usable_at, cpu_s = (float(word) for word in done.stdout.split()[-3:])
    return Start(frame_at - begun, usable_at - begun, cpu_s)


def median_s(starts: list[Start]) -> float:
    return statistics.median(each.usable_s for each in starts)


def report(ours: list[Start], bare: list[Start], *, with_row: bool) -> float:
    """Print the comparison and return the median of the rounds' ratios."""
    ratio = statistics.median(a.usable_s / b.usable_s for a, b in zip(ours, bare, strict=True))
    print(f"{'':22}  median   shortest  longest")
    for name, starts in (("workbench, usable", ours), ("bare window, usable", bare)):
        times = [each.usable_s for each in starts]
        print(f"{name:22}  {statistics.median(times):.3f} s  {min(times):.3f} s   {max(times):.3f} s")
    print(f"{'workbench, frame':22}  {statistics.median(each.frame_s for each in ours):.3f} s")
    cpu = [statistics.median(each.cpu_s for each in starts) for starts in (ours, bare)]
    print(f"{'computed until then':22}  {cpu[0]:.3f} s and {cpu[1]:.3f} s, ratio {cpu[0] / cpu[1]:.2f}")
    print(f"ratio {ratio:.2f} (at most {MOST}); goal {GOAL_S} s on a quiet machine")
    if with_row:
        platform = os.environ.get("QT_QPA_PLATFORM") or "xcb"
        cells = [
            f"{date.today():%Y-%m-%d}", platform, str(len(ours)), f"{median_s(ours):.3f}",
            f"{min(each.usable_s for each in ours):.3f}", f"{median_s(bare):.3f}",
            f"{min(each.usable_s for each in bare):.3f}", f"{cpu[0] / cpu[1]:.2f}", f"{ratio:.2f}",
        ]  # fmt: skip
        print(f"| {' | '.join(cells)} |")
    return ratio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="pairs of starts that count; one more goes before")
    parser.add_argument("--row", action="store_true", help="also print a Markdown row")
    given = parser.parse_args()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(given.rounds + 1):
            pair = start(WORKBENCH, home), start(BARE, home)
            if number:  # the first start makes the data file and the kept catalog, and warms the disk
                ours.append(pair[0])
                bare.append(pair[1])
    return 0 if report(ours, bare, with_row=given.row) <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
