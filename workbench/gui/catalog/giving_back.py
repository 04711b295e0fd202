"""The card that writes a person's corrections as catalog files, and tells what was written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from workbench.gui.ports import SettingsPort
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.text import Words
from workbench.services.catalog_export import ExportResult

FOLDER_KEY = "catalog/export-folder"
_MOST_NAMED = 5


class GivingBack(Card):
    """Sends `chosen` (folder)."""

    chosen = Signal(object)

    def __init__(self, settings: SettingsPort) -> None:
        super().__init__("Give your corrections back")
        self._settings = settings
        self._text = ""
        self.add_beside_title(button("Export …", self.choose, hint="Asks for a folder, and writes the files there"))
        what = "What you took in, and figures of yours whose note names an address, as files for a pull request."
        self.body.addWidget(Words(f"{what} Discounts and negotiated prices stay here.", "muted"))
        self._said = Words("")
        self._copy = button("Copy the text for the pull request", self._copy_text)
        self.body.addWidget(self._said)
        self.body.addWidget(self._copy)
        self.clear()

    def choose(self) -> None:
        """Asks for a folder."""
        known = str(self._settings.get(FOLDER_KEY, "") or Path.home())
        folder = QFileDialog.getExistingDirectory(self, "Where shall the files go?", known)
        if folder:
            self._settings.set(FOLDER_KEY, folder)
            self.chosen.emit(Path(folder))

    def clear(self) -> None:
        self._said.hide()
        self._copy.hide()

    def show_result(self, result: ExportResult) -> None:
        """What was written, and what was not."""
        self._text = result.as_markdown
        left = [f"Left out: {reason}" for reason in result.left_out[:_MOST_NAMED]]
        more = len(result.left_out) - len(left)
        self._said.set_text("\n".join([result.sentence, *left, *([f"… and {more} more."] if more > 0 else [])]))
        self._said.show()
        self._copy.show()

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
