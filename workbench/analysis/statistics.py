"""Evaluation statistics: what a number of right answers, and a difference between two models, is worth.

Source: methods.md section 5. Shares are in [0, 1]; intervals are two-sided at the given confidence.
Sample size lives in power.py, blind votes in preference.py, stopping early in sequential.py, judges in judging.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks, student
from workbench.analysis.beta import beta_probability, beta_quantile
from workbench.analysis.checks import BoolArray, FloatArray, IntArray, Numbers
from workbench.domain.errors import WorkbenchError

# Which cluster each item is of: any names, or numbers as an array.
Clusters = Sequence[object] | IntArray
Verdict = Literal["better", "worse", "equivalent", "not shown"]

# Natural logarithm of the smallest positive double; below it a p-value is printed as 0.
_LOG_TINY = -745.0
#: so few items (or documents) that differ from the rest, where most do not, say little of how much they spread
FEW_APART = 20
#: and so few that two models are not both right or both wrong on, of how wide their difference's interval is
FEW_DISCORDANT = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with its interval, `low <= point <= high`."""

    point: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of model 1 minus mean of model 2 on the same items, with its standard error.

    `degrees` of freedom behind the error: items or documents less one; None where it follows from counts.
    """

    difference: float
    standard_error: float
    degrees: float | None = None

    def interval(self, confidence: float = 0.95) -> Interval:
        """`D ± t*SE`, or `D ± z*SE` without degrees of freedom."""
        reach = _reach(confidence, self.degrees) * self.standard_error
        return Interval(self.difference, self.difference - reach, self.difference + reach)

    @property
    def p(self) -> float:
        """Two-sided p of "no difference" (paired t); 1 when the items do not differ at all."""
        if self.difference == 0:
            return 1.0
        if self.standard_error == 0:
            return 0.0
        degrees = math.inf if self.degrees is None else self.degrees
        return student.two_sided(min(abs(self.difference) / self.standard_error, 1e30), degrees)


@dataclass(frozen=True, slots=True)
class McNemar:
    """Two-sided p-values of "both models are right equally often": exact (guaranteed) and mid-p (less strict)."""

    p: float
    mid_p: float


def z_value(confidence: float = 0.95) -> float:
    """Two-sided normal quantile: 1.959964 at 0.95."""
    level = checks.number(confidence, "Confidence", low=0.5, high=0.999999)
    return NormalDist().inv_cdf(0.5 + level / 2)


def _reach(confidence: float, degrees: float | None) -> float:
    """Half width of an interval in standard errors."""
    if degrees is None or degrees > student.LARGEST_DEGREES:
        return z_value(confidence)
    return student.quantile(confidence, degrees)


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


def mean_score(scores: Numbers, clusters: Clusters | None = None, confidence: float = 0.95) -> Interval:
    """Mean of scores in [0, 1] with its interval, wider when items share a source document (`clusters`).

    Right/wrong scores: Agresti-Coull, on the effective number of cases when clustered. Graded scores: `± t*SE`,
    never narrower than zero: where all scores agree, Agresti-Coull on their sum (conservative), and where nearly all
    are 0 or nearly all 1, no narrower than that: the few others say little of the spread. Cut to [0, 1].
    """
    values = checks.vector(scores, "Scores", low=0.0, high=1.0)
    n, mean = values.size, float(values.mean())
    clusters = _informative(clusters, n)
    naive = standard_error(values)
    se, degrees, groups = naive, float(n - 1), n
    if clusters is not None:
        between, degrees = _between_documents(values, clusters)
        se, groups = max(naive, between), _groups(clusters)
    if np.isin(values, (0.0, 1.0)).all() or se == 0:
        effective = n * (naive / se) ** 2 if se > 0 else float(groups)
        return agresti_coull(mean * effective, effective, confidence)
    reach = _reach(confidence, degrees) * se
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    if _few(values != 0, clusters) or _few(values != 1, clusters):
        careful = agresti_coull(mean * groups, groups, confidence)
        low, high = min(low, careful.low), max(high, careful.high)
    return Interval(mean, low, high)


def standard_error(values: Numbers) -> float:
    """Standard error of a mean of independent values, `sd/sqrt(n)`; 0.0 for a single value."""
    data = checks.vector(values, "Values")
    return float(data.std(ddof=1) / math.sqrt(data.size)) if data.size > 1 else 0.0


def clustered_standard_error(values: Numbers, clusters: Clusters) -> float:
    """Standard error of a mean when items of one cluster move together: `sqrt(sum_c (sum r)²)/n`."""
    data = checks.vector(values, "Values")
    checks.same_length(clusters, data.size, "Clusters")
    sums = np.bincount(_members(clusters), weights=data - data.mean())
    return float(np.sqrt((sums**2).sum()) / data.size)


def _members(clusters: Clusters) -> IntArray:
    """The number of each item's cluster, from 0."""
    if isinstance(clusters, np.ndarray):
        return np.unique(clusters, return_inverse=True)[1]
    numbers = {name: position for position, name in enumerate(dict.fromkeys(clusters))}
    return np.array([numbers[name] for name in clusters])


