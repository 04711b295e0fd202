"""How much a product will ask of its model."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.figures import Estimate

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Workload:
    """`cached_share` is the share of input tokens a provider's prompt cache serves; `growth_per_month` 0.02 is 2 %."""

    requests_per_day: Estimate
    peak_factor: float
    tokens_in: Estimate
    tokens_out: Estimate
    cached_share: float = 0.0
    growth_per_month: float = 0.0

    @property
    def requests_per_month(self) -> Estimate:
        return self.requests_per_day.scaled(DAYS_PER_MONTH)
