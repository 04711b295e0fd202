"""The eval that is under way: made in the store, run on the net lane, heard of once in a while."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalSet
from workbench.evals.datasets import Examined
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.tasks import Progress, Run
from workbench.services.evals import EvalService

LOOK_MS = 1_500


class EvalRunner(QObject):
    """One eval at a time.

    `moved` (run id) when it has begun and every 1.5 s with more results; then `ended` (run id), also when it was
    cancelled, or `failed` (error).
    """

    moved = Signal(str)
    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, *, house: House, evals: EvalService) -> None:
        super().__init__()
        self._house, self._evals = house, evals
        self._progress = Progress(0.0)
        self._busy = False
        self.run_id = ""
        self._clock = QTimer(self, interval=LOOK_MS)
        self._clock.timeout.connect(lambda: self.moved.emit(self.run_id))

    @property
    def is_running(self) -> bool:
        return self._busy

    @property
    def words(self) -> str:
        """ "61 of 450 answers"."""
        total = f"{self._progress.total or 0:,.0f}"
        return f"{self._progress.done:,.0f} of {total} answers"

    def begin(
        self, data: EvalSet, models: Sequence[ModelEntry], *, scorer: str, scenario_id: str | None, system: str
    ) -> None:
        """Store a new run and start it."""
        self._busy = True
        references = [model.reference for model in models]
        self._house.tasks.start(
            lambda: self._evals.new_run(data, references, scorers=(scorer,), scenario_id=scenario_id, system=system),
            lane="db",
            done=lambda run: self._start(run, data, references),
            failed=self._fail,
            stopped=self._end,
            owner=self,
        )

    def resume(self, run: EvalRun, source: Path | Examined) -> None:
        """Go on with a run; `source` has its cases."""
        self._busy = True
        self._house.tasks.start(
            lambda: source if isinstance(source, Examined) else self._evals.examine(source),
            done=lambda examined: self._start(run, examined.dataset, ()),
            failed=self._fail,
            stopped=self._end,
            owner=self,
        )

    def _start(self, run: EvalRun, data: EvalSet, references: Sequence[str]) -> None:
        self.run_id = run.id
        self._progress = Progress(0, len(data.cases) * len(run.model_ids))

        async def work(task: Run) -> EvalRun:
            return await self._evals.run(run, data, models=references, on_event=partial(_report, task))

        self._house.tasks.start_reporting(
            work,
            lane="net",
            name=f"Eval: {words.count(len(data.cases), 'case')} on {words.count(len(run.model_ids), 'model')}",
            progress=self._heard,
            done=self._finished,
            failed=self._fail,
            stopped=self._end,
            owner=self,
        )
        self._clock.start()
        self.moved.emit(run.id)

    def _heard(self, event: object) -> None:
        if isinstance(event, Progress):
            self._progress = event

    def _finished(self, _run: EvalRun) -> None:
        self._end()

    def _end(self) -> None:
        ended, self.run_id, self._busy = self.run_id, "", False
        self._clock.stop()
        self.ended.emit(ended)

    def _fail(self, error: WorkbenchError) -> None:
        self.run_id, self._busy = "", False
        self._clock.stop()
        self.failed.emit(error)


def _report(task: Run, event: object) -> None:
    """On the net lane: how far the run is, for the task strip and the page."""
    from workbench.evals import runner

    if isinstance(event, runner.Progress):
        task.report(Progress(event.done, event.total, event.model_id.removeprefix("local/")))
