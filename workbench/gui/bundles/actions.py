"""Bundles and comparisons in the Scenario menu, and for files that are dropped or named at the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFileDialog

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.gui.menus import Menus
    from workbench.gui.pages.base import House
    from workbench.gui.shell import Shell
    from workbench.services.bundles import BundleService, Imported
    from workbench.services.scenarios import ScenarioService
    from workbench.services.side_by_side import SideBySideService

FILES = "Bundle (*.mswb)"


class BundleActions(QObject):
    """Opens the dialogs; what comes in is told to the window and laid on the desk."""

    def __init__(
        self,
        *,
        window: Shell,
        menus: Menus,
        desk: Desk,
        house: House,
        bundles: Callable[[], BundleService],
        scenarios: Callable[[], ScenarioService],
        side_by_side: Callable[[], SideBySideService],
    ) -> None:
        super().__init__(window)
        self._window, self._desk, self._house = window, desk, house
        self._bundles, self._scenarios, self._side_by_side = bundles, scenarios, side_by_side
        menu = menus.scenario
        after = {action.text(): place for place, action in enumerate(menu.actions())}
        self._put(menus.add(menu, "Open a bundle …", self.ask_open), before=after["Open the sample decision"])
        export = menus.add(menu, "Export a bundle …", self.ask_export)
        self._put(export, before=after["Move to the bin"] + 1)
        compare = menus.add(menu, "Compare decisions …", self.ask_compare)
        self._put(compare, before=after["Move to the bin"] + 2)
        desk.opened.connect(lambda scenario: export.setEnabled(scenario is not None))
        export.setEnabled(desk.scenario is not None)

    def _put(self, action: QAction, *, before: int) -> None:
        menu = self._window.menus.scenario
        menu.removeAction(action)
        menu.insertAction(menu.actions()[before], action)

    def ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a bundle", "", FILES)
        if path:
            self.open(Path(path))

    def open(self, file: Path) -> None:
        """Show what is in the file."""
        from workbench.gui.bundles.open_dialog import OpenDialog

        dialog = OpenDialog(self._bundles, self._house.tasks, self._window)
        dialog.imported.connect(self._take)
        _show(dialog)
        dialog.read(file)

    def ask_export(self) -> None:
        """Ask what goes into the open scenario's bundle."""
        from workbench.gui.bundles.export_dialog import ExportDialog

        if self._desk.scenario is not None:
            _show(ExportDialog(self._desk.scenario, self._bundles, self._house.tasks, self._window))

    def ask_compare(self) -> None:
        """Two decisions side by side, the open scenario's first."""
        from workbench.gui.bundles.compare_dialog import CompareDialog

        first = self._desk.scenario.id if self._desk.scenario is not None else ""
        _show(CompareDialog(self._scenarios, self._side_by_side, self._house.tasks, self._window, first=first))

    def _take(self, done: Imported) -> None:
        self._house.hub.tell(done.changes)
        self._desk.open(done.scenario.id)


def _show(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
