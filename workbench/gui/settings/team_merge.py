"""Two copies of one scenario side by side: what only one side changed is taken, what both changed is picked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import Line
from workbench.gui.widgets.rows import UNKNOWN
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.services.team import MergeView
    from workbench.services.team_merge import MergePart

MINE, THEIRS = "mine", "theirs"
_HEADS = ("Part", "Before", "Yours", "The team's", "")


class MergeForm(QWidget):
    """Calls `store` with the view and the picks by path; `cancel` when the person leaves it."""

    def __init__(self, store: Callable[[MergeView, dict[str, str]], None], cancel: Callable[[], None]) -> None:
        super().__init__()
        self._store = store
        self._view: MergeView | None = None
        self._picks: dict[str, str] = {}
        self._groups: list[QButtonGroup] = []
        self._head = Words("", "heading")
        self._grid_box = QWidget()
        self._save = button("Store this on both sides", self._go, kind="main")
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self._save)
        buttons.addWidget(button("Leave it", cancel))
        buttons.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, Space.S, 0, 0)
        self._column.setSpacing(Space.M)
        self._column.addWidget(self._head)
        self._column.addWidget(self._grid_box)
        self._column.addLayout(buttons)
        self.hide()

    @property
    def is_open(self) -> bool:
        return self._view is not None

    def show_view(self, view: MergeView) -> None:
        """Draws both copies."""
        self._view = view
        self._picks = {part.path: part.pick for part in view.parts}
        both = len(view.open_parts)
        asked = f"{words.count(both, 'part')} that both of you changed {'needs' if both == 1 else 'need'} your word"
        self._head.set_text(f"{view.name}: {asked if both else 'nothing was changed by both of you'}.")
        self._draw(view)
        self._show_may()

    def close_view(self) -> None:
        self._view = None

    def _draw(self, view: MergeView) -> None:
        box = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        box.setSizePolicy(policy)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        for place, head in enumerate(_HEADS):
            grid.addWidget(Words(head, "section"), 0, place)
            grid.setColumnStretch(place, 0 if not head else 2)
        self._groups = []
        for number, part in enumerate(view.parts):
            grid.addWidget(Line(), 2 * number + 1, 0, 1, len(_HEADS))
            self._add_part(grid, 2 * number + 2, part)
        self._column.replaceWidget(self._grid_box, box)
        self._grid_box.deleteLater()
        self._grid_box = box

    def _add_part(self, grid: QGridLayout, row: int, part: MergePart) -> None:
        texts = (part.title[:1].upper() + part.title[1:], part.base, part.mine, part.theirs)
        for place, text in enumerate(texts):
            words_ = Words(text or UNKNOWN, "heading" if place == 0 else "body")
            words_.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(words_, row, place)
        choices = QWidget()
        line = QHBoxLayout(choices)
        line.setContentsMargins(0, 0, 0, 0)
        group = QButtonGroup(choices)
        for pick, title in ((MINE, "Yours"), (THEIRS, "Theirs")):
            radio = QRadioButton(title)
            radio.setAccessibleName(f"{part.title}: {title.lower()}")
            radio.setChecked(part.pick == pick)
            radio.toggled.connect(lambda on, pick=pick, path=part.path: self._pick(path, pick) if on else None)
            group.addButton(radio)
            line.addWidget(radio)
        self._groups.append(group)
        grid.addWidget(choices, row, len(texts), Qt.AlignmentFlag.AlignTop)

    def _pick(self, path: str, pick: str) -> None:
        self._picks[path] = pick
        self._show_may()

    def _show_may(self) -> None:
        self._save.setEnabled(all(self._picks.values()))
        self._save.setToolTip("" if self._save.isEnabled() else "Say for each part whose counts.")

    def _go(self) -> None:
        if self._view is not None:
            self._store(self._view, dict(self._picks))
