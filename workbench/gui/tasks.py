"""Work off the GUI thread: three lanes, results back on the GUI thread.

`db` is one thread, in order; `pool` a few threads; `net` one asyncio loop. A function that is started gives its
result to `done`, a `WorkbenchError` to `failed`; any other exception is a bug of ours and goes to
`sys.excepthook`. Whatever ends without `done` or `failed` (cancelled, or a bug) calls `stopped`.
When `owner` is gone, nothing is called.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    import asyncio
    import concurrent.futures

Lane = Literal["db", "pool", "net"]
T = TypeVar("T")
POOL_THREADS = 2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is. `total` None means that nobody knows; `note` is a short text ("case 41 of 150")."""

    done: float
    total: float | None = None
    note: str = ""


class Run:
    """What a long function is given: where it reports, and whether it should stop. Safe in any thread."""

    def __init__(self, report: Callable[[object], None]) -> None:
        self._report = report
        self._stop = threading.Event()

    def report(self, event: object) -> None:
        """Send an event to `progress` on the GUI thread; a `Progress` also moves the task strip."""
        self._report(event)

    @property
    def cancelled(self) -> bool:
        """Whether the person pressed Cancel; look between two pieces of work."""
        return self._stop.is_set()

    def cancel(self) -> None:
        self._stop.set()


