"""How long a run still takes, from how fast its answers came lately."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

LATELY = 60
FEWEST = 3


class TimeLeft:
    """Lanes work beside each other, so the slowest one counts. What was known already says nothing about speed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, int] = {}
        self._arrivals: dict[str, deque[float]] = {}

    def begin(self, lane: str, questions: int) -> None:
        """So many questions of a lane are open."""
        self._open[lane] = questions
        self._arrivals[lane] = deque([self._clock()], maxlen=LATELY)

    def answered(self, lane: str, *, asked: bool) -> None:
        """One question less; `asked` when its answer was not known already."""
        self._open[lane] -= 1
        if asked:
            self._arrivals[lane].append(self._clock())

    def seconds(self) -> float | None:
        """None as long as some lane has not shown how fast it is."""
        longest = 0.0
        for lane, questions in self._open.items():
            arrivals = self._arrivals[lane]
            if questions <= 0:
                continue
            if len(arrivals) < FEWEST:
                return None
            longest = max(longest, questions * (arrivals[-1] - arrivals[0]) / (len(arrivals) - 1))
        return longest
