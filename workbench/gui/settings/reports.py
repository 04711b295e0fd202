"""Whose reports these are: a name, a colour and a logo for the head of every report."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from workbench.domain.errors import WorkbenchError
from workbench.gui.ports import SettingsPort
from workbench.gui.tasks import Tasks
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.fields import TextField
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

BRAND, COLOUR, LOGO = "report_brand", "report_colour", "report_logo"


class ReportsCard(Card):
    """What is typed is checked and kept when the field is left; the next report has it."""

    def __init__(self, *, tasks: Tasks, settings: SettingsPort) -> None:
        super().__init__("Reports")
        self._tasks, self._settings = tasks, settings
        self._error = ErrorBox()
        self._name = TextField("Name on reports", placeholder="Your company or team", max_length=120)
        self._colour = TextField("Colour of reports", placeholder="#1f62a8", max_length=7)
        self._name.editingFinished.connect(self._keep_name)
        self._colour.editingFinished.connect(self._keep_colour)
        self._logo = Words("", "muted")
        self.body.addWidget(Words("A name, a colour and a logo at the head of every report.", "muted"))
        self.body.addWidget(self._error)
        row = QHBoxLayout()
        row.addWidget(self._name, 2)
        row.addWidget(self._colour, 1)
        self.body.addLayout(row)
        pictures = QHBoxLayout()
        pictures.addWidget(self._logo, 1)
        pictures.addWidget(button("Choose a logo", self._choose))
        pictures.addWidget(button("No logo", lambda: self._keep(LOGO, "")))
        self.body.addLayout(pictures)

    def show_now(self) -> None:
        """Draws what is set."""
        self._name.set_value(str(self._settings.get(BRAND, "")))
        self._colour.set_value(str(self._settings.get(COLOUR, "")))
        logo = str(self._settings.get(LOGO, ""))
        self._logo.set_text(f"Logo: {Path(logo).name}" if logo else "No logo chosen. A PNG or JPEG picture goes here.")

    def take_logo(self, file: Path) -> None:
        """Checks the picture off the GUI thread and keeps where it lies."""
        self._keep(LOGO, str(file), logo=file)

    def _keep_name(self) -> None:
        self._keep(BRAND, self._name.text(), name=self._name.text())

    def _keep_colour(self) -> None:
        self._keep(COLOUR, self._colour.text(), colour=self._colour.text())

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Which logo?", str(Path.home()), "Pictures (*.png *.jpg *.jpeg)")
        if chosen:
            self.take_logo(Path(chosen))

    def _keep(self, key: str, value: str, *, name: str = "", colour: str = "", logo: Path | None = None) -> None:
        def check() -> None:
            from workbench.reports.branding import brand_of

            brand_of(name, colour, logo)

        self._tasks.start(
            check, lane="pool", done=lambda _none: self._kept(key, value), failed=self._error.show_error, owner=self
        )

    def _kept(self, key: str, value: str) -> None:
        try:
            self._settings.set(key, value.strip())
        except WorkbenchError as error:
            self._error.show_error(error)
            return
        self._error.clear()
        self.show_now()
