"""Drawing in steps."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from workbench.gui.slices import Slices


def test_that_steps_run_in_order_and_newer_ones_replace_those_that_wait(qtbot: QtBot) -> None:
    ran: list[str] = []
    parent = QObject()
    slices = Slices(parent)
    slices.run(lambda: ran.append("never"), lambda: ran.append("never"))
    assert ran == []
    slices.run(lambda: ran.append("first"), lambda: ran.append("second"))
    qtbot.waitUntil(lambda: slices.is_done)
    assert ran == ["first", "second"]


def test_that_a_step_may_ask_for_other_steps(qtbot: QtBot) -> None:
    ran: list[str] = []
    parent = QObject()
    slices = Slices(parent)
    slices.run(lambda: slices.run(lambda: ran.append("later")), lambda: ran.append("replaced"))
    qtbot.waitUntil(lambda: slices.is_done)
    assert ran == ["later"]
