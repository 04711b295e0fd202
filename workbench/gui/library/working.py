"""The long work of the page Local models: measuring and fetching, once at a time for each thing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.domain.errors import WorkbenchError
from workbench.gui.tasks import Progress, Run, Tasks

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.inference.local.measured import Measurement
    from workbench.services.download_plan import Fetching, Plan
    from workbench.services.downloads import DownloadService
    from workbench.services.measuring import MeasuringService


class LibraryWork(QObject):
    """Shows in the task strip, where Cancel ends a measurement and pauses a download.

    Sends `measured` (the key), `fetched` (Path of the model), `failed` (WorkbenchError), and `ended` after each.
    """

    measured = Signal(str)
    fetched = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(
        self,
        *,
        tasks: Tasks,
        measuring: Callable[[], MeasuringService],
        downloads: Callable[[], DownloadService],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._measuring, self._downloads = measuring, downloads
        self._under_way: set[str] = set()

    def is_under_way(self, key: str) -> bool:
        """Whether this model is being measured, or this download runs."""
        return key in self._under_way

    def measure(self, key: str, reference: str, name: str) -> None:
        """A short benchmark of a model in its own process."""

        async def work(run: Run) -> Measurement:
            return await self._measuring().measure(
                reference, lambda done, most: run.report(Progress(done, most, f"round {done + 1}"))
            )

        self._begin(key, f"Measure {name}", work, lambda _result: self.measured.emit(key))

    def fetch(self, plan: Plan) -> None:
        """Fetches a model, or goes on with it."""

        async def work(run: Run) -> Path:
            return await self._downloads().fetch(plan, lambda state: run.report(_progress(state)))

        self._begin(plan.model.name, f"Fetch {plan.model.name}", work, self.fetched.emit)

    def _begin(
        self, key: str, name: str, work: Callable[[Run], Coroutine[Any, Any, Any]], done: Callable[[Any], object]
    ) -> None:
        if key in self._under_way:
            return
        self._under_way.add(key)

        def over(tell: Callable[[], object]) -> None:
            self._under_way.discard(key)
            tell()
            self.ended.emit()

        def failed(error: WorkbenchError) -> None:
            over(lambda: self.failed.emit(error))

        self._tasks.start_reporting(
            work,
            lane="net",
            name=name,
            done=lambda result: over(lambda: done(result)),
            failed=failed,
            stopped=lambda: over(lambda: None),
            owner=self,
        )


def _progress(state: Fetching) -> Progress:
    return Progress(state.done_bytes, state.total_bytes, "checking" if state.checking else state.note)
