"""A program to be killed: the whole window, in which a person types one answer after the other and never stops.

    python typing_person.py HOME FIRST

Says on standard output `typing N` before the answer N is typed, and `saved N` once the window says that it is saved.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from workbench.app import build
from workbench.gui.crash import CrashFile
from workbench.gui.main import Window
from workbench.gui.tasks import Tasks
from workbench.net import lock

NAME = "Killed again and again"
JOB = "Answer number "


def main(home: Path, first: int) -> int:
    """Open the window, make or resume the scenario, and type until the end."""
    lock.lock()
    app = QApplication(sys.argv[:1])
    services = build(home)
    window = Window(app, services, crash=CrashFile(services.paths.logs, redact=str), tasks=Tasks())
    typist = Typist(window, first)
    window.desk.opened.connect(lambda _scenario: QTimer.singleShot(0, typist.begin))
    window.desk.saved.connect(lambda _at: typist.tell())
    window.show(())
    return app.exec()


class Typist:
    """Types into the first question of the wizard; Tab saves, as the window promises."""

    def __init__(self, window: Window, first: int) -> None:
        self._window = window
        self._numbers = count(first)
        self._typed = first - 1
        self._timer = QTimer(window.shell, interval=5)
        self._timer.timeout.connect(self._type)

    def begin(self) -> None:
        """Resume the scenario of the last start; make it at the first.

        Which scenario lay open is a setting, written a moment later: a kill may lose it, never the scenario.
        """
        scenario, rows = self._window.desk.scenario, self._window.desk.rows
        if scenario is None or scenario.name != NAME:
            made = next((row.id for row in rows if row.name == NAME), None)
            if made is None:
                self._window.desk.new(NAME)
            else:
                self._window.desk.open(made)
        elif not self._timer.isActive():
            self._window.shell.open_page("requirements")
            self._timer.start()

    def tell(self) -> None:
        """The rail says "saved": what is on the screen is on the disk, unless a newer answer waits."""
        desk = self._window.desk
        if self._timer.isActive() and desk.is_saved and self._window.shell.rail._saved.text().startswith("saved "):
            print("saved", self._typed, flush=True)

    def _type(self) -> None:
        desk = self._window.desk
        if not desk.is_saved:
            return
        field = self._window.shell.findChild(QLineEdit, "field-job")
        assert field is not None
        self._typed = next(self._numbers)
        print("typing", self._typed, flush=True)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, f"{JOB}{self._typed}")
        self._window.shell.page.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
