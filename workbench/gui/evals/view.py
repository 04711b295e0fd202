"""The evals: set one up, run it, go on with one that was interrupted, and read what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun
from workbench.domain.scenario import Scenario
from workbench.evals.datasets import Examined
from workbench.gui.evals.explaining import case_explanation, run_explanation
from workbench.gui.evals.results_panel import ResultsPanel, Shown
from workbench.gui.evals.run_bar import RunBar
from workbench.gui.evals.running import EvalRunner
from workbench.gui.evals.setup_card import SetupCard
from workbench.gui.explanation import Explanation, InspectorAction
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry, entries
from workbench.gui.theme import Space
from workbench.gui.widgets.state import ErrorBox
from workbench.services.eval_words import answer_words, case_rows, eval_chart
from workbench.services.evals import EvalService
from workbench.services.library import LibraryService

KIND = "case"
FILES = "evals/files"
FILES_KEPT = 50


class EvalsView(QWidget):
    """`answered` (lead, rest) is the page's sentence, `explained` goes to the inspector, `wrote` says what was
    stored."""

    answered = Signal(str, str)
    explained = Signal(object)
    wrote = Signal(object)

    def __init__(
        self,
        *,
        house: House,
        evals: EvalService,
        library: LibraryService,
        dataset_path: Callable[[Scenario], Path | None],
    ) -> None:
        super().__init__()
        self._house, self._evals, self._library, self._dataset_path = house, evals, library, dataset_path
        self._scenario: Scenario | None = None
        self._models: tuple[ModelEntry, ...] = ()
        self._runs: tuple[EvalRun, ...] = ()
        self._wanted_run = ""
        self._shown: Shown | None = None
        self._setting_up = False
        self._asked_for = 0
        self.explanation: Explanation | None = None
        self.setup = SetupCard(evals.scorers(), settings=house.settings)
        self.bar = RunBar()
        self.error = ErrorBox()
        self.results = ResultsPanel(settings=house.settings, name_of=self.name_of)
        self.runner = EvalRunner(house=house, evals=evals)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for widget in (self.bar, self.error, self.setup, self.results):
            column.addWidget(widget)
        column.addStretch(1)
        self._connect()
        self._arrange()
        self.read_models()

    def _connect(self) -> None:
        self.setup.run_wanted.connect(self.run)
        self.setup.put_away.connect(partial(self._set_up, False))
        self.setup.data.opened.connect(self.open_data)
        self.bar.chosen.connect(self.show_run)
        self.bar.new_wanted.connect(partial(self._set_up, True))
        self.bar.go_on_wanted.connect(self.go_on)
        self.results.case_picked.connect(lambda id: self._house.selection.pick(KIND, id))
        self._house.selection.changed.connect(lambda _picked: self._explain())
        self.runner.moved.connect(self._moved)
        self.runner.ended.connect(self._run_ended)
        self.runner.failed.connect(self._run_failed)

    # what is open

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Another scenario brings its own runs and data; the same one changes nothing here."""
        same = scenario is not None and self._scenario is not None and scenario.id == self._scenario.id
        before, self._scenario = self._scenario, scenario
        if scenario is None:
            return
        if same and before is not None and before.eval_dataset == scenario.eval_dataset:
            return
        self._runs, self._shown, self._wanted_run, self._setting_up = (), None, "", False
        self.error.clear()
        self._arrange()
        path = self._dataset_path(scenario)
        if path is not None:
            self._read_data(path, chosen=False)
        self._say()
        self.read_runs()

    def read_models(self) -> None:
        """What the library has now."""

        def show(models: tuple[ModelEntry, ...]) -> None:
            self._models = models
            self.setup.set_models(models)
            if self._shown is not None:
                self._draw(self._shown)

        self._house.tasks.start(lambda: entries(self._library), done=show, failed=self.error.show_error, owner=self)

    def name_of(self, model_id: str) -> str:
        """A model's name from its file, else its id without the folder."""
        return next((m.name for m in self._models if m.id == model_id), model_id.removeprefix("local/"))

    def open_data(self, path: Path) -> None:
        """Read a file that the person chose and show what is in it, ready for a new eval."""
        self._read_data(path, chosen=True)

    def _read_data(self, path: Path, *, chosen: bool) -> None:
        self._house.tasks.start(
            lambda: self._evals.examine(path),
            done=partial(self._take_data, chosen=chosen),
            failed=partial(self._data_failed, chosen=chosen),
            owner=self,
        )

    def _take_data(self, examined: Examined, *, chosen: bool) -> None:
        self.setup.data.show_data(examined)
        self.setup.show_counts()
        kept = self._house.settings.get(FILES, {})
        files = dict(kept) if isinstance(kept, dict) else {}
        files.pop(examined.dataset.hash, None)
        files[examined.dataset.hash] = examined.dataset.source
        self._house.settings.set(FILES, dict(list(files.items())[-FILES_KEPT:]))
        if self._shown is not None and self._shown.run.dataset_hash == examined.dataset.hash:
            self.show_run(self._shown.run.id)
        if self._shown is None:
            self._say()
        elif chosen and not self.runner.is_running:
            self._set_up(True)

    def _data_failed(self, error: WorkbenchError, *, chosen: bool) -> None:
        self.setup.data.show_error(error)
        if chosen and not self.runner.is_running:
            self._set_up(True)

    # runs

    def read_runs(self) -> None:
        """The scenario's runs from the store; the wanted one is shown, else the newest."""
        scenario = self._scenario
        if scenario is not None:
            self._house.tasks.start(
                lambda: self._evals.runs(scenario.id),
                lane="db",
                done=partial(self._take_runs, scenario.id),
                failed=self.error.show_error,
                owner=self,
            )

    def _take_runs(self, scenario_id: str, runs: tuple[EvalRun, ...]) -> None:
        if self._scenario is None or self._scenario.id != scenario_id:
            return
        self._runs = runs
        ids = [run.id for run in runs]
        if self._wanted_run not in ids:
            self._wanted_run = ids[0] if ids else ""
        self.bar.set_runs(runs, self._wanted_run)
        if self._wanted_run:
            self.show_run(self._wanted_run)
        else:
            self._shown = None
            self._arrange()
            self._say()

    def show_run(self, run_id: str) -> None:
        """Read a run's results and draw them; only the newest request is drawn."""
        run = next((run for run in self._runs if run.id == run_id), None)
        if run is None:
            return
        self._wanted_run = run_id
        self._asked_for += 1
        number = self._asked_for
        source = self._source_of(run)

        def work(results: object) -> None:
            self._house.tasks.start(
                lambda: self._prepared(run, results, source),
                done=lambda shown: self._draw(shown) if number == self._asked_for else None,
                failed=self.error.show_error,
                owner=self,
            )

        self._house.tasks.start(
            lambda: self._evals.results(run.id), lane="db", done=work, failed=self.error.show_error, owner=self
        )

    def _source_of(self, run: EvalRun) -> Path | Examined | None:
        """Where the run's cases are: the data that is open, else the file they were read from."""
        examined = self.setup.data.examined
        if examined is not None and examined.dataset.hash == run.dataset_hash:
            return examined
        files = self._house.settings.get(FILES, {})
        path = files.get(run.dataset_hash) if isinstance(files, dict) else None
        return Path(path) if isinstance(path, str) else None

    def _prepared(self, run: EvalRun, results: object, source: Path | Examined | None) -> Shown:
        """In the pool: everything that is drawn."""
        assert isinstance(results, tuple)
        summary = self._evals.summary_of(run, results)
        cases = self._evals.cases_of(run, source)
        target = self._scenario.answers.get("quality_target") if self._scenario is not None else None
        share = target / 100 if isinstance(target, int | float) and 0 < target <= 100 else None
        scorer = run.scorers[0]
        chart = eval_chart(summary, scorer, self.name_of, target=share)
        return Shown(run, summary, case_rows(run, results, scorer, cases), chart)

    def _draw(self, shown: Shown) -> None:
        self._shown = shown
        self.results.show_run(shown)
        self.results.cases.select(self._house.selection.id_of(KIND))
        self._arrange()
        self._say()
        self._explain()

    # running

    def run(self) -> None:
        """Start an eval with what is set up."""
        examined, models = self.setup.data.examined, self.setup.models
        if examined is None or not models or self.runner.is_running:
            return
        self.error.clear()
        scenario_id = self._scenario.id if self._scenario is not None else None
        self.runner.begin(
            examined.dataset,
            models,
            scorer=self.setup.scorer_id,
            scenario_id=scenario_id,
            system=self.setup.system.text().strip(),
        )
        self.setup.set_running(True)

    def go_on(self) -> None:
        """Resume the run that is shown, with the same data."""
        run = self._shown.run if self._shown is not None else None
        if run is None or self.runner.is_running:
            return
        source = self._source_of(run)
        if source is None:
            self.error.show_error(
                WorkbenchError(
                    "The file with the cases of this eval is not known here",
                    where=run.dataset_name,
                    mend="Choose it again under New eval; then this eval can go on.",
                )
            )
            return
        self.error.clear()
        self.setup.set_running(True)
        self.runner.resume(run, source)

    def _moved(self, run_id: str) -> None:
        """The run under way has more results, or has just begun."""
        self._setting_up = False
        self._wanted_run = run_id
        self.read_runs()

    def _run_ended(self, run_id: str) -> None:
        self.setup.set_running(False)
        self._setting_up = False
        self._wanted_run = run_id
        self.read_runs()
        self.wrote.emit(Changes(evals=frozenset({run_id})))

    def _run_failed(self, error: WorkbenchError) -> None:
        self.setup.set_running(False)
        self.error.show_error(error)
        self.read_runs()

    def _delete(self) -> None:
        """Removes the run that is shown, after a question: it cannot be taken back."""
        shown = self._shown
        if shown is None or self.runner.run_id == shown.run.id:
            return
        box = QMessageBox(self)
        box.setWindowTitle("Delete this eval?")
        box.setText(f"Delete “{shown.run.name}” and its {words.count(len(shown.rows), 'case')}?")
        box.setInformativeText("Its results no longer count as evidence. This cannot be undone.")
        delete = box.addButton("Delete the eval", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        delete.clicked.connect(lambda: self._deleted(shown.run.id))
        box.open()

    def _deleted(self, run_id: str) -> None:
        def done(changes: Changes) -> None:
            self._wanted_run = ""
            self.wrote.emit(changes)
            self.read_runs()

        self._house.tasks.start(
            lambda: self._evals.delete(run_id), lane="db", done=done, failed=self.error.show_error, owner=self
        )

    # what is seen

    def _set_up(self, wanted: bool) -> None:
        self._setting_up = wanted
        self._arrange()

    def _arrange(self) -> None:
        """The set-up while there is nothing else or the person asked for it; else the results."""
        has_runs = bool(self._runs)
        self.bar.setVisible(has_runs)
        self.bar.set_state(self._shown.run if self._shown else None, running=self.runner.run_id)
        self.setup.setVisible(self._setting_up or not has_runs)
        self.setup.set_may_put_away(has_runs)
        self.results.setVisible(self._shown is not None and not self._setting_up)

    def _say(self) -> None:
        shown = self._shown
        if shown is None:
            examined = self.setup.data.examined
            ready = f"{words.count(len(examined.dataset.cases), 'case')} are ready. " if examined else ""
            self.answered.emit(
                "No eval yet.", f"{ready}Run your own cases on local models to see which is good enough."
            )
            return
        if shown.run.id == self.runner.run_id:
            self.answered.emit(f"Under way: {self.runner.words}.", "The figures below grow with each answer.")
            return
        lead, rest = answer_words(shown.summary, shown.scorer, self.name_of)
        asked = len({(row.case_id, model) for row in shown.rows for model in row.results})
        total = shown.run.case_count * len(shown.run.model_ids)
        if asked < total:
            lead, rest = f"Interrupted: {asked:,} of {total:,} questions are answered.", f"{lead} {rest}"
        self.answered.emit(_whole(lead), _whole(rest))

    def _explain(self) -> None:
        self.explanation = self._explanation()
        self.explained.emit(self.explanation)

    def _explanation(self) -> Explanation | None:
        shown = self._shown
        if shown is None:
            return None
        row = self.results.cases.row(self._house.selection.id_of(KIND))
        if row is not None:
            return case_explanation(row, self.name_of)
        actions = () if self.runner.run_id == shown.run.id else (InspectorAction("Delete this eval …", self._delete),)
        return run_explanation(shown.run, shown.summary, shown.rows, scorer_words=self._scorer_words, actions=actions)

    def _scorer_words(self, scorer_id: str) -> str:
        found = next((each for each in self._evals.scorers() if each.id == scorer_id), None)
        return f"**{found.title}**: {found.expects}" if found else scorer_id

    def find_field(self) -> QWidget | None:
        table = self.results.cases.table
        return table.filter_field if table is not None and self.results.isVisible() else None


def _whole(sentence: str) -> str:
    """The percent sign stays on the line of its number."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")
