"""The command palette and "Go to": type a few letters, pick, Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.gui.theme import Space, scaled_px
from workbench.gui.widgets.text import Words

_MOST = 200


@dataclass(frozen=True, slots=True)
class Pick:
    """Something to pick: its words, where it belongs ("View"), its shortcut, and what it does."""

    title: str
    run: Callable[[], object]
    group: str = ""
    shortcut: str = ""


def matching(picks: Sequence[Pick], typed: str) -> list[Pick]:
    """The picks in which every typed word occurs; those whose title starts with it come first."""
    words = typed.casefold().split()

    def rank(pick: Pick) -> int | None:
        title, whole = pick.title.casefold(), f"{pick.title} {pick.group}".casefold()
        if not all(word in whole for word in words):
            return None
        if not words or title.startswith(words[0]):
            return 0
        return 1 if f" {words[0]}" in f" {title}" else 2

    ranked = [(r, i, p) for i, p in enumerate(picks) if (r := rank(p)) is not None]
    return [pick for _, _, pick in sorted(ranked, key=lambda entry: entry[:2])][:_MOST]


class Chooser(QDialog):
    """A list that follows what is typed. Arrow keys move in it while the cursor stays in the field."""

    def __init__(self, parent: QWidget, *, title: str, hint: str, picks: Sequence[Pick]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._picks = tuple(picks)
        self._shown: list[Pick] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(hint)
        self.list = QListWidget()
        self.list.setProperty("kind", "picks")
        self.list.setAccessibleName(f"{title}: matches")
        self.list.setUniformItemSizes(True)
        self._none = Words("Nothing matches. Try fewer letters.", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addWidget(self.field)
        column.addWidget(self._none)
        column.addWidget(self.list, 1)
        self.resize(scaled_px(parent, 520), min(scaled_px(parent, 420), parent.height() - 40))
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._take)
        self.list.itemActivated.connect(lambda _item: self._take())
        self.list.itemClicked.connect(lambda _item: self._take())
        self._filter("")
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not self._shown:
            super().keyPressEvent(event)
            return
        self.list.setCurrentRow((self.list.currentRow() + step) % len(self._shown))

    def _filter(self, typed: str) -> None:
        self._shown = matching(self._picks, typed)
        self.list.clear()
        for pick in self._shown:
            parts = [part for part in (pick.group, pick.shortcut) if part]
            item = QListWidgetItem(pick.title + (f"   ·   {'   ·   '.join(parts)}" if parts else ""))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, " ".join((pick.title, *parts)))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._none.setVisible(not self._shown)
        self.list.setVisible(bool(self._shown))

    def _take(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            pick = self._shown[row]
            self.accept()
            pick.run()
