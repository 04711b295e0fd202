"""How many questions a model gets at once in an eval, and when it gets none any more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from workbench.domain.chat import ChatModel
from workbench.domain.errors import WorkbenchError

#: failures in a row after which a model is not asked any more
MOST_FAILURES = 10


class Gauge:
    """How one model does: places taken, answers under way, failures in a row, and why it is not asked any more."""

    def __init__(self, model: ChatModel, width: int, alone: int) -> None:
        self.description = model.describe()
        self.blocked: WorkbenchError | None = None
        self.under_way = 0
        self._taken: set[asyncio.Task[None]] = set()
        self._change = asyncio.Event()
        self._width = width
        self._alone = alone
        self._failures = 0

    @property
    def is_full(self) -> bool:
        """Whether the next question has to wait."""
        return len(self._taken) >= self.width

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Does it in a task of its own, which holds a place until it calls `leave` or ends."""
        task = asyncio.create_task(work)
        self._taken.add(task)
        task.add_done_callback(self._left)
        return task

    def leave(self) -> None:
        """The task that calls has its answer: its place is free."""
        self._left(asyncio.current_task())

    def _left(self, task: asyncio.Task[None] | None) -> None:
        self._taken.discard(task)
        self._change.set()

    async def some_end(self, tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        """Those that are still at work after a place became free or one of them ended. Raises what an ended one did."""
        await self._change.wait()
        self._change.clear()
        for task in (ended := {task for task in tasks if task.done()}):
            task.result()
        return tasks - ended

    @property
    def most(self) -> int:
        """How many answers may be under way once it has shown how it does alone."""
        return self._width

    @property
    def width(self) -> int:
        """How many answers may be under way now."""
        return 1 if self._alone > 0 else self._width

    def answered(self) -> None:
        self._failures = 0
        self._alone -= 1

    def failed(self, reason: WorkbenchError) -> None:
        self._failures += 1
        self._alone -= 1
        if self._failures >= MOST_FAILURES and self.blocked is None:
            self.blocked = WorkbenchError(
                f"{self._failures} answers in a row failed, the last one with: {reason.what}",
                where=self.description.model_id,
                mend=f"{reason.mend} Then resume the eval: what failed is asked again.".strip(),
            )
