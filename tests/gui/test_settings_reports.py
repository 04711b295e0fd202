"""The card of reports on the Settings page: a name, a colour and a logo, each checked before it is kept."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from workbench.gui.settings.reports import ReportsCard
from workbench.gui.tasks import Tasks
from workbench.settings import Settings


def test_that_name_colour_and_logo_are_checked_and_kept(qtbot: QtBot, tmp_path: Path) -> None:
    tasks, settings = Tasks(), Settings(tmp_path / "settings.json")
    card = ReportsCard(tasks=tasks, settings=settings)
    qtbot.addWidget(card)
    card.show_now()
    Image.new("RGB", (20, 10), "#cc2244").save(tmp_path / "logo.png")
    (tmp_path / "no.png").write_text("<svg onload=alert(1)>")
    card._name.setText("Acme")
    card._name.editingFinished.emit()
    qtbot.waitUntil(lambda: settings.get("report_brand") == "Acme")
    card._colour.setText("reddish")
    card._colour.editingFinished.emit()
    qtbot.waitUntil(lambda: any("is no colour" in label.text() for label in card.findChildren(QLabel)))
    assert settings.get("report_colour") == ""
    card.take_logo(tmp_path / "no.png")
    qtbot.waitUntil(lambda: any("no PNG or JPEG" in label.text() for label in card.findChildren(QLabel)))
    card.take_logo(tmp_path / "logo.png")
    qtbot.waitUntil(lambda: settings.get("report_logo") == str(tmp_path / "logo.png"))
    assert any("Logo: logo.png" in label.text() for label in card.findChildren(QLabel))
    tasks.close()
    settings.close()
