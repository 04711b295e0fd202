"""Asking: the question as it stands on the page, the conversation it belongs to, and the run under way."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Comparison
from workbench.gui.playground.asking_run import AskingRun
from workbench.gui.playground.pane import Pane
from workbench.gui.playground.pane_row import PaneRow
from workbench.gui.playground.prompt_card import PromptCard
from workbench.gui.playground.question import Question, question_in
from workbench.gui.playground.wording import said_before
from workbench.gui.tasks import Tasks
from workbench.services.asking import Asking, Listener
from workbench.services.playground import PlaygroundService


class Asker(QObject):
    """`began` (blind or not) when models are asked, `finished` (Comparison, the turns before it), `failed`
    (WorkbenchError), `changed` when it became busy or idle."""

    began = Signal(bool)
    finished = Signal(object, object)
    failed = Signal(object)
    changed = Signal()

    def __init__(
        self, *, tasks: Tasks, playground: PlaygroundService, card: PromptCard, row: PaneRow, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._service, self._card, self._row = playground, card, row
        self._continues = ""
        self._before: tuple[Comparison, ...] = ()
        self.scenario_id: str | None = None
        self.is_blind = False
        self.run = AskingRun(tasks=tasks, clock=row.clock, parent=self)
        self.run.finished.connect(self._finish)
        self.run.failed.connect(self.failed)
        self.run.changed.connect(self.changed)

    @property
    def is_busy(self) -> bool:
        return self.run.is_busy

    def question(self) -> Question | None:
        """What stands on the page; None while there is no pane."""
        if not self._row.panes:
            return None
        return question_in(
            self._card, self._row, scenario_id=self.scenario_id, continues=self._continues, blind=self.is_blind
        )

    # asking

    def ask(self) -> None:
        """All models answer the prompt; while they do, this does nothing."""
        question = self.question()
        if self.is_busy or question is None:
            return
        if not question.template.strip():
            what, mend = "The prompt is empty", "Write what the models should answer."
            self.failed.emit(WorkbenchError(what, where="prompt", mend=mend))
            return
        if not question.blind:
            self._show_waiting()
        self._card.was_asked()
        self.began.emit(question.blind)
        self.run.start(lambda listener: question.begin(self._service, listener))

    def ask_clean_example(self) -> None:
        """All models answer an example of ours: no data of the scenario, and nothing is kept."""
        question = self.question()
        if self.is_busy or question is None or not all(question.models):
            return
        self.begin_anew()
        self._show_waiting()
        self.began.emit(False)

        def make(listener: Listener) -> Asking:
            return self._service.begin_example(question.models, sampling=question.settings, on_event=listener)

        self.run.start(make)

    def ask_again(self, shown: Comparison, pane: Pane) -> None:
        """One model once more, with the prompt of the comparison that is shown."""
        if self.is_busy:
            return
        pane.show_waiting(self._preface(pane.place, shown.prompt))
        place, model = pane.place, pane.chooser.path
        sampling, sensitive = pane.own_sampling or self._card.sampling.sampling, self._card.sensitive

        def make(listener: Listener) -> Asking:
            return self._service.again(shown, place, model, sampling=sampling, sensitive=sensitive, on_event=listener)

        self.run.start(make)

    def _show_waiting(self) -> None:
        for pane in self._row.panes:
            pane.show_waiting(self._preface(pane.place, self._card.text))

    def _finish(self, comparison: Comparison) -> None:
        self.finished.emit(comparison, self._before if comparison.continues else ())

    # conversations

    def _preface(self, place: int, prompt: str) -> str:
        return said_before(self._before, place, prompt)

    @property
    def turn(self) -> int:
        """Which turn the next question is."""
        return len(self._before) + 1

    def goes_on_from(self, comparison: Comparison) -> bool:
        """Whether the next question goes on from these answers."""
        return self._continues == comparison.id

    def go_on(self, shown: Comparison, earlier: tuple[Comparison, ...]) -> None:
        """The next prompt goes on from these answers, which went on from `earlier`."""
        self._continues, self._before = shown.id, (*earlier, shown)
        self._card.set_text("", shown.system)
        self._card.files.set_attachments(())
        self._show_turn()
        self._card.prompt.setFocus()

    def stay_with(self, shown: Comparison, earlier: tuple[Comparison, ...]) -> None:
        """The next prompt takes the place of the one shown: it goes on from what that one went on from."""
        self._continues, self._before = shown.continues, earlier
        self._show_turn()

    def begin_anew(self) -> None:
        """The next prompt begins a conversation of its own."""
        self._continues, self._before = "", ()
        self._show_turn()

    def _show_turn(self) -> None:
        self._card.set_turn(self.turn)
        self.changed.emit()
