"""Every action of the window, in menus; the command palette lists the same actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from workbench.gui.chooser import Pick
from workbench.gui.pages import PageEntry
from workbench.gui.theme import Scheme

Run = Callable[[], object]


class Menus:
    """The menu bar of one window. `add` makes an action; `picks` lists all that can be done now."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        bar = window.menuBar()
        self.scenario = bar.addMenu("&Scenario")
        self.edit = bar.addMenu("&Edit")
        self.view = bar.addMenu("&View")
        self.go = bar.addMenu("&Go")
        self.page = bar.addMenu("&Page")
        self.help = bar.addMenu("&Help")

    def add(
        self, menu: QMenu, text: str, run: Run, *, keys: str | Sequence[str] = "", checkable: bool = False
    ) -> QAction:
        """An action with its shortcuts ("Ctrl+K"); the first one is shown in the menu."""
        action = QAction(text, self._window)
        action.setCheckable(checkable)
        shortcuts = [keys] if isinstance(keys, str) else list(keys)
        action.setShortcuts([QKeySequence(each) for each in shortcuts if each])
        action.triggered.connect(lambda _checked=False: run())
        menu.addAction(action)
        return action

    def add_pages(self, entries: Sequence[PageEntry], open_page: Callable[[str], object]) -> None:
        """The Go menu: Ctrl+1 to Ctrl+9 for the first nine pages."""
        for place, entry in enumerate(entries, start=1):
            keys = f"Ctrl+{place}" if place <= 9 else ""
            self.add(self.go, entry.title, partial(open_page, entry.id), keys=keys)

    def add_schemes(self, current: Scheme, choose: Callable[[Scheme], object]) -> dict[Scheme, QAction]:
        """Light, Dark, System as one group in the View menu."""
        group = QActionGroup(self._window)
        made = {}
        for scheme, title in ((Scheme.LIGHT, "Light"), (Scheme.DARK, "Dark"), (Scheme.SYSTEM, "As the system")):
            action = self.add(self.view, title, partial(choose, scheme), checkable=True)
            action.setChecked(scheme is current)
            group.addAction(action)
            made[scheme] = action
        return made

    def picks(self) -> list[Pick]:
        """All enabled actions of all menus, submenus included, with menu and shortcut."""
        return [
            Pick(_plain(action.text()), action.trigger, group, action.shortcut().toString())
            for group, action in self.actions()
            if action.isEnabled()
        ]

    def actions(self) -> Iterator[tuple[str, QAction]]:
        """Every action with the title of its menu."""
        for menu in (self.scenario, self.edit, self.view, self.go, self.page, self.help):
            yield from _actions(menu, _plain(menu.title()))


def _actions(menu: QMenu, group: str) -> Iterator[tuple[str, QAction]]:
    for action in menu.actions():
        submenu = action.menu()
        if isinstance(submenu, QMenu):
            yield from _actions(submenu, f"{group} · {_plain(submenu.title())}")
        elif not action.isSeparator() and action.text():
            yield group, action


def _plain(text: str) -> str:
    """A menu's words without the mark for its key."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
