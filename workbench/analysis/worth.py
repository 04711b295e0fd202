"""What it is worth to know more before choosing, and what makes a bill uncertain.

Source: methods.md sections 1.7 and 2.5. Two options on cost: additive, so the spread is exact; an API bill is a
product, so its drivers come from Sobol indices. USD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.analysis.candidates import Candidate, price_list, usage_of
from workbench.analysis.checks import FloatArray
from workbench.analysis.cost import PriceList, Rates
from workbench.analysis.distributions import Distribution, pert_of
from workbench.analysis.montecarlo import (
    DRAWS,
    additive_spread,
    partial_information_value,
    perfect_information_value,
    sample,
    sobol_indices,
)
from workbench.analysis.options import SEED, leader_of
from workbench.domain.insight import Bill, BillDriver, InputWorth, Worth
from workbench.domain.option import Option
from workbench.domain.requirements import Requirements
from workbench.domain.workload import DAYS_PER_MONTH

_COSTS = ("setup_usd", "monthly_usd")
_SOBOL_DRAWS = 2**12


def worth_of_knowing(options: Sequence[Option], months: int, factor: Mapping[str, float]) -> Worth | None:
    """For the option to take against the rival that costs least over the horizon; None without ranges on both sides.

    `factor` stretches an option's monthly cost for growth.
    """
    priced = [item for item in options if set(_COSTS) <= item.figures.keys()]
    leader = leader_of(priced) or max(priced, key=lambda item: item.score, default=None)
    rivals = [item for item in priced if item is not leader]
    if leader is None or not rivals:
        return None
    rival = min(rivals, key=lambda item: _likely(item, months, factor))
    return pair_worth(leader, rival, months, factor)


def pair_worth(option: Option, rival: Option, months: int, factor: Mapping[str, float]) -> Worth | None:
    """The same for two options by name; None when nothing about them is uncertain."""
    pair = (option, rival)
    inputs: list[Distribution] = [pert_of(item.figures[name].value) for item in pair for name in _COSTS]
    if all(spread.sd == 0 for spread in inputs):
        return None
    stretch = [months * factor.get(item.id, 1.0) for item in pair]
    coefficients = [1.0, stretch[0], -1.0, -stretch[1]]
    mean, sd, shares = additive_spread(coefficients, inputs)
    draws = sample(inputs, DRAWS, seed=SEED)
    cost = np.array([draws[0] + stretch[0] * draws[1], draws[2] + stretch[1] * draws[3]])
    rows = [
        InputWorth(pair[k // 2].id, _COSTS[k % 2], _worth(-cost, draws[k], inputs[k]), float(shares[k]))
        for k in range(len(inputs))
    ]
    rows.sort(key=lambda row: -row.worth_usd)
    chance = float(np.mean(cost[0] < cost[1]) + np.mean(cost[0] == cost[1]) / 2)
    return Worth(option.id, rival.id, months, chance, mean, sd, perfect_information_value(-cost), tuple(rows))


def _worth(utilities: FloatArray, known: FloatArray, spread: Distribution) -> float:
    return partial_information_value(utilities, known) if spread.sd > 0 else 0.0


def _likely(item: Option, months: int, factor: Mapping[str, float]) -> float:
    return item.figures["setup_usd"].likely + months * factor.get(item.id, 1.0) * item.figures["monthly_usd"].likely


def bill_drivers(candidate: Candidate, requirements: Requirements, day: str) -> Bill | None:
    """Which workload figures make the monthly bill of an API offer uncertain; None for what is not billed by token, or
    when the workload has no range."""
    prices = price_list(candidate.offer, day) if candidate.offer is not None else None
    if prices is None or candidate.model is None:
        return None
    usage = usage_of(requirements, thinks=candidate.model.capabilities.reasoning is True)
    ranges = {
        "requests_per_day": usage.requests_per_day,
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "think_tokens": usage.tokens_think,
    }
    inputs: list[Distribution] = [pert_of(value) for value in ranges.values()]
    if all(spread.sd == 0 for spread in inputs):
        return None

    def bill(rows: FloatArray) -> FloatArray:
        usd = _token_usd(rows[:, 1], rows[:, 2] + rows[:, 3], prices, usage.cache_read_share, usage.cache_write_share)
        return rows[:, 0] * DAYS_PER_MONTH * usd

    found = sobol_indices(bill, inputs, draws=_SOBOL_DRAWS, seed=SEED)
    # Estimates from draws: what a figure does alone is part of what it does with the others, and neither exceeds all.
    alone = np.clip(found.first, 0.0, 1.0)
    total = np.clip(np.maximum(found.total, alone), 0.0, 1.0)
    moving = [k for k in range(len(inputs)) if inputs[k].sd > 0]
    if len(moving) == 1:
        alone[moving] = total[moving] = 1.0
    names = tuple(ranges)
    drivers = [BillDriver(names[k], float(alone[k]), float(total[k])) for k in moving]
    drivers.sort(key=lambda driver: -driver.total)
    return Bill(f"{candidate.model_name} at {candidate.offer_name}", tuple(drivers))


def _token_usd(
    tokens_in: FloatArray, tokens_out: FloatArray, prices: PriceList, read: float, write: float
) -> FloatArray:
    """USD of one request for many token counts at once; a tier holds for the whole request (retries, batch left out:
    they scale every draw alike)."""
    usd = _at(prices.base, tokens_in, tokens_out, read, write)
    for tier in sorted(prices.tiers, key=lambda item: item.above_tokens):
        usd = np.where(tokens_in > tier.above_tokens, _at(tier.rates, tokens_in, tokens_out, read, write), usd)
    return usd


def _at(rates: Rates, tokens_in: FloatArray, tokens_out: FloatArray, read: float, write: float) -> FloatArray:
    plain = rates.input_usd_per_mtok
    cached = plain if rates.cache_read_usd_per_mtok is None else rates.cache_read_usd_per_mtok
    written = plain if rates.cache_write_usd_per_mtok is None else rates.cache_write_usd_per_mtok
    input_rate = max(0.0, 1 - read - write) * plain + read * cached + write * written
    return np.asarray((tokens_in * input_rate + tokens_out * rates.output_usd_per_mtok) / 1e6)
