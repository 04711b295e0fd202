"""How many requests one server gets at once, and how long to wait before it is asked again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FIRST, MOST = 8, 64
MOST_TRIES = 4
LONGEST_WAIT_S = 60.0
REST_S = 120.0
_FIRST_WAIT_S = 1.0


class Lane:
    """Requests to one server: as many at once as it takes without complaint.

    Begins with `FIRST`; every answer allows one more until the server says for the first time that it has too much to
    do. Then half, and from there one more for each full round; a server that was left alone for two minutes starts
    afresh. One loop at a time uses it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = float(FIRST)
        self.under_way = 0
        self._clock = clock
        self._was_busy = False
        self._asked_at = clock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def is_full(self) -> bool:
        """Whether the next request has to wait."""
        return self.under_way >= int(self.limit)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a free place, in the order of arrival, and holds it."""
        self._forget_old_complaints()
        if self.is_full or self._waiting:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self._leave()  # the place was given in the same moment
                elif place in self._waiting:
                    self._waiting.remove(place)
                raise
        else:
            self.under_way += 1
        try:
            yield
        finally:
            self._leave()

    def _forget_old_complaints(self) -> None:
        now, last = self._clock(), self._asked_at
        self._asked_at = now
        if self.under_way == 0 and now - last > REST_S and self.limit < FIRST:
            self.limit, self._was_busy = float(FIRST), False

    def answered(self) -> None:
        """An answer came: one more may go at once, quickly as long as the server never complained."""
        step = 1.0 / self.limit if self._was_busy else 1.0
        self.limit = min(self.limit + step, float(MOST))
        self._wake()

    def busy(self) -> None:
        """The server has too much to do: half as many."""
        self._was_busy = True
        self.limit = max(self.limit / 2, 1.0)

    def _leave(self) -> None:
        self.under_way -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and not self.is_full:
            place = self._waiting.popleft()
            if not place.done():
                self.under_way += 1
                place.set_result(None)


def wait_s(tries: int, asked_s: float | None, draw: Callable[[], float] = random.random) -> float:
    """Seconds before try number `tries` + 1 (1, 2, ...): what the server asked for, else doubling with some chance in
    it so that not all come back together; never more than a minute."""
    if asked_s is not None:
        return min(asked_s, LONGEST_WAIT_S)
    doubled: float = _FIRST_WAIT_S * 2 ** (tries - 1)
    return min(doubled * (0.75 + 0.5 * draw()), LONGEST_WAIT_S)


def wait_words(seconds: float, asked_s: float | None, why: str) -> str:
    """Completes "waits ..."."""
    shown = f"{seconds:.0f} s" if seconds >= 1 else "a moment"
    if asked_s is not None and asked_s > LONGEST_WAIT_S:
        return f"{shown} ({why}; the provider asked for {asked_s:,.0f} s)"
    return f"{shown} ({why})"
