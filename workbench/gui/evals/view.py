"""The evals: set one up, run it, go on with one that was interrupted, and read what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QMessageBox, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.eval_plan import EvalPlan
from workbench.domain.evals import DataSetVersion, EvalCase, EvalRun, EvalSet, EvalSettings, EvalStatus, Mark
from workbench.domain.scenario import Scenario
from workbench.evals.columns import NOT_ASKED, Columns
from workbench.evals.datasets import Dialect, Examined
from workbench.evals.imported import ImportedRun
from workbench.evals.templates import MARK
from workbench.gui.evals.case_reading import CaseReading
from workbench.gui.evals.confusion_card import ConfusionCard
from workbench.gui.evals.explaining import case_explanation, run_explanation
from workbench.gui.evals.giving_out import GivingOut
from workbench.gui.evals.judge_card import JudgeCard
from workbench.gui.evals.more_setup import MoreSetup
from workbench.gui.evals.results_panel import ResultsPanel, Shown
from workbench.gui.evals.run_bar import RunBar
from workbench.gui.evals.running import EvalRunner
from workbench.gui.evals.scorer_picker import ScorerPicker, spec_words
from workbench.gui.evals.setup_card import SetupCard
from workbench.gui.explanation import Explanation, InspectorAction
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry, entries, remote_entries
from workbench.gui.theme import Space
from workbench.gui.widgets.state import ErrorBox
from workbench.services.chat_models import ChatModelService
from workbench.services.eval_data import EvalData
from workbench.services.eval_files import EvalFiles
from workbench.services.eval_grid import CaseGrid
from workbench.services.eval_results import EvalResults
from workbench.services.eval_setup import EvalSetup
from workbench.services.eval_words import answer_words, data_words, eval_chart
from workbench.services.evals import EvalService
from workbench.services.judging import JudgingService
from workbench.services.library import LibraryService

FILES = "evals/files"
FILES_KEPT = 50
#: results from which the first cases are shown before all are read: less takes a tenth of a second
LONG = 5_000
# What two models are expected to disagree on where nothing is known [A]: methods.md section 5.
DISAGREE = 0.25

#: a run's numbers, what was overruled by hand, and which version of its data set it was made with
Found = tuple[Columns, tuple[Mark, ...], DataSetVersion | None]


class EvalsView(QWidget):
    """`answered` (lead, rest) is the page's sentence, `explained` goes to the inspector, `wrote` says what was stored,
    `models_read` that names of models are known."""

    answered = Signal(str, str)
    explained = Signal(object)
    wrote = Signal(object)
    models_read = Signal()

    def __init__(
        self,
        *,
        house: House,
        data: EvalData,
        setup: EvalSetup,
        evals: EvalService,
        results: EvalResults,
        files: EvalFiles,
        library: LibraryService,
        dataset_path: Callable[[Scenario], Path | None],
        chat_models: ChatModelService,
        judging: JudgingService,
    ) -> None:
        super().__init__()
        self._house, self._library, self._dataset_path = house, library, dataset_path
        self._eval_data, self._eval_setup, self._eval_results, self._eval_files = data, setup, results, files
        self._chat_models = chat_models
        self._scenario: Scenario | None = None
        self._data_of = ""
        self._resumes = ""
        self._models: tuple[ModelEntry, ...] = ()
        self._runs: tuple[EvalRun, ...] = ()
        self._wanted_run = ""
        self._shown: Shown | None = None
        self._setting_up = False
        self._asked_for = 0
        self._scorer = ""
        self._by_hash: dict[str, Mapping[str, EvalCase]] = {}
        self.explanation: Explanation | None = None
        more = MoreSetup(python_allowed=setup.own_python_allowed(), allow_python=setup.allow_own_python)
        self.setup = SetupCard(setup.scorers(), settings=house.settings, tasks=house.tasks, more=more)
        self.bar = RunBar()
        self.error = ErrorBox()
        self.giving_out = GivingOut(files=files, tasks=house.tasks, error=self.error, parent=self)
        self.results = ResultsPanel(settings=house.settings, name_of=self.name_of, scorer_title=self._scorer_title)
        self.reading = CaseReading(house=house, evals=results, results=self.results, shown=lambda: self._shown)
        self.judge = JudgeCard(house=house, judging=judging, name_of=self.name_of, cases=self._cases_of)
        self.runner = EvalRunner(house=house, evals=evals, setup=setup, data=data)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for widget in (self.bar, self.error, self.setup, self.results):
            column.addWidget(widget)
        column.addStretch(1)
        self.confusion = ConfusionCard(house=house, read=results.confusion, name_of=self.name_of)
        self.results.add_card(self.confusion)
        self.results.add_card(self.judge)
        self._connect()
        self._arrange()
        self.read_models()

    def _connect(self) -> None:
        self.setup.run_wanted.connect(self.run)
        self.setup.scorers_wanted.connect(self._pick_scorers)
        self.setup.data.columns_wanted.connect(self._choose_columns)
        self.setup.put_away.connect(partial(self._set_up, False))
        self.setup.changed.connect(self._plan)
        self.setup.changed.connect(self._check)
        self.setup.more.changed.connect(self._plan)
        self.setup.system.edited.connect(lambda _text: self._plan())
        self.bar.pause_wanted.connect(self._pause)
        self.setup.data.opened.connect(self.open_data)
        self.setup.data.results_opened.connect(self.take_results)
        self.setup.data.taken_back.connect(partial(self._take_data, chosen=True))
        self.bar.chosen.connect(self._choose_run)
        self.bar.new_wanted.connect(partial(self._set_up, True))
        self.bar.go_on_wanted.connect(self.go_on)
        self.reading.changed.connect(self._explain)
        self.reading.overruled.connect(self._overruled)
        self.reading.failed.connect(self.error.show_error)
        self.results.scorer_chosen.connect(self._choose_scorer)
        self.results.runs.wanted.connect(self._compare_with)
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
        self._explain()  # nor may the inspector go on offering to delete an eval of the last scenario
        if self._data_of != scenario.id:
            self._data_of = scenario.id
            self.setup.data.clear()
            self.setup.show_counts()
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
                self.show_run(self._shown.run.id)
            self.models_read.emit()

        self._house.tasks.start(
            lambda: (*entries(self._library), *remote_entries(self._chat_models.remote())),
            done=show,
            failed=self.error.show_error,
            owner=self,
        )

    def name_of(self, model_id: str) -> str:
        """A model's name from its file, else its id without the folder."""
        base, mark, prompt = model_id.partition(MARK)
        name = next((m.name for m in self._models if m.id == base), base.removeprefix("local/"))
        return f"{name} ({prompt})" if mark else name

    def open_data(self, path: Path) -> None:
        """Read a file that the person chose and show what is in it, ready for a new eval."""
        self.error.clear()
        self._read_data(path, chosen=True)

    def take_results(self, path: Path) -> None:
        """Another program's results become a finished eval of the scenario, which is shown."""
        scenario_id = self._scenario.id if self._scenario is not None else None
        self.error.clear()

        def done(found: tuple[EvalRun, ImportedRun]) -> None:
            run, taken = found
            self._setting_up = False
            self._wanted_run = run.id
            self.wrote.emit(Changes(evals=frozenset({run.id})))
            self.read_runs()
            if taken.skipped:
                left_out = words.count(taken.skipped, "entry", "entries")
                self.error.show_error(
                    WorkbenchError(f"{left_out} of {path.name} left out", mend=f"{taken.why_skipped}.")
                )

        self._house.tasks.start(
            lambda: self._eval_files.import_results(path, scenario_id=scenario_id),
            lane="db",
            name=f"Take in {path.name}",
            done=done,
            failed=self.error.show_error,
            owner=self,
        )

    def _read_data(self, path: Path, *, chosen: bool) -> None:
        self._house.tasks.start(
            lambda: self._eval_data.examine(path),
            done=partial(self._take_data, chosen=chosen),
            failed=partial(self._data_failed, path, chosen=chosen),
            owner=self,
        )

    def _choose_columns(self, path: Path) -> None:
        """Which column is what, and what was found in the rows."""
        from workbench.gui.evals.import_preview import ImportDialog

        dialog = ImportDialog(path, data=self._eval_data, tasks=self._house.tasks, parent=self)
        dialog.chosen.connect(partial(self._take_data, chosen=True))
        dialog.open()

    def _pick_scorers(self) -> None:
        """More ways to score than one, with their options."""
        dialog = ScorerPicker(self._eval_setup.scorers(), self.setup.scorer_ids, parent=self)
        dialog.chosen.connect(self.setup.set_scorers)
        dialog.open()

    def _take_data(self, examined: Examined, *, chosen: bool) -> None:
        self.setup.data.show_data(examined)
        self.setup.show_counts()
        kept = self._house.settings.get(FILES, {})
        files = dict(kept) if isinstance(kept, dict) else {}
        files.pop(examined.dataset.hash, None)
        files[examined.dataset.hash] = examined.dataset.source
        self._house.settings.set(FILES, dict(list(files.items())[-FILES_KEPT:]))
        self._by_hash.pop(examined.dataset.hash, None)
        wanted = next((run for run in self._runs if run.id == self._wanted_run), None)
        if wanted is not None and wanted.dataset_hash == examined.dataset.hash:
            self.show_run(wanted.id)
        if self._shown is None:
            self._say()
        elif chosen and not self.runner.is_running:
            self._set_up(True)

    def _data_failed(self, path: Path, error: WorkbenchError, *, chosen: bool) -> None:
        self.setup.data.show_error(error, path)
        self.setup.show_counts()
        if self._shown is None:
            self._say()
        if chosen and not self.runner.is_running:
            self._set_up(True)

    # runs

    def read_runs(self) -> None:
        """The scenario's runs from the store; the wanted one is shown, else the newest."""
        scenario = self._scenario
        if scenario is not None:
            self._house.tasks.start(
                lambda: self._eval_results.runs(scenario.id),
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
            waiting = [run.id for run in runs if run.status is not EvalStatus.FINISHED and run.id != self.runner.run_id]
            self._wanted_run = (waiting or ids or [""])[0]
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
        source, results = self._source_of(run), self._eval_results
        scorer = self._scorer if self._scorer in run.scorers else run.scorers[0]

        cases = self._by_hash.get(run.dataset_hash)
        if run.case_count * len(run.model_ids) > LONG and not self.results.cases.holds(run.id):
            self._house.tasks.start(
                lambda: _prepared(
                    run,
                    scorer,
                    results.first_numbers(run, cases or ()),
                    results.marks(run.id),
                    None,
                    cases or {},
                ),
                lane="db",
                done=lambda shown: self.results.show_first(shown) if number == self._asked_for else None,
                failed=self.error.show_error,
                owner=self,
            )

        def prepare(found: Found) -> None:
            if number == self._asked_for:
                self._prepare(run, scorer, found, cases or {})
                if cases is None:
                    self._read_cases(run, source, scorer, found)

        self._house.tasks.start(
            lambda: (results.numbers(run), results.marks(run.id), self._eval_data.version_of(run)),
            lane="db",
            done=prepare,
            failed=self.error.show_error,
            owner=self,
        )

    def _source_of(self, run: EvalRun) -> Path | Examined | None:
        """Where the run's cases are: the data that is open, else the file they were read from."""
        examined = self.setup.data.examined
        if examined is not None and examined.dataset.hash == run.dataset_hash:
            return examined
        files = self._house.settings.get(FILES, {})
        path = files.get(run.dataset_hash) if isinstance(files, dict) else None
        path = path if isinstance(path, str) else run.settings.dataset_path
        return Path(path) if path else None

    def _prepare(self, run: EvalRun, scorer: str, found: Found, cases: Mapping[str, EvalCase]) -> None:
        """Draw what was found, in place of what was asked for before."""
        self._asked_for += 1
        number = self._asked_for
        self._house.tasks.start(
            lambda: _prepared(run, scorer, *found, cases),
            done=lambda shown: self._draw_cases(shown, number),
            failed=self.error.show_error,
            owner=self,
        )

    def _read_cases(self, run: EvalRun, source: Path | Examined | None, scorer: str, found: Found) -> None:
        """The texts of the cases, which may take a while to read, come after the scores; once for each data set."""
        number = self._asked_for

        def take(cases: Mapping[str, EvalCase]) -> None:
            self._by_hash[run.dataset_hash] = cases
            if not cases or self._wanted_run != run.id:
                return
            if number == self._asked_for:
                self._prepare(run, scorer, found, cases)
            else:  # more results came, or a mark
                self.show_run(run.id)

        self._house.tasks.start(
            lambda: {case.id: case for case in self._eval_data.cases_of(run, source)},
            done=take,
            failed=self.error.show_error,
            owner=self,
        )

    def _draw_cases(self, shown: Shown, number: int) -> None:
        """The cases are there; the figures follow."""
        if number != self._asked_for:
            return
        if self._shown is None or self._shown.run.id != shown.run.id:
            self.reading.forget()
            self.results.runs.show_others(shown.run, self._runs)
        self.results.show_run(shown)
        self.reading.select_row()
        self._house.tasks.start(
            lambda: self._figured(shown),
            done=lambda whole: self._draw(whole) if number == self._asked_for else None,
            failed=self.error.show_error,
            owner=self,
        )

    def _figured(self, shown: Shown) -> Shown:
        """In the pool: the figures and their picture."""
        summary = self._eval_results.summary_of(shown.run, shown.grid.data)
        target = self._scenario.answers.get("quality_target") if self._scenario is not None else None
        share = target / 100 if isinstance(target, int | float) and 0 < target <= 100 else None
        return replace(shown, summary=summary, chart=eval_chart(summary, shown.scorer, self.name_of, target=share))

    def _cases_of(self, run: EvalRun) -> EvalSet:
        """In the pool: the cases a run was made with, to ask about them again. Raises WorkbenchError."""
        source = self._source_of(run)
        return self._eval_data.data_of(run, Path(source.dataset.source) if isinstance(source, Examined) else source)

    def _draw(self, shown: Shown) -> None:
        self._shown = shown
        self.judge.show_run(shown.run)
        self.confusion.show_run(shown.run)
        self.results.show_figures(shown)
        self._arrange()
        self._say()
        self.reading.read()
        if self._resumes == shown.run.id:
            self._resumes = ""
            self.go_on()

    def _choose_run(self, run_id: str) -> None:
        """Another run brings no error of the last one with it."""
        self.error.clear()
        self.show_run(run_id)

    def _choose_scorer(self, name: str) -> None:
        self.error.clear()
        self._scorer = name
        if self._shown is not None:
            self.show_run(self._shown.run.id)

    # what a person says of a case, and one run beside another

    def _overruled(self, run_id: str) -> None:
        self.error.clear()
        self.show_run(run_id)
        self.wrote.emit(Changes(evals=frozenset({run_id})))

    def _compare_with(self, other_id: str) -> None:
        """This run against an earlier one (or a later one against this)."""
        shown, other = self._shown, next((run for run in self._runs if run.id == other_id), None)
        card = self.results.runs
        card.clear()
        if shown is None or other is None:
            return
        before, after = sorted((other, shown.run), key=lambda run: run.started_at)
        self._house.tasks.start(
            lambda: self._eval_results.compare_runs(before, after),
            lane="db",
            done=lambda found: card.show_compared(found) if self._shown is shown else None,
            failed=card.error.show_error,
            owner=self,
        )

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
            scorers=self.setup.scorer_ids,
            scenario_id=scenario_id,
            system=self.setup.system.text().strip(),
            settings=self.setup.more.applied(self.setup.plan.settings),
        )
        self.setup.set_running(True)

    def _plan(self) -> None:
        """What the eval that is set up can prove, costs and takes; not worked out while nobody sees it."""
        examined, models = self.setup.data.examined, self.setup.models
        cases = () if examined is None else examined.dataset.cases
        if examined is None or not cases or not models or self.setup.isHidden() or not self.setup.is_usable:
            self.setup.plan.look(None)
            return
        data, references = examined.dataset, [model.reference for model in models]
        scorers, system = self.setup.scorer_ids, self.setup.system.text().strip()
        scenario_id = self._scenario.id if self._scenario is not None else None
        chosen = self.setup.more.applied(EvalSettings())

        def work(settings: EvalSettings, difference: float) -> EvalPlan:
            return self._eval_setup.outlook(
                data,
                references,
                scorers=scorers,
                scenario_id=scenario_id,
                system=system,
                settings=replace(settings, judges=chosen.judges, embedder=chosen.embedder, prompts=chosen.prompts),
                difference=difference,
                disagree=max(difference, DISAGREE),
            )

        self.setup.plan.look(work)

    def _check(self) -> None:
        """Whether the chosen scorers can use the cases at hand: said before the eval is started, not after."""
        examined, scorers = self.setup.data.examined, self.setup.scorer_ids
        if examined is None:
            self.setup.show_unusable(())
            return
        data = examined.dataset

        def show(problems: list[WorkbenchError]) -> None:
            if self.setup.data.examined is examined and self.setup.scorer_ids == scorers:
                could = self.setup.is_usable
                self.setup.show_unusable(problems)
                if could != self.setup.is_usable:
                    self._plan()

        self._house.tasks.start(
            lambda: self._eval_setup.unusable(data, scorers), done=show, failed=self.error.show_error, owner=self
        )

    def _pause(self) -> None:
        self.runner.pause()
        self._arrange()

    def resume(self, run_id: str) -> None:
        """Show a run of the scenario that was just opened, and go on with it once it is read."""
        self._wanted_run = self._resumes = run_id
        self.read_runs()

    def go_on(self) -> None:
        """Resume the run that is shown, with the same data."""
        run = self._shown.run if self._shown is not None else None
        if run is None or self.runner.is_running:
            return
        source = self._source_of(run)
        file = Path(source.dataset.source) if isinstance(source, Examined) else source
        self.error.clear()
        self.setup.set_running(True)
        self.runner.resume(run, file)

    def _moved(self, run_id: str) -> None:
        """The run under way has more results, or has just begun."""
        self._setting_up = False
        self._wanted_run = run_id
        self._arrange()
        self.read_runs()

    def _run_ended(self, run_id: str) -> None:
        self.setup.set_running(False)
        if self.runner.stopped:
            model, why = self.runner.stopped[0]
            self.error.show_error(
                WorkbenchError(
                    f"{self.name_of(model)} was not asked any more: {why.what}", where=why.where, mend=why.mend
                )
            )
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
        box.setText(f"Delete “{shown.run.name}” and its {words.count(len(shown.grid), 'case')}?")
        box.setInformativeText("Its results no longer count as evidence. This cannot be undone.")
        delete = box.addButton("Delete the eval", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        delete.clicked.connect(lambda: self._deleted(shown.run.id))
        box.open()

    def _deleted(self, run_id: str) -> None:
        def done(changes: Changes) -> None:
            self.error.clear()
            self._wanted_run = ""
            self.wrote.emit(changes)
            self.read_runs()

        self._house.tasks.start(
            lambda: self._eval_results.delete(run_id), lane="db", done=done, failed=self.error.show_error, owner=self
        )

    # what is seen

    def _set_up(self, wanted: bool) -> None:
        self._setting_up = wanted
        if wanted and self.setup.data.examined is None and self._shown is not None:
            self._take_kept(self._shown.run)
        self._arrange()

    def _take_kept(self, run: EvalRun) -> None:
        """Nothing is chosen yet, so a new eval begins with the cases of the one that is shown, as they were kept."""

        def done(kept: EvalSet | None) -> None:
            if kept is not None and self.setup.data.examined is None:
                self._take_data(Examined(kept, Dialect("as kept with the last eval"), ()), chosen=False)

        self._house.tasks.start(
            lambda: self._eval_data.stored_data(run), done=done, failed=self.error.show_error, owner=self
        )

    def _arrange(self) -> None:
        """The set-up while there is nothing else or the person asked for it; else the results. The keyboard stays on
        the page where what had it goes."""
        before = QApplication.focusWidget()
        has_runs = bool(self._runs)
        self.bar.setVisible(has_runs or bool(self.runner.run_id))
        self.bar.set_state(
            self._shown.run if self._shown else None, running=self.runner.run_id, pausing=self.runner.is_pausing
        )
        was_hidden = self.setup.isHidden()
        self.setup.setVisible(self._setting_up or not has_runs)
        if was_hidden and not self.setup.isHidden():
            self._plan()
        self.setup.set_may_put_away(has_runs)
        self.results.setVisible(self._shown is not None and not self._setting_up)
        if before is not None and self.isAncestorOf(before) and QApplication.focusWidget() is not before:
            (self.setup if self.setup.isVisible() else self.bar).take_keys()

    def _say(self) -> None:
        shown = self._shown
        if shown is None:
            examined = self.setup.data.examined
            count = len(examined.dataset.cases) if examined else 0
            ready = f"{words.count(count, 'case')} {'is' if count == 1 else 'are'} ready. " if examined else ""
            self.answered.emit(
                "No eval yet.", f"{ready}Run your own cases on local models to see which is good enough."
            )
            return
        if shown.run.id == self.runner.run_id:
            self.answered.emit(f"Under way: {self.runner.words}.", "The figures below grow with each answer.")
            return
        assert shown.summary is not None
        lead, rest = answer_words(shown.summary, shown.scorer, self.name_of)
        asked = int((shown.grid.data.outcome[0] != NOT_ASKED).sum())
        total = shown.run.case_count * len(shown.run.model_ids) * shown.run.settings.repeats
        if asked < total:
            lead, rest = f"Interrupted: {asked:,} of {total:,} questions are answered.", f"{lead} {rest}"
        self.answered.emit(_whole(lead), _whole(rest))

    def _explain(self) -> None:
        self.explanation = self._explanation()
        self.explained.emit(self.explanation)

    def _explanation(self) -> Explanation | None:
        shown = self._shown
        if shown is None or shown.summary is None:
            return None
        if self.reading.case is not None:
            return case_explanation(self.reading.case, self.name_of)
        actions: tuple[InspectorAction, ...] = ()
        if self.runner.run_id != shown.run.id:
            delete = InspectorAction("Delete this eval …", self._delete)
            actions = (*self.giving_out.actions(shown.run), delete)
        return run_explanation(
            shown.run,
            shown.summary,
            shown.grid,
            data=data_words(shown.run, shown.version),
            scorer_words=self._scorer_words,
            actions=actions,
        )

    def _scorer_title(self, scorer_id: str) -> str:
        found = next((each for each in self._eval_setup.scorers() if each.id == scorer_id), None)
        return found.title if found else spec_words(scorer_id)

    def _scorer_words(self, scorer_id: str) -> str:
        found = next((each for each in self._eval_setup.scorers() if each.id == scorer_id), None)
        return f"**{found.title}**: {found.expects}" if found else f"**{spec_words(scorer_id)}**"

    def find_field(self) -> QWidget | None:
        table = self.results.cases.table
        return table.filter_field if table is not None and self.results.isVisible() else None


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


def _whole(sentence: str) -> str:
    """The percent sign stays on the line of its number."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")