class TaskHandle(QObject):
    """One started task. Lives on the GUI thread."""

    changed = Signal()
    ended = Signal()

    def __init__(self, name: str | None, lane: Lane, owner: QObject | None) -> None:
        super().__init__()
        self.name = name
        self.lane: Lane = lane
        self.progress = Progress(0.0)
        self.started_at = time.monotonic()
        self.is_over = False
        self.was_cancelled = False
        self.run: Run | None = None
        self._owner = owner
        self._future: concurrent.futures.Future[Any] | None = None

    def cancel(self) -> None:
        """Ask it to stop: a coroutine is cancelled, a function sees `Run.cancelled`, a waiting one never starts."""
        if self.is_over or self.was_cancelled:
            return
        self.was_cancelled = True
        if self.run is not None:
            self.run.cancel()
        if self._future is not None:
            self._future.cancel()
        self.changed.emit()

    @property
    def share_done(self) -> float | None:
        """0 to 1, or None when it is not known."""
        total = self.progress.total
        return min(max(self.progress.done / total, 0.0), 1.0) if total else None

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far, in seconds; None before 2 % or without a total."""
        share = self.share_done
        if share is None or share < 0.02:
            return None
        return (time.monotonic() - self.started_at) * (1 - share) / share

    @property
    def is_wanted(self) -> bool:
        """Whether its owner is still there."""
        return self._owner is None or isValid(self._owner)


@dataclass(slots=True)
class _Job:
    """A function with where its outcome goes. `work` runs in the lane, the rest on the GUI thread."""

    handle: TaskHandle
    work: Callable[[Run], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[WorkbenchError], None] | None
    progress: Callable[[Any], None] | None
    stopped: Callable[[], None] | None


class _Threads:
    """Daemon threads that take jobs from one queue: a stuck one never keeps the process alive."""

    def __init__(self, name: str, count: int, run_job: Callable[[_Job], None]) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._run_job = run_job
        self._threads = [
            threading.Thread(target=self._loop, name=f"lane-{name}-{i}", daemon=True) for i in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: _Job) -> None:
        self._jobs.put(job)

    def close(self) -> None:
        for _ in self._threads:
            self._jobs.put(None)

    def join(self, deadline: float) -> bool:
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._run_job(job)
            del job


class _LoopThread:
    """One asyncio loop in one daemon thread."""

    def __init__(self) -> None:
        import asyncio

        self._loop = asyncio.new_event_loop()
        #: what was started here and has not ended; what those start in turn they end themselves
        self.begun: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._main, name="lane-net", daemon=True)
        self._thread.start()

    def _main(self) -> None:
        import asyncio

        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        import asyncio

        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def close(self, deadline: float, farewell: Callable[[], Coroutine[Any, Any, object]] | None) -> bool:
        """Cancel what was begun, give it until `deadline` (monotonic seconds) to end, then stop the loop."""
        import concurrent.futures

        waiting = self.submit(self._end_all(max(deadline - time.monotonic() - 0.2, 0.1), farewell))
        try:
            waiting.result(max(deadline - time.monotonic(), 0.1))
        except concurrent.futures.TimeoutError:
            return False
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(max(deadline - time.monotonic(), 0.1))
        return not self._thread.is_alive()

    async def _end_all(self, timeout_s: float, farewell: Callable[[], Coroutine[Any, Any, object]] | None) -> None:
        """Only what was begun is cancelled first: a part of it may be keeping what was said so far."""
        import asyncio

        await _cancel(self.begun, timeout_s)
        if farewell is not None:
            await asyncio.wait_for(farewell(), timeout_s)
        await _cancel(asyncio.all_tasks() - {asyncio.current_task()}, timeout_s)


async def _cancel(tasks: Collection[asyncio.Task[Any]], timeout_s: float) -> None:
    import asyncio

    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(list(tasks), timeout=timeout_s)


class Tasks(QObject):
    """Starts functions in lanes. One per window; `close` ends every lane."""

    named_changed = Signal()
    unhandled = Signal(object)
    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._lanes: dict[str, _Threads] = {}
        self._net: _LoopThread | None = None
        self._running: dict[int, TaskHandle] = {}
        self._closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(
        self,
        fn: Callable[[], T] | Callable[[], Coroutine[Any, Any, T]],
        *,
        lane: Lane = "pool",
        name: str | None = None,
        done: Callable[[T], None] | None = None,
        failed: Callable[[WorkbenchError], None] | None = None,
        stopped: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> TaskHandle:
        """Run `fn` (a coroutine function in `net`). With a `name` it shows in the task strip.

        `failed` defaults to the signal `unhandled`, which the shell shows as a sentence.
        """
        return self._begin(lambda _run: fn(), lane, name, done, failed, None, stopped, owner)

    def start_reporting(
        self,
        fn: Callable[[Run], T] | Callable[[Run], Coroutine[Any, Any, T]],
        *,
        lane: Lane = "pool",
        name: str | None = None,
        done: Callable[[T], None] | None = None,
        failed: Callable[[WorkbenchError], None] | None = None,
        progress: Callable[[Any], None] | None = None,
        stopped: Callable[[], None] | None = None,
        owner: QObject | None = None,
    ) -> TaskHandle:
        """Like `start`, for work that takes a while: `fn` gets a `Run` to report to and to look at for Cancel."""
        return self._begin(fn, lane, name, done, failed, progress, stopped, owner)

    @property
    def named(self) -> tuple[TaskHandle, ...]:
        """The tasks with a name that run now, oldest first."""
        return tuple(handle for handle in self._running.values() if handle.name)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is running or waiting to be delivered."""
        return not self._running

    def close(
        self, timeout_s: float = 2.0, *, farewell: Callable[[], Coroutine[Any, Any, object]] | None = None
    ) -> bool:
        """Stop taking work, cancel what runs, finish what is queued in `db`; True if every lane ended in time.

        `farewell` runs last in the net lane, if that was ever used: it ends the model processes.
        """
        self._closed = True
        deadline = time.monotonic() + timeout_s
        for handle in list(self._running.values()):
            if handle.lane != "db":
                handle.cancel()
        for lane in self._lanes.values():
            lane.close()
        ended = self._net.close(deadline, farewell) if self._net is not None else True
        for lane in self._lanes.values():
            ended = lane.join(deadline) and ended
        return ended

    def _begin(
        self,
        work: Callable[[Run], Any],
        lane: Lane,
        name: str | None,
        done: Callable[[Any], None] | None,
        failed: Callable[[WorkbenchError], None] | None,
        progress: Callable[[Any], None] | None,
        stopped: Callable[[], None] | None,
        owner: QObject | None,
    ) -> TaskHandle:
        handle = TaskHandle(name, lane, owner)
        job = _Job(handle, work, done, failed, progress, stopped)
        handle.run = Run(lambda event: self._post(lambda: self._on_progress(job, event)))
        if self._closed:
            handle.is_over = True
            return handle
        self._running[id(handle)] = handle
        if lane == "net":
            if self._net is None:
                self._net = _LoopThread()
            handle._future = self._net.submit(self._run_coroutine(job))
        else:
            if lane not in self._lanes:
                self._lanes[lane] = _Threads(lane, POOL_THREADS if lane == "pool" else 1, self._run_function)
            self._lanes[lane].put(job)
        if name:
            self.named_changed.emit()
        return handle

    def _run_function(self, job: _Job) -> None:
        run = job.handle.run
        assert run is not None
        if run.cancelled and job.handle.lane != "db":
            self._post(lambda: self._on_stopped(job))
            return
        try:
            result = job.work(run)
        except WorkbenchError as error:
            self._post(lambda error=error: self._on_failed(job, error))  # type: ignore[misc]
        except BaseException as error:
            self._post(lambda error=error: self._on_bug(job, error))  # type: ignore[misc]
        else:
            self._post(lambda: self._on_done(job, result))

    async def _run_coroutine(self, job: _Job) -> None:
        import asyncio

        run, net, task = job.handle.run, self._net, asyncio.current_task()
        assert run is not None and net is not None and task is not None
        net.begun.add(task)
        task.add_done_callback(net.begun.discard)
        try:
            result = await job.work(run)
        except asyncio.CancelledError:
            self._post(lambda: self._on_stopped(job))
        except WorkbenchError as error:
            self._post(lambda error=error: self._on_failed(job, error))  # type: ignore[misc]
        except Exception as error:
            self._post(lambda error=error: self._on_bug(job, error))  # type: ignore[misc]
        else:
            self._post(lambda: self._on_done(job, result))

    def _post(self, call: Callable[[], None]) -> None:
        if isValid(self):
            self._arrived.emit(call)

    def _deliver(self, call: Callable[[], None]) -> None:
        call()

    def _end(self, job: _Job) -> bool:
        """Take it off the list; False when nobody wants to hear of it."""
        job.handle.is_over = True
        self._running.pop(id(job.handle), None)
        if job.handle.name:
            self.named_changed.emit()
        job.handle.ended.emit()
        return job.handle.is_wanted

    def _on_progress(self, job: _Job, event: object) -> None:
        if isinstance(event, Progress):
            job.handle.progress = event
            job.handle.changed.emit()
        if job.progress is not None and not job.handle.is_over and job.handle.is_wanted:
            job.progress(event)

    def _on_done(self, job: _Job, result: object) -> None:
        if job.handle.was_cancelled and job.handle.lane != "db":
            self._on_stopped(job)
        elif self._end(job) and job.done is not None:
            job.done(result)

    def _on_stopped(self, job: _Job) -> None:
        if self._end(job) and job.stopped is not None:
            job.stopped()

    def _on_failed(self, job: _Job, error: WorkbenchError) -> None:
        if not self._end(job):
            return
        if job.failed is not None:
            job.failed(error)
        else:
            self.unhandled.emit(error)

    def _on_bug(self, job: _Job, error: BaseException) -> None:
        wanted = self._end(job)
        sys.excepthook(type(error), error, error.__traceback__)
        if wanted and job.stopped is not None:
            job.stopped()
