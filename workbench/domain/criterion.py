"""What options are weighed by: criteria with fixed anchors and swing points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the additive value model. `worst` and `best` are fixed anchors in the criterion's unit
    (best may be smaller); `points` are swing points, the largest 100."""

    id: str
    title: str
    unit: str
    worst: float
    best: float
    points: float


DEFAULT_CRITERIA = (
    Criterion("setup_usd", "Set-up cost", "USD", 100_000, 0, 30),
    Criterion("monthly_usd", "Running cost", "USD a month", 4_000, 1_000, 50),
    Criterion("privacy", "Privacy beyond the limit", "0-100", 0, 100, 100),
    Criterion("weeks", "Time to market", "weeks", 16, 4, 50),
    Criterion("quality", "Quality", "0-100", 50, 100, 70),
    Criterion("independence", "Independence of one vendor", "0-100", 0, 100, 40),
)
