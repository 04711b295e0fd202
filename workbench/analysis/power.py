"""How many cases are enough, and what a given number of cases can show.

Source: methods.md section 5, "How many cases" (TV-5f). Two-sided tests; defaults 5 % and 80 % power.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray
from workbench.analysis.statistics import z_value
from workbench.domain.errors import WorkbenchError

_LARGEST_SAMPLE = 10_000_000


def cases_paired(difference: float, discordant: float, *, power: float = 0.8, confidence: float = 0.95) -> int:
    """Cases needed to detect a difference in accuracy between two models on the same items.

    `n = ((z*sqrt(pi) + z_power*sqrt(pi - D²))/D)²`, pi = share of items that only one model gets right (>= D).
    """
    d, pi = _difference(difference), checks.share(discordant, "Share of discordant items")
    if pi < d:
        raise WorkbenchError(
            "The share of discordant items is below the difference",
            where="Share of discordant items",
            mend="It is at least as large as the difference to detect.",
        )
    root = z_value(confidence) * math.sqrt(pi) + _z_power(power) * math.sqrt(pi - d * d)
    return math.ceil((root / d) ** 2 - 1e-9)


def cases_unpaired(first: float, second: float, *, power: float = 0.8, confidence: float = 0.95) -> int:
    """Cases **per model** when the two models answer different items."""
    p, q = checks.share(first, "First accuracy"), checks.share(second, "Second accuracy")
    d = _difference(abs(p - q))
    mean = (p + q) / 2
    root = z_value(confidence) * math.sqrt(2 * mean * (1 - mean))
    root += _z_power(power) * math.sqrt(p * (1 - p) + q * (1 - q))
    return math.ceil((root / d) ** 2 - 1e-9)


def cases_graded(
    difference: float,
    omega_squared: float,
    sigma_squared: float = 0.0,
    repeats: float = math.inf,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int:
    """Cases for graded scores: `n = (z + z_power)² * (omega² + (sigma_a² + sigma_b²)/K)/D²`.

    omega² is the variance of the paired difference between items; `sigma_squared` that between runs of one item,
    the same for both models, so it counts twice.
    """
    d = _difference(difference)
    between = checks.number(omega_squared, "Variance between items", low=0.0)
    within = checks.number(sigma_squared, "Variance between runs", low=0.0)
    k = repeats if math.isinf(repeats) else checks.count(repeats, "Repeats", low=1)
    z = z_value(confidence) + _z_power(power)
    return math.ceil(z * z * (between + 2 * within / k) / (d * d) - 1e-9)


def cases_for_half_width(half_width: float, accuracy: float = 0.5, confidence: float = 0.95) -> int:
    """Cases for an interval of ±half_width around the given accuracy (0.5 is the worst case)."""
    width = checks.positive(half_width, "Half width", high=0.5)
    p = checks.share(accuracy, "Accuracy")
    return max(1, math.ceil(z_value(confidence) ** 2 * p * (1 - p) / (width * width) - 1e-9))


def mcnemar_power(n: int, difference: float, discordant: float, *, alpha: float = 0.05) -> float:
    """Exact power of the exact McNemar test with `n` items at the true difference and discordant share."""
    size = checks.count(n, "Cases", low=1, high=20_000)
    level = checks.number(alpha, "Error rate", low=1e-9, high=0.5)
    d, pi = _difference(difference), checks.share(discordant, "Share of discordant items")
    if pi < d:
        raise WorkbenchError("The share of discordant items is below the difference", where="Share of discordant items")
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, size + 1)))))
    chances = _binomial(logs, size, pi)
    counts = np.flatnonzero(chances > 1e-12)
    first, last = int(counts[0]), int(counts[-1])
    rejected = _rejections(logs, first, last, min((pi + d) / 2 / pi, 1.0), level)
    return math.fsum((chances[first : last + 1] * rejected).tolist())


def cases_exact(difference: float, discordant: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """Cases on which the exact McNemar test shows a true difference with this power: a little more than cases_paired,
    whose formula is the normal distribution's. Beyond 18,000 cases the two agree, and the formula is given."""
    fewest = cases_paired(difference, discordant, power=power, confidence=1 - alpha)
    if fewest > 18_000:
        return fewest
    low, high = max(1, fewest // 2), fewest
    while mcnemar_power(high, difference, discordant, alpha=alpha) < power:
        low, high = high, math.ceil(high * 1.05) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if mcnemar_power(middle, difference, discordant, alpha=alpha) >= power:
            high = middle
        else:
            low = middle
    return high


def detectable_difference(n: int, discordant: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """Smallest difference in accuracy that `n` paired items detect at the given power; 1.0 if none."""
    size = checks.count(n, "Cases", low=1, high=_LARGEST_SAMPLE)
    pi = checks.positive(discordant, "Share of discordant items", high=1.0)
    low, high = 0.0, pi
    if cases_paired(pi, pi, power=power, confidence=confidence) > size:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if middle > 0 and cases_paired(middle, pi, power=power, confidence=confidence) <= size:
            high = middle
        else:
            low = middle
    return high


def detectable_exact(n: int, discordant: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Smallest difference that the exact McNemar test shows on `n` paired items with this power; 1.0 if none. Beyond
    18,000 items the normal distribution's formula is as good, and is taken."""
    size = checks.count(n, "Cases", low=1, high=_LARGEST_SAMPLE)
    pi = checks.positive(discordant, "Share of discordant items", high=1.0)
    wanted, level = checks.number(power, "Power", low=0.5, high=0.999), checks.number(alpha, "Error rate", low=1e-9)
    if size > 18_000:
        return detectable_difference(size, pi, power=wanted, confidence=1 - level)
    if mcnemar_power(size, pi, pi, alpha=level) < wanted:
        return 1.0
    low, high = 0.0, pi
    while high - low > 1e-4 * pi:
        middle = (low + high) / 2
        if mcnemar_power(size, middle, pi, alpha=level) >= wanted:
            high = middle
        else:
            low = middle
    return high


def _difference(value: float) -> float:
    return checks.positive(value, "Difference to detect", high=1.0)


def _z_power(power: float) -> float:
    return NormalDist().inv_cdf(checks.number(power, "Power", low=0.5, high=0.999))


def _binomial(logs: FloatArray, n: int, p: float) -> FloatArray:
    """Chances of 0 to n; `logs` holds the logarithms of the factorials up to n."""
    if p in (0.0, 1.0):
        certain = np.zeros(n + 1)
        certain[n if p else 0] = 1.0
        return certain
    x = np.arange(n + 1)
    found: FloatArray = np.exp(logs[n] - logs[x] - logs[n - x] + x * math.log(p) + (n - x) * math.log1p(-p))
    return found


def _rejections(logs: FloatArray, first: int, last: int, up: float, alpha: float) -> FloatArray:
    """Chances that the test rejects with `first` to `last` discordant items, a share `up` of them in favour of the
    better model.

    The p-value grows with the smaller count, so it rejects at fewer than `cut` on either side. One item more moves each
    tail by half of its last chance (of `up`, of 1 - `up`) and the cut by one at most: no tail is added up anew.
    """
    shares = 0.5, up, 1 - up
    tails = np.cumsum(_binomial(logs, first, 0.5)[: (first + 1) // 2])
    cut = int(np.searchsorted(tails, alpha / 2, side="right"))
    below = [float(_binomial(logs, first, p)[:cut].sum()) for p in shares]
    found = [below[1] + below[2]]
    for m in range(first + 1, last + 1):
        if cut:
            below = [tail - p * _chance(logs, cut - 1, m - 1, p) for tail, p in zip(below, shares, strict=True)]
        if cut < (m + 1) // 2 and below[0] + _chance(logs, cut, m, 0.5) <= alpha / 2:
            below = [tail + _chance(logs, cut, m, p) for tail, p in zip(below, shares, strict=True)]
            cut += 1
        found.append(below[1] + below[2])
    return np.array(found)


def _chance(logs: FloatArray, k: int, n: int, p: float) -> float:
    """Chance of `k` among `n`."""
    if p in (0.0, 1.0):
        return float(k == n * p)
    return math.exp(float(logs[n] - logs[k] - logs[n - k]) + k * math.log(p) + (n - k) * math.log1p(-p))