def _groups(clusters: Clusters) -> int:
    return np.unique(clusters).size if isinstance(clusters, np.ndarray) else len(set(clusters))


def _few(apart: BoolArray, clusters: Clusters | None) -> bool:
    """Whether so few items are apart from the rest that they say little of the spread; items that share documents count
    as often as there are documents with one."""
    if clusters is None:
        return int(apart.sum()) < min(FEW_APART, apart.size / 2)
    return np.unique(_members(clusters)[apart]).size < min(FEW_APART, _groups(clusters) / 2)


def _between_documents(values: FloatArray, clusters: Clusters) -> tuple[float, float]:
    """Standard error of a mean over few documents, and its degrees of freedom.

    The error is how far the mean moves when each document is left out (the jackknife CR3: a document with many items
    counts for what it moves), the degrees are those of as many documents of one size, less one. Ten uneven documents
    would else raise 7 % false alarms at a promised 5 %.
    """
    member = _members(clusters)
    sizes = np.bincount(member)
    sums = np.bincount(member, weights=values - values.mean())
    moved = sums / (values.size - sizes)
    alike = values.size**2 / float((sizes.astype(np.float64) ** 2).sum())
    return float(np.sqrt((moved**2).sum())), max(1.0, alike - 1)


def paired_difference(only_first: int, only_second: int, n: int) -> Difference:
    """Difference in accuracy on the same items from the discordant counts: `D = (b-c)/n` (Miller 2411.00640).

    `SE² = ((b+c)/n - D²)/(n-1)`. Where all items agree in how the models differ, that would be no error at all; half
    an item added to each of the four cells (Agresti & Min) then gives `SE = 1/(n+2)` or close to it.
    """
    b, c, size = _discordant(only_first, only_second, n)
    d = (b - c) / size
    variance = ((b + c) / size - d * d) / (size - 1) if size > 1 else 0.0
    return Difference(d, math.sqrt(variance) if variance > 1e-15 else _smallest_error(size))


