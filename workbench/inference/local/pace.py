"""How fast rounds of one, two or more answers are, learned while they run."""

from __future__ import annotations

import math
from collections.abc import Iterable

#: how much longer a common round may take than as many single ones before they are run by turns
TOLERANCE = 1.05
#: a new measurement's share in the average
FRESH = 0.3
TRY_AGAIN_AFTER = 64


class Pace:
    """Decides whether answers grow together or by turns.

    llama.cpp evaluates a few tokens together by another way than a single one, and on some processors two together take
    longer than two after each other (0.4 B in 8 bits on one core: 65 against 50 ms; from three on it pays).
    """

    def __init__(self) -> None:
        self._seconds: dict[int, float] = {}
        self._by_turns = 0

    def saw(self, answers: int, seconds: float) -> None:
        """A round of as many answers, one token each, took so long."""
        known = self._seconds.get(answers)
        self._seconds[answers] = seconds if known is None else known + FRESH * (seconds - known)

    def together(self, answers: int) -> bool:
        """Whether the next round should take them all."""
        if answers < 2:
            return True
        one, all_of_them = self._seconds.get(1), self._seconds.get(answers)
        if one is None:
            return False
        if all_of_them is None or all_of_them <= answers * one * TOLERANCE:
            return True
        self._by_turns += 1
        return self._by_turns % TRY_AGAIN_AFTER == 0


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that `share` percent of all are not above (nearest rank); None without values."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share / 100 * len(ranked)), 1) - 1] if ranked else None
