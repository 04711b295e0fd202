"""Garbage is looked for between events, never within one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from workbench.gui.garbage import GarbageTimer
from workbench.gui.theme import Theme


@pytest.fixture
def garbage() -> Iterator[GarbageTimer]:
    made = GarbageTimer()
    made.start()
    yield made
    made.stop()


def closed_dialog(gone: list[str]) -> None:
    """A dialog that nobody knows any more but itself."""
    dialog = QDialog()
    weakref.finalize(dialog, gone.append, "dialog")
    dialog.itself = dialog  # type: ignore[attr-defined]


class Busy(QWidget):
    """Makes much garbage when it is told of another style sheet, as pages do that draw themselves anew."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            for _ in range(100_000):
                ring: list[object] = []
                ring.append(ring)


def test_that_a_closed_dialog_goes_between_events_and_not_while_a_style_sheet_is_told(
    qtbot: QtBot, theme: Theme, garbage: GarbageTimer
) -> None:
    busy, gone = Busy(), list[str]()
    qtbot.addWidget(busy)
    busy.show()
    closed_dialog(gone)
    QApplication.instance().setStyleSheet("QLabel { padding: 1px; }")  # type: ignore[union-attr]
    assert gone == []
    qtbot.waitUntil(lambda: gone == ["dialog"], timeout=10_000)


def test_that_python_looks_for_garbage_by_itself_again_when_the_window_has_ended(garbage: GarbageTimer) -> None:
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()
