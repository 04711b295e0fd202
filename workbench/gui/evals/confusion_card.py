"""Which class a model's answers were read as, against what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QComboBox

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun
from workbench.evals.confusion import ClassFigures, Confusion
from workbench.gui.evals.explaining import plain
from workbench.gui.pages.base import House
from workbench.gui.widgets.card import Card
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf, percent

Confusions = Mapping[tuple[str, str], Confusion]
CLASSIFYING = "classification"


class ConfusionCard(Card):
    """Hidden for a run that no scorer read classes in. `read` gives each model's matrix (`db` lane)."""

    def __init__(self, *, house: House, read: Callable[[EvalRun], Confusions], name_of: NameOf) -> None:
        super().__init__("Read as which class")
        self.setObjectName("eval-confusion")
        self._house, self._read, self._name_of = house, read, name_of
        self._run: EvalRun | None = None
        self._found: Confusions = {}
        self.which = QComboBox()
        self.which.setAccessibleName("Classes of which model")
        self.which.setObjectName("eval-confusion-model")
        self.which.activated.connect(lambda _place: self._draw())
        self.add_beside_title(self.which)
        self._said = Words("", "muted")
        self.body.addWidget(self._said)
        self.table: DataTable[ClassFigures] | None = None
        self.hide()

    def show_run(self, run: EvalRun) -> None:
        """Read the run's matrices; they come a moment later."""
        if self._run is None or self._run.id != run.id:
            self.hide()
        self._run = run
        if any(spec.partition("(")[0] == CLASSIFYING for spec in run.scorers):
            self._house.tasks.start(
                lambda: self._read(run),
                lane="db",
                done=partial(self._take, run.id),
                failed=self._fail,
                owner=self,
            )

    def _take(self, run_id: str, found: Confusions) -> None:
        if self._run is None or self._run.id != run_id:
            return
        kept = self.which.currentData()
        self._found = found
        self.which.clear()
        for place, (model, scorer) in enumerate(found):
            several = len({each for _, each in found}) > 1
            self.which.addItem(f"{self._name_of(model)}{f', {scorer}' if several else ''}", place)
        self.which.setCurrentIndex(kept if isinstance(kept, int) and kept < len(found) else 0)
        self.setVisible(bool(found))
        self._draw()

    def _draw(self) -> None:
        place = self.which.currentData()
        if not isinstance(place, int):
            return
        found = tuple(self._found.values())[place]
        self._said.set_text(
            f"{percent(found.accuracy)} of {found.n:,} answers are of the class expected. Macro-F1, which weighs all "
            f"classes alike: {found.macro_f1:.2f}. Rows are what was expected, columns what was read."
        )
        if self.table is not None:
            self.table.hide()
            self.table.deleteLater()
        self.table = self._made(found)
        self.table.set_rows(found.classes)
        self.body.addWidget(self.table)

    def _made(self, found: Confusion) -> DataTable[ClassFigures]:
        read: list[Column[ClassFigures]] = [
            Column(f"read-{column}", plain(name), partial(_count, found, column), right=True, width=80)
            for column, name in enumerate(found.names)
        ]
        return DataTable(
            "eval-confusion",
            (
                Column("expected", "Expected", lambda row: plain(row.name), width=130, stretch=True),
                *read,
                Column("recall", "Found", lambda row: percent(row.recall), unit="recall", right=True, width=72),
                Column("precision", "Right", _precision, unit="precision", right=True, width=90),
                Column("f1", "F1", lambda row: f"{row.f1:.2f}", right=True, width=60),
            ),
            row_id=lambda row: row.name,
            name="Read as which class",
            settings=self._house.settings,
            filterable=False,
            visible_rows=8,
            snug=True,
        )

    def _fail(self, error: WorkbenchError) -> None:
        self._said.set_text(str(error))
        self.show()


def _precision(row: ClassFigures) -> str:
    return percent(row.precision)


def _count(found: Confusion, column: int, row: ClassFigures) -> str:
    return f"{found.counts[found.names.index(row.name)][column]:,}"
