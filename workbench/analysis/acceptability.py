"""How often each option would be best when weights and scores are uncertain (SMAA-2).

Source: methods.md section 1.6 (Lahdelma & Salminen). All draws are seeded: the same input gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, Numbers
from workbench.domain.errors import WorkbenchError

DRAWS = 20_000
# Products of at most this many terms stay in the processor's cache and, in OpenBLAS, on one thread: its threads wait
# by spinning, and on a busy machine that made the whole run 50 times slower.
_BLOCK_TERMS = 2**17


@dataclass(frozen=True, slots=True)
class Acceptability:
    """`share[i]`: share of draws in which option i is best (ties split evenly; the shares sum to one).

    `central_weights[i]`: mean of the weights for which option i is best, NaN-free: zeros if it never is.
    `mc_error[i]`: standard error of the share from the finite number of draws.
    """

    share: FloatArray
    central_weights: FloatArray
    mc_error: FloatArray
    draws: int


def uniform_weights(criteria: int, draws: int = DRAWS, *, seed: int = 0) -> FloatArray:
    """Weights (draws x criteria) with no preference known: every weight vector is equally likely."""
    k, n = checks.count(criteria, "Number of criteria", low=1), checks.count(draws, "Draws", low=1)
    spread = np.random.default_rng(seed).standard_exponential((n, k))
    return np.asarray(spread / spread.sum(axis=1, keepdims=True))


def ranked_weights(order: Sequence[int], draws: int = DRAWS, *, seed: int = 0) -> FloatArray:
    """Weights (draws x criteria) with only the order known; `order` lists criteria, most important first."""
    if sorted(order) != list(range(len(order))):
        raise WorkbenchError(
            "The order does not name every criterion once", where="Criteria order", mend="List each criterion once."
        )
    falling = np.sort(uniform_weights(len(order), draws, seed=seed), axis=1)[:, ::-1]
    result = np.empty_like(falling)
    result[:, np.asarray(order, dtype=np.int64)] = falling
    return result


def swing_band_weights(points: Numbers, band: float = 0.2, draws: int = DRAWS, *, seed: int = 0) -> FloatArray:
    """Weights (draws x criteria) from swing points, each point uniform within `±band` of itself (0.2 = ±20 %)."""
    given = checks.vector(points, "Swing points", low=0.0)
    width = checks.share(band, "Band")
    n = checks.count(draws, "Draws", low=1)
    checks.weights(given, "Swing points")
    factor = np.random.default_rng(seed).uniform(1.0 - width, 1.0 + width, (n, given.size))
    moved = given * factor
    total = moved.sum(axis=1, keepdims=True)
    # A band of ±100 % may draw zero for everything; such a draw keeps the points as given.
    return np.asarray(np.where(total > 0, moved / np.where(total > 0, total, 1.0), given / given.sum()))


def acceptability(
    values: npt.ArrayLike,
    weight_draws: npt.ArrayLike,
    *,
    values_high: npt.ArrayLike | None = None,
    seed: int = 0,
) -> Acceptability:
    """SMAA-2 acceptability from values in [0, 1] (options x criteria) and weight draws (draws x criteria).

    With `values_high`, each value is drawn evenly from [values, values_high] in every draw. A NaN in `values`
    (or in `values_high`) means "not known": it is drawn from the whole of [0, 1] that remains.
    """
    weights = checks.matrix(weight_draws, "Weight draws", low=0.0)
    low, high = _value_bounds(values, values_high, weights.shape[1])
    if np.array_equal(low, high):
        # Identical rows share a win; scoring them once also keeps rounding from choosing between them.
        rows, group, size = np.unique(low, axis=0, return_inverse=True, return_counts=True)
        winners = _winners(rows, None, weights, seed)
        first, central = _tally(winners, weights, len(rows))
        share, central = (first / size)[group], central[group]
    else:
        winners = _winners(low, high, weights, seed)
        share, central = _tally(winners, weights, len(low))
    return Acceptability(share, central, np.sqrt(share * (1.0 - share) / len(weights)), len(weights))


def exact_two_criteria_flip(first: Numbers, second: Numbers) -> float | None:
    """Weight of the first of two criteria at which two options draw level (the exact check of SMAA); else None."""
    a, b = checks.vector(first, "First option", size=2), checks.vector(second, "Second option", size=2)
    slope = (a[0] - b[0]) - (a[1] - b[1])
    if slope == 0:
        return None
    flip = float((b[1] - a[1]) / slope)
    return flip if 0.0 <= flip <= 1.0 else None


def _value_bounds(
    values: npt.ArrayLike, values_high: npt.ArrayLike | None, criteria: int
) -> tuple[FloatArray, FloatArray]:
    given = checks.matrix(values, "Values", low=0.0, high=1.0, columns=criteria, missing_allowed=True)
    upper = given
    if values_high is not None:
        upper = checks.matrix(values_high, "Upper values", low=0.0, high=1.0, columns=criteria, missing_allowed=True)
        if upper.shape != given.shape:
            raise WorkbenchError("The upper values have another shape than the values", where="Upper values")
    low, high = np.nan_to_num(given, nan=0.0), np.nan_to_num(upper, nan=1.0)
    if (low > high).any():
        raise WorkbenchError(
            "A score interval is the wrong way round", where="Upper values", mend="Give the lower end first."
        )
    return low, high


def _winners(low: FloatArray, high: FloatArray | None, weights: FloatArray, seed: int) -> npt.NDArray[np.intp]:
    winners = np.empty(len(weights), dtype=np.intp)
    block = max(1, _BLOCK_TERMS // low.size)
    rng = np.random.default_rng([seed, 1])
    transposed = np.ascontiguousarray(low.T)
    for start in range(0, len(weights), block):
        part = weights[start : start + block]
        if high is None:
            scores = part @ transposed
        else:
            drawn = low + (high - low) * rng.random((len(part), *low.shape))
            scores = np.einsum("dij,dj->di", drawn, part)
        winners[start : start + block] = scores.argmax(axis=1)
    return winners


def _tally(winners: npt.NDArray[np.intp], weights: FloatArray, options: int) -> tuple[FloatArray, FloatArray]:
    wins = np.bincount(winners, minlength=options).astype(np.float64)
    sums = np.column_stack([np.bincount(winners, weights=column, minlength=options) for column in weights.T])
    central = sums / np.where(wins > 0, wins, 1.0)[:, None]
    return wins / len(weights), central
