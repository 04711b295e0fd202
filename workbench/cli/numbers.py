"""Numbers in JSON: rounded to what means something, whole ones without a point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def number(value: float | None) -> float | int | None:
    """The value with 2 decimals, below 10 with 5 figures; an int when it is whole, so that 130200 prints as 130200.

    None for what JSON cannot write.
    """
    if value is None or not math.isfinite(value):
        return None
    short = round(float(value), 2) if abs(value) >= 10 else float(f"{value:.5g}")
    return int(short) if short.is_integer() else short


def rounded(shape: object) -> Any:
    """A JSON-ready value with every number in it rounded."""
    match shape:
        case float():
            return number(shape)
        case Mapping():
            return {key: rounded(value) for key, value in shape.items()}
        case list() | tuple():
            return [rounded(value) for value in shape]
    return shape
