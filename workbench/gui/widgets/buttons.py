"""Push buttons of the four kinds the window uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

Kind = Literal["normal", "main", "plain", "link", "chip"]


def button(text: str, run: Callable[[], object] | None = None, *, kind: Kind = "normal", hint: str = "") -> QPushButton:
    """A push button. `main` is the one filled button of a page; `link` looks like a link; `hint` is its tool tip."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    if hint:
        made.setToolTip(hint)
        made.setAccessibleDescription(hint)
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made


def menu_button(text: str, entries: Mapping[str, Callable[[], object]], *, hint: str = "") -> QPushButton:
    """A push button that opens a menu of named actions."""
    made = button(text, hint=hint)
    made.setProperty("menu", "true")
    menu = QMenu(made)
    for title, run in entries.items():
        action = QAction(title, menu)
        action.triggered.connect(lambda _checked=False, run=run: run())
        menu.addAction(action)
    made.setMenu(menu)
    return made
