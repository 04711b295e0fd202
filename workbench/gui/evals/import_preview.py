"""The step before a file of cases is used: which column is what, the first rows, and what was found in them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets import Examined, Preview, promptfoo
from workbench.evals.datasets.naming import KNOWN
from workbench.gui.tasks import Tasks
from workbench.gui.theme import Space, fitting, scaled_px, set_role
from workbench.gui.widgets.scroller import ColumnScroller
from workbench.gui.widgets.state import ErrorBox, IconLabel
from workbench.gui.widgets.text import Words
from workbench.services.eval_data import EvalData

NOTHING = "— not in the file"
PROMPTFOO = (
    "These are promptfoo's tests, which say what they are: __expected, __expected1 … or assert is what each answer "
    "must be; the columns without __, or vars, are put into the question."
)
ROWS = 5
LONGEST = 160
MOST_PROBLEMS = 8


class ImportDialog(QDialog):
    """Sends `chosen` (Examined) when the person uses the cases.

    Reading and looking through is done off the window's thread; a change of a column does it anew.
    """

    chosen = Signal(object)

    def __init__(self, path: Path, *, data: EvalData, tasks: Tasks, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import-preview")
        self.setWindowTitle(f"Cases in {path.name}")
        self.setMinimumSize(fitting(self, 860, 640))
        self._path, self._data, self._tasks = path, data, tasks
        self._asked = 0
        self._examined: Examined | None = None
        self._says_itself = False
        self.boxes: dict[str, QComboBox] = {}
        self._about = Words("Reading the file …", "answer")
        self._table = QTableWidget()
        self._table.setAccessibleName("First rows of the file")
        self._table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.setWordWrap(False)
        self._table.horizontalHeader().setStretchLastSection(True)
        self._table.setMinimumHeight(scaled_px(self, 100))
        self._columns = QGridLayout()
        self._columns.setHorizontalSpacing(Space.M)
        self._columns.setVerticalSpacing(Space.XS)
        self.mark = QCheckBox("Rows with what looks like personal data stay on this machine")
        self.mark.setChecked(True)
        self.mark.toggled.connect(lambda _on: self._look())
        self._findings = ColumnScroller()
        self._error = ErrorBox()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        use = buttons.addButton("Use these cases", QDialogButtonBox.ButtonRole.AcceptRole)
        assert isinstance(use, QPushButton)
        use.setProperty("kind", "main")
        use.setObjectName("import-use")
        use.setEnabled(False)
        self._use = use
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        self._lay_out(buttons)
        tasks.start(lambda: data.preview(path), done=self._show, failed=self._failed, owner=self)

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addWidget(self._about)
        column.addWidget(self._table)
        column.addWidget(_section("Which column is what"))
        column.addLayout(self._columns)
        column.addWidget(_section("What was found"))
        column.addWidget(self._error)
        column.addWidget(self._findings, 1)
        column.addWidget(self.mark)
        column.addWidget(buttons)

    # Reading

    @property
    def columns(self) -> dict[str, str]:
        """Known names to the columns chosen for them."""
        return {known: str(box.currentData()) for known, box in self.boxes.items() if box.currentData()}

    def _show(self, found: tuple[Preview, dict[str, str]]) -> None:
        preview, guess = found
        self._about.set_text(f"**{preview.dialect}.** The first rows:")
        self._fill(preview)
        if promptfoo.says_itself(preview.header):
            self._says_itself = True
            self._columns.addWidget(Words(PROMPTFOO, "muted"), 0, 0)
            self._look()
            return
        for place, (known, title) in enumerate(KNOWN.items()):
            box = _box(title, preview.header, guess.get(known, ""))
            box.currentIndexChanged.connect(lambda _place: self._look())
            self.boxes[known] = box
            label = QLabel(title)
            label.setBuddy(box)
            row, side = divmod(place, 3)
            self._columns.addWidget(label, 2 * row, side)  # above it: beside it large text would be cut
            self._columns.addWidget(box, 2 * row + 1, side)
            self._columns.setColumnStretch(side, 1)
        self._look()

    def _fill(self, preview: Preview) -> None:
        rows = preview.rows[:ROWS]
        self._table.setColumnCount(len(preview.header))
        self._table.setRowCount(len(rows))
        self._table.setHorizontalHeaderLabels(list(preview.header))
        self._table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for line, row in enumerate(rows):
            for place, name in enumerate(preview.header):
                self._table.setItem(line, place, QTableWidgetItem(_one_line(row.get(name, ""))))
        for place in range(len(preview.header)):
            self._table.setColumnWidth(place, scaled_px(self, 200 if len(preview.header) < 5 else 130))

    def _look(self) -> None:
        """Look through the file with the columns as they are chosen; only the newest request is shown."""
        self._asked += 1
        number, columns, mark = self._asked, self.columns or None, self.mark.isChecked()
        self._use.setEnabled(False)
        self._error.clear()
        if not self._says_itself and "input" not in self.columns:
            self._clear()
            self._error.show_error(WorkbenchError("No column is the input", mend="Choose the one with the questions."))
            return
        self._tasks.start(
            lambda: self._data.examine(self._path, columns=columns, mark=mark),
            done=partial(self._found, number),
            failed=lambda error: self._failed(error) if number == self._asked else None,
            owner=self,
        )

    def _found(self, number: int, examined: Examined) -> None:
        if number != self._asked:
            return
        self._examined = examined
        self._clear()
        cases = examined.dataset.cases
        sensitive = sum(case.sensitive for case in cases)
        stays = f", {sensitive:,} of them sensitive" if sensitive else ""
        examples = len(examined.dataset.examples)
        shown = f", and {words.count(examples, 'example')} to show, which are not tested" if examples else ""
        self._say("check", "good", f"**{words.count(len(cases), 'case')}**{stays}{shown}.")
        for finding in examined.findings:
            icon, tone = ("caution", "caution") if finding.is_caution else ("info", "muted")
            self._say(icon, tone, f"{finding.what}. {finding.mend}")
        for problem in examined.problems[:MOST_PROBLEMS]:
            self._say("cross", "bad", f"{problem}")
        rest = len(examined.problems) - MOST_PROBLEMS
        if rest > 0:
            self._say("cross", "bad", f"and {words.count(rest, 'more problem')}; those rows are left out.")
        # New lines know how tall they are when they were laid out.
        QTimer.singleShot(0, self._findings, self._findings.fit)
        self._use.setEnabled(bool(cases))
        good = f"Use the {words.count(len(cases), 'good case')}" if examined.problems else "Use these cases"
        self._use.setText(good)

    def _failed(self, error: WorkbenchError) -> None:
        self._clear()
        self._error.show_error(error)

    def _take(self) -> None:
        if self._examined is not None:
            self.chosen.emit(self._examined)
            self.accept()

    # What was found

    def _clear(self) -> None:
        while (item := self._findings.column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _say(self, icon: str, tone: str, text: str) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(IconLabel(icon, tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Words(text), 1)
        self._findings.column.addWidget(line)


def _one_line(text: str) -> str:
    line = " ".join(text[: LONGEST + 1].split())
    return f"{line[:LONGEST]}…" if len(text) > LONGEST else line


def _section(title: str) -> QLabel:
    label = QLabel(title)
    set_role(label, "section")
    return label


def _box(title: str, header: tuple[str, ...], chosen: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(f"Column of {title}")
    box.setObjectName(f"column-{title.lower().replace(' ', '-')}")
    box.addItem(NOTHING, "")
    for name in header:
        box.addItem(name, name)
    box.setCurrentIndex(max(0, box.findData(chosen)) if chosen else 0)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(14)
    return box
