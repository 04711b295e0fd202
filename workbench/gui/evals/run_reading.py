"""The runs of a scenario, and one of them read: its first cases, all of them, their texts, then the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.domain.evals import DataSetVersion, EvalCase, EvalRun, EvalSet, EvalStatus, Mark
from workbench.domain.scenario import Scenario
from workbench.evals.columns import Columns
from workbench.evals.datasets import Examined
from workbench.gui.evals.results_panel import Shown
from workbench.gui.pages.base import House
from workbench.services.eval_data import EvalData
from workbench.services.eval_grid import CaseGrid
from workbench.services.eval_results import EvalResults
from workbench.services.eval_words import NameOf, eval_chart

FILES = "evals/files"
FILES_KEPT = 50
#: whose cases stay in memory
DATA_SETS_KEPT = 3
#: results from which the first cases are shown before all are read: less takes a tenth of a second
LONG = 5_000

#: a run's numbers, what was overruled by hand, and which version of its data set it was made with
Found = tuple[Columns, tuple[Mark, ...], DataSetVersion | None]


class RunReading(QObject):
    """`listed` when the runs are known, `first` with a screenful of a long run, `cases` with all of them and whether it
    is another run than before, `figured` with the figures; each brings what is `Shown`. `failed` brings the error.

    `opened` gives the data set that is open, `under_way` the id of the run that is asked now ("": none), `is_drawn`
    whether cases of a run are on screen.
    """

    listed = Signal()
    first = Signal(object)
    cases = Signal(object, bool)
    figured = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        *,
        house: House,
        results: EvalResults,
        data: EvalData,
        opened: Callable[[], Examined | None],
        under_way: Callable[[], str],
        is_drawn: Callable[[str], bool],
        name_of: NameOf,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._house, self._results, self._data = house, results, data
        self._opened, self._under_way, self._is_drawn, self._name_of = opened, under_way, is_drawn, name_of
        self._scorer = ""
        self._asked_for = 0
        self._by_hash: dict[str, Mapping[str, EvalCase]] = {}
        self.scenario: Scenario | None = None
        self.runs: tuple[EvalRun, ...] = ()
        self.wanted = ""
        self.shown: Shown | None = None

    def forget(self) -> None:
        """Another scenario comes."""
        self.runs, self.shown, self.wanted = (), None, ""

    def find(self, run_id: str) -> EvalRun | None:
        """One of the scenario's runs."""
        return next((run for run in self.runs if run.id == run_id), None)

    def read(self) -> None:
        """The scenario's runs from the store; the wanted one is shown, else the newest."""
        scenario = self.scenario
        if scenario is not None:
            self._house.tasks.start(
                lambda: self._results.runs(scenario.id),
                lane="db",
                done=partial(self._take, scenario.id),
                failed=self.failed.emit,
                owner=self,
            )

    def _take(self, scenario_id: str, runs: tuple[EvalRun, ...]) -> None:
        if self.scenario is None or self.scenario.id != scenario_id:
            return
        self.runs = runs
        ids = [run.id for run in runs]
        if self.wanted not in ids:
            under_way = self._under_way()
            waiting = [run.id for run in runs if run.status is not EvalStatus.FINISHED and run.id != under_way]
            self.wanted = (waiting or ids or [""])[0]
        if not self.wanted:
            self.shown = None
        self.listed.emit()
        if self.wanted:
            self.show(self.wanted)

    def remember(self, data: EvalSet) -> None:
        """A data set was opened: runs that were made with it find their cases there."""
        kept = self._house.settings.get(FILES, {})
        files = dict(kept) if isinstance(kept, dict) else {}
        files.pop(data.hash, None)
        files[data.hash] = data.source
        self._house.settings.set(FILES, dict(list(files.items())[-FILES_KEPT:]))
        self._by_hash.pop(data.hash, None)
        wanted = self.find(self.wanted)
        if wanted is not None and wanted.dataset_hash == data.hash:
            self.show(wanted.id)

    def cases_of(self, run: EvalRun) -> EvalSet:
        """In the pool: the cases a run was made with, to ask about them again. Raises WorkbenchError."""
        return self._data.data_of(run, self.file_of(run))

    def file_of(self, run: EvalRun) -> Path | None:
        """The file its cases were read from; None when nobody knows it."""
        source = self._source_of(run)
        return Path(source.dataset.source) if isinstance(source, Examined) else source

    def _source_of(self, run: EvalRun) -> Path | Examined | None:
        """Where the run's cases are: the data that is open, else the file they were read from."""
        examined = self._opened()
        if examined is not None and examined.dataset.hash == run.dataset_hash:
            return examined
        files = self._house.settings.get(FILES, {})
        path = files.get(run.dataset_hash) if isinstance(files, dict) else None
        path = path if isinstance(path, str) else run.settings.dataset_path
        return Path(path) if path else None

    # one run

    def show(self, run_id: str) -> None:
        """Read a run's results and draw them; only the newest request is drawn."""
        run = self.find(run_id)
        if run is None:
            return
        self.wanted = run_id
        self._asked_for += 1
        number, results, source = self._asked_for, self._results, self._source_of(run)
        scorer = self._scorer if self._scorer in run.scorers else run.scorers[0]
        cases = self._by_hash.get(run.dataset_hash)
        if is_long(run) and not self._is_drawn(run.id):
            self._show_first(run, scorer, cases or {})

        def prepare(found: Found) -> None:
            if number == self._asked_for:
                self._prepare(run, scorer, found, cases or {})
                if cases is None:
                    self._read_cases(run, source, scorer, found)

        self._house.tasks.start(
            lambda: (results.numbers(run), results.marks(run.id), self._data.version_of(run)),
            lane="db",
            done=prepare,
            failed=self.failed.emit,
            owner=self,
        )

    def show_again(self) -> None:
        """The same run, as it is now."""
        if self.shown is not None:
            self.show(self.shown.run.id)

    def show_by(self, scorer: str) -> None:
        """The same run, by another of its scorers."""
        self._scorer = scorer
        self.show_again()

    def _show_first(self, run: EvalRun, scorer: str, cases: Mapping[str, EvalCase]) -> None:
        """A screenful of a long run, while the others are read."""
        number, results = self._asked_for, self._results
        self._house.tasks.start(
            lambda: _prepared(run, scorer, results.first_numbers(run, cases), results.marks(run.id), None, cases),
            lane="db",
            done=lambda shown: self.first.emit(shown) if number == self._asked_for else None,
            failed=self.failed.emit,
            owner=self,
        )

    def _prepare(self, run: EvalRun, scorer: str, found: Found, cases: Mapping[str, EvalCase]) -> None:
        """Draw what was found, in place of what was asked for before."""
        self._asked_for += 1
        number = self._asked_for
        self._house.tasks.start(
            lambda: _prepared(run, scorer, *found, cases),
            done=lambda shown: self._draw_cases(shown, number),
            failed=self.failed.emit,
            owner=self,
        )

    def _read_cases(self, run: EvalRun, source: Path | Examined | None, scorer: str, found: Found) -> None:
        """The texts of the cases, which may take a while to read, come after the scores; once for each data set."""
        number = self._asked_for

        def take(cases: Mapping[str, EvalCase]) -> None:
            self._by_hash = {**dict(list(self._by_hash.items())[1 - DATA_SETS_KEPT :]), run.dataset_hash: cases}
            if not cases or self.wanted != run.id:
                return
            if number == self._asked_for:
                self._prepare(run, scorer, found, cases)
            else:  # more results came, or a mark
                self.show(run.id)

        self._house.tasks.start(
            lambda: {case.id: case for case in self._data.cases_of(run, source)},
            done=take,
            failed=self.failed.emit,
            owner=self,
        )

    def _draw_cases(self, shown: Shown, number: int) -> None:
        """The cases are there; the figures follow."""
        if number != self._asked_for:
            return
        self.cases.emit(shown, self.shown is None or self.shown.run.id != shown.run.id)
        self._house.tasks.start(
            lambda: self._figured(shown),
            done=lambda whole: self._draw(whole) if number == self._asked_for else None,
            failed=self.failed.emit,
            owner=self,
        )

    def _figured(self, shown: Shown) -> Shown:
        """In the pool: what searching the cases needs, the figures and their picture."""
        shown.grid.prepare_search()
        summary = self._results.summary_of(shown.run, shown.grid.data)
        target = self.scenario.answers.get("quality_target") if self.scenario is not None else None
        share = target / 100 if isinstance(target, int | float) and 0 < target <= 100 else None
        return replace(shown, summary=summary, chart=eval_chart(summary, shown.scorer, self._name_of, target=share))

    def _draw(self, shown: Shown) -> None:
        self.shown = shown
        self.figured.emit(shown)


def is_long(run: EvalRun) -> bool:
    """Whether its results take a while to be read."""
    return run.case_count * len(run.model_ids) > LONG


def _prepared(
    run: EvalRun,
    scorer: str,
    data: Columns,
    marks: tuple[Mark, ...],
    version: DataSetVersion | None,
    cases: Mapping[str, EvalCase],
) -> Shown:
    """In the pool: the cases, put in the order of their file."""
    return Shown(run, scorer, CaseGrid(data.in_order(tuple(cases)), scorer, cases, marks).prepare(), version)
