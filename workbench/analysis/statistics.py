"""Evaluation statistics: what a number of right answers, and a difference between two models, is worth.

Source: methods.md section 5. Shares are in [0, 1]; intervals are two-sided at the given confidence.
Sample size lives in power.py, blind votes in preference.py, stopping early in sequential.py, judges in judging.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.beta import beta_quantile
from workbench.analysis.checks import FloatArray, Numbers
from workbench.domain.errors import WorkbenchError

Verdict = Literal["better", "worse", "equivalent", "not shown"]

# Natural logarithm of the smallest positive double; below it a p-value is printed as 0.
_LOG_TINY = -745.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with its interval, `low <= point <= high`."""

    point: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of model 1 minus mean of model 2 on the same items, with its standard error."""

    difference: float
    standard_error: float

    def interval(self, confidence: float = 0.95) -> Interval:
        """Normal interval `D ± z*SE`."""
        reach = z_value(confidence) * self.standard_error
        return Interval(self.difference, self.difference - reach, self.difference + reach)


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two-sided p-values of "both models are right equally often": exact (guaranteed) and mid-p (less strict)."""

    p: float
    mid_p: float


def z_value(confidence: float = 0.95) -> float:
    """Two-sided normal quantile: 1.959964 at 0.95."""
    level = checks.number(confidence, "Confidence", low=0.5, high=0.999999)
    return NormalDist().inv_cdf(0.5 + level / 2)


def agresti_coull(right: float, n: float, confidence: float = 0.95) -> Interval:
    """The interval shown on screen for `right` of `n`: `n' = n + z²`, `p' = (x + z²/2)/n'`, cut to [0, 1].

    Its worst exact coverage over n = 10..1000 and p = .50...99 is .923, at n = 16 (Wilson: .86). Fractional counts
    are allowed, for graded scores and effective sample sizes. The point is the plain share.
    """
    x, size = _counts(right, n)
    z = z_value(confidence)
    wide = size + z * z
    centre = (x + z * z / 2) / wide
    reach = z * math.sqrt(centre * (1 - centre) / wide)
    return Interval(x / size, max(0.0, centre - reach), min(1.0, centre + reach))