def paired_scores(first: Numbers, second: Numbers, clusters: Clusters | None = None) -> Difference:
    """Difference in mean score on the same items (any scores), clustered if items share a source document.

    Where every item shows the same difference the error is not zero but that of paired_difference, times the range
    of the scores if it is wider than 1; where few items, or few documents, show any, it is no smaller than that.
    """
    a = checks.vector(first, "Scores of the first model")
    b = checks.vector(second, "Scores of the second model", size=a.size)
    gain = a - b
    if gain.size < 2:
        raise WorkbenchError("One item says nothing about a difference", where="Scores", mend="Run two items or more.")
    clusters = _informative(clusters, gain.size)
    groups, error, degrees = gain.size, standard_error(gain), float(gain.size - 1)
    if clusters is not None:
        error, degrees = _between_documents(gain, clusters)
        groups = _groups(clusters)
    least = max(1.0, float(max(a.max(), b.max()) - min(a.min(), b.min()))) * _smallest_error(groups)
    careful = error <= 1e-12 or _few(gain != 0, clusters)
    return Difference(float(gain.mean()), max(error, least) if careful else error, degrees)


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Exact McNemar test on the discordant counts; p = 1 when there are none."""
    b = checks.count(only_first, "Items only the first got right")
    c = checks.count(only_second, "Items only the second got right")
    total, fewer = b + c, min(b, c)
    if b == c:
        return McNemar(1.0, 1.0)
    # P(Bin(total, 1/2) <= fewer); P(Bin = fewer) by logarithms: 2**-n underflows beyond a thousand items.
    p = min(1.0, 2 * beta_probability(0.5, total - fewer, fewer + 1))
    mid = p - math.exp(max(_log_choose(total, fewer) - total * math.log(2), _LOG_TINY))
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


def paired_interval(both: int, only_first: int, only_second: int, neither: int, confidence: float = 0.95) -> Interval:
    """The interval shown for the difference of two accuracies on the same items: Newcombe's, no narrower than Agresti
    and Min's where fewer than ten items tell the models apart, nor than what n items leave open where none does.

    Models that agree on nearly every item leave Newcombe's next to no width: where 1 item in 200 tells them apart, all
    one way, and half are right, it holds the truth in 51 % of simulated evals of 100 items (this one: 92 % or more).
    """
    found = newcombe_paired(both, only_first, only_second, neither, confidence)
    n, apart = both + only_first + only_second + neither, only_first + only_second
    if apart >= FEW_DISCORDANT:
        return found
    # half an item more in each of the four cells
    middle = (only_first - only_second) / (n + 2)
    reach = z_value(confidence) * math.sqrt(apart + 1 - (only_first - only_second) ** 2 / (n + 2)) / (n + 2)
    if apart == 0:
        reach = max(reach, most_misses_not_excluded(n, confidence))
    low, high = min(found.low, middle - reach), max(found.high, middle + reach)
    return Interval(found.point, max(-1.0, low), min(1.0, high))


def percentile_interval(values: Numbers, share: float, confidence: float = 0.95) -> tuple[float | None, float | None]:
    """Between which two of the values their distribution's percentile lies, whatever that distribution is.

    Order statistics: as high a rank below, and as low a rank above, as leave at most half the doubt on each side. An
    end is None when too few values were seen to bound it (the 95th percentile needs 72 for its upper end at 95 %).
    """
    data = np.sort(checks.vector(values, "Values"))
    q = checks.number(share, "Percentile", low=1e-6, high=1 - 1e-6)
    tail = (1 - checks.number(confidence, "Confidence", low=0.5, high=0.999999)) / 2
    n = data.size

    def below(rank: int) -> float:
        """P(the value of this rank, from 1, is at or below the percentile) = P(Bin(n, q) >= rank)."""
        return beta_probability(q, rank, n - rank + 1)

    low = _last(lambda rank: below(rank) >= 1 - tail, n)
    high = _last(lambda rank: below(rank) > tail, n) + 1
    return (float(data[low - 1]) if low >= 1 else None), (float(data[high - 1]) if high <= n else None)


def _last(holds: Callable[[int], bool], n: int) -> int:
    """The largest rank from 1 to n for which it holds, 0 for none; it holds up to there and no further."""
    low, high = 0, n + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


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


def _informative(clusters: Clusters | None, n: int) -> Clusters | None:
    """The clusters, or None where all items are of one: then nothing is known about how documents differ."""
    if clusters is None:
        return None
    checks.same_length(clusters, n, "Clusters")
    return clusters if _groups(clusters) > 1 else None


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
