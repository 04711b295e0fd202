"""Stopping a paired comparison early without fooling oneself: a betting process on the discordant items.

Source: methods.md section 5, "Early stopping" (TV-5j). Sound under any stopping rule (Ville's inequality), provided
the items come in random order and the plan (fixed number or sequential) is chosen before the run.

For graded scores wins are not enough: a model that is a little better nine times and much worse the tenth wins most
items and is no better. There the bets are paid by how much an item was won (`Capital`); on right and wrong the two
are one and the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.beta import log_beta
from workbench.analysis.checks import FloatArray, IntArray, Numbers
from workbench.domain.errors import WorkbenchError

#: shares of the capital that are bet on model 1 (below 0: on model 2) side by side: the nodes that take the mean of a
#: polynomial under the law of `e_value`'s prior, so that for right and wrong both agree up to 1,023 discordant items
STAKES: FloatArray = np.cos((2 * np.arange(1, 513) - 1) * np.pi / 1024)
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class SequentialResult:
    """The e-value after each discordant item, the first item at which one may stop (None: go on), anytime p."""

    e_values: FloatArray
    stop_after: int | None
    anytime_p: float


def e_value(wins: int, discordant: int, prior: float = 0.5) -> float:
    """Evidence against "both are right equally often" after `wins` of `discordant` items: stop at 1/alpha or more.

    `E = 2^n * B(a + x, a + n - x) / B(a, a)` with a = `prior`; 1.0 before the first item, capped at 1e300.
    """
    n = checks.count(discordant, "Discordant items")
    x = checks.count(wins, "Wins", high=n)
    a = checks.positive(prior, "Prior")
    log_e = n * math.log(2) + log_beta(a + x, a + n - x) - log_beta(a, a)
    return math.exp(min(log_e, 690.0))


class Capital:
    """What bets on the gains of model 1 over model 2 have made of 1: each stake s grows to the product of `1 + s*gain`.

    While the gains average 0 the mean over the stakes stays below 1/alpha with a chance of 1 - alpha, whenever one
    looks and whatever the gains are.
    """

    def __init__(self) -> None:
        self._logs: FloatArray = np.zeros(STAKES.size)

    def add(self, gains: Numbers) -> None:
        """Differences of two scores on the same items, each in [-1, 1]; those of 0 change nothing."""
        values, counts = np.unique(checks.vector(gains, "Gains", low=-1.0, high=1.0), return_counts=True)
        for start in range(0, values.size, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            self._logs += counts[part] @ np.log1p(np.outer(values[part], STAKES))

    def bet(self, gain: float) -> None:
        """One item more, its gain in [-1, 1]."""
        self._logs += np.log1p(checks.number(gain, "Gain", low=-1.0, high=1.0) * STAKES)

    @property
    def e_value(self) -> float:
        """Evidence against "both score the same on average": stop at 1/alpha or more; capped at 1e300."""
        most = float(self._logs.max())
        return math.exp(min(most + math.log(float(np.exp(self._logs - most).mean())), 690.0))


def e_value_graded(gains: Numbers) -> float:
    """`e_value` for scores of any kind, from model 1's score less model 2's on each item, in [-1, 1]."""
    capital = Capital()
    capital.add(gains)
    return capital.e_value


def sequential_test(outcomes: Sequence[bool], alpha: float = 0.05, prior: float = 0.5) -> SequentialResult:
    """The whole path for discordant items in the order they came (True: model 1 was the right one)."""
    level = checks.number(alpha, "Error rate", low=1e-9, high=0.5)
    a = checks.positive(prior, "Prior")
    if len(outcomes) == 0:
        raise WorkbenchError("There is no discordant item yet", where="Outcomes", mend="Run more cases.")
    won = np.asarray(outcomes, dtype=np.bool_)
    seen = np.arange(won.size)
    wins_before: IntArray = np.cumsum(won, dtype=np.int64) - won
    same_side = np.where(won, wins_before, seen - wins_before)
    # E_n / E_(n-1) = 2 * (a + earlier items on the same side) / (2a + n - 1)
    path = np.exp(np.minimum(np.cumsum(np.log(2 * (a + same_side) / (2 * a + seen))), 690.0))
    reached = np.flatnonzero(path >= 1 / level)
    return SequentialResult(path, int(reached[0]) + 1 if reached.size else None, float(min(1.0, 1 / path.max())))


def cases_until_stop(
    difference: float, discordant: float, most: int, *, alpha: float = 0.05, runs: int = 400, seed: int = 1
) -> int | None:
    """Cases after which half of all sequential runs have stopped, when the models truly differ by `difference` and
    disagree on the share `discordant`; None when `most` cases are not enough for that. By simulation."""
    d = checks.number(difference, "Difference to detect", low=0.0, high=1.0)
    pi = checks.number(discordant, "Share of discordant items", low=max(d, 1e-9), high=1.0)
    size = checks.count(most, "Cases", low=1, high=1_000_000)
    chance = np.random.default_rng(seed)
    stops: list[int] = []
    for _ in range(runs):
        places = np.flatnonzero(chance.random(size) < pi)
        if places.size:
            won = chance.random(places.size) < (pi + d) / (2 * pi)
            after = sequential_test(won.tolist(), alpha=alpha).stop_after
            if after is not None:
                stops.append(int(places[after - 1]) + 1)
    return sorted(stops)[(runs - 1) // 2] if len(stops) > runs // 2 else None