def wilson(right: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson score interval; used inside Newcombe's."""
    x, size = _counts(right, n)
    z = z_value(confidence)
    p, z2 = x / size, z * z
    centre = (p + z2 / (2 * size)) / (1 + z2 / size)
    reach = z * math.sqrt(p * (1 - p) / size + z2 / (4 * size * size)) / (1 + z2 / size)
    # At 0 and n of n one end is the point itself; rounding must not move it past.
    low = 0.0 if x == 0 else min(p, centre - reach)
    high = 1.0 if x == size else max(p, centre + reach)
    return Interval(p, max(0.0, low), min(1.0, high))


def clopper_pearson(right: int, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval for "at least" and "at most" claims: coverage is never below the confidence."""
    size = checks.count(n, "Cases", low=1)
    x = checks.count(right, "Right answers", high=size)
    tail = (1 - checks.number(confidence, "Confidence", low=0.5, high=0.999999)) / 2
    low = 0.0 if x == 0 else beta_quantile(tail, x, size - x + 1)
    high = 1.0 if x == size else beta_quantile(1 - tail, x + 1, size - x)
    return Interval(x / size, low, high)


def most_misses_not_excluded(n: int, confidence: float = 0.95) -> float:
    """Largest miss rate that zero misses in `n` tests do not rule out (one-sided): `1 - (1-c)^(1/n)`."""
    size = checks.count(n, "Cases", low=1)
    level = checks.number(confidence, "Confidence", low=0.5, high=0.999999)
    return -math.expm1(math.log1p(-level) / size)


def mean_score(scores: Numbers, clusters: Sequence[object] | None = None, confidence: float = 0.95) -> Interval:
    """Mean of scores in [0, 1] with its interval, wider when items share a source document (`clusters`).

    Right/wrong scores: Agresti-Coull, on the effective number of cases when clustered. Graded scores: `± z*SE`,
    never narrower than zero: where all scores agree, Agresti-Coull on their sum (conservative). Cut to [0, 1].
    """
    values = checks.vector(scores, "Scores", low=0.0, high=1.0)
    n, mean = values.size, float(values.mean())
    clusters = _informative(clusters, n)
    naive = standard_error(values)
    se = max(naive, clustered_standard_error(values, clusters)) if clusters is not None else naive
    if np.isin(values, (0.0, 1.0)).all() or se == 0:
        effective = n * (naive / se) ** 2 if se > 0 else float(n if clusters is None else len(set(clusters)))
        return agresti_coull(mean * effective, effective, confidence)
    reach = z_value(confidence) * se
    return Interval(mean, max(0.0, mean - reach), min(1.0, mean + reach))


def standard_error(values: Numbers) -> float:
    """Standard error of a mean of independent values, `sd/sqrt(n)`; 0.0 for a single value."""
    data = checks.vector(values, "Values")
    return float(data.std(ddof=1) / math.sqrt(data.size)) if data.size > 1 else 0.0


def clustered_standard_error(values: Numbers, clusters: Sequence[object]) -> float:
    """Standard error of a mean when items of one cluster move together: `sqrt(sum_c (sum r)²)/n`."""
    data = checks.vector(values, "Values")
    checks.same_length(clusters, data.size, "Clusters")
    numbers = {name: position for position, name in enumerate(dict.fromkeys(clusters))}
    member = np.array([numbers[name] for name in clusters])
    sums = np.bincount(member, weights=data - data.mean())
    return float(np.sqrt((sums**2).sum()) / data.size)


def paired_difference(only_first: int, only_second: int, n: int) -> Difference:
    """Difference in accuracy on the same items from the discordant counts: `D = (b-c)/n` (Miller 2411.00640).

    `SE² = ((b+c)/n - D²)/(n-1)`. Where all items agree in how the models differ, that would be no error at all; half
    an item added to each of the four cells (Agresti & Min) then gives `SE = 1/(n+2)` or close to it.
    """
    b, c, size = _discordant(only_first, only_second, n)
    d = (b - c) / size
    variance = ((b + c) / size - d * d) / (size - 1) if size > 1 else 0.0
    return Difference(d, math.sqrt(variance) if variance > 1e-15 else _smallest_error(size))


def paired_scores(first: Numbers, second: Numbers, clusters: Sequence[object] | None = None) -> Difference:
    """Difference in mean score on the same items (any scores), clustered if items share a source document.

    Where every item shows the same difference the error is not zero but that of paired_difference, times the range
    of the scores if it is wider than 1.
    """
    a = checks.vector(first, "Scores of the first model")
    b = checks.vector(second, "Scores of the second model", size=a.size)
    gain = a - b
    if gain.size < 2:
        raise WorkbenchError("One item says nothing about a difference", where="Scores", mend="Run two items or more.")
    clusters = _informative(clusters, gain.size)
    if clusters is None:
        groups, error = gain.size, standard_error(gain)
    else:
        groups, error = len(set(clusters)), clustered_standard_error(gain, clusters)
    scale = max(1.0, float(max(a.max(), b.max()) - min(a.min(), b.min())))
    return Difference(float(gain.mean()), error if error > 1e-12 else scale * _smallest_error(groups))


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Exact McNemar test on the discordant counts; p = 1 when there are none."""
    b = checks.count(only_first, "Items only the first got right")
    c = checks.count(only_second, "Items only the second got right")
    total, fewer = b + c, min(b, c)
    log_half = total * math.log(2)
    # Logarithms: 2**-n underflows beyond a thousand discordant items.
    logs = [_log_choose(total, i) - log_half for i in range(fewer + 1)]
    top = max(logs)
    log_tail = top + math.log(math.fsum(math.exp(v - top) for v in logs))
    p = min(1.0, 2 * math.exp(max(log_tail, _LOG_TINY)))
    mid = 2 * math.exp(max(log_tail, _LOG_TINY)) - math.exp(max(logs[-1], _LOG_TINY))
    return McNemar(p, min(1.0, mid))


def newcombe_paired(both: int, only_first: int, only_second: int, neither: int, confidence: float = 0.95) -> Interval:
    """Newcombe's interval for the difference of two accuracies on the same items (from Wilson's bounds)."""
    n11 = checks.count(both, "Items both got right")
    n00 = checks.count(neither, "Items neither got right")
    b = checks.count(only_first, "Items only the first got right")
    c = checks.count(only_second, "Items only the second got right")
    n = n11 + b + c + n00
    if n == 0:
        raise WorkbenchError("There are no paired items", where="Paired items", mend="Run both on the same cases.")
    one, two = wilson(n11 + b, n, confidence), wilson(n11 + c, n, confidence)
    margins = (n11 + b) * (c + n00) * (n11 + c) * (b + n00)
    phi = (n11 * n00 - b * c) / math.sqrt(margins) if margins else 0.0
    d = (b - c) / n
    down = _newcombe_reach(one.point - one.low, two.high - two.point, phi)
    up = _newcombe_reach(one.high - one.point, two.point - two.low, phi)
    return Interval(d, max(-1.0, d - down), min(1.0, d + up))


def repeated_mean_variance(omega_squared: float, sigma_squared: float, n: int, repeats: int = 1) -> float:
    """Variance of a mean over n items run K times each: `(omega² + sigma²/K)/n`.

    omega² is the variance between items, sigma² that between runs of one item.
    """
    between = checks.number(omega_squared, "Variance between items", low=0.0)
    within = checks.number(sigma_squared, "Variance between runs", low=0.0)
    size, k = checks.count(n, "Cases", low=1), checks.count(repeats, "Repeats", low=1)
    return (between + within / k) / size


def variance_parts(runs: npt.ArrayLike) -> tuple[float, float]:
    """(omega², sigma²) from scores (items x repeats, two or more of each); omega² is cut off at zero."""
    table = checks.matrix(runs, "Repeated scores")
    items, repeats = table.shape
    if items < 2 or repeats < 2:
        raise WorkbenchError("Repeats need two items and two runs", where="Repeated scores", mend="Run more.")
    within = float(table.var(axis=1, ddof=1).mean())
    between = float(table.mean(axis=1).var(ddof=1)) - within / repeats
    return max(0.0, between), within


def all_pass(right: int, n: int, k: int) -> float:
    """pass^k: chance that k runs drawn from n, of which `right` were right, are all right: `C(c,k)/C(n,k)`."""
    c, size, draws = _passes(right, n, k)
    return math.comb(c, draws) / math.comb(size, draws)


def any_pass(right: int, n: int, k: int) -> float:
    """pass@k: chance that at least one of k runs drawn from n is right: `1 - C(n-c,k)/C(n,k)`."""
    c, size, draws = _passes(right, n, k)
    return 1 - math.comb(size - c, draws) / math.comb(size, draws)


def holm(p_values: Numbers) -> FloatArray:
    """p-values adjusted for many comparisons (Holm), in the order given."""
    p = checks.vector(p_values, "p-values", low=0.0, high=1.0)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, np.arange(p.size, 0, -1) * p[order])
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted


def is_equivalent(difference: Difference, margin: float) -> bool:
    """TOST at 5 %: the 90 % interval of the paired difference lies inside ±margin."""
    room = checks.positive(margin, "Equivalence margin")
    inside = difference.interval(0.90)
    return -room < inside.low and inside.high < room


def verdict(
    interval: Interval,
    *,
    p_adjusted: float | None = None,
    e_value: float | None = None,
    equivalent: bool = False,
) -> Verdict:
    """The word for "model 1 against model 2".

    "better" or "worse" only if the Holm-adjusted p is below .05 (or E >= 20) **and** the interval excludes zero;
    else "equivalent" if shown so (is_equivalent); else "not shown".
    """
    small_p = p_adjusted is not None and checks.share(p_adjusted, "Adjusted p") < 0.05
    large_e = e_value is not None and checks.number(e_value, "E value", low=0.0) >= 20
    if (small_p or large_e) and (interval.low > 0 or interval.high < 0):
        return "better" if interval.low > 0 else "worse"
    return "equivalent" if equivalent else "not shown"


def _counts(right: float, n: float) -> tuple[float, float]:
    size = checks.positive(n, "Cases")
    return min(checks.number(right, "Right answers", low=0.0, high=size * (1 + 1e-12)), size), size


def _discordant(only_first: int, only_second: int, n: int) -> tuple[int, int, int]:
    size = checks.count(n, "Cases", low=1)
    b = checks.count(only_first, "Items only the first got right", high=size)
    return b, checks.count(only_second, "Items only the second got right", high=size - b), size


def _informative(clusters: Sequence[object] | None, n: int) -> Sequence[object] | None:
    """The clusters, or None where all items are of one: then nothing is known about how documents differ."""
    if clusters is None:
        return None
    checks.same_length(clusters, n, "Clusters")
    return clusters if len(set(clusters)) > 1 else None


def _smallest_error(n: int) -> float:
    """Standard error of a paired difference that every one of n items shows alike."""
    return 1 / (n + 2)


def _passes(right: int, n: int, k: int) -> tuple[int, int, int]:
    size = checks.count(n, "Runs", low=1)
    return checks.count(right, "Right runs", high=size), size, checks.count(k, "Runs drawn", low=1, high=size)


def _newcombe_reach(first: float, second: float, phi: float) -> float:
    return math.sqrt(max(0.0, first * first - 2 * phi * first * second + second * second))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
