"""Uncertain costs: Monte Carlo, tornado, variance shares, Sobol indices, value of information.

Source: methods.md sections 1.7 and 2.5. Draws are seeded: the same input gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, Numbers
from workbench.analysis.distributions import Distribution
from workbench.analysis.tco import annuity_months
from workbench.domain.errors import WorkbenchError

DRAWS = 100_000
# Draws worked on at once: what a step needs besides its result stays in the processor's cache.
_BLOCK = 2**15

# A model of many draws at once: (draws x inputs) -> draws.
Model = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class UncertainCost:
    """One option's uncertain set-up and running cost. Running costs with the same `group` move together."""

    setup_usd: Distribution
    run_usd_month: Distribution
    group: str = ""


@dataclass(frozen=True, slots=True)
class TcoSimulation:
    """Draws of set-up, running cost and TCO, each options x draws, in USD."""

    setup_usd: FloatArray
    run_usd_month: FloatArray
    tco_usd: FloatArray

    def best_probability(self) -> FloatArray:
        """Share of draws in which each option is cheapest; options that tie share the draw."""
        if len(self.tco_usd) == 1:
            return np.ones(1)
        return np.asarray(_wins(self.tco_usd) / self.tco_usd.shape[1])

    def percentiles(self, percents: Sequence[float] = (5, 50, 95)) -> FloatArray:
        """TCO at the given percentiles, options x percents."""
        return np.percentile(self.tco_usd, checks.vector(percents, "Percentiles", low=0, high=100), axis=1).T

    def chance_cheaper(self, option: int, other: int) -> float:
        """Share of draws in which `option` costs less than `other`, ties half."""
        a, b = self.tco_usd[option], self.tco_usd[other]
        return float(np.mean(a < b) + np.mean(a == b) / 2)


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """The output with one input at its p10 and at its p90, all others at their likely value."""

    input: int
    at_p10: float
    at_p90: float
    base: float

    @property
    def swing(self) -> float:
        """How far the answer moves between the two ends."""
        return abs(self.at_p90 - self.at_p10)


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Share of the output's variance each input explains alone (`first`) and with all its interactions (`total`)."""

    first: FloatArray
    total: FloatArray


def sample(
    inputs: Sequence[Distribution], draws: int, *, seed: int | Sequence[int] = 0, groups: Sequence[str] = ()
) -> FloatArray:
    """Draws of each input (inputs x draws). Inputs with the same non-empty group name move together."""
    n = checks.count(draws, "Draws", low=1, high=50_000_000)
    if not inputs:
        raise WorkbenchError("There is no uncertain input", where="Inputs", mend="Give at least one.")
    names = list(groups) if groups else [""] * len(inputs)
    checks.same_length(names, len(inputs), "Groups")
    rng = np.random.default_rng(seed)
    shared = {name: rng.random(n) for name in dict.fromkeys(names) if name}
    result = np.empty((len(inputs), n))
    for row, (item, name) in enumerate(zip(inputs, names, strict=True)):
        result[row] = item.draws(shared[name] if name else rng.random(n))
    return result


