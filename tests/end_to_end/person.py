"""A person at the window: finds things by the words on them, and uses mouse and keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QMenu,
    QScrollArea,
    QWidget,
)
from workbench.gui.main import Window

W = TypeVar("W", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton
PATIENCE_S = 60.0


class Person:
    """Everything is done with clicks and keys on what is visible; waiting is for what the screen shows."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.shell = window.shell

    # looking

    def wait(self, until: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
        """Let the window work until something can be seen. Fails with what the page says instead."""
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:g} s for: {what}; the page says: {self.answer!r}")
            loop = QEventLoop()
            QTimer.singleShot(20, loop.quit)
            loop.exec()

    def rest(self) -> None:
        """Until nothing runs and everything is saved."""
        self.wait(lambda: self.window.house.tasks.is_idle and self.window.desk.is_saved, "rest")

    @property
    def answer(self) -> str:
        """The sentence on top of the page."""
        page = self.shell.page
        return page.header.answer if page is not None else ""

    def another_answer(self, old: str) -> str:
        """The page's sentence, once it is no longer `old` and nothing runs."""
        self.wait(lambda: self.answer != old and self.window.house.tasks.is_idle, f"another answer than {old!r}")
        return self.answer

    @property
    def saved(self) -> str:
        """What the rail says below the scenario's name."""
        return str(self.shell.rail._saved.text())

    def sees(self, kind: type[W], name: str, within: QWidget | None = None) -> W | None:
        """The visible, enabled widget of this kind whose text or spoken name is `name`."""
        for widget in (within or self.shell).findChildren(kind):
            words = {widget.accessibleName(), widget.objectName()}
            if isinstance(widget, QAbstractButton):
                words.add(widget.text().replace("&", ""))
            if name in words and widget.isVisible() and widget.isEnabled():
                return widget
        return None

    def find(self, kind: type[W], name: str, within: QWidget | None = None) -> W:
        """The same, waited for."""
        self.wait(lambda: self.sees(kind, name, within), f"{kind.__name__} “{name}”")
        found = self.sees(kind, name, within)
        assert found is not None
        return found

    # doing

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Scroll there, click with the left button."""
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()
        QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, at or widget.rect().center())

    def press(self, name: str, within: QWidget | None = None) -> None:
        """Click the button with this text or spoken name."""
        self.click(self.find(QAbstractButton, name, within))

    def press_menu(self, name: str, entry: str) -> None:
        """Click a button with a menu and choose an entry with the keyboard; again where a busy display took the menu
        away before that was done."""
        done: list[str] = []

        def choose() -> bool:
            menu = QApplication.activePopupWidget()
            if isinstance(menu, QMenu):
                action = next(action for action in menu.actions() if action.text().replace("&", "") == entry)
                action.triggered.connect(lambda: done.append(entry))
                menu.setActiveAction(action)
                QTest.keyClick(menu, Qt.Key.Key_Return)
            return bool(done)

        def chosen() -> bool:
            if not done:
                self.press(name)
            return bool(done)

        self._meanwhile(choose)
        self.wait(chosen, f"“{entry}” of the menu {name}")

    def choose(self, combo: QComboBox, place: int) -> None:
        """Choose an entry of a list that folds out, with the keyboard."""
        combo.setFocus()
        QTest.keyClick(combo, Qt.Key.Key_Home)
        while combo.currentIndex() < place:
            QTest.keyClick(combo, Qt.Key.Key_Down)

    def pick(self, rows: QListWidget, place: int) -> None:
        """Click an entry of a list."""
        self.click(rows.viewport(), rows.visualItemRect(rows.item(place)).center())

    def type(self, field: QWidget, text: str) -> None:
        """Click into a field, replace what stands there, leave it with Tab."""
        self.click(field)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Tab)

    def go(self, page: str) -> None:
        """Click a page in the rail."""
        self.press(f"rail-{page}")
        self.wait(lambda: self.shell.page_id == page, f"page {page}")

    def new_scenario(self, name: str) -> None:
        """Ctrl+N, a name, Enter."""

        def fill() -> bool:
            dialog = QApplication.activeModalWidget()
            field = dialog.findChild(QLineEdit) if isinstance(dialog, QDialog) else None
            if field is None:
                return False
            QTest.keyClicks(field, name)
            QTest.keyClick(field, Qt.Key.Key_Return)
            return True

        self._meanwhile(fill)
        QTest.keyClick(self.shell, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: self.window.desk.scenario and self.window.desk.scenario.name == name, f"scenario {name}")

    def in_folder_dialog(self, folder: Path, then: Callable[[], None]) -> None:
        """Do something that asks for a folder; go there in the dialog and press its button."""

        def fill() -> bool:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog) or dialog.windowHandle() is None:
                return False
            dialog.setDirectory(str(folder))
            QTest.keyClick(dialog, Qt.Key.Key_Return)
            return True

        self._meanwhile(fill)
        then()

    def drop(self, path: Path) -> None:
        """Drop a file onto the middle of the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        middle, copy, no_keys = self.shell.rect().center(), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.shell, QDragEnterEvent(middle, copy, data, LEFT, no_keys))
        QApplication.sendEvent(self.shell, QDropEvent(QPointF(middle), copy, data, LEFT, no_keys))

    def _meanwhile(self, act: Callable[[], bool]) -> None:
        """Try `act` every 20 ms until it could, also while a dialog runs its own loop."""
        timer = QTimer(self.shell)
        deadline = time.monotonic() + PATIENCE_S

        def attempt() -> None:
            if act() or time.monotonic() > deadline:
                timer.stop()

        timer.timeout.connect(attempt)
        timer.start(20)
