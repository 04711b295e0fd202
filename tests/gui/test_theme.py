"""Both looks reach WCAG AA, follow the system, and scale."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from workbench import paths
from workbench.analysis.chartspec import Colour
from workbench.gui.theme import (
    DARK,
    LIGHT,
    TONE_ICONS,
    Look,
    Scheme,
    Size,
    Theme,
    Tone,
    contrast,
    fitting,
    icon,
    is_dark,
    look_of,
    palette_of,
    scaled_px,
    set_role,
)
from workbench.gui.widgets.chart_places import series_colour

LOOKS = pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
GROUNDS = ("window", "card", "soft", "hover", "tooltip")
TEXTS = ("text", "muted", "link", "good", "caution", "bad")
ICONS = sorted(p.stem for p in (paths.data_dir("resources") / "icons").glob("*.svg"))


def test_that_contrast_is_the_ratio_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == pytest.approx(1.0)


@LOOKS
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_that_every_text_colour_reaches_4_5_on_every_ground(look: Look, ground: str, text: str) -> None:
    assert contrast(getattr(look, text), getattr(look, ground)) >= 4.5


@LOOKS
def test_that_filled_buttons_and_selections_are_readable(look: Look) -> None:
    assert contrast(look.on_accent, look.accent) >= 4.5
    assert contrast(look.on_accent, look.accent_hover) >= 4.5


@LOOKS
def test_that_field_borders_and_focus_rings_reach_3(look: Look) -> None:
    assert contrast(look.border, look.card) >= 3.0
    assert contrast(look.accent, look.card) >= 3.0
    assert contrast(look.accent, look.window) >= 3.0


@LOOKS
def test_that_placeholders_are_readable(look: Look) -> None:
    placeholder = palette_of(look).color(QPalette.ColorRole.PlaceholderText).name()
    assert contrast(placeholder, look.card) >= 4.5


def test_that_series_colours_can_be_told_from_a_dark_card() -> None:
    for colour in Colour:
        assert contrast(series_colour(DARK, colour), DARK.card) >= 3.0, colour


@LOOKS
def test_that_no_palette_role_is_left_to_the_system(look: Look) -> None:
    palette = palette_of(look)
    roles = [r for r in QPalette.ColorRole if r not in (QPalette.ColorRole.NoRole, QPalette.ColorRole.NColorRoles)]
    for role in roles:
        assert palette.isBrushSet(QPalette.ColorGroup.Active, role), role
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        off = palette.color(QPalette.ColorGroup.Disabled, role)
        assert off != palette.color(QPalette.ColorGroup.Active, role)


def test_that_looks_differ_in_every_colour_that_carries_text() -> None:
    same = [f.name for f in fields(LIGHT) if getattr(LIGHT, f.name) == getattr(DARK, f.name)]
    assert same == ["on_accent"]


def test_that_a_change_of_scheme_reaches_the_widgets(theme: Theme, qtbot: QtBot) -> None:
    label = QLabel("x")
    qtbot.addWidget(label)
    assert look_of(label) is LIGHT
    with qtbot.waitSignal(theme.changed):
        theme.set_scheme(Scheme.DARK)
    assert look_of(label) is DARK
    assert theme.look is DARK


def test_that_a_system_that_says_nothing_is_light(qapp: QApplication) -> None:
    hints = qapp.styleHints()
    assert is_dark(qapp, Scheme.SYSTEM) == (hints.colorScheme() == Qt.ColorScheme.Dark)


def test_that_text_grows_and_stops_at_200_percent(theme: Theme, qtbot: QtBot) -> None:
    label = QLabel("Title")
    qtbot.addWidget(label)
    set_role(label, "title")
    label.ensurePolished()
    before = label.font().pointSizeF()
    for _ in range(20):
        theme.step_text(1)
    label.ensurePolished()
    assert theme.text_percent == 200
    assert label.font().pointSizeF() == pytest.approx(before * 2, rel=0.02)
    for _ in range(20):
        theme.step_text(-1)
    assert theme.text_percent == 80


def test_that_lengths_follow_the_text_size(theme: Theme, qtbot: QtBot) -> None:
    label = QLabel("x")
    qtbot.addWidget(label)
    assert scaled_px(label, 100) == pytest.approx(100, abs=3)
    theme.set_text_percent(150)
    assert scaled_px(label, 100) == pytest.approx(150, abs=8)


def test_that_the_sizes_are_those_of_the_design() -> None:
    assert [int(size) for size in Size] == [12, 13, 15, 20, 28]


@pytest.mark.parametrize("name", ICONS)
def test_that_every_icon_is_drawn_in_one_style(name: str, qapp: QApplication) -> None:
    root = ElementTree.fromstring((paths.data_dir("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke-linecap") == root.get("stroke-linejoin") == "round"
    picture = icon(name, "#1b1f24", 24).pixmap(24, 24).toImage()
    assert any(picture.pixelColor(x, y).alpha() for x in range(24) for y in range(24))


def test_that_every_tone_has_an_icon_of_its_own() -> None:
    assert set(TONE_ICONS) == set(Tone)
    assert len(set(TONE_ICONS.values())) == len(Tone)


def test_that_no_icon_is_without_its_file() -> None:
    used = {"home", "requirements", "shortlist", "tradeoffs", "options", "validate", "decide", "catalog", "library"}
    assert used | set(TONE_ICONS.values()) <= set(ICONS)
    assert all(Path(p).suffix == "" for p in ICONS)


def test_that_a_dialog_is_never_larger_than_its_screen_however_large_the_text(qtbot: QtBot, theme: Theme) -> None:
    widget = QLabel("Wide")
    qtbot.addWidget(widget)
    room = widget.screen().availableSize()
    most = fitting(widget, 20_000, 20_000)
    assert most.width() < room.width() and most.height() < room.height()
    assert fitting(widget, 100, 50).width() == scaled_px(widget, 100)
