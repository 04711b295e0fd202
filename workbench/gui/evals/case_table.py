"""The cases of an eval with each model's result, narrowed to those worth reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from workbench.domain.evals import CaseOutcome, CaseResult
from workbench.gui.evals.explaining import score_word
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Tone
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.services.eval_words import CaseRow, NameOf

Keep = Callable[[CaseRow], bool]


class CaseTable(QWidget):
    """One row a case; the list above the table chooses which. `picked` (case id) follows the row."""

    picked = Signal(str)

    def __init__(self, *, settings: SettingsPort, name_of: NameOf) -> None:
        super().__init__()
        self._settings, self._name_of = settings, name_of
        self._model_ids: tuple[str, ...] = ()
        self._rows: tuple[CaseRow, ...] = ()
        self._filters: tuple[tuple[str, Keep], ...] = ()
        self.which = QComboBox()
        self.which.setAccessibleName("Which cases")
        self.which.setObjectName("eval-which-cases")
        self.which.currentIndexChanged.connect(lambda _place: self._draw())
        self.table: DataTable[CaseRow] | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_cases(self, model_ids: Sequence[str], rows: Sequence[CaseRow]) -> None:
        """Other rows; the chosen filter stays when it still makes sense."""
        if tuple(model_ids) != self._model_ids or self.table is None:
            self._model_ids = tuple(model_ids)
            self._make_table()
        self._rows = tuple(rows)
        kept = self.which.currentIndex()
        self._filters = self._make_filters()
        self.which.blockSignals(True)
        self.which.clear()
        for title, keep in self._filters:
            self.which.addItem(f"{title} ({sum(keep(row) for row in self._rows):,})")
        self.which.setCurrentIndex(kept if 0 <= kept < len(self._filters) else 0)
        self.which.blockSignals(False)
        self._draw()

    def choose(self, title: str) -> None:
        """Narrow to a filter by its words ("All wrong")."""
        place = next((i for i, (name, _) in enumerate(self._filters) if name == title), 0)
        self.which.setCurrentIndex(place)

    def select(self, case_id: str) -> None:
        if self.table is not None:
            self.table.select(case_id)

    def row(self, case_id: str) -> CaseRow | None:
        return next((row for row in self._rows if row.case_id == case_id), None)

    def _draw(self) -> None:
        if self.table is not None and self._filters:
            keep = self._filters[max(self.which.currentIndex(), 0)][1]
            self.table.set_rows([row for row in self._rows if keep(row)])

    def _make_filters(self) -> tuple[tuple[str, Keep], ...]:
        only: list[tuple[str, Keep]] = []
        if len(self._model_ids) > 1:
            only = [(f"Only {self._name_of(id)} right", partial(_only_right, id)) for id in self._model_ids]
        every: list[tuple[str, Keep]] = [("All cases", lambda row: True), ("All wrong", lambda row: row.all_wrong)]
        rest: list[tuple[str, Keep]] = [
            ("Sensitive", lambda row: row.sensitive),
            ("Errors", lambda row: row.has_error),
        ]
        return (*every, *only, *rest)

    def _make_table(self) -> None:
        if self.table is not None:
            self.table.filter_row.removeWidget(self.which)
            self.which.setParent(self)
            self.table.hide()
            self.table.deleteLater()
        columns: list[Column[CaseRow]] = [
            Column("case", "Case", lambda row: row.question, aside=_aside, stretch=True, width=240),
            *(self._model_column(id) for id in self._model_ids),
            Column("sensitive", "Sensitive", _data_word, hint=_data_hint, width=92),
        ]
        self.table = DataTable(
            "eval-cases",
            columns,
            row_id=lambda row: row.case_id,
            name="Cases",
            settings=self._settings,
            filter_hint="Filter by words of the question, the answers or the document",
            visible_rows=8,
        )
        self.table.filter_row.insertWidget(0, self.which)
        self.table.picked.connect(self.picked)
        self._column.addWidget(self.table)

    def _model_column(self, model_id: str) -> Column[CaseRow]:
        return Column(
            model_id,
            self._name_of(model_id),
            lambda row: score_word(row.results.get(model_id)),
            mark=lambda row: _mark(row.results.get(model_id)),
            hint=lambda row: _hint(row.results.get(model_id)),
            width=100,
        )


def _only_right(model_id: str, row: CaseRow) -> bool:
    return row.only_right(model_id)


def _aside(row: CaseRow) -> str:
    return row.case_id if row.question != UNKNOWN else f"case {row.case_id}"


def _data_word(row: CaseRow) -> str:
    return "stays here" if row.sensitive else "no"


def _data_hint(row: CaseRow) -> str:
    return "Marked sensitive: this case is asked on this machine only." if row.sensitive else "Not marked sensitive."


def _mark(result: CaseResult | None) -> Mark | None:
    if result is None:
        return None
    if result.outcome is CaseOutcome.ERROR:
        return Mark(Tone.CAUTION)
    if result.score is None:
        return Mark(Tone.NEUTRAL)
    return Mark(Tone.GOOD if result.score >= 1.0 else Tone.BAD)


def _hint(result: CaseResult | None) -> str:
    if result is None:
        return "Not asked yet."
    return result.error or result.answer[:300]
