"""The cases of an eval with each model's score, narrowed to those worth reading; a hundred thousand as quick as ten."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.evals.columns import ERROR
from workbench.gui.ports import SettingsPort
from workbench.gui.theme import Tone, scaled_px
from workbench.gui.widgets.rows import UNKNOWN, Column, Mark
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_grid import ALL, CaseGrid
from workbench.services.eval_words import NameOf

EVERY_TAG = "Every tag"
#: a list above the table gives way to this where the page is narrow
NARROWEST_PX = 90


class CaseTable(QWidget):
    """One row a case; the lists above the table choose which. `picked` (case id) follows the row."""

    picked = Signal(str)

    def __init__(self, *, settings: SettingsPort, name_of: NameOf) -> None:
        super().__init__()
        self._settings, self._name_of = settings, name_of
        self._grid: CaseGrid | None = None
        self._models: tuple[str, ...] = ()
        self.which = _list("Which cases", "eval-which-cases")
        self.tags = _list("Cases with which tag", "eval-which-tag")
        for each in (self.which, self.tags):
            each.currentIndexChanged.connect(lambda _place: self._draw())
        self.table: DataTable[int] | None = None
        self._run_id = ""
        self._reading = Words("", "muted")
        self._reading.setWordWrap(False)
        self._reading.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._reading)

    def holds(self, run_id: str) -> bool:
        """Whether all cases of this run are shown."""
        return bool(run_id) and self._run_id == run_id

    def show_first(self, grid: CaseGrid, *, of: int) -> None:
        """Some cases while the others of the run are read; filters would tell of these alone, and wait."""
        self._show("", grid)
        self._reading.set_text(f"The first {len(grid):,} of {of:,} cases; the others are being read.")
        self._reading.show()
        self._let_filter(False)

    def show_cases(self, run_id: str, grid: CaseGrid) -> None:
        """All cases of a run; the chosen filters stay when they still make sense."""
        self._show(run_id, grid)
        self._reading.hide()
        self._let_filter(True)

    def _let_filter(self, allowed: bool) -> None:
        assert self.table is not None
        for each in (self.which, self.tags, self.table.filter_field):
            each.setEnabled(allowed)

    def _show(self, run_id: str, grid: CaseGrid) -> None:
        self._grid, self._run_id = grid, run_id
        if grid.data.models != self._models or self.table is None:
            self._models = grid.data.models
            self._make_table()
        names = {model: self._name_of(model) for model in self._models}
        _refill(self.which, [(f"{which.title} ({which.count:,})", which.id) for which in grid.filters(names)])
        _refill(self.tags, [(EVERY_TAG, ""), *((tag, tag) for tag in grid.data.tags)])
        self.tags.setVisible(bool(grid.data.tags))
        assert self.table is not None
        self.table.set_rows(range(len(grid)))

    def choose(self, id: str) -> None:
        """Narrow to a filter ("wrong", "sensitive", "only:" and a model)."""
        self.which.setCurrentIndex(max(self.which.findData(id), 0))

    def select(self, case_id: str) -> None:
        if self.table is not None:
            self.table.select(case_id)

    def _draw(self) -> None:
        if self.table is not None and self._grid is not None:
            self.table.rearrange()

    def _arranged(self, needle: str, column: str, descending: bool) -> Sequence[int]:
        grid = self._grid
        if grid is None:
            return ()
        which, tag = self.which.currentData() or ALL, self.tags.currentData() or ""
        return grid.arrange(needle, column, descending, which=which, tag=tag)

    def _make_table(self) -> None:
        if self.table is not None:
            for each in (self.which, self.tags):
                self.table.filter_row.removeWidget(each)
                each.setParent(self)
            self.table.hide()
            self.table.deleteLater()
        columns: list[Column[int]] = [
            Column(
                "case", "Case", self._question, aside=self._aside, stretch=True, width=260, hint=self._input,
                mark=lambda place: Mark(Tone.NEUTRAL, "lock") if self.grid.is_sensitive(place) else None,
            ),
            *(self._model_column(place, id) for place, id in enumerate(self._models)),
            Column(
                "slowest", "Slowest", self._slowest, right=True, width=84, gives_way=1,
                hint=lambda _place: "The longest that any of the models took for this case alone.",
            ),
        ]  # fmt: skip
        self.table = DataTable(
            "eval-cases",
            columns,
            row_id=lambda place: self._grid.case_id(place) if self._grid is not None else "",
            name="Cases",
            settings=self._settings,
            arrange=self._arranged,
            number_of=lambda id: self._grid.place_of(id) if self._grid is not None else -1,
            filter_hint="Filter by words of the case, its document or its tags",
            visible_rows=8,
        )
        self.table.filter_row.insertWidget(0, self.which)
        self.table.filter_row.insertWidget(1, self.tags)
        self.table.filter_field.setMinimumWidth(scaled_px(self, NARROWEST_PX))
        self.table.picked.connect(self.picked)
        self._column.addWidget(self.table)

    def _model_column(self, model: int, model_id: str) -> Column[int]:
        return Column(
            model_id,
            self._name_of(model_id),
            partial(self._score, model),
            mark=partial(self._mark, model),
            width=100,
        )

    # cells; the table asks only while a grid is shown

    @property
    def grid(self) -> CaseGrid:
        """What is shown."""
        assert self._grid is not None
        return self._grid

    def _question(self, place: int) -> str:
        return self.grid.question(place)

    def _aside(self, place: int) -> str:
        id = self.grid.case_id(place)
        shown = id if self.grid.question(place) != UNKNOWN else f"case {id}"
        return f"{shown} · overruled" if self.grid.is_marked(place) else shown

    def _input(self, place: int) -> str:
        case = self.grid.case(place)
        kept = "Marked sensitive: asked on this machine only.\n" if self.grid.is_sensitive(place) else ""
        return kept + (case.input[:1_000] if case is not None else "The data file is not at hand.")

    def _score(self, model: int, place: int) -> str:
        return self.grid.score_word(place, model)

    def _mark(self, model: int, place: int) -> Mark | None:
        word = self.grid.score_word(place, model)
        if word == UNKNOWN:
            return None
        if self.grid.was_answered[place, model]:
            return Mark(Tone.GOOD if self.grid.is_right[place, model] else Tone.BAD)
        return Mark(Tone.CAUTION if self.grid.outcome[place, model] == ERROR else Tone.NEUTRAL)

    def _slowest(self, place: int) -> str:
        found = self.grid.slowest_s(place)
        return UNKNOWN if found is None else words.seconds(found)


def _list(name: str, id: str) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    made.setObjectName(id)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setMinimumWidth(scaled_px(made, NARROWEST_PX))
    return made


def _refill(box: QComboBox, entries: Sequence[tuple[str, str]]) -> None:
    """Other entries; what was chosen stays where it is still offered."""
    kept = box.currentData()
    box.blockSignals(True)
    box.clear()
    for title, id in entries:
        box.addItem(title, id)
    box.setCurrentIndex(max(box.findData(kept), 0))
    box.blockSignals(False)
