"""More children of one model, for as long as many ask it at once.

A small model answers fastest on a single thread, and then every other core is idle. A copy shares the weights, which
are mapped from the file, and yields the processor to whoever wants it: the window keeps its core.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.client import EngineProcess

#: answers under way for each process from which one more pays
EACH = 4
#: weight of the last answer in what an answer takes: short and long ones come mixed
FRESH = 0.1
MOST_COPIES = 3
#: seconds between two looks at whether a copy has given its last answer
LOOK_S = 0.02
#: seconds without a question after which copies end
LINGER_S = 5.0


class Copies:
    """The copies of one model, beside its first child and on the same loop.

    `start` gives a loaded copy or raises `WorkbenchError`; `has_room` says whether there is memory for one. Where there
    is none, or one could not be started, the first child goes on with those there are. `changed` is called when one has
    ended for the memory it took.
    """

    def __init__(
        self,
        start: Callable[[], Awaitable[EngineProcess]],
        has_room: Callable[[], bool],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._start, self._has_room, self._changed = start, has_room, changed
        self._engines: list[EngineProcess] = []
        self._answer_s: dict[EngineProcess, float] = {}
        self._coming: asyncio.Task[None] | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._spared: dict[asyncio.Task[None], EngineProcess | None] = {}
        self._enough = False

    @property
    def running(self) -> list[EngineProcess]:
        return [engine for engine in self._engines if engine.alive]

    @property
    def count(self) -> int:
        """Those that run, the one on its way, and those that end with their last answer."""
        return len(self.running) + (self._coming is not None) + len(self._spared)

    def soonest(self, first: EngineProcess) -> EngineProcess:
        """Who takes the next question: the one that will have answered it first, by its last answers. On a busy machine
        copies come to nothing, so one that has not answered yet gets few questions."""

        def wait_s(engine: EngineProcess) -> float:
            known = self._answer_s.get(engine)
            if known is None and engine.in_flight >= EACH:
                return math.inf
            return (engine.in_flight + 1) * (known or usual)

        usual = self._answer_s.get(first, 1.0)
        return min([first, *self.running], key=wait_s)

    def spare(self) -> bool:
        """Somebody else needs the memory: copies get no more questions and each ends with its last answer, and until
        nobody uses the model for a while no more come. Whether there is one that has not ended."""
        coming, engines = self._all_out()
        self._enough = True
        if coming is not None:
            coming.cancel()
            self._spared[coming] = None
            coming.add_done_callback(self._has_ended)
        for engine in engines:
            task = asyncio.create_task(_end_with_last_answer(engine))
            self._spared[task] = engine
            task.add_done_callback(self._has_ended)
        return bool(self._spared)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        self._spared.pop(task, None)
        self._changed()

    def answered(self, engine: EngineProcess, seconds: float) -> None:
        """It took so long, from the question to the end of its answer."""
        known = self._answer_s.get(engine, seconds)
        self._answer_s[engine] = known + FRESH * (seconds - known)

    def expect(self, questions: int, processes: int) -> None:
        """So many questions are, or soon will be, under way, and so many processes have work for every core: start one
        more where that is many for those there are."""
        here = 1 + len(self._engines)
        if self._coming or self._enough or here >= min(processes, 1 + MOST_COPIES) or questions <= EACH * here:
            return
        if self._has_room():
            self._coming = asyncio.create_task(self._come())
            self._coming.add_done_callback(self._came)
        else:
            self._enough = True

    async def _come(self) -> None:
        try:
            self._engines.append(await self._start())
        except WorkbenchError:
            self._enough = True

    def _came(self, task: asyncio.Task[None]) -> None:
        """Also of one that was called off before it began."""
        if self._coming is task:
            self._coming = None

    def asked(self, users: int) -> None:
        """So many use the model from now on; when it is nobody, and for a while, all copies end."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        if users == 0 and (self._engines or self._coming or self._enough):
            self._leaving = asyncio.get_running_loop().call_later(LINGER_S, self._leave)

    def _leave(self) -> None:
        """From here on nobody is given a copy that ends, and once there is memory again there may be new ones."""
        self._ending = asyncio.create_task(_end(*self._all_out(), self._ending))

    def _all_out(self) -> tuple[asyncio.Task[None] | None, list[EngineProcess]]:
        out = self._coming, self._engines
        self._coming, self._engines, self._answer_s, self._enough = None, [], {}, False
        return out

    async def close(self) -> None:
        """End all of them, and the one on its way; those that are ending already have ended, too."""
        coming, engines = self._all_out()
        spared = [engine for engine in self._spared.values() if engine is not None]
        await _end(coming, [*engines, *spared], self._ending)

    def kill(self, why: str) -> None:
        """End all of them now, from another loop than theirs."""
        coming, engines = self._all_out()
        self._leaving = self._ending = None
        for engine in (*engines, *self._spared.values()):
            if engine is not None:
                engine.kill(why)
        self._spared = {}
        if coming is not None:
            with contextlib.suppress(RuntimeError):  # its loop may be closed, and its child has gone with it
                coming.get_loop().call_soon_threadsafe(coming.cancel)


async def _end_with_last_answer(engine: EngineProcess) -> None:
    while engine.alive and engine.in_flight:
        await asyncio.sleep(LOOK_S)
    await engine.close()


async def _end(
    coming: asyncio.Task[None] | None, engines: list[EngineProcess], ending: asyncio.Task[None] | None
) -> None:
    if coming is not None:
        coming.cancel()
    await asyncio.gather(*(engine.close() for engine in engines))
    if others := [task for task in (coming, ending) if task is not None]:
        await asyncio.wait(others)
