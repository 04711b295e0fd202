"""The inspector: one column that explains whatever is selected, on every page."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from workbench.gui.explanation import Explanation, Row, Section
from workbench.gui.theme import TONE_ICONS, Space, Tone, scaled_px
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.fields import FlowLayout
from workbench.gui.widgets.state import IconLabel
from workbench.gui.widgets.text import Words

WIDTH_PX = 320
# What a reader need not see of an address; the copied text has it whole.
_ADDRESS = re.compile(r"https?://(www\.)?")
_NOTHING = "Select a row, a point or an option, and it explains itself here."


class Inspector(QWidget):
    """Shows an `Explanation`, or what to do to see one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self._explanation: Explanation | None = None
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setAccessibleName("Explanation of the selection")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self._scroll)
        self.show_explanation(None)

    @property
    def explanation(self) -> Explanation | None:
        return self._explanation

    def show_explanation(self, explanation: Explanation | None) -> None:
        """Replace what is shown; None says what can be selected."""
        self._explanation = explanation
        inside = QWidget()
        inside.setObjectName("page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.XS)
        if explanation is None:
            column.addWidget(Words(_NOTHING, "muted"))
        else:
            self._fill(column, explanation)
        column.addStretch(1)
        self._scroll.setWidget(inside)
        words = explanation.as_text() if explanation is not None else _NOTHING
        self._scroll.setAccessibleDescription(words)

    def preferred_width(self) -> int:
        return scaled_px(self, WIDTH_PX)

    def _fill(self, column: QVBoxLayout, explanation: Explanation) -> None:
        column.addWidget(Words(explanation.title, "subject"))
        if explanation.subtitle:
            column.addWidget(Words(explanation.subtitle, "muted"))
        for section in explanation.sections:
            _add_section(column, section)
        if explanation.sources:
            column.addSpacing(Space.M)
            column.addWidget(Words("Where the numbers come from", "section"))
            for source in explanation.sources:
                column.addWidget(Words(_ADDRESS.sub("", source), "muted"))
        column.addSpacing(Space.M)
        holder = QWidget()
        flow = FlowLayout(holder)
        for action in explanation.actions:
            flow.addWidget(button(action.text, action.run, hint=action.hint))
        copy = button("Copy", self._copy, kind="normal", hint="Copies this explanation as text")
        copy.setAccessibleName("Copy the explanation")
        flow.addWidget(copy)
        column.addWidget(holder)

    def _copy(self) -> None:
        if self._explanation is not None:
            QGuiApplication.clipboard().setText(self._explanation.as_text())


def _add_section(column: QVBoxLayout, section: Section) -> None:
    column.addSpacing(Space.M)
    column.addWidget(Words(section.title, "section"))
    for row in section.rows:
        column.addLayout(_row(row))


def _row(row: Row) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(Space.S)
    role = "text" if row.icon and row.tone is Tone.NEUTRAL else row.tone.value
    mark = IconLabel(row.icon or TONE_ICONS[row.tone], "muted" if role == "neutral" else role, 15)
    mark.setAccessibleName({Tone.GOOD: "Good", Tone.CAUTION: "Caution", Tone.BAD: "Bad"}.get(row.tone, ""))
    line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Words(row.text), 1)
    return line