def simulate_tco(
    options: Sequence[UncertainCost],
    months: float,
    annual_rate: float = 0.0,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> TcoSimulation:
    """Monte Carlo of `setup + run * annuity(months)` for every option on the same number of draws."""
    factor = annuity_months(months, annual_rate)
    inputs = [o.setup_usd for o in options] + [o.run_usd_month for o in options]
    groups = [""] * len(options) + [o.group for o in options]
    drawn = sample(inputs, draws, seed=seed, groups=groups)
    setup, run = drawn[: len(options)], drawn[len(options) :]
    return TcoSimulation(setup, run, setup + factor * run)


def cheapest_shares(
    options: Sequence[UncertainCost], months: float, annual_rate: float = 0.0, *, draws: int = DRAWS, seed: int = 0
) -> FloatArray:
    """Share of the draws in which each option costs least, ties split; memory does not grow with the draws.

    The same simulation as `simulate_tco`, in blocks with seeds of their own.
    """
    n = checks.count(draws, "Draws", low=1, high=50_000_000)
    if len(options) == 1:
        return np.ones(1)
    factor = annuity_months(months, annual_rate)
    inputs = [o.setup_usd for o in options] + [o.run_usd_month for o in options]
    groups = [""] * len(options) + [o.group for o in options]
    wins = np.zeros(len(options))
    for block, start in enumerate(range(0, n, _BLOCK)):
        drawn = sample(inputs, min(_BLOCK, n - start), seed=[seed, block], groups=groups)
        wins += _wins(drawn[: len(options)] + factor * drawn[len(options) :])
    return wins / n


def _wins(costs: FloatArray) -> FloatArray:
    """How often each row of options x draws is the smallest; rows that tie share the draw."""
    cheapest = costs == costs.min(axis=0)
    return np.asarray((cheapest / cheapest.sum(axis=0)).sum(axis=1))


def tornado(model: Model, inputs: Sequence[Distribution]) -> tuple[TornadoBar, ...]:
    """One bar per input, widest first. `model` maps (rows x inputs) to rows."""
    if not inputs:
        raise WorkbenchError("There is no uncertain input", where="Inputs", mend="Give at least one.")
    k = len(inputs)
    rows = np.tile(np.array([d.likely for d in inputs], dtype=np.float64), (2 * k + 1, 1))
    for i, item in enumerate(inputs):
        rows[1 + 2 * i, i] = item.quantile(0.1)
        rows[2 + 2 * i, i] = item.quantile(0.9)
    out = checks.vector(model(rows), "Model output", size=2 * k + 1)
    bars = [TornadoBar(i, float(out[1 + 2 * i]), float(out[2 + 2 * i]), float(out[0])) for i in range(k)]
    return tuple(sorted(bars, key=lambda bar: -bar.swing))


def additive_spread(coefficients: Numbers, inputs: Sequence[Distribution]) -> tuple[float, float, FloatArray]:
    """Exact mean, sd and variance shares (= first-order Sobol) of `sum_i c_i * x_i` with independent inputs.

    The shares sum to one; all zero if nothing is uncertain.
    """
    c = checks.vector(coefficients, "Coefficients", size=len(inputs))
    mean = float(c @ np.array([d.mean for d in inputs]))
    parts = (c * np.array([d.sd for d in inputs])) ** 2
    total = float(parts.sum())
    return mean, total**0.5, parts / total if total > 0 else parts


def sobol_indices(model: Model, inputs: Sequence[Distribution], *, draws: int = 2**15, seed: int = 0) -> SobolIndices:
    """Sobol indices of any model with independent inputs (Saltelli's first-order, Jansen's total estimator).

    `S_i = mean(fB*(fABi - fA))/V`, `T_i = mean((fA - fABi)²)/2V`; costs draws * (inputs + 2) model runs. Zeros if
    the output does not vary.
    """
    a = sample(inputs, draws, seed=seed).T
    b = sample(inputs, draws, seed=seed + 1).T
    out_a = checks.vector(model(a), "Model output", size=len(a))
    out_b = checks.vector(model(b), "Model output", size=len(b))
    # Taking the mean off first leaves the estimate alone and removes most of its noise.
    centre = float(np.concatenate((out_a, out_b)).mean())
    variance = float(np.concatenate((out_a, out_b)).var())
    first, total = np.zeros(len(inputs)), np.zeros(len(inputs))
    if variance == 0:
        return SobolIndices(first, total)
    for i in range(len(inputs)):
        mixed = a.copy()
        mixed[:, i] = b[:, i]
        out = checks.vector(model(mixed), "Model output", size=len(a))
        first[i] = np.mean((out_b - centre) * (out - out_a)) / variance
        total[i] = np.mean((out_a - out) ** 2) / (2 * variance)
    return SobolIndices(first, total)


def perfect_information_value(utilities: npt.ArrayLike) -> float:
    """EVPI: `E[max_i U_i] - max_i E[U_i]` from draws (options x draws, more is better; for costs pass `-cost`).

    What knowing every input before choosing would be worth; never below zero.
    """
    table = checks.matrix(utilities, "Utilities")
    return max(0.0, float(table.max(axis=0).mean() - table.mean(axis=1).max()))


def partial_information_value(utilities: npt.ArrayLike, known: Numbers, *, degree: int = 3) -> float:
    """EVPPI: what knowing one input before choosing would be worth, from the same draws.

    `E[max_i E[U_i | x]] - max_i E[U_i]`, the conditional mean by polynomial regression on the input's draws
    (exact for a cost that is linear in it). Never below zero.
    """
    table = checks.matrix(utilities, "Utilities")
    x = checks.vector(known, "Input draws", size=table.shape[1])
    power = checks.count(degree, "Degree", low=1, high=8)
    if np.ptp(x) == 0:
        return 0.0
    scaled = 2 * (x - x.min()) / np.ptp(x) - 1
    # Rows of draws, and einsum rather than BLAS: its threads wait by spinning where other work is running.
    basis = np.ascontiguousarray(np.polynomial.legendre.legvander(scaled, power).T)
    normal = np.einsum("pd,qd->pq", basis, basis) + 1e-9 * x.size * np.eye(power + 1)
    weights = np.linalg.solve(normal, np.einsum("pd,od->po", basis, table))
    conditional = np.einsum("po,pd->od", weights, basis)
    return max(0.0, float(conditional.max(axis=0).mean() - table.mean(axis=1).max()))
