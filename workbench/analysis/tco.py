"""Total cost of ownership over months: discounting, crossovers, growth, delay, rate of return.

Source: methods.md section 2.2. Money in USD, time in months, rates per year as shares (0.08 = 8 %).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray
from workbench.domain.errors import WorkbenchError

LONGEST_HORIZON_MONTHS = 1_200
# Of a person: less than half a hundredth is nobody.
LEAST_STAFF = 0.005


@dataclass(frozen=True, slots=True)
class CostLine:
    """One option's cost: paid once, then per month; the growing part of the month grows `growth` per month."""

    setup_usd: float
    run_usd_month: float
    growing_usd_month: float = 0.0
    growth_month: float = 0.0


def monthly_rate(annual_rate: float) -> float:
    """`(1 + r)^(1/12) - 1`; WorkbenchError below 0 or above 1,000 % a year."""
    return float((1.0 + checks.number(annual_rate, "Discount rate", low=0.0, high=10.0)) ** (1 / 12) - 1.0)


def annuity_months(months: float, annual_rate: float = 0.0) -> float:
    """Present value of one dollar a month for `months` months, paid at each month's end; `months` at rate 0."""
    horizon = checks.number(months, "Horizon", low=0.0, high=LONGEST_HORIZON_MONTHS)
    i = monthly_rate(annual_rate)
    return horizon if i == 0 else -math.expm1(-horizon * math.log1p(i)) / i


def tco(setup_usd: float, run_usd_month: float, months: float, annual_rate: float = 0.0) -> float:
    """`setup + run * T`, discounted at `annual_rate` when it is not zero."""
    setup = checks.number(setup_usd, "Set-up cost", low=0.0)
    run = checks.number(run_usd_month, "Running cost", low=0.0)
    return setup + run * annuity_months(months, annual_rate)


def cumulative_cost(line: CostLine, months: int, annual_rate: float = 0.0) -> FloatArray:
    """Cost so far at the end of month 0, 1, ..., `months` (length `months + 1`), with growth and discounting."""
    horizon = checks.count(months, "Horizon", high=LONGEST_HORIZON_MONTHS)
    setup = checks.number(line.setup_usd, "Set-up cost", low=0.0)
    run = checks.number(line.run_usd_month, "Running cost", low=0.0)
    growing = checks.number(line.growing_usd_month, "Growing cost", low=0.0)
    growth = checks.number(line.growth_month, "Growth per month", low=-1.0, high=10.0)
    month = np.arange(horizon, dtype=np.float64)
    with np.errstate(over="ignore"):
        bills = run + (growing * (1.0 + growth) ** month if growing else 0.0)
        paid = np.cumsum(bills / (1.0 + monthly_rate(annual_rate)) ** (month + 1))
    total = np.concatenate(([setup], setup + paid))
    if not np.isfinite(total).all():
        raise WorkbenchError("The cost outgrows every number", where="Growth per month", mend="Lower the growth.")
    return np.asarray(total)


def crossover_months(
    setup_x_usd: float,
    run_x_usd_month: float,
    setup_y_usd: float,
    run_y_usd_month: float,
    annual_rate: float = 0.0,
) -> float:
    """Months after which the option with the dearer set-up has cost no more than the other.

    `T* = dS/dR`; discounted `T* = -ln(1 - dS*i/dR)/ln(1 + i)`. Returns `math.inf` if that never happens and 0.0 if
    both cost the same to set up and one is never dearer to run. The order of the two options does not matter.
    """
    setups = [checks.number(s, "Set-up cost", low=0.0) for s in (setup_x_usd, setup_y_usd)]
    runs = [checks.number(r, "Running cost", low=0.0) for r in (run_x_usd_month, run_y_usd_month)]
    if setups[0] == setups[1]:
        return 0.0
    cheap, dear = (0, 1) if setups[0] < setups[1] else (1, 0)
    extra = setups[dear] - setups[cheap]
    saving = runs[cheap] - runs[dear]
    i = monthly_rate(annual_rate)
    if saving <= 0 or extra * i >= saving:
        return math.inf
    return extra / saving if i == 0 else -math.log1p(-extra * i / saving) / math.log1p(i)


