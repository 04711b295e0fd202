"""Every page with the sample decision: a name for every control, Tab goes everywhere and is caught nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QtMsgType
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget
from workbench.gui.pages import HOME, PAGES
from workbench.gui.pages.validate import ValidatePage
from workbench.gui.playground.pane_row import PaneRow

from gui.pages_person import Visitor

EVERY_PAGE = [entry.id for entry in (*PAGES, HOME)]


def controls(root: QWidget) -> list[QWidget]:
    """What can have the focus and is seen."""
    focusable = [w for w in root.findChildren(QWidget) if w.focusPolicy() != Qt.FocusPolicy.NoFocus]
    return [w for w in focusable if w.isVisible() and w.isEnabled() and w.focusProxy() is None]


def spoken_name(widget: QWidget) -> str:
    """What a screen reader says for it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def told(widget: QWidget) -> str:
    """A widget in words, for a failure."""
    path, at = [], widget
    while at is not None and len(path) < 5:
        path.append(f"{type(at).__name__}({at.objectName() or spoken_name(at)})")
        at = at.parentWidget()
    return " in ".join(path)


def reached_by_tab(shell: QWidget) -> list[QWidget]:
    """Where the focus goes with Tab, from where it is until it comes back; fails when it stays anywhere."""
    QTest.keyClick(QApplication.focusWidget() or shell, Qt.Key.Key_Tab)
    first = QApplication.focusWidget()
    assert first is not None
    stops = [first]
    for _ in range(400):
        QTest.keyClick(stops[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None and now is not stops[-1], f"Tab does not leave {told(stops[-1])}"
        if now is first:
            return stops
        assert now not in stops, f"Tab turns in a circle from {told(stops[-1])} to {told(now)}"
        stops.append(now)
    raise AssertionError("Tab does not come back")


def is_one_of_several(widget: QWidget) -> bool:
    """Of buttons that exclude each other Tab reaches one, the arrow keys the others."""
    if not isinstance(widget, QAbstractButton):
        return False
    group = widget.group()
    return widget.autoExclusive() or (group is not None and group.exclusive())


@pytest.mark.parametrize("page_id", EVERY_PAGE)
def test_that_every_control_has_a_spoken_name_and_is_reached_by_tab_which_nothing_holds(
    visitor: Visitor, qtlog: Any, page_id: str
) -> None:
    page, shell = visitor.go(page_id), visitor.window.shell
    assert [told(widget) for widget in controls(shell) if not spoken_name(widget)] == []
    visitor.take_keyboard()
    stops = reached_by_tab(shell)
    for part in (shell.rail, page):
        assert any(part.isAncestorOf(widget) for widget in stops), told(part)
    by_tab = [w for w in controls(shell) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_one_of_several(w)]
    assert [told(widget) for widget in by_tab if widget not in stops] == []
    harmless = (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
    said = [record.message for record in qtlog.records if record.type not in harmless]
    # the offscreen platform says once per process that it has no window manager
    assert [message for message in said if "propagateSizeHints" not in message] == []


def test_that_at_half_as_large_again_no_page_with_many_buttons_is_wider_than_a_window_of_1280(visitor: Visitor) -> None:
    shell = visitor.window.shell
    shell.resize(1280, 800)
    shell.set_text_percent(150)
    for page_id in ("validate", "decide"):
        page = visitor.go(page_id)
        visitor.wait(lambda page=page: page.scroller.horizontalScrollBar().maximum() == 0)
        assert page.header.width() >= page.header.minimumSizeHint().width()


def test_that_in_the_smallest_window_with_larger_text_the_playground_has_all_its_buttons(
    visitor: Visitor,
) -> None:
    shell, page = visitor.window.shell, visitor.go("validate")
    shell.resize(1024, 700)
    shell.set_text_percent(150)
    visitor.wait(lambda: page.scroller.horizontalScrollBar().maximum() == 0)
    more = visitor.find(QPushButton, "More for these answers").menu()
    assert more is not None
    assert {"History", "Add a model"} <= {entry.text() for entry in more.actions() if entry.isVisible()}
    assert shell.rail.is_folded
    shell.rail.set_folded(False)  # as a person may
    visitor.wait(lambda: page.scroller.horizontalScrollBar().maximum() == 0)
    assert "Blind vote" in {entry.text() for entry in more.actions() if entry.isVisible()}
    shell.rail.set_folded(True)
    visitor.wait(lambda: "Blind vote" not in {entry.text() for entry in more.actions() if entry.isVisible()})
    shell.set_text_percent(100)
    visitor.wait(lambda: not shell.rail.is_folded)
    assert visitor.find(QPushButton, "Add a model").isEnabled()
    assert "Add a model" not in {entry.text() for entry in more.actions() if entry.isVisible()}


def test_that_larger_text_over_the_smallest_window_moves_no_pane_before_all_widgets_have_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, page = visitor.window.shell, visitor.go("validate")
    assert isinstance(page, ValidatePage)
    shell.resize(1024, 700)
    visitor.wait(lambda: page.playground.row.width() < 800)
    visitor.rest()
    moved: list[str] = []  # Qt would crash, as it still has to tell the splitter's handle that is gone then
    monkeypatch.setattr(PaneRow, "_turn", lambda _row: moved.append("too soon"))
    shell.set_text_percent(150)
    assert moved == []
