"""What can be done with whole scenarios: the Scenario menu, and the same under the name in the rail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit, QMenu, QMessageBox

from workbench.gui.desk import Desk
from workbench.gui.menus import Menus
from workbench.gui.tasks import TaskHandle
from workbench.gui.widgets.buttons import plain_text

if TYPE_CHECKING:
    from workbench.gui.shell import Shell

_RECENT = 8
_FILES = "Scenario (*.yaml *.yml)"


class ScenarioActions(QObject):
    """Asks what must be asked, then calls the desk."""

    def __init__(self, *, window: Shell, menus: Menus, desk: Desk, go_home: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._menus, self._desk, self._go_home = window, menus, desk, go_home
        self._folder = ""

    def fill(self, rail_menu: QMenu) -> None:
        """Fill the Scenario menu and the rail's menu."""
        menu, add = self._menus.scenario, self._menus.add
        new = add(menu, "New scenario …", self.ask_new, keys="Ctrl+N")
        everything = add(menu, "All scenarios …", self._go_home, keys="Ctrl+O")
        self._recent = QMenu("Recent scenarios", menu)
        menu.addMenu(self._recent)
        bring = add(menu, "Import a scenario …", self.ask_import)
        sample = add(menu, "Open the sample decision", self._desk.open_sample)
        menu.addSeparator()
        needs_open = [
            add(menu, "Save now", self._desk.save_again, keys="Ctrl+S"),
            add(menu, "Rename …", self.ask_rename),
            add(menu, "Make a copy", self._desk.duplicate),
            add(menu, "Export the scenario …", self.ask_export),
            add(menu, "Move to the bin", self._bin_open),
        ]
        menu.addSeparator()
        needs_open += [
            add(menu, "Print this page …", self._print, keys="Ctrl+P"),
            add(menu, "Copy this page as Markdown", self._copy_page),
            add(menu, "Export this page …", self._export_page, keys="Ctrl+E"),
        ]
        menu.addSeparator()
        needs_open.append(add(menu, "Close the scenario", self._desk.close, keys="Ctrl+W"))
        add(menu, "Quit", self._window.close, keys="Ctrl+Q")
        rail_menu.addMenu(self._recent)
        rail_menu.addActions([everything, new, bring, sample])
        rail_menu.addSeparator()
        rail_menu.addActions(needs_open[1:5])
        self._desk.listed.connect(lambda _rows: self._fill_recent())
        self._needs_open = tuple(needs_open)
        self._desk.opened.connect(self._enable)
        self._enable(None)
        self._fill_recent()

    def _enable(self, scenario: object) -> None:
        for action in self._needs_open:
            action.setEnabled(scenario is not None)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for row in self._desk.rows[:_RECENT]:
            self._menus.add(self._recent, plain_text(row.name), partial(self._desk.open, row.id))
        self._recent.setEnabled(bool(self._desk.rows))

    def ask_new(self) -> None:
        name, wanted = QInputDialog.getText(
            self._window, "New scenario", "What is to be decided? A short name:", QLineEdit.EchoMode.Normal, ""
        )
        if wanted and name.strip():
            self._window.open_page("home")
            self._desk.new(name.strip())

    def ask_rename(self) -> None:
        scenario = self._desk.scenario
        if scenario is None:
            return
        name, wanted = QInputDialog.getText(
            self._window, "Rename", "Name of this scenario:", QLineEdit.EchoMode.Normal, scenario.name
        )
        if wanted:
            self._desk.rename(name)

    def ask_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Import a scenario", self._folder, _FILES)
        if path:
            self._folder = str(Path(path).parent)
            self._desk.import_file(Path(path))

    def ask_export(self) -> None:
        scenario = self._desk.scenario
        if scenario is None:
            return
        name = "-".join(scenario.name.lower().split()) or "scenario"
        at = str(Path(self._folder) / f"{name}.yaml")
        path, _ = QFileDialog.getSaveFileName(self._window, "Export the scenario", at, _FILES)
        if path:
            self._folder = str(Path(path).parent)
            self._desk.export_file(Path(path), done=lambda: None)

    def may_close(self, named: Sequence[TaskHandle]) -> bool:
        """Whether the window may close: asks while named work runs, and while the last edit is not on disk."""
        if not named:
            return True
        names = ", ".join(handle.name or "" for handle in named)
        answer = QMessageBox.question(
            self._window,
            "Work is still running",
            f"Still running: {names}.\nWhat has finished is saved. Stop the rest and quit?",
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    def _bin_open(self) -> None:
        if self._desk.scenario is not None:
            self._desk.delete(self._desk.scenario.id)

    def _print(self) -> None:
        from workbench.gui.page_export import print_page

        if self._window.page is not None:
            print_page(self._window.page, self._window)

    def _copy_page(self) -> None:
        from workbench.gui.page_export import copy_page

        if self._window.page is not None:
            copy_page(self._window.page)

    def _export_page(self) -> None:
        from workbench.gui.page_export import ask_and_export

        if self._window.page is not None:
            ask_and_export(self._window.page, self._window, failed=self._window.show_failed)