def growth_crossover_month(x: CostLine, y: CostLine, limit_months: int = 600, annual_rate: float = 0.0) -> int | None:
    """First whole month at whose end `y` has cost no more than `x`; None if not within the limit."""
    ahead = cumulative_cost(y, limit_months, annual_rate)[1:] <= cumulative_cost(x, limit_months, annual_rate)[1:]
    return int(np.argmax(ahead)) + 1 if ahead.any() else None


def catch_up_months(cheap: CostLine, dear: CostLine, annual_rate: float = 0.0) -> float | None:
    """Months after which the line with the dearer set-up has cost no more; None if that never happens.

    A whole month, within fifty years, when a bill grows; else exact.
    """
    if cheap.growing_usd_month or dear.growing_usd_month:
        return growth_crossover_month(cheap, dear, annual_rate=annual_rate)
    lines = (cheap.setup_usd, cheap.run_usd_month, dear.setup_usd, dear.run_usd_month)
    months = crossover_months(*lines, annual_rate)
    return months if math.isfinite(months) else None


def setup_with_delay(setup_usd: float, value_usd_week: float, extra_weeks: float) -> float:
    """Set-up cost plus what is lost by going live `extra_weeks` later than the fastest option."""
    setup = checks.number(setup_usd, "Set-up cost", low=0.0)
    value = checks.number(value_usd_week, "Value per week", low=0.0)
    return setup + value * checks.number(extra_weeks, "Extra weeks", low=0.0)


def rate_of_return(extra_setup_usd: float, saving_usd_month: float, months: float) -> float:
    """Yearly internal rate of return of paying more at the start to save each month; -1.0 if nothing is saved.

    Solved by bisection on the monthly rate to 1e-12; returns `math.inf` if the extra set-up is zero or next to it.
    """
    extra = checks.number(extra_setup_usd, "Extra set-up cost", low=0.0)
    saving = checks.number(saving_usd_month, "Monthly saving")
    horizon = checks.positive(months, "Horizon", high=LONGEST_HORIZON_MONTHS)
    if saving <= 0:
        return -1.0
    if extra == 0:
        return math.inf
    low, high = -0.999, max(1.0, 2.0 * saving / extra)
    for _ in range(200):
        middle = (low + high) / 2
        if saving * _annuity_at(middle, horizon) > extra:
            low = middle
        else:
            high = middle
        if high - low < 1e-13:
            break
    try:
        return float((1.0 + (low + high) / 2) ** 12 - 1.0)
    except OverflowError:  # next to nothing paid for it
        return math.inf


def staff_share_that_eats_the_saving(
    run_dear_usd_month: float, run_cheap_usd_month: float, usd_month_per_fte: float
) -> float:
    """Full-time people a month at which the cheaper running cost is no longer cheaper ("hidden staff")."""
    dear = checks.number(run_dear_usd_month, "Running cost", low=0.0)
    cheap = checks.number(run_cheap_usd_month, "Running cost", low=0.0)
    return max(0.0, dear - cheap) / checks.positive(usd_month_per_fte, "Cost of one full-time person a month")


def relative_difference(value_usd: float, reference_usd: float) -> float:
    """`(value - reference) / reference`: -0.34 reads "34 % lower than", +0.78 "78 % above"."""
    value = checks.number(value_usd, "Cost", low=0.0)
    return value / checks.positive(reference_usd, "Reference cost") - 1.0


def _annuity_at(rate_month: float, months: float) -> float:
    if abs(rate_month) < 1e-12:
        return months
    try:
        return -math.expm1(-months * math.log1p(rate_month)) / rate_month
    except OverflowError:  # a rate close to -100 % a month: the value today is beyond any float
        return math.inf
