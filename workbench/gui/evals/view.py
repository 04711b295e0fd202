"""The evals: set one up, run it, go on with one that was interrupted, and read what it says."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun
from workbench.domain.scenario import Scenario
from workbench.evals.columns import NOT_ASKED
from workbench.evals.datasets import Examined
from workbench.evals.imported import ImportedRun
from workbench.evals.templates import MARK
from workbench.gui.evals.case_reading import CaseReading
from workbench.gui.evals.confusion_card import ConfusionCard
from workbench.gui.evals.deleting import Deleting
from workbench.gui.evals.explaining import case_explanation, run_explanation
from workbench.gui.evals.giving_out import GivingOut
from workbench.gui.evals.judge_card import JudgeCard
from workbench.gui.evals.new_eval import NewEval
from workbench.gui.evals.repeat_card import RepeatCard
from workbench.gui.evals.results_panel import ResultsPanel, Shown
from workbench.gui.evals.run_bar import RunBar
from workbench.gui.evals.run_reading import RunReading, is_long
from workbench.gui.evals.running import EvalRunner
from workbench.gui.evals.scorer_picker import spec_words
from workbench.gui.explanation import Explanation, InspectorAction
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry, entries, remote_entries
from workbench.gui.theme import Space
from workbench.gui.widgets.state import ErrorBox
from workbench.services.chat_models import ChatModelService
from workbench.services.eval_data import EvalData
from workbench.services.eval_files import EvalFiles
from workbench.services.eval_results import EvalResults
from workbench.services.eval_setup import EvalSetup
from workbench.services.eval_words import answer_words, data_words
from workbench.services.evals import EvalService
from workbench.services.judging import JudgingService
from workbench.services.library import LibraryService


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
        self._house, self._library, self._dataset_path, self._chat_models = house, library, dataset_path, chat_models
        self._setup, self._results, self._files = setup, results, files
        self._scenario: Scenario | None = None
        self._data_of = ""
        self._resumes = ""
        self._models: tuple[ModelEntry, ...] = ()
        self._setting_up = False
        self.explanation: Explanation | None = None
        self.bar = RunBar()
        self.error = ErrorBox()
        self.new = NewEval(house=house, data=data, setup=setup, parent=self)
        self.setup = self.new.card
        self.deleting = Deleting(results=results, tasks=house.tasks, parent=self)
        self.giving_out = GivingOut(files=files, tasks=house.tasks, error=self.error, parent=self)
        self.results = ResultsPanel(settings=house.settings, name_of=self.name_of, scorer_title=self._scorer_title)
        self.runner = EvalRunner(house=house, evals=evals, setup=setup, data=data)
        self.repeat = RepeatCard(
            house=house,
            files=files,
            setup=setup,
            runner=self.runner,
            name_of=self.name_of,
            scorer_title=self._scorer_title,
        )
        self.runs = RunReading(
            house=house,
            results=results,
            data=data,
            opened=lambda: self.new.examined,
            under_way=lambda: self.runner.run_id,
            is_drawn=self.results.cases.holds,
            name_of=self.name_of,
            parent=self,
        )
        self.reading = CaseReading(house=house, evals=results, results=self.results, shown=lambda: self.runs.shown)
        self.judge = JudgeCard(house=house, judging=judging, name_of=self.name_of, cases=self.runs.cases_of)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        for widget in (self.bar, self.error, self.giving_out.said, self.repeat, self.setup, self.results):
            column.addWidget(widget)
        column.addStretch(1)
        self.confusion = ConfusionCard(house=house, read=results.confusion, name_of=self.name_of)
        self.results.add_card(self.confusion)
        self.results.add_card(self.judge)
        self._connect()
        self._arrange()
        self.read_models()

    def _connect(self) -> None:
        self.new.taken.connect(self._data_taken)
        self.new.refused.connect(self._data_refused)
        self.repeat.changed.connect(self._arrange)
        self.repeat.others.connect(partial(self.new.read, chosen=True))
        self.repeat.started.connect(lambda: self.setup.set_running(True))
        self.setup.run_wanted.connect(self.run)
        self.setup.put_away.connect(partial(self._set_up, False))
        self.setup.data.opened.connect(self.open_data)
        self.setup.data.results_opened.connect(self.take_results)
        self.bar.pause_wanted.connect(self._pause)
        self.bar.chosen.connect(self._choose_run)
        self.bar.new_wanted.connect(partial(self._set_up, True))
        self.bar.go_on_wanted.connect(self.go_on)
        self.runs.listed.connect(self._show_runs)
        self.runs.first.connect(self.results.show_first)
        self.runs.cases.connect(self._show_cases)
        self.runs.figured.connect(self._show_figures)
        self.reading.changed.connect(self._explain)
        self.reading.overruled.connect(self._overruled)
        self.results.scorer_chosen.connect(self._choose_scorer)
        self.results.runs.wanted.connect(self._compare_with)
        self.judge.known.connect(self._judged)
        self.deleting.done.connect(self._deleted)
        self.runner.moved.connect(self._moved)
        self.runner.ended.connect(self._run_ended)
        self.runner.failed.connect(self._run_failed)
        for each in (self.new, self.runs, self.reading, self.deleting):
            each.failed.connect(self.error.show_error)

    # what is open

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Another scenario brings its own runs and data; the same one changes nothing here."""
        same = scenario is not None and self._scenario is not None and scenario.id == self._scenario.id
        before, self._scenario = self._scenario, scenario
        self.new.scenario = self.runs.scenario = self.repeat.scenario = scenario
        if scenario is None:
            return
        if same and before is not None and before.eval_dataset == scenario.eval_dataset:
            return
        self.runs.forget()
        self._setting_up = False
        self.error.clear()
        self._arrange()
        self._explain()  # nor may the inspector go on offering to delete an eval of the last scenario
        if self._data_of != scenario.id:
            self._data_of = scenario.id
            self.new.forget_data()
            self.repeat.put_away()
        path = self._dataset_path(scenario)
        if path is not None:
            self.new.read(path, chosen=False)
        self._say()
        self.runs.read()

    def read_models(self) -> None:
        """What the library has now."""

        def show(models: tuple[ModelEntry, ...]) -> None:
            self._models = models
            self.setup.set_models(models)
            self.runs.show_again()
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
        """Read a file that the person chose and show what is in it, ready for a new eval, or an eval to be repeated."""
        self.error.clear()
        self.repeat.put_away()
        if path.suffix.lower() in (".yaml", ".yml"):
            self.repeat.open(path)
        else:
            self.new.read(path, chosen=True)

    def take_results(self, path: Path) -> None:
        """Another program's results become a finished eval of the scenario, which is shown."""
        scenario_id = self._scenario.id if self._scenario is not None else None
        self.error.clear()

        def done(found: tuple[EvalRun, ImportedRun]) -> None:
            run, taken = found
            self._setting_up = False
            self.runs.wanted = run.id
            self.wrote.emit(Changes(evals=frozenset({run.id})))
            self.runs.read()
            if taken.skipped:
                left_out = words.count(taken.skipped, "entry", "entries")
                self.error.show_error(
                    WorkbenchError(f"{left_out} of {path.name} left out", mend=f"{taken.why_skipped}.")
                )

        self._house.tasks.start(
            lambda: self._files.import_results(path, scenario_id=scenario_id),
            lane="db",
            name=f"Take in {path.name}",
            done=done,
            failed=self.error.show_error,
            owner=self,
        )

    def _data_taken(self, examined: Examined, chosen: bool) -> None:
        is_first = self.runs.shown is None
        self.runs.remember(examined.dataset)
        if is_first:
            self._say()
        elif chosen and not self.runner.is_running:
            self._set_up(True)

    def _data_refused(self, chosen: bool) -> None:
        if self.runs.shown is None:
            self._say()
        if chosen and not self.runner.is_running:
            self._set_up(True)

    # what is shown

    def _show_runs(self) -> None:
        self.bar.set_runs(self.runs.runs, self.runs.wanted)
        if not self.runs.wanted:
            self._arrange()
            self._say()

    def _show_cases(self, shown: Shown, is_other: bool) -> None:
        if is_other:
            self.giving_out.forget()
            self.reading.forget()
            self.results.runs.show_others(shown.run, self.runs.runs)
        self.results.show_run(shown)
        self.reading.select_row()

    def _show_figures(self, shown: Shown) -> None:
        if shown.run.id != self.runner.run_id or not is_long(shown.run):  # both read every answer whole
            self.judge.show_run(shown.run)
            self.confusion.show_run(shown.run)
        self.results.show_figures(shown)
        if shown.summary is not None:
            self.repeat.show_outcome(shown.run, shown.summary)
        self._arrange()
        self._say()
        self.reading.read()
        if self._resumes == shown.run.id:
            self._resumes = ""
            self.go_on()

    def _judged(self) -> None:
        """The page's sentence says what the judge's scores are worth."""
        if self.runs.shown is not None and self.runs.shown.summary is not None:
            self._say()

    def _choose_run(self, run_id: str) -> None:
        """Another run brings no error of the last one with it."""
        self.error.clear()
        self.runs.show(run_id)

    def _choose_scorer(self, name: str) -> None:
        self.error.clear()
        self.runs.show_by(name)

    # what a person says of a case, and one run beside another

    def _overruled(self, run_id: str) -> None:
        self.error.clear()
        self.runs.show(run_id)
        self.wrote.emit(Changes(evals=frozenset({run_id})))

    def _compare_with(self, other_id: str) -> None:
        """This run against an earlier one (or a later one against this)."""
        shown, other = self.runs.shown, self.runs.find(other_id)
        card = self.results.runs
        card.clear()
        if shown is None or other is None:
            return
        before, after = sorted((other, shown.run), key=lambda run: run.started_at)
        self._house.tasks.start(
            lambda: self._results.compare_runs(before, after),
            lane="db",
            done=lambda found: card.show_compared(found) if self.runs.shown is shown else None,
            failed=card.error.show_error,
            owner=self,
        )

    # running

    def run(self) -> None:
        """Start an eval with what is set up."""
        if self.new.begin(self.runner):
            self.error.clear()

    def _pause(self) -> None:
        self.runner.pause()
        self._arrange()

    def resume(self, run_id: str) -> None:
        """Show a run of the scenario that was just opened, and go on with it once it is read."""
        self.runs.wanted = self._resumes = run_id
        self.runs.read()

    def go_on(self) -> None:
        """Resume the run that is shown, with the same data."""
        run = self.runs.shown.run if self.runs.shown is not None else None
        if run is None or self.runner.is_running:
            return
        self.error.clear()
        self.setup.set_running(True)
        self.runner.resume(run, self.runs.file_of(run))

    def _moved(self, run_id: str) -> None:
        """The run under way has more results, or has just begun."""
        self._setting_up = False
        self.runs.wanted = run_id
        self._arrange()
        self.runs.read()

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
        self.runs.wanted = run_id
        self.runs.read()
        self.wrote.emit(Changes(evals=frozenset({run_id})))

    def _run_failed(self, error: WorkbenchError) -> None:
        self.setup.set_running(False)
        self.error.show_error(error)
        self.runs.read()

    def _delete(self, shown: Shown) -> None:
        if self.runner.run_id != shown.run.id:
            self.deleting.ask(shown.run, len(shown.grid))

    def _deleted(self, changes: Changes) -> None:
        self.error.clear()
        self.runs.wanted = ""
        self.wrote.emit(changes)
        self.runs.read()

    # what is seen

    def _set_up(self, wanted: bool) -> None:
        self._setting_up = wanted
        if wanted:
            self.repeat.put_away()
        shown = self.runs.shown
        if wanted and self.new.examined is None and shown is not None:
            self.new.take_kept(shown.run)
        self._arrange()

    def _arrange(self) -> None:
        """The set-up while there is nothing else or the person asked for it; else the results. The keyboard stays on
        the page where what had it goes."""
        before = QApplication.focusWidget()
        has_runs, shown = bool(self.runs.runs), self.runs.shown
        self.bar.setVisible(has_runs or bool(self.runner.run_id))
        state = shown.run if shown is not None else None
        self.bar.set_state(state, running=self.runner.run_id, pausing=self.runner.is_pausing)
        was_hidden = self.setup.isHidden()
        sets_up = (self._setting_up or not has_runs) and not self.repeat.is_open
        self.setup.setVisible(sets_up)
        if was_hidden and not self.setup.isHidden():
            self.new.plan()
        self.setup.set_may_put_away(has_runs)
        self.results.setVisible(shown is not None and not sets_up)
        if before is not None and self.isAncestorOf(before) and QApplication.focusWidget() is not before:
            (self.setup if self.setup.isVisible() else self.bar).take_keys()

    def _say(self) -> None:
        shown = self.runs.shown
        if shown is None:
            examined = self.new.examined
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
        judge, is_useless = self.judge.said_of(shown.run, shown.scorer)
        if is_useless:
            lead, rest = judge, f"What it said: {rest}"
        elif judge:
            rest = f"{rest} {judge}"
        asked = int((shown.grid.data.outcome[0] != NOT_ASKED).sum())
        total = shown.run.case_count * len(shown.run.model_ids) * shown.run.settings.repeats
        if asked < total:
            lead, rest = f"Interrupted: {asked:,} of {total:,} questions are answered.", f"{lead} {rest}"
        self.answered.emit(_whole(lead), _whole(rest))

    def _explain(self) -> None:
        self.explanation = self._explanation()
        self.explained.emit(self.explanation)

    def _explanation(self) -> Explanation | None:
        shown = self.runs.shown
        if shown is None or shown.summary is None:
            return None
        if self.reading.case is not None:
            return case_explanation(self.reading.case, self.name_of)
        actions: tuple[InspectorAction, ...] = ()
        if self.runner.run_id != shown.run.id:
            delete = InspectorAction("Delete this eval …", partial(self._delete, shown))
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
        found = next((each for each in self._setup.scorers() if each.id == scorer_id), None)
        return found.title if found else spec_words(scorer_id)

    def _scorer_words(self, scorer_id: str) -> str:
        found = next((each for each in self._setup.scorers() if each.id == scorer_id), None)
        return f"**{found.title}**: {found.expects}" if found else f"**{spec_words(scorer_id)}**"

    def find_field(self) -> QWidget | None:
        table = self.results.cases.table
        return table.filter_field if table is not None and self.results.isVisible() else None


def _whole(sentence: str) -> str:
    """The percent sign stays on the line of its number."""
    return sentence.replace(" %", "\N{NO-BREAK SPACE}%")
