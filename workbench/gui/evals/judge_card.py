"""How the judge of an eval judges, and what its scores are worth once its errors are taken out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalSet
from workbench.gui.pages.base import House
from workbench.gui.tasks import Progress, Run
from workbench.gui.widgets.buttons import button
from workbench.gui.widgets.card import WordyCard
from workbench.gui.widgets.rows import Column
from workbench.gui.widgets.state import ErrorBox
from workbench.gui.widgets.table import DataTable
from workbench.gui.widgets.text import Words
from workbench.services.eval_words import NameOf
from workbench.services.judge_words import Row, card_rows, corrected_sentence, is_trusted, judge_sentence
from workbench.services.judging import Examined, JudgedRun, JudgingService

Cases = Callable[[EvalRun], EvalSet]


class JudgeCard(WordyCard):
    """Hidden for a run that no judge scored. `cases` reads a run's data set (`pool` lane; raises WorkbenchError);
    `known` when something is known of the run's judge."""

    known = Signal()

    def __init__(self, *, house: House, judging: JudgingService, name_of: NameOf, cases: Cases) -> None:
        super().__init__("How the judge judges")
        self.setObjectName("eval-judge")
        self._house, self._judging, self._name_of, self._cases = house, judging, name_of, cases
        self._run: EvalRun | None = None
        self._found: JudgedRun | None = None
        self._said = Words("", "body")
        self._corrected = Words("", "body")
        self._notes = Words("", "muted")
        self.error = ErrorBox()
        self.table: DataTable[Row] = DataTable(
            "eval-judge",
            (
                Column("what", "The judge", lambda row: row[0], width=280, stretch=True),
                Column("found", "Found", lambda row: row[1], right=True, width=90),
                Column("interval", "95 % interval", lambda row: row[2], right=True, width=130),
                Column("from", "From", lambda row: row[3], width=220),
            ),
            row_id=lambda row: row[0],
            name="How the judge judges",
            settings=house.settings,
            filterable=False,
            visible_rows=10,
            snug=True,
        )
        self.test = button(
            "Put the judge to the test",
            self._examine,
            hint="It judges some answers twice, some pairs in both orders, and the hand-labelled ones",
        )
        self.test.setObjectName("judge-test")
        for widget in (self._said, self._corrected, self.table, self._notes, self.error):
            self.body.addWidget(widget)
        self.add_beside_title(self.test)
        self.hide()

    def show_run(self, run: EvalRun) -> None:
        """Read what is known of the run's judge."""
        if self._run is None or self._run.id != run.id:
            self.hide()
            self.error.clear()
            self._found = None
        self._run = run
        if run.settings.judges:
            self._house.tasks.start(
                lambda: self._judging.judged(run),
                lane="db",
                done=partial(self._show, run.id),
                failed=self.error.show_error,
                owner=self,
            )

    def _show(self, run_id: str, found: JudgedRun | None) -> None:
        if self._run is None or self._run.id != run_id:
            return
        self._found = found
        self.setVisible(found is not None)
        if found is None:
            return
        self._said.set_text(judge_sentence(found.card, self._name_of))
        corrected = corrected_sentence(found.corrected, self._name_of)
        self._corrected.set_text(corrected)
        self._corrected.setVisible(bool(corrected))
        self.table.setVisible(found.card is not None)
        self._notes.setVisible(found.card is not None and bool(found.card.notes))
        if found.card is not None:
            self.table.set_rows(card_rows(found.card))
            self._notes.set_text(" ".join(found.card.notes))
        self.take_room()
        self.known.emit()

    def said_of(self, run: EvalRun, scorer: str) -> tuple[str, bool]:
        """What to think of the scores under a scorer, and whether they must not be used; "" where no judge gave them,
        or people agree with it."""
        found = self._found
        if found is None or self._run is None or self._run.id != run.id or found.scorer != scorer:
            return "", False
        if is_trusted(found.card):
            return "", False
        return judge_sentence(found.card, self._name_of), found.card is not None and found.card.is_useless

    def _examine(self) -> None:
        run = self._run
        if run is None:
            return
        self.error.clear()
        self.test.setEnabled(False)

        def begin(data: EvalSet) -> None:
            async def work(task: Run) -> Examined:
                return await self._judging.examine_run(run, data, progress=partial(_tell, task))

            def finished(_: Examined) -> None:
                self._examined(run)

            self._house.tasks.start_reporting(
                work,
                lane="net",
                name="Judge put to the test",
                done=finished,
                failed=self._fail,
                stopped=lambda: self.test.setEnabled(True),
                owner=self,
            )

        self._house.tasks.start(lambda: self._cases(run), done=begin, failed=self._fail, owner=self)

    def _examined(self, run: EvalRun) -> None:
        self.test.setEnabled(True)
        if self._run is not None and self._run.id == run.id:
            self.show_run(run)

    def _fail(self, error: WorkbenchError) -> None:
        self.test.setEnabled(True)
        self.error.show_error(error)


def _tell(task: Run, done: int, total: int) -> None:
    task.report(Progress(done, total, f"judgement {done} of {total}"))
