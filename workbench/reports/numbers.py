"""The few figures and dates that only reports write; everything else is worded by `analysis.words`."""

from __future__ import annotations

_MINUS = "\N{MINUS SIGN}"


def points(value: float) -> str:
    """A value from 0 to 100: whole unless it is not."""
    return f"{value:.1f}".removesuffix(".0")


def percent(value: float) -> str:
    """A measured share with one decimal: 0.8933 is "89.3 %"."""
    return f"{value * 100:.1f} %"


def signed_points(value: float) -> str:
    """A difference of two shares in points: 0.042 is "+4.2"."""
    return f"{_MINUS if value < 0 else '+'}{abs(value) * 100:.1f}"
