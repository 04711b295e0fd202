"""The few figures and dates that only reports write; everything else is worded by `analysis.words`."""

from __future__ import annotations

from datetime import date

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


def day(iso: str) -> str:
    """2026-11-19 as "19 November 2026", 2026-11 as "November 2026"; a year or words stay as they are."""
    is_month = len(iso) == len("2026-11")
    try:
        parsed = date.fromisoformat(f"{iso}-01" if is_month else iso[:10])
    except ValueError:
        return iso
    return f"{parsed:%B} {parsed.year}" if is_month else f"{parsed.day} {parsed:%B} {parsed.year}"
