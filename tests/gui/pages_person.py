"""A window over a temporary data folder with the real services and the sample scenario, used like a person would."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from pytestqt.exceptions import TimeoutError as NotInTime
from pytestqt.qtbot import QtBot
from workbench.app import Services
from workbench.domain.scenario import Scenario
from workbench.gui.main import Window
from workbench.gui.pages.base import Page
from workbench.gui.widgets.table import DataTable

W = TypeVar("W", bound=QWidget)
# The machine may be busy with other work; a wait ends as soon as what it waits for is there.
PATIENCE_MS = 60_000


class Visitor:
    """Opens pages, clicks what carries given words, waits for what the page shows."""

    def __init__(self, window: Window, services: Services, qtbot: QtBot) -> None:
        self.window, self.services, self.qtbot = window, services, qtbot

    @property
    def scenario(self) -> Scenario:
        found = self.window.desk.scenario
        assert found is not None
        return found

    @property
    def page(self) -> Page:
        found = self.window.shell.page
        assert found is not None
        return found

    @property
    def answer(self) -> str:
        return self.page.header.answer

    def wait(self, until: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(until()), timeout=PATIENCE_MS)

    def take_keyboard(self) -> None:
        """Until the window is the active one.

        Qt without a window manager can lose an activation between two windows and then thinks there is nothing to
        do; another window that comes and goes makes it look again.
        """
        shell = self.window.shell
        shell.activateWindow()
        with contextlib.suppress(NotInTime):
            self.qtbot.waitUntil(shell.isActiveWindow, timeout=2000)
            return
        other = QWidget()
        other.show()
        self.wait(other.isVisible)
        QApplication.processEvents()
        other.close()
        shell.activateWindow()
        self.wait(shell.isActiveWindow)

    def rest(self) -> None:
        """Until nothing runs and everything is saved."""
        self.wait(lambda: self.window.house.tasks.is_idle and self.window.desk.is_saved)

    def go(self, page_id: str, payload: object = None) -> Page:
        self.window.shell.open_page(page_id, payload)
        self.rest()
        assert self.window.shell.page_id == page_id
        return self.page

    def open(self, scenario: Scenario) -> None:
        self.rest()
        self.window.desk.open(scenario.id)
        self.wait(lambda: self.window.desk.scenario is not None and self.scenario.id == scenario.id)
        self.rest()

    def new(self, name: str = "New one") -> Scenario:
        """An empty scenario, stored and open."""
        self.rest()
        self.window.desk.new(name)
        self.wait(lambda: self.window.desk.scenario is not None and self.scenario.name == name)
        self.rest()
        return self.scenario

    def store(self, scenario: Scenario) -> None:
        """Swaps the open scenario as an edit of some page would, and waits until it is stored."""
        self.page.begin_edit(scenario, "Prepare")
        self.rest()

    def find(self, kind: type[W], words: str, within: QWidget | None = None) -> W:
        """The visible widget with these words as its text, spoken name or object name; waited for."""
        found: list[W] = []

        def look() -> bool:
            for widget in (within or self.page).findChildren(kind):
                own = {widget.accessibleName(), widget.objectName()}
                if isinstance(widget, QAbstractButton):
                    own.add(widget.text())
                if words in own and widget.isVisibleTo(self.page):
                    found.append(widget)
            return bool(found)

        self.wait(look)
        return found[0]

    def press(self, words: str, within: QWidget | None = None) -> None:
        found = self.find(QAbstractButton, words, within)
        assert found.isEnabled(), words
        self.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)

    def choose(self, words: str, title: str) -> None:
        """Takes an entry of a drop-down list."""
        box = self.find(QComboBox, words)
        place = box.findText(title)
        assert place >= 0, f"{title!r} is not among {[box.itemText(i) for i in range(box.count())]}"
        box.setCurrentIndex(place)

    def write(self, field: QWidget, text: str) -> None:
        """Replaces what stands in a field, then leaves it."""
        field.setFocus()
        self.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClicks(field, text)
        field.clearFocus()
        QApplication.processEvents()

    def undo(self) -> None:
        self.window.desk.history.stack.undo()
        self.rest()

    def redo(self) -> None:
        self.window.desk.history.stack.redo()
        self.rest()

    def rows(self) -> list[str]:
        """The rows of the page's table as text."""
        table = self.page.findChild(DataTable)
        assert isinstance(table, DataTable)
        return table.as_text().splitlines()[1:]

    def inspector(self) -> str:
        """Everything the inspector says now, its subject first."""
        found = self.window.shell.inspector.explanation
        if found is None:
            return ""
        rows = [f"{section.title}: {row.text}" for section in found.sections for row in section.rows]
        return "\n".join((found.title, found.subtitle, *rows))
