"""Stopping a paired comparison early without fooling oneself: a betting process on the discordant items.

Source: methods.md section 5, "Early stopping" (TV-5j). Sound under any stopping rule (Ville's inequality), provided
the items come in random order and the plan (fixed number or sequential) is chosen before the run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.beta import log_beta
from workbench.analysis.checks import FloatArray, IntArray
from workbench.domain.errors import WorkbenchError


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
