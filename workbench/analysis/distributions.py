"""Uncertain inputs as distributions: PERT, triangular, lognormal, uniform, fixed.

Source: methods.md section 2.5. Each turns evenly spread numbers in (0, 1) into draws, so inputs that share those
numbers move together (the prices of one vendor).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Protocol

import numpy as np

from workbench.analysis import checks
from workbench.analysis.beta import beta_probability, beta_quantile, log_beta
from workbench.analysis.checks import FloatArray
from workbench.domain.figures import Estimate

# Distance in standard deviations from the median to p90 of a normal distribution.
Z90 = 1.281552
_TABLE = 4_096


class Distribution(Protocol):
    """What Monte Carlo needs of an uncertain input; `likely` is the value a person would name."""

    @property
    def likely(self) -> float:
        """The most likely value, in the unit of the quantity."""
        ...

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    @property
    def sd(self) -> float:
        """The standard deviation, 0 for an exact value."""
        ...

    def quantile(self, probability: float) -> float:
        """The value that a share `probability` of the draws stays below."""
        ...

    def draws(self, uniform: FloatArray) -> FloatArray:
        """Values at the given cumulative probabilities in [0, 1), the same shape."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value without uncertainty."""

    value: float

    def __post_init__(self) -> None:
        checks.number(self.value, "Value")

    @property
    def likely(self) -> float:
        return self.value

    @property
    def mean(self) -> float:
        return self.value

    @property
    def sd(self) -> float:
        return 0.0

    def quantile(self, probability: float) -> float:
        checks.share(probability, "Probability")
        return self.value

    def draws(self, uniform: FloatArray) -> FloatArray:
        return np.full_like(uniform, self.value)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any value between two ends, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        checks.ordered(self.low, self.likely, self.high, "Range")

    @property
    def likely(self) -> float:
        return (self.low + self.high) / 2

    @property
    def mean(self) -> float:
        return self.likely

    @property
    def sd(self) -> float:
        return (self.high - self.low) / math.sqrt(12)

    def quantile(self, probability: float) -> float:
        return self.low + (self.high - self.low) * checks.share(probability, "Probability")

    def draws(self, uniform: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * uniform


@dataclass(frozen=True, slots=True)
class Triangular:
    """Low, likely, high with straight sides: `mu = (a+m+b)/3`, `var = (a²+m²+b²-am-ab-mb)/18`."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        checks.ordered(self.low, self.likely, self.high, "Range")

    @property
    def mean(self) -> float:
        return (self.low + self.likely + self.high) / 3

    @property
    def sd(self) -> float:
        a, m, b = self.low, self.likely, self.high
        return math.sqrt(((b - a) ** 2 - (m - a) * (b - m)) / 18)

    def quantile(self, probability: float) -> float:
        return float(self.draws(np.array([checks.share(probability, "Probability")]))[0])

    def draws(self, uniform: FloatArray) -> FloatArray:
        a, m, b = self.low, self.likely, self.high
        if a == b:
            return np.full_like(uniform, a)
        rising = a + np.sqrt(uniform * (b - a) * (m - a))
        falling = b - np.sqrt((1 - uniform) * (b - a) * (b - m))
        return np.where(uniform < (m - a) / (b - a), rising, falling)


@dataclass(frozen=True, slots=True)
class Pert:
    """Low, likely, high with a smooth bell (the default): Beta(1+4(m-a)/(b-a), 1+4(b-m)/(b-a)) on [a, b]."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        checks.ordered(self.low, self.likely, self.high, "Range")

    @property
    def shape(self) -> tuple[float, float]:
        """The two beta parameters; (1, 1) for a range without width."""
        width = self.high - self.low
        if width == 0:
            return 1.0, 1.0
        return 1 + 4 * (self.likely - self.low) / width, 1 + 4 * (self.high - self.likely) / width

    @property
    def mean(self) -> float:
        return (self.low + 4 * self.likely + self.high) / 6

    @property
    def sd(self) -> float:
        return math.sqrt(max(0.0, (self.mean - self.low) * (self.high - self.mean) / 7))

    def quantile(self, probability: float) -> float:
        return self.low + (self.high - self.low) * beta_quantile(probability, *self.shape)

    def below(self, value: float) -> float:
        """P(X <= value)."""
        if not self.low < checks.number(value, "Value") < self.high:
            return float(value >= self.high)
        return beta_probability((value - self.low) / (self.high - self.low), *self.shape)

    def draws(self, uniform: FloatArray) -> FloatArray:
        if self.low == self.high:
            return np.full_like(uniform, self.low)
        table = _beta_table(*self.shape)
        position = uniform * _TABLE
        cell = position.astype(np.int64)
        return self.low + (self.high - self.low) * (table[cell] + (position - cell) * (table[cell + 1] - table[cell]))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A positive value known by its p10 and p90: `mu = (ln p10 + ln p90)/2`, `s = ln(p90/p10)/(2*1.281552)`."""

    p10: float
    p90: float

    def __post_init__(self) -> None:
        checks.positive(self.p10, "10 % value")
        checks.ordered(self.p10, self.p10, self.p90, "Range")

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return (math.log(self.p10) + math.log(self.p90)) / 2

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.log(self.p90 / self.p10) / (2 * Z90)

    @property
    def likely(self) -> float:
        """The median."""
        return math.exp(self.mu)

    @property
    def mean(self) -> float:
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        return self.mean * math.sqrt(math.expm1(self.sigma**2))

    def quantile(self, probability: float) -> float:
        inside = checks.number(probability, "Probability", low=1e-12, high=1 - 1e-12)
        return math.exp(self.mu + self.sigma * NormalDist().inv_cdf(inside))

    def draws(self, uniform: FloatArray) -> FloatArray:
        return np.asarray(np.exp(self.mu + self.sigma * np.interp(uniform, *_normal_table())))


def pert_of(estimate: Estimate) -> Distribution:
    """The default distribution of a low / likely / high estimate; Fixed if it has no width."""
    if estimate.is_exact:
        return Fixed(estimate.likely)
    return Pert(estimate.low, estimate.likely, estimate.high)


@lru_cache(maxsize=256)
def _beta_table(a: float, b: float) -> FloatArray:
    """Quantiles of Beta(a, b) at 0, 1/4096, ..., 1, one entry more for u = 1. Needs a, b >= 1 (PERT's always are)."""
    # Points crowd towards both ends, where the density may rise like a root.
    x = (1 - np.cos(np.linspace(0, math.pi, 4 * _TABLE + 1))) / 2
    # A floor instead of zero: 0 * log(0) has no value, 0 * log(tiny) is the 0 that a flat end needs.
    from_left, from_right = np.log(np.maximum(x, 1e-300)), np.log(np.maximum(1 - x, 1e-300))
    density = np.exp((a - 1) * from_left + (b - 1) * from_right - log_beta(a, b))
    mass = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(x))))
    table = np.interp(np.linspace(0, 1, _TABLE + 1), mass / mass[-1], x)
    return np.append(table, 1.0)


@lru_cache(maxsize=1)
def _normal_table() -> tuple[FloatArray, FloatArray]:
    """(cumulative probability, z) of the standard normal from -8 to 8."""
    z = np.linspace(-8, 8, 4 * _TABLE + 1)
    normal = NormalDist()
    return np.array([normal.cdf(value) for value in z]), z
