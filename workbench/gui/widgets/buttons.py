"""Push buttons of the four kinds the window uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton

Kind = Literal["normal", "main", "plain", "link", "chip"]


def button(text: str, run: Callable[[], object] | None = None, *, kind: Kind = "normal", hint: str = "") -> QPushButton:
    """A push button. `main` is the one filled button of a page; `link` looks like a link; `hint` is its tool tip."""
    made = QPushButton()
    made.setProperty("kind", kind)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    name_button(made, text)
    made.setAutoDefault(False)
    if hint:
        made.setToolTip(hint)
        made.setAccessibleDescription(hint)
    if run is not None:
        made.clicked.connect(lambda _checked=False: run())
    return made


def name_button(made: QAbstractButton, text: str) -> None:
    """Gives a button its words, as they stand: "&" is no mark for a key."""
    made.setText(plain_text(text))
    made.setAccessibleName(text)


def plain_text(text: str) -> str:
    """Words for a button or menu that hold no mark for a key."""
    return text.replace("&", "&&")


def menu_button(text: str, entries: Mapping[str, Callable[[], object]], *, hint: str = "") -> QPushButton:
    """A push button that opens a menu of named actions."""
    made = button(text, hint=hint)
    made.setProperty("menu", "true")
    menu = QMenu(made)
    for title, run in entries.items():
        action = QAction(plain_text(title), menu)
        action.triggered.connect(lambda _checked=False, run=run: run())
        menu.addAction(action)
    made.setMenu(menu)
    return made
