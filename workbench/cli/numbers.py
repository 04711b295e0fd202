"""Numbers in JSON: rounded to what means something, whole ones without a point."""

from __future__ import annotations

from typing import Any

from workbench.domain.evidence import Quality
from workbench.domain.figures import Estimate


def number(value: float | None, digits: int = 4) -> float | int | None:
    """The value rounded; an int when it is whole, so that 130200 prints as 130200."""
    if value is None:
        return None
    short = round(float(value), digits)
    return int(short) if short.is_integer() else short


def estimate(value: Estimate | None) -> dict[str, Any] | None:
    """`{"low", "likely", "high"}` in cents, or None."""
    if value is None:
        return None
    return {"low": number(value.low, 2), "likely": number(value.likely, 2), "high": number(value.high, 2)}


def quality(found: Quality | None) -> dict[str, Any] | None:
    """`{"value", "low", "high", "basis", "n"}`, or None."""
    if found is None:
        return None
    return {
        "value": number(found.value, 2),
        "low": number(found.low, 2),
        "high": number(found.high, 2),
        "basis": found.basis,
        "n": found.n,
        "label": found.label,
    }
