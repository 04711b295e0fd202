"""The eval that is under way: made in the store, run on the net lane, heard of once in a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.analysis import words
from workbench.domain.chat import Sampling
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalSet, EvalSettings
from workbench.gui.pages.base import House
from workbench.gui.playground.model_choice import ModelEntry
from workbench.gui.tasks import Progress, Run
from workbench.services.eval_data import EvalData
from workbench.services.eval_setup import EvalSetup
from workbench.services.evals import EvalService

LOOK_MS = 1_500


@dataclass(frozen=True, slots=True)
class Ending:
    """Which models were not asked any more, and why."""

    stopped: tuple[tuple[str, WorkbenchError], ...]


class EvalRunner(QObject):
    """One eval at a time.

    `moved` (run id) when it has begun and every 1.5 s with more results; then `ended` (run id), also when it was
    cancelled, or `failed` (error).
    """

    moved = Signal(str)
    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, *, house: House, evals: EvalService, setup: EvalSetup, data: EvalData) -> None:
        super().__init__()
        self._house, self._evals, self._setup, self._data = house, evals, setup, data
        self._progress = Progress(0.0)
        self._left_s: float | None = None
        self._busy = False
        self.run_id = ""
        self.is_pausing = False
        self.stopped: tuple[tuple[str, WorkbenchError], ...] = ()
        self._clock = QTimer(self, interval=LOOK_MS)
        self._clock.timeout.connect(lambda: self.moved.emit(self.run_id))

    @property
    def is_running(self) -> bool:
        return self._busy

    @property
    def words(self) -> str:
        """ "61 of 450 answers, 3 min left"."""
        total = f"{self._progress.total or 0:,.0f}"
        left = f", {words.seconds(self._left_s)} left" if self._left_s else ""
        return f"{self._progress.done:,.0f} of {total} answers{left}"

    def begin(
        self,
        data: EvalSet,
        models: Sequence[ModelEntry],
        *,
        scorers: Sequence[str],
        scenario_id: str | None,
        system: str,
        sampling: Sampling | None = None,
        settings: EvalSettings | None = None,
    ) -> None:
        """Store a new run and start it."""
        references = [model.reference for model in models]

        def made() -> tuple[EvalRun, EvalSet]:
            run = self._setup.new_run(
                data,
                references,
                scorers=tuple(scorers),
                scenario_id=scenario_id,
                system=system,
                sampling=sampling,
                settings=settings,
            )
            return run, data

        self.begin_made(made, references=references, judges=settings.judges if settings is not None else ())

    def begin_made(
        self, make: Callable[[], tuple[EvalRun, EvalSet]], *, references: Sequence[str], judges: Sequence[str] = ()
    ) -> None:
        """Start a run that `make` stores, in the db lane, with its cases."""
        self._busy = True

        def store(_: None) -> None:
            self._house.tasks.start(
                make,
                lane="db",
                done=lambda found: self._start(*found, references),
                failed=self._fail,
                stopped=self._end,
                owner=self,
            )

        # The keychain may take its time, and the db lane must not wait for it.
        self._house.tasks.start(
            lambda: self._setup.check_keys((*references, *judges)),
            done=store,
            failed=self._fail,
            stopped=self._end,
            owner=self,
        )

    def pause(self) -> None:
        """Let the answers under way arrive and ask no more; the run can go on later."""
        run_id = self.run_id

        async def ask() -> bool:
            return self._evals.pause(run_id)

        def asked(_is_under_way: bool) -> None:
            """The run's own end says the rest."""

        if run_id:
            self.is_pausing = True
            self._house.tasks.start(ask, lane="net", done=asked, owner=self)

    def resume(self, run: EvalRun, file: Path | None) -> None:
        """Go on with a run; `file` has its cases where they were not kept."""
        self._busy = True
        self._house.tasks.start(
            lambda: self._data.data_of(run, file),
            done=lambda data: self._start(run, data, ()),
            failed=self._fail,
            stopped=self._end,
            owner=self,
        )

    def _start(self, run: EvalRun, data: EvalSet, references: Sequence[str]) -> None:
        self.run_id = run.id
        self._progress = Progress(0, len(data.cases) * len(run.model_ids) * run.settings.repeats)
        self._left_s, self.is_pausing, self.stopped = None, False, ()

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
        elif isinstance(event, Ending):
            self.stopped = event.stopped
        elif isinstance(event, float):
            self._left_s = event

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
        if event.left_s is not None:
            task.report(event.left_s)
        task.report(Progress(event.done, event.total, event.model_id.removeprefix("local/")))
    if isinstance(event, runner.Finished):
        task.report(Ending(event.stopped))
