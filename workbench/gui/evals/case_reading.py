"""The case that is read closely: the one selected anywhere in the window, its answers, what a person says of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.domain.evals import CaseResult, Mark
from workbench.gui.evals.explaining import CaseShown
from workbench.gui.evals.results_panel import ResultsPanel, Shown
from workbench.gui.pages.base import House
from workbench.services.eval_results import EvalResults

KIND = "case"


class CaseReading(QObject):
    """`changed` when another case is read, or none; `overruled` (run id) when a person gave a score; `failed` (error).

    `shown` gives the run that is on screen, None for none.
    """

    changed = Signal()
    overruled = Signal(str)
    failed = Signal(object)

    def __init__(
        self, *, house: House, evals: EvalResults, results: ResultsPanel, shown: Callable[[], Shown | None]
    ) -> None:
        super().__init__()
        self._house, self._evals, self._results, self._shown = house, evals, results, shown
        self.case: CaseShown | None = None
        results.case_picked.connect(lambda id: house.selection.pick(KIND, id))
        house.selection.changed.connect(lambda _picked: self.read())
        results.case.overruled.connect(self._overrule)
        results.case.stepped.connect(self._step)

    def forget(self) -> None:
        """None is read: another run comes."""
        self.case = None
        self._results.case.hide()

    def select_row(self) -> None:
        """The row of the selected case."""
        self._results.cases.select(self._house.selection.id_of(KIND))

    def read(self) -> None:
        """The selected case with its answers; none where the run has no such case."""
        shown, case_id = self._shown(), self._house.selection.id_of(KIND)
        if shown is None or shown.grid.place_of(case_id) < 0:
            self.forget()
            self.changed.emit()
            return
        run_id = shown.run.id

        def done(found: tuple[tuple[CaseResult, ...], tuple[Mark, ...]]) -> None:
            now = self._shown()
            if now is None or now.run.id != run_id or self._house.selection.id_of(KIND) != case_id:
                return
            place = now.grid.place_of(case_id)
            self.case = CaseShown(case_id, now.grid.case(place) if place >= 0 else None, *found)
            self._results.case.show_case(self.case, now.run.model_ids, now.scorer)
            self._results.case.show()
            self.changed.emit()

        self._house.tasks.start(
            lambda: self._evals.case(run_id, case_id),
            lane="db",
            done=done,
            failed=self.failed.emit,
            owner=self,
        )

    def _overrule(self, model_id: str, scorer: str, repeat: int, score: float | None, why: str) -> None:
        """A person says otherwise; the trail keeps what stood there."""
        shown, case = self._shown(), self.case
        if shown is None or case is None:
            return
        self._house.tasks.start(
            lambda: self._evals.mark(shown.run, case.case_id, model_id, score, scorer=scorer, repeat=repeat, why=why),
            lane="db",
            done=lambda _mark: self.overruled.emit(shown.run.id),
            failed=self.failed.emit,
            owner=self,
        )

    def _step(self, by: int) -> None:
        """The case before or after the one that is read, as the table shows them."""
        table = self._results.cases.table
        if table is None or self.case is None:
            return
        place = table.model.place_of(self.case.case_id)
        if place < 0 or not 0 <= place + by < table.model.rowCount():
            return
        case_id = table.model.id_at(place + by)
        table.select(case_id)
        self._house.selection.pick(KIND, case_id)
