"""Routing among many models within a budget: one price on money decides every item.

Source: methods.md section 4.2 (Dekoninck et al., arXiv 2410.10347). Items are rows, models columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, IntArray, Numbers
from workbench.domain.errors import WorkbenchError
from workbench.domain.numbers import digits


@dataclass(frozen=True, slots=True)
class Assignment:
    """A model per item, with the mean quality and mean cost per item that gives."""

    model: IntArray
    quality: float
    cost_usd: float


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """Two assignments and the share of traffic that follows the first; together they cost the budget exactly.

    They differ only in items on which both models are worth the same at the price `usd_weight`.
    """

    dear: Assignment
    cheap: Assignment
    dear_share: float
    usd_weight: float

    @property
    def quality(self) -> float:
        """Mean quality of the mix."""
        return self.dear_share * self.dear.quality + (1 - self.dear_share) * self.cheap.quality

    @property
    def cost_usd(self) -> float:
        """Mean USD an item of the mix."""
        return self.dear_share * self.dear.cost_usd + (1 - self.dear_share) * self.cheap.cost_usd


def assign(quality: npt.ArrayLike, cost_usd: Numbers | npt.ArrayLike, usd_weight: float) -> Assignment:
    """Each item to `argmax_m q_im - weight*c_im`; of equals the cheaper. Costs per model, or per item and model."""
    q, cost = _tables(quality, cost_usd)
    return _assign(q, cost, checks.number(usd_weight, "Weight of a dollar", low=0.0))


def within_budget(quality: npt.ArrayLike, cost_usd: Numbers | npt.ArrayLike, budget_usd: float) -> BudgetPlan:
    """The best split of items under a mean cost per item; WorkbenchError if even the cheapest models exceed it.

    Bisection on the weight of a dollar to the point where the budget is passed, items that tie there randomised:
    optimal among all routers that know these scores.
    """
    q, cost = _tables(quality, cost_usd)
    budget = checks.number(budget_usd, "Budget per item", low=0.0)
    cheapest = float(cost.min(axis=1).mean())
    if budget < cheapest * (1 - 1e-12):
        raise WorkbenchError(
            "The budget is below the cheapest model for every item",
            where="Budget per item",
            mend=f"Give at least {digits(cheapest)} USD.",
        )
    dear = _assign(q, cost, 0.0)
    if dear.cost_usd <= budget:
        return BudgetPlan(dear, dear, 1.0, 0.0)
    low, high = 0.0, 1.0
    while (cheap := _assign(q, cost, high)).cost_usd > budget and high < 1e18:
        low, high = high, high * 4
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        found = _assign(q, cost, middle)
        if found.cost_usd > budget:
            low, dear = middle, found
        else:
            high, cheap = middle, found
    return mix_to_budget(dear, cheap, budget, usd_weight=high)


def mix_to_budget(dear: Assignment, cheap: Assignment, budget_usd: float, *, usd_weight: float = 0.0) -> BudgetPlan:
    """A random split of two assignments that costs the budget; everything to one if both lie on its same side."""
    budget = checks.number(budget_usd, "Budget per item", low=0.0)
    checks.number(usd_weight, "Weight of a dollar", low=0.0)
    for side in (dear, cheap):
        checks.share(side.quality, "Quality of an assignment")
        checks.number(side.cost_usd, "Cost of an assignment", low=0.0)
    span = dear.cost_usd - cheap.cost_usd
    share = 1.0 if span <= 0 else min(1.0, max(0.0, (budget - cheap.cost_usd) / span))
    return BudgetPlan(dear, cheap, share, usd_weight)


def _tables(quality: npt.ArrayLike, cost_usd: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    q = checks.matrix(quality, "Scores", low=0.0, high=1.0)
    given = np.asarray(cost_usd, dtype=np.float64)
    if given.ndim == 1:
        given = np.broadcast_to(checks.vector(given, "Costs", low=0.0, size=q.shape[1]), q.shape)
    cost = checks.matrix(given, "Costs", low=0.0, columns=q.shape[1])
    if cost.shape != q.shape:
        raise WorkbenchError("Scores and costs cover different items", where="Costs", mend="Give one row per item.")
    return q, cost


def _assign(quality: FloatArray, cost: FloatArray, weight: float) -> Assignment:
    worth = quality - weight * cost
    best = worth.max(axis=1, keepdims=True)
    model = np.where(worth == best, cost, np.inf).argmin(axis=1)
    row = np.arange(len(quality))
    return Assignment(model, float(quality[row, model].mean()), float(cost[row, model].mean()))
