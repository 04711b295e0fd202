"""A number in a sentence, as a person writes it: thousands separated, never 1e+10."""

from __future__ import annotations

import math
from decimal import Decimal

_LARGEST, _SMALLEST = 1e15, 1e-12


def digits(value: float) -> str:
    """ "9,700", "0.25", "0.0000003"; six figures where there is a fraction. Far out there "1e99"."""
    size = abs(value)
    if math.isfinite(value) and size <= _LARGEST and value == int(value):
        return f"{int(value):,}"
    short = f"{value:.6g}"
    if not math.isfinite(value) or size > _LARGEST or size < _SMALLEST:
        return short.replace("e+", "e")
    return f"{Decimal(short):,f}"
