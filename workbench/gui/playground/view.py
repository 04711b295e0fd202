"""The playground: one prompt, two to six models side by side, and the comparisons made so far."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.domain.evidence import Comparison
from workbench.domain.scenario import Scenario
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry, entries
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.pane_row import PaneRow
from workbench.gui.playground.prompt_card import PromptCard
from workbench.gui.playground.wording import NUMBERS, answer_words, as_markdown, history_title
from workbench.gui.tasks import Run
from workbench.gui.theme import Space
from workbench.gui.widgets.state import ErrorBox
from workbench.services.library import LibraryService
from workbench.services.playground import Asking, PaneEnded, PaneEvent, PlaygroundService

HISTORY_SHOWN = 20


class PlaygroundView(QWidget):
    """`answered` (lead, rest) is the page's sentence; `wrote` says what was stored."""

    answered = Signal(str, str)
    wrote = Signal(object)

    def __init__(self, *, house: House, playground: PlaygroundService, library: LibraryService) -> None:
        super().__init__()
        self._house, self._service, self._library = house, playground, library
        self._scenario: Scenario | None = None
        self._wanted: list[str] = []
        self._history: tuple[Comparison, ...] = ()
        self._history_read = False
        self._examples: tuple[EvalCase, ...] = ()
        self._next_example = 0
        self._shown: Comparison | None = None
        self._asking: Asking | None = None
        self._report: Callable[[object], None] | None = None
        self.prompt = PromptCard()
        self.prompt.setObjectName("prompt-card")
        self.error = ErrorBox()
        self.row = PaneRow(settings=house.settings)
        self.history_menu = QMenu("History", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.prompt)
        column.addWidget(self.error)
        column.addWidget(self.row, 1)
        self._connect()
        self._read_models()

    def _connect(self) -> None:
        self.history_menu.aboutToShow.connect(self._fill_history)
        self.prompt.ask_wanted.connect(self.ask)
        self.prompt.stop_wanted.connect(self.stop_all)
        self.prompt.example_wanted.connect(self.put_example)
        self.row.stop_wanted.connect(self._stop)
        self.row.again_wanted.connect(self.ask_again)
        self.row.markdown_wanted.connect(self.copy_markdown)
        self.row.open_wanted.connect(self._ask_for_file)
        self.row.file_dropped.connect(lambda pane, path: self.open_model(path, pane))
        self.row.changed.connect(self._panes_changed)

    # what is open

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Another scenario brings its own history; the same one changes nothing here."""
        same = scenario is not None and self._scenario is not None and scenario.id == self._scenario.id
        self._scenario = scenario
        if scenario is None or same:
            return
        self.stop_all()
        self._shown, self._history, self._examples, self._history_read = None, (), (), False
        self.prompt.set_text("")
        for pane in self.row.panes:
            pane.show_nothing()
        self._say_empty()
        tasks = self._house.tasks
        tasks.start(lambda: self._service.examples(scenario), done=self._take_examples, owner=self)
        tasks.start(
            lambda: self._service.history(scenario.id),
            lane="db",
            done=partial(self._take_history, scenario.id),
            failed=self.error.show_error,
            owner=self,
        )

    def _take_examples(self, cases: tuple[EvalCase, ...]) -> None:
        self._examples, self._next_example = cases, 0
        self._offer_example()

    def _offer_example(self) -> None:
        """Who was never here finds a question that can be asked at once."""
        fresh = self._history_read and not self._history and self._shown is None and self._asking is None
        if fresh and self._examples and not self.prompt.text.strip():
            self.put_example()

    def _take_history(self, scenario_id: str, history: tuple[Comparison, ...]) -> None:
        if self._scenario is None or self._scenario.id != scenario_id:
            return
        self._history, self._history_read = history, True
        self._offer_example()
        if history and self._shown is None and self._asking is None and not self.prompt.text.strip():
            self.show_comparison(history[0])

    def _say_empty(self) -> None:
        ready = self.row.usable
        rest = (
            f"{words.count(len(ready), 'model')} on this machine can answer now; nothing leaves it. "
            "Press Ask to try the example, or write your own prompt."
        )
        self.answered.emit("Ask several models the same question.", rest if ready else "")

    # models

    @property
    def panes(self) -> list[Pane]:
        return self.row.panes

    def _read_models(self) -> None:
        self._house.tasks.start(
            lambda: entries(self._library), done=self._take_models, failed=self.error.show_error, owner=self
        )

    def _take_models(self, models: tuple[ModelEntry, ...]) -> None:
        self.row.set_models(models)
        wanted, self._wanted = self._wanted, []
        self.use_models(wanted)
        if self._shown is not None:
            self.show_comparison(self._shown)
        elif self._asking is None:
            self._say_empty()
        self._show_may()

    def refresh_models(self) -> None:
        """The library has changed: offer what is there now."""
        self._read_models()

    def use_models(self, paths: list[str]) -> None:
        """Put these models into the first panes; before the library is read, once it is."""
        if not self.panes:
            self._wanted = paths
            return
        known = {str(model.path) for model in self.row.models}
        for path in paths:
            if path in known:
                self.row.put_model(path)
            else:
                self.open_model(Path(path), self.panes[0])

    def open_model(self, path: Path, pane: Pane) -> None:
        """Remember a file and put it into a pane; a file that is no model is said above the panes."""

        def read() -> tuple[Changes, tuple[ModelEntry, ...]]:
            return self._library.add_file(path), entries(self._library)

        def show(found: tuple[Changes, tuple[ModelEntry, ...]]) -> None:
            changes, models = found
            self.error.clear()
            self.row.set_models(models)
            self.row.put_model(str(path.absolute()), pane)
            self.wrote.emit(changes)

        self._house.tasks.start(read, done=show, failed=self.error.show_error, owner=self)

    def _ask_for_file(self, pane: Pane) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a GGUF file", "", "GGUF models (*.gguf)")
        if name:
            self.open_model(Path(name), pane)

    def name_of(self, model_id: str) -> str:
        """A model's name from its file, else its id without the folder."""
        return next((m.name for m in self.row.models if m.id == model_id), model_id.removeprefix("local/"))

    def _panes_changed(self) -> None:
        """A column came or went: what was shown is no longer the whole comparison."""
        self._shown = None
        self._show_may()

    def _show_may(self) -> None:
        """Which buttons make sense now."""
        idle = self._asking is None
        self.prompt.set_running(not idle)
        self.row.set_idle(idle, may_ask_again=self._shown is not None)

    # asking

    def put_example(self) -> None:
        """A case of the scenario's eval data as the prompt, another one each time."""
        if not self._examples:
            return
        case = self._examples[self._next_example % len(self._examples)]
        self._next_example += 1
        self.prompt.set_text(case.input)
        self.prompt.set_note(f"{case.id}; the right answer is “{_short(case.expected)}”")

    def ask(self) -> None:
        """All models answer the prompt; while they do, this does nothing."""
        if self._asking is not None or not self.panes:
            return
        self.error.clear()
        try:
            self._asking = self._begin()
        except WorkbenchError as error:
            self.error.show_error(error)
            return
        count = NUMBERS.get(len(self.panes), str(len(self.panes)))
        self.answered.emit(
            f"Asking {count} models …", "Each answer comes as it is written; nothing leaves this machine."
        )
        for pane in self.panes:
            pane.show_waiting()
        self._start(self._asking)

    def _begin(self) -> Asking:
        models = self.row.chosen
        if not all(models):
            raise WorkbenchError("A pane has no model", where="models", mend="Choose one in its list.")
        return self._service.begin(
            self.prompt.text,
            models,
            system=self.prompt.system.toPlainText().strip(),
            sampling=self.prompt.sampling,
            scenario_id=self._scenario.id if self._scenario is not None else None,
            on_event=self._heard,
        )

    def ask_again(self, pane: Pane) -> None:
        """One model once more, with the prompt of the comparison that is shown."""
        if self._asking is not None or self._shown is None:
            return
        self.error.clear()
        try:
            self._asking = self._service.again(
                self._shown, pane.place, pane.chooser.path, sampling=self.prompt.sampling, on_event=self._heard
            )
        except WorkbenchError as error:
            self.error.show_error(error)
            return
        pane.show_waiting()
        self._start(self._asking)

    def _start(self, asking: Asking) -> None:
        self._show_may()

        async def run(task: Run) -> Comparison:
            self._report = task.report
            return await asking.run()

        self._house.tasks.start_reporting(
            run,
            lane="net",
            progress=self._take,
            done=partial(self._finished, asking),
            failed=partial(self._failed, asking),
            stopped=lambda: self._stopped(asking),
            owner=self,
        )

    def _heard(self, event: PaneEvent | PaneEnded) -> None:
        """On the net lane: hand it over to the GUI thread."""
        if self._report is not None:
            self._report(event)

    def _take(self, event: PaneEvent | PaneEnded) -> None:
        pane = self.panes[event.pane]
        if isinstance(event, PaneEnded):
            pane.show_answer(event.answer)
        else:
            pane.take(event.event)

    def _finished(self, asking: Asking, comparison: Comparison) -> None:
        if not self._ended(asking):
            return
        self.show_comparison(comparison)
        self._history = (comparison, *(c for c in self._history if c.id != comparison.id))
        if comparison.scenario_id is not None:
            self.wrote.emit(Changes(comparisons=frozenset({comparison.id})))

    def _failed(self, asking: Asking, error: WorkbenchError) -> None:
        if self._ended(asking):
            self.error.show_error(error)

    def _stopped(self, asking: Asking) -> None:
        """The window closes: nothing more to say."""
        self._ended(asking)

    def _ended(self, asking: Asking) -> bool:
        """Whether it was the one under way; an older one says nothing any more."""
        if asking is not self._asking:
            return False
        self._asking = None
        self._show_may()
        return True

    def stop_all(self) -> None:
        """Every answer ends between two tokens."""
        if self._asking is not None:
            self._asking.stop()

    def _stop(self, pane: Pane) -> None:
        if self._asking is not None:
            self._asking.stop(pane.place)

    # comparisons

    def show_comparison(self, comparison: Comparison) -> None:
        """Draw a finished comparison: its prompt, a pane for each answer, and its sentence."""
        if self._asking is not None:
            return
        self._shown = comparison
        if not self.panes:
            return
        if self.prompt.text != comparison.prompt:
            self.prompt.set_text(comparison.prompt, comparison.system)
        self.row.show_answers(comparison.answers, [self.name_of(answer.model) for answer in comparison.answers])
        self._show_may()
        self.answered.emit(*answer_words(comparison, self.name_of))

    def say_answer(self) -> None:
        """Send the sentence for what is shown, when the page comes back to this view."""
        if self._shown is not None:
            self.answered.emit(*answer_words(self._shown, self.name_of))
        elif self._asking is None:
            self._say_empty()

    def copy_markdown(self, pane: Pane | None = None) -> None:
        """Prompt and answers (or one answer) for a document."""
        panes = [each for each in self.panes if each.answer is not None and pane in (None, each)]
        answers = [(each.model_name, each.answer) for each in panes if each.answer is not None]
        if answers:
            prompt, system = self.prompt.text, self.prompt.system.toPlainText().strip()
            if self._shown is not None:
                prompt, system = self._shown.prompt, self._shown.system
            QGuiApplication.clipboard().setText(as_markdown(prompt, answers, system=system))

    def _fill_history(self) -> None:
        self.history_menu.clear()
        for comparison in self._history[:HISTORY_SHOWN]:
            self.history_menu.addAction(history_title(comparison), partial(self.show_comparison, comparison))
        if not self._history:
            self.history_menu.addAction("Nothing was asked in this scenario yet").setEnabled(False)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
