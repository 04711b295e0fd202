"""Which cases are run: a file with what is in it, its first rows, and everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.errors import Problems, WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.evals.datasets import Examined
from workbench.gui.evals.explaining import plain
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Space
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.state import Cautions, ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.paths import data_dir

PREVIEWED = 6
MINDED = 3
SAMPLE = data_dir("resources") / "evals" / "knowledge-assistant.csv"
NOTHING_YET = "No data chosen yet. A table or a JSON file with the columns input and expected."
FILTER = (
    "Cases (*.csv *.tsv *.txt *.xlsx *.xls *.xlsm *.xlsb *.ods *.jsonl *.ndjson *.json *.yaml *.yml *.parquet *.pq);;"
    "All files (*)"
)

RESULTS = "Results (*.eval *.json *.jsonl *.zip);;All files (*)"


class DataRow(QWidget):
    """`opened` (Path) when the person chose a file, `columns_wanted` (Path) when they say which column is what,
    `taken_back` (Examined) when they go on with the cases from before a file that could not be read,
    `results_opened` (Path) when they have results of another program."""

    opened = Signal(object)
    results_opened = Signal(object)
    taken_back = Signal(object)
    columns_wanted = Signal(object)

    def __init__(self, *, settings: SettingsPort) -> None:
        super().__init__()
        self.examined: Examined | None = None
        self._before: Examined | None = None
        self._about = Words(NOTHING_YET)
        self._about.setObjectName("data-about")
        self._detail = Words("", "muted")
        self._detail.hide()
        self._show = button("Show the first rows", self._toggle, kind="link")
        self._show.setObjectName("data-preview")
        self._path: Path | None = None
        self._columns = button("Columns and checks …", self._want_columns, kind="link", hint="Which column is what")
        self._columns.setObjectName("data-columns")
        self._columns.hide()
        choose = button(
            "Choose a file …",
            self._choose,
            hint="CSV, Excel, OpenDocument, JSON, YAML or Parquet, or an eval saved to be repeated; dropping works too",
        )
        choose.setObjectName("data-choose")
        self._sample = button(
            "Try the sample cases",
            lambda: self.opened.emit(SAMPLE),
            kind="link",
            hint="Questions about made-up policies, forms and tickets, for the demo models",
        )
        self._sample.setObjectName("data-sample")
        others = button(
            "Take in results …",
            self._choose_results,
            kind="link",
            hint="A log of Inspect, the LM Evaluation Harness or LLM Comparator becomes a finished eval",
        )
        others.setObjectName("data-results")
        #: what the keyboard comes to last here
        self.last_stop = others
        self._preview: DataTable[EvalCase] = DataTable(
            "eval-preview",
            (
                Column("id", "Case", lambda case: case.id, width=130),
                Column("input", "Input", lambda case: _one_line(case.input), hint=_input_hint, width=240, stretch=True),
                Column("expected", "Expected", lambda case: _one_line(case.expected), width=120),
                Column("sensitive", "Sensitive", lambda case: "stays here" if case.sensitive else "no", width=90),
                Column("scorer", "Scorer", lambda case: case.scorer or "as chosen", width=90),
                Column("document", "Source", lambda case: case.source_document or "—", width=120),
            ),
            row_id=lambda case: case.id,
            name="First rows of the data",
            settings=settings,
            filterable=False,
            visible_rows=PREVIEWED,
        )
        self._mind = Cautions()
        self._mind.setObjectName("data-mind")
        self._problems = ErrorBox()
        self._again = button("", self._take_back, kind="link", hint="The cases that were chosen before")
        self._again.setObjectName("data-take-back")
        self._again.hide()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        about = QVBoxLayout()
        about.setSpacing(0)
        about.addWidget(self._about)
        about.addWidget(self._detail)
        row.addLayout(about, 1)
        row.addWidget(self._sample)
        row.addWidget(choose)
        links = QHBoxLayout()
        links.setSpacing(Space.S)
        for link in (self._columns, self._show, others):
            links.addWidget(link)
        links.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        column.addWidget(self._mind)
        column.addLayout(links)
        column.addWidget(self._preview)
        column.addWidget(self._problems)
        column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        self._preview.hide()
        self._show.hide()

    def show_data(self, examined: Examined) -> None:
        """What was found in a file; problems are listed, the good cases can be used all the same."""
        self.examined = self._before = examined
        self._again.hide()
        self._sample.hide()
        data = examined.dataset
        self._offer_columns(Path(data.source))
        sensitive = sum(case.sensitive for case in data.cases)
        self._about.set_text(f"**{plain(data.name)}** · {words.count(len(data.cases), 'case')}")
        kept = f"{sensitive:,} sensitive, kept on this machine · " if sensitive else ""
        self._detail.set_text(f"{kept}{examined.dialect}")
        cautions = [plain(f"{finding.what}. {finding.mend}") for finding in examined.findings if finding.is_caution]
        more = len(cautions) - MINDED
        rest = [f"{words.count(more, 'more thing')} to mind under Columns and checks."] if more > 0 else []
        self._mind.set_texts([*cautions[:MINDED], *rest])
        self._detail.setToolTip("\n".join(finding.what for finding in examined.findings))
        self._detail.show()
        self._about.setToolTip(data.source)
        self._preview.set_rows(data.cases[:PREVIEWED])
        self._show.setVisible(bool(data.cases))
        self._problems.clear()
        if examined.problems:
            found = words.count(len(examined.problems), "problem")
            good = words.count(len(data.cases), "good case")
            mend = f"Mend the file and choose it again, or run the {good}." if data.cases else "Mend the file."
            # Often nothing is wrong but the names of the columns, and a person can say which is which.
            action = "" if data.cases else "Say which column is what …"
            problems = Problems(f"{found} in {data.name}", examined.problems, mend=mend)
            self._problems.show_error(problems, action=action, run=self._want_columns)

    def clear(self) -> None:
        """No cases, and none from before."""
        self.examined = self._before = None
        self._sample.show()
        self._about.set_text(NOTHING_YET)
        self._put_away()
        self._again.hide()
        self._problems.clear()
        self._columns.hide()

    def show_error(self, error: WorkbenchError, path: Path) -> None:
        """The file cannot be read at all: nothing can be run until the person chooses another one, or says that they
        go on with the cases from before."""
        self.examined = None
        self._about.set_text(f"**{plain(path.name)}** cannot be used.")
        self._put_away()
        self._problems.show_error(error)
        self._offer_columns(path)
        if self._before is not None:
            self._again.setText(f"Go on with {Path(self._before.dataset.source).name}")
            self._again.setAccessibleName(self._again.text())
            self._again.show()

    def _put_away(self) -> None:
        self._mind.set_texts(())
        for each in (self._detail, self._preview, self._show):
            each.hide()

    def _take_back(self) -> None:
        if self._before is not None:
            self.taken_back.emit(self._before)

    def _offer_columns(self, path: Path) -> None:
        self._path = path
        self._columns.setVisible(path.is_file())

    def _want_columns(self) -> None:
        if self._path is not None:
            self.columns_wanted.emit(self._path)

    def _toggle(self) -> None:
        self._preview.setVisible(self._preview.isHidden())
        self._show.setText("Show the first rows" if self._preview.isHidden() else "Hide the first rows")
        self._show.setAccessibleName(self._show.text())

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose cases", "", FILTER)
        if name:
            self.opened.emit(Path(name))

    def _choose_results(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose results", "", RESULTS)
        if name:
            self.results_opened.emit(Path(name))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"


def _input_hint(case: EvalCase) -> str:
    return plain(case.input)
