"""Two decisions, or two recorded states of one, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, fitting
from workbench.gui.widgets.reading_table import ReadingTable
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.text import Words

if TYPE_CHECKING:
    from workbench.services.scenarios import ScenarioService
    from workbench.services.side_by_side import SideBySide, SideBySideService


@dataclass(frozen=True, slots=True)
class Pick:
    """Something that can stand on a side: how `SideBySideService.find` names it, and its words."""

    ref: str
    title: str


class CompareDialog(QDialog):
    """Two choices on top, below them inputs, evidence and outcome; at first what differs only."""

    def __init__(
        self,
        scenarios: Callable[[], ScenarioService],
        service: Callable[[], SideBySideService],
        tasks: Tasks,
        parent: QWidget | None,
        *,
        first: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("compare-decisions")
        self.setWindowTitle("Compare two decisions")
        self.setMinimumSize(fitting(self, 820, 600))
        self._scenarios, self._service, self._tasks, self._first = scenarios, service, tasks, first
        self._found: SideBySide | None = None
        self._asked = 0
        self.left, self.right = QComboBox(), QComboBox()
        self.everything = QCheckBox("Also what is the same")
        self._error = ErrorBox()
        self._sentence = Words("", "answer")
        self._parts = QVBoxLayout()
        self._lay_out()
        tasks.start(partial(picks, scenarios), lane="db", done=self._fill, failed=self._error.show_error, owner=self)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        for title, box in (("&First", self.left), ("&Second", self.right)):
            label = QLabel(title)
            label.setBuddy(box)
            box.setAccessibleName(f"{title.replace('&', '')} decision")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(20)
            box.activated.connect(lambda _row: self.compare())
            top.addWidget(label)
            top.addWidget(box, 1)
        self.everything.setAccessibleName(self.everything.text())
        self.everything.toggled.connect(lambda _on: self._draw())
        inside = QWidget()
        self._parts = QVBoxLayout(inside)
        self._parts.setContentsMargins(0, 0, Space.S, 0)
        self._parts.setSpacing(Space.M)
        self._parts.addStretch(1)
        scroller = QScrollArea()
        scroller.setFrameShape(QFrame.Shape.NoFrame)
        scroller.setWidgetResizable(True)
        scroller.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addLayout(top)
        column.addWidget(self._error)
        column.addWidget(self._sentence)
        column.addWidget(self.everything)
        column.addWidget(scroller, 1)
        column.addWidget(buttons)

    def _fill(self, found: tuple[Pick, ...]) -> None:
        for box in (self.left, self.right):
            for pick in found:
                box.addItem(pick.title, pick.ref)
        if len(found) < 2:
            self._sentence.set_text("There is nothing to compare with yet: decide a second scenario, or decide anew.")
            return
        start = max(self.left.findData(self._first), 0)
        self.left.setCurrentIndex(start)
        self.right.setCurrentIndex(start + 1 if start + 1 < len(found) else start - 1)
        self.compare()

    def compare(self) -> None:
        """Put what is chosen side by side, in the pool lane."""
        refs = (self.left.currentData(), self.right.currentData())
        if not all(isinstance(ref, str) for ref in refs):
            return
        self._asked += 1
        number = self._asked
        self._error.clear()

        def work() -> SideBySide:
            service = self._service()
            return service.compare(*(service.find(ref) for ref in refs))

        def show(found: SideBySide) -> None:
            if number == self._asked:
                self._found = found
                self._draw()

        self._tasks.start(work, done=show, failed=self._fail, owner=self)

    def _draw(self) -> None:
        found = self._found
        while (item := self._parts.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if found is not None:
            self._sentence.set_text(found.sentence)
            for part in found.parts:
                lines = [line for line in part.lines if self.everything.isChecked() or line.differs]
                self._parts.addWidget(Words(part.title, "heading"))
                if lines:
                    marks = self.everything.isChecked()
                    rows = [
                        (f"≠ {line.what}" if marks and line.differs else line.what, line.left or "—", line.right or "—")
                        for line in lines
                    ]
                    self._parts.addWidget(ReadingTable(("", found.left, found.right), rows))
                else:
                    self._parts.addWidget(Words("Nothing differs.", "muted"))
        self._parts.addStretch(1)

    def _fail(self, error: WorkbenchError) -> None:
        self._error.show_error(error)


def picks(scenarios: Callable[[], ScenarioService]) -> tuple[Pick, ...]:
    """Every scenario with a decision, each followed by its recorded states when there are several. Reads the store."""
    service = scenarios()
    found: list[Pick] = []
    for row in service.list():
        if row.damaged or not row.decision_status:
            continue
        found.append(Pick(row.id, f"{row.name} ({row.decision_status})"))
        versions = service.versions(row.id)
        if len(versions) > 1:
            for number, each in enumerate(versions, start=1):
                day = words.day(each.at.date().isoformat())
                found.append(Pick(f"{row.id}@{number}", f"{row.name}, state {number}: {each.why}, {day}"))
    return tuple(found)
