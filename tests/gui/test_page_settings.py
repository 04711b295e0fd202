"""Settings take effect at once, and the bin gives scenarios back."""

from __future__ import annotations

from pages_person import Visitor
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QSlider
from workbench.gui.pages.settings import SettingsPage
from workbench.gui.theme import Scheme


def settings(visitor: Visitor) -> SettingsPage:
    page = visitor.go("settings")
    assert isinstance(page, SettingsPage)
    visitor.rest()
    return page


def test_that_another_look_is_there_at_once_and_stays(visitor: Visitor) -> None:
    settings(visitor)
    visitor.press("Colours: Dark")
    assert visitor.window.theme.look.dark
    assert visitor.window.house.settings.get("theme") == Scheme.DARK
    visitor.press("Colours: Light")
    assert not visitor.window.theme.look.dark


def test_that_the_text_grows_with_the_slider(visitor: Visitor) -> None:
    page = settings(visitor)
    before = page.font().pointSizeF()
    slider = page._percent.findChild(QSlider)
    assert slider is not None
    visitor.qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    visitor.wait(lambda: visitor.window.theme.text_percent > 100)
    assert page.font().pointSizeF() > before


def test_that_a_deleted_scenario_comes_back_from_the_bin(visitor: Visitor) -> None:
    doomed = visitor.new("Doomed")
    visitor.window.desk.delete(doomed.id)
    visitor.rest()
    visitor.open(visitor.services.scenarios.open_sample())
    settings(visitor)
    visitor.press("Bring back Doomed")
    visitor.rest()
    assert visitor.services.scenarios.load(doomed.id).deleted_at is None
    visitor.wait(lambda: not any("Doomed" in label.text() for label in visitor.page.findChildren(QLabel)))


def test_that_the_memory_of_loaded_models_is_bounded(visitor: Visitor) -> None:
    visitor.go("settings")
    field = visitor.find(QLineEdit, "Memory for all that are loaded, GB")
    visitor.write(field, "3.5")
    assert visitor.services.engines._budget() == 3_500_000_000
    visitor.write(field, "0")
    assert visitor.services.engines._budget() is None


def test_that_the_data_folder_is_named_and_copied(visitor: Visitor) -> None:
    settings(visitor)
    visitor.press("Copy the path")
    assert QGuiApplication.clipboard().text() == str(visitor.services.paths.home)


def test_that_the_machine_is_examined(visitor: Visitor) -> None:
    page = settings(visitor)
    visitor.wait(lambda: any(label.text() == "Python" for label in page.findChildren(QLabel)))
