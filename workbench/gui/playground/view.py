"""The playground: one prompt, two to six models side by side, blind votes on them, and what was asked before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from workbench.analysis import words
from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalCase
from workbench.domain.evidence import Attachment, Comparison
from workbench.domain.scenario import Scenario
from workbench.domain.votes import Preferences
from workbench.gui.pages.base import House
from workbench.gui.playground.asker import Asker
from workbench.gui.playground.ballot_card import BallotCard
from workbench.gui.playground.blind_vote import BlindVote
from workbench.gui.playground.diff_view import DiffView
from workbench.gui.playground.estimator import Estimator
from workbench.gui.playground.history_panel import HistoryPanel
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.playground.model_shelf import ModelShelf
from workbench.gui.playground.own_settings import OwnSettings
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.pane_row import PaneRow
from workbench.gui.playground.prompt_card import Draft, PromptCard
from workbench.gui.playground.question import Question, shared_sampling
from workbench.gui.playground.reader import Found, Newest, PlaygroundReader
from workbench.gui.playground.refusal import why_not_sent
from workbench.gui.playground.standing_card import StandingCard
from workbench.gui.playground.wording import NUMBERS, answer_words, as_markdown, said_before
from workbench.gui.theme import Space
from workbench.gui.widgets.state import ErrorBox
from workbench.services.asking import PaneEnded, PaneEvent
from workbench.services.attachments import read_attachment
from workbench.services.chat_models import ChatModelService
from workbench.services.library import LibraryService
from workbench.services.playground import PlaygroundService, link_to
from workbench.services.votes import VoteService


class PlaygroundView(QWidget):
    """`answered` (lead, rest) is the page's sentence; `wrote` says what was stored; `explained` (Explanation) is for
    the inspector; `changed` when which actions make sense may have changed."""

    answered = Signal(str, str)
    wrote = Signal(object)
    explained = Signal(object)
    changed = Signal()

    def __init__(
        self,
        *,
        house: House,
        playground: PlaygroundService,
        votes: VoteService,
        library: LibraryService,
        chat_models: ChatModelService,
    ) -> None:
        super().__init__()
        self._house, self._service, self._votes = house, playground, votes
        self._scenario: Scenario | None = None
        self._wanted: list[str] = []
        self._examples: tuple[EvalCase, ...] = ()
        self._next_example = 0
        self._was_asked: bool | None = None
        self._drafts: dict[str, Draft] = {}
        self.shown: Comparison | None = None
        self.earlier: tuple[Comparison, ...] = ()
        self.shelf = ModelShelf(tasks=house.tasks, library=library, chat_models=chat_models, parent=self)
        self._make_parts()
        self._lay_out()
        self._connect_parts()
        self._connect_row()
        self.shelf.read()

    def _make_parts(self) -> None:
        tasks, settings, name_of = self._house.tasks, self._house.settings, self.shelf.name_of
        self.prompt = PromptCard()
        self.prompt.setObjectName("prompt-card")
        self.error = ErrorBox()
        self.row = PaneRow(settings=settings)
        self.diff = DiffView(tasks=tasks)
        self.ballot = BallotCard()
        self.history = HistoryPanel(tasks=tasks, settings=settings, playground=self._service, name_of=name_of)
        self.standing = StandingCard(settings=settings, name_of=name_of)
        self.asker = Asker(tasks=tasks, playground=self._service, card=self.prompt, row=self.row, parent=self)
        self.blind = BlindVote(tasks=tasks, votes=self._votes, card=self.ballot, parent=self)
        self.own_settings = OwnSettings(self)
        self.reader = PlaygroundReader(tasks=tasks, playground=self._service, parent=self)
        self.estimator = Estimator(tasks=tasks, playground=self._service, question=self._question, parent=self)

    def _lay_out(self) -> None:
        self._parts = (self.row, self.diff, self.history, self.ballot, self.standing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.prompt)
        column.addWidget(self.error)
        for part in self._parts:
            column.addWidget(part, 1)
        self._put(self.row)

    def _connect_parts(self) -> None:
        self.prompt.ask_wanted.connect(self.ask)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):  # while this view is seen, wherever the focus is
            QShortcut(QKeySequence(keys), self, autoRepeat=False).activated.connect(self.ask)
        for stop_wanted in (self.prompt.stop_wanted, self.ballot.stop_wanted):
            stop_wanted.connect(self.stop_all)
        self.prompt.example_wanted.connect(self.put_example)
        self.prompt.attach_wanted.connect(self.attach)
        self.prompt.anew_wanted.connect(self.asker.begin_anew)
        self.prompt.edited.connect(self._show_may)
        self.prompt.edited.connect(self.estimator.soon)
        self.estimator.told.connect(self.prompt.set_estimate)
        self.shelf.found.connect(self._take_models)
        self.shelf.opened.connect(lambda path, pane: self.row.put_model(str(path), pane))
        self.shelf.known.connect(
            lambda file, name: self.answered.emit(f"{file} is {name}, which is in the list already.", "")
        )
        self.shelf.wrote.connect(self.wrote)
        self.asker.began.connect(self._began)
        self.asker.run.heard.connect(self._take)
        self.asker.finished.connect(self._finished)
        self.asker.failed.connect(self._failed)
        self.asker.changed.connect(self._show_may)
        self.history.opened.connect(self.open_comparison)
        self.blind.said.connect(self.answered)
        self.blind.waiting.connect(self._ballots_wait)
        self.blind.revealed.connect(self._revealed)
        self.blind.wrote.connect(self.wrote)
        self.ballot.left.connect(lambda: self.set_blind(False))
        for part in (self.diff, self.history, self.standing):
            part.closed.connect(self.show_answers)
        self.reader.newest.connect(self._take_newest)
        self.reader.examples.connect(self._take_examples)
        self.reader.opened.connect(self._take_opened)
        for failed in (self.shelf.failed, self.history.failed, self.blind.failed, self.reader.failed):
            failed.connect(self.error.show_error)

    def _connect_row(self) -> None:
        row = self.row
        row.stop_wanted.connect(lambda pane: self.asker.run.stop(pane.place))
        row.again_wanted.connect(self.ask_again)
        row.copy_wanted.connect(lambda pane: QGuiApplication.clipboard().setText(pane.view.text))
        row.markdown_wanted.connect(self.copy_markdown)
        row.open_wanted.connect(self._ask_for_file)
        row.settings_wanted.connect(lambda pane: self.own_settings.ask(pane, self.prompt.sampling.sampling))
        row.diff_wanted.connect(self.compare_answers)
        row.clean_wanted.connect(lambda _pane: self.ask_clean_example())
        row.why_wanted.connect(self._explain_refusal)
        row.file_dropped.connect(lambda pane, path: self.open_model(path, pane))
        row.changed.connect(self._panes_changed)
        row.models_changed.connect(self.estimator.soon)
        row.models_changed.connect(self._show_may)
        row.models_changed.connect(self.error.clear)
        row.models_changed.connect(self.say_answer)

    # what is open

    def show_scenario(self, scenario: Scenario | None) -> None:
        """Another scenario brings its own history; the same one changes nothing here."""
        same = scenario is not None and self._scenario is not None and scenario.id == self._scenario.id
        if not same:
            self._keep_draft()
        self._scenario = scenario
        if scenario is None or same:
            return
        self.asker.run.forget()
        self.asker.scenario_id = scenario.id
        self._was_asked, self._examples = None, ()
        self._leave_blind()
        self._put_away()
        self.prompt.set_text("")
        self.prompt.put_aside(None)
        self.prompt.files.set_attachments(())
        if (draft := self._drafts.pop(scenario.id, None)) is not None:
            self.prompt.put_draft(draft)
        self.blind.open(scenario.id)
        self.show_answers()
        self._say_empty()
        self.reader.read(scenario)

    def _keep_draft(self) -> None:
        """What was typed and not asked is there again when its scenario is."""
        if self._scenario is not None and (draft := self.prompt.draft) is not None:
            self._drafts[self._scenario.id] = draft

    def _take_newest(self, newest: Newest) -> None:
        self._was_asked = newest.was_asked
        untouched = self.shown is None and not self.asker.is_busy and not self.prompt.text.strip()
        if newest.found is not None and untouched:
            self.show_comparison(newest.found.comparison, newest.found.earlier)
        self._offer_example()

    def _take_examples(self, cases: tuple[EvalCase, ...]) -> None:
        self._examples, self._next_example = cases, 0
        self._offer_example()

    def _offer_example(self) -> None:
        """Who was never here finds a question that can be asked at once."""
        fresh = self._was_asked is False and self.shown is None and not self.asker.is_busy
        if fresh and self._examples and not self.prompt.text.strip():
            self.put_example()

    def _say_empty(self) -> None:
        ready = self.row.usable
        leaves = "what you ask a provider's model leaves it" if self.row.reaches_out else "nothing leaves it"
        rest = (
            f"{words.count(len(ready), 'model')} on this machine can answer now; {leaves}. "
            "Press Ask to try the example, or write your own prompt."
        )
        self.answered.emit("Ask several models the same question.", rest if ready else "")

    def say_answer(self) -> None:
        """Send the sentence for what is shown, when the page comes back to this view."""
        if self.shown is not None:
            self.answered.emit(*answer_words(self.shown, self.shelf.name_of))
        elif not self.asker.is_busy and not self.is_hiding:
            self._say_empty()

    # models

    @property
    def panes(self) -> list[Pane]:
        return self.row.panes

    def _take_models(self, models: tuple[ModelEntry, ...]) -> None:
        if self.is_hiding:
            return
        is_first = not self.panes
        self.row.set_models(models)
        wanted, self._wanted = self._wanted, []
        self.use_models(wanted)
        if self.shown is not None and is_first:
            self.show_comparison(self.shown, self.earlier)
        elif not self.asker.is_busy:
            if self.shown is not None:
                self._draw_answers(self.shown, self.earlier)
            else:
                self._say_empty()
        self._show_may()
        self.estimator.soon()

    def use_models(self, references: list[str]) -> None:
        """Put these models into the first panes; before the library is read, once it is."""
        if not self.panes:
            self._wanted = references
            return
        known = {model.reference for model in self.row.models}
        for reference in references:
            if reference in known:
                self.row.put_model(reference)
            else:
                self.open_model(Path(reference), self.panes[0])

    def open_model(self, path: Path, pane: Pane) -> None:
        """Remember a file and put it into a pane; a file that is no model is said above the panes."""
        self.error.clear()
        self.shelf.open(path, pane)

    def _ask_for_file(self, pane: Pane) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a GGUF file", "", "GGUF models (*.gguf)")
        if name:
            self.open_model(Path(name), pane)

    def _panes_changed(self) -> None:
        """A column came or went: what was shown is no longer the whole comparison, and no conversation goes on so."""
        self.shown, self.earlier = None, ()
        if self.asker.turn > 1:
            self.asker.begin_anew()
            self.prompt.set_note("Another number of models: a new conversation begins.")
        self._show_may()
        self.estimator.soon()

    # what may be done now

    def _show_may(self) -> None:
        idle, shown = not self.asker.is_busy, self.shown
        self.prompt.set_running(not idle)
        self.row.set_idle(idle, may_ask_again=shown is not None)
        same = shown is not None and shown.prompt == self.prompt.text and not self.asker.goes_on_from(shown)
        self.prompt.set_asked(same)
        self.prompt.set_may_leave(self.row.reaches_out)
        self.changed.emit()

    @property
    def may_continue(self) -> bool:
        """Whether there are answers to go on from."""
        shown = self.shown
        kept = shown is not None and shown.scenario_id is not None and not self.asker.goes_on_from(shown)
        return kept and not self.asker.is_busy and not self.asker.is_blind

    @property
    def is_hiding(self) -> bool:
        """Whether answers without names are written or judged."""
        return self.ballot.isVisibleTo(self)

    def _put(self, part: QWidget) -> None:
        """Show one part below the prompt; where answers are judged, the question stands in the ballot."""
        for each in self._parts:
            each.setVisible(each is part)
        self.prompt.setVisible(part is not self.ballot)

    # the question

    def put_example(self) -> None:
        """A case of the scenario's eval data as the prompt, another one each time."""
        if not self._examples:
            return
        case = self._examples[self._next_example % len(self._examples)]
        self._next_example += 1
        self.prompt.put_example(case.input, f"{case.id}; the right answer is “{_short(case.expected)}”")

    def attach(self, path: Path) -> None:
        """Put a file beside the prompt, once it is read."""

        def show(attachment: Attachment) -> None:
            self.error.clear()
            if not self.prompt.attach(attachment):
                self.error.show_error(WorkbenchError("There are eight files already", mend="Take one off first."))

        self._house.tasks.start(lambda: read_attachment(path), done=show, failed=self.error.show_error, owner=self)

    def _question(self) -> Question | None:
        """What stands on the page, to be estimated; nothing while names are hidden."""
        return None if self.is_hiding else self.asker.question()

    # asking

    def ask(self) -> None:
        """All models answer the prompt; while they do, this does nothing."""
        if not self.is_hiding:
            self.error.clear()
            self.asker.ask()

    def ask_clean_example(self) -> None:
        """All models answer an example of ours: no data of the scenario, and nothing is kept."""
        self.error.clear()
        self.shown, self.earlier = None, ()
        self.asker.ask_clean_example()

    def ask_again(self, pane: Pane) -> None:
        """One model once more, with the prompt of the comparison that is shown."""
        if self.shown is not None:
            self.error.clear()
            self.asker.ask_again(self.shown, pane)

    def stop_all(self) -> None:
        """Every answer ends between two tokens."""
        self.asker.run.stop()

    def _began(self, blind: bool) -> None:
        count = NUMBERS.get(len(self.panes), str(len(self.panes)))
        rest = "They are shown without names once all are there." if blind else "Each answer comes as it is written."
        self.answered.emit(f"Asking {count} models …", rest)
        if blind:
            self._hide_names(len(self.panes))
        else:
            self.show_answers()

    def _take(self, event: PaneEvent | PaneEnded) -> None:
        if self.is_hiding or event.pane >= len(self.panes):
            return
        pane = self.panes[event.pane]
        if isinstance(event, PaneEnded):
            pane.show_answer(event.answer)
        else:
            pane.take(event.event)

    def _finished(self, comparison: Comparison, earlier: tuple[Comparison, ...]) -> None:
        if comparison.scenario_id is not None:
            self._was_asked = True
            self.wrote.emit(Changes(comparisons=frozenset({comparison.id})))
        if comparison.blind:
            self.blind.read(comparison)
        else:
            self.show_comparison(comparison, earlier, asked=True)

    def _failed(self, error: WorkbenchError) -> None:
        """It could not even begin: what stood there before comes back."""
        self.error.show_error(error)
        self._leave_blind()
        if self.shown is not None:
            self.show_comparison(self.shown, self.earlier)
        else:
            for pane in self.panes:
                pane.show_nothing()
            self._say_empty()

    def go_on(self) -> None:
        """The next prompt goes on from the answers shown."""
        if self.shown is not None and self.may_continue:
            self.asker.go_on(self.shown, self.earlier)

    # comparisons

    def open_comparison(self, comparison_id: str) -> None:
        """Show one of the history, by its id or link; while answers come or wait for a vote, say why not now."""
        if (why := self._why_not_now()) is None:
            self.reader.open(comparison_id)
        else:
            self.error.show_error(why)

    def _why_not_now(self) -> WorkbenchError | None:
        """What stands against showing another comparison."""
        if self.asker.is_busy:
            what, mend = "Answers are being written", "Open it when they are there, or press Stop all first."
            return WorkbenchError(f"{what}, so another comparison is not shown now", mend=mend)
        if self.is_hiding and self.ballot.now is not None:
            what = "Answers wait for your blind vote, so another comparison is not shown now"
            return WorkbenchError(what, mend="Judge them first, or leave the vote; it can be taken up again.")
        return None

    def _take_opened(self, found: Found) -> None:
        if (why := self._why_not_now()) is not None:
            self.error.show_error(why)
            return
        self.error.clear()
        if self.is_hiding and not found.comparison.blind:
            self._leave_blind()
        if found.comparison.blind:
            self.set_blind(True)
        else:
            self.show_answers()
            self.show_comparison(found.comparison, found.earlier)

    def show_comparison(
        self, comparison: Comparison, earlier: tuple[Comparison, ...] = (), *, asked: bool = False
    ) -> None:
        """Draw a finished comparison: its prompt, a pane for each answer, and its sentence.

        What is typed as the next turn of the comparison that is shown already stays, unless it was `asked` just now.
        """
        if self.asker.is_busy or self.is_hiding:
            return
        self.shown, self.earlier = comparison, earlier
        if not self.panes:
            return
        shared = shared_sampling(comparison.settings)
        takes_place = asked or not self.asker.goes_on_from(comparison)
        is_new = takes_place and self.prompt.text != comparison.prompt
        if is_new:
            self.prompt.show_question(comparison, shared)
        if takes_place:
            self.asker.stay_with(comparison, earlier)
        self._draw_answers(comparison, earlier)
        if is_new:
            self.row.take_settings(comparison.settings, shared)

    def _draw_answers(self, comparison: Comparison, earlier: tuple[Comparison, ...]) -> None:
        """The panes of a comparison and its sentence; what is being typed stays."""
        prefaces = [said_before(earlier, place, comparison.prompt) for place in range(len(comparison.answers))]
        names = [self.shelf.name_of(answer.model) for answer in comparison.answers]
        self.row.show_answers(comparison.answers, names, prefaces)
        self._show_may()
        self.answered.emit(*answer_words(comparison, self.shelf.name_of))

    def _put_away(self) -> None:
        """No comparison is shown."""
        self.shown, self.earlier = None, ()
        self.asker.begin_anew()
        for pane in self.panes:
            pane.show_nothing()

    def show_answers(self) -> None:
        """The panes, in place of the history, a comparison of two answers or the votes."""
        if not self.is_hiding:
            self._put(self.row)
            self.changed.emit()

    def show_history(self) -> None:
        """What was asked before."""
        if not self.is_hiding:
            self._put(self.history)
            self.history.show_history(self._scenario.id if self._scenario is not None else None)

    def compare_answers(self, pane: Pane | None = None) -> None:
        """Two answers word by word, beginning with this pane's."""
        said = [each for each in self.panes if each.answer is not None and each.view.text]
        if len(said) < 2 or self.is_hiding:
            return
        left = said.index(pane) if pane in said else 0
        self.diff.show_answers([(each.model_name, each.view.text) for each in said], left, 0 if left else 1)
        self._put(self.diff)

    def copy_markdown(self, pane: Pane | None = None) -> None:
        """Prompt and answers (or one answer) for a document."""
        panes = [each for each in self.panes if each.answer is not None and pane in (None, each)]
        answers = [(each.model_name, each.answer) for each in panes if each.answer is not None]
        if answers and not self.is_hiding:
            shown = self.shown
            prompt, system = (shown.prompt, shown.system) if shown else (self.prompt.text, self.prompt.instruction)
            QGuiApplication.clipboard().setText(as_markdown(prompt, answers, system=system))

    def copy_link(self) -> None:
        """A link that opens what is shown."""
        if self.shown is not None and self.shown.scenario_id is not None:
            QGuiApplication.clipboard().setText(link_to(self.shown))

    def _explain_refusal(self, pane: Pane) -> None:
        if pane.answer is not None:
            self.explained.emit(why_not_sent(pane.answer, pane.model_name, self._scenario, self.ask_clean_example))

    # blind voting

    def set_blind(self, blind: bool) -> None:
        """Ask without names from now on; pairs that wait are shown at once."""
        if self.asker.is_busy or self._scenario is None:
            self.changed.emit()
            return
        self.error.clear()
        if blind:
            self.asker.is_blind = True
            self.asker.begin_anew()
            self.blind.read()
        else:
            self._leave_blind()
            self._show_may()
            self.say_answer()

    def _ballots_wait(self, count: int) -> None:
        """Pairs to judge: only these are on the page. None, and nothing was just asked: models can be chosen."""
        if count or self.is_hiding:
            self._hide_names()
        else:
            self.answered.emit(
                "Blind vote is on.", "Ask: the answers come without names and in a drawn order, and you judge them."
            )
        self.changed.emit()

    def _hide_names(self, writing: int = 0) -> None:
        """From here on no widget of this view knows a model's name or whose answer is whose."""
        if writing:
            self.ballot.show_writing(writing)
        self.shown, self.earlier = None, ()
        self.row.forget_names()
        self.prompt.set_estimate("")
        self.diff.show_nothing()
        self.history.show_nothing()
        self.standing.show_standing(None)
        self._put(self.ballot)
        self.ballot.setFocus()

    def _leave_blind(self) -> None:
        self.asker.is_blind = False
        if self.is_hiding:
            self._put(self.row)
            self.row.set_models(self.shelf.models)
            self.estimator.soon()

    def _revealed(self, comparison: Comparison) -> None:
        self._leave_blind()
        self.show_comparison(comparison)
        self.show_standing()

    def show_standing(self) -> None:
        """How the models stand in the votes of this scenario."""
        scenario = self._scenario
        if scenario is None or self.is_hiding:
            return

        def show(found: Preferences | None) -> None:
            if not self.is_hiding:
                self.standing.show_standing(found)
                self._put(self.standing)
                self.changed.emit()

        self._house.tasks.start(
            lambda: self._votes.preferences(scenario.id), lane="db", done=show, failed=self.error.show_error, owner=self
        )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
