"""Numbers as a person reads them: rounded to what is known, unknown as a dash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from workbench.domain.figures import Estimate

UNKNOWN_FIGURE = "—"
# What is less is what adding and subtracting leaves of nothing.
LEAST_USD, LEAST_SHARE = 1e-9, 1e-6


@lru_cache(maxsize=2_048)
def usd(amount: float | None) -> str:
    """ "$2,410"; cents only below ten dollars; "—" for None."""
    if amount is None:
        return UNKNOWN_FIGURE
    sign = "−" if amount < 0 else ""
    size = abs(amount)
    if 0 < size < 0.01:
        return "$0" if size < LEAST_USD else f"{sign}${_plain(size, 2)}"
    return f"{sign}${size:,.2f}" if 0 < size < 10 else f"{sign}${size:,.0f}"


def usd_short(amount: float) -> str:
    """ "$2.4k", "$1.3M": two figures, for ranges and charts."""
    sign = "−" if amount < 0 else ""
    size = abs(amount)
    if size < 999.5:
        return f"{sign}{usd(size)}" if size < 10 else f"{sign}${size:.0f}"
    for step, letter in ((1e3, "k"), (1e6, "M"), (1e9, "B")):
        if size < step * 999.5 or letter == "B":
            break
    number = size / step
    digits = f"{number:.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")
    return f"{sign}${digits}{letter}"


def usd_range(value: Estimate | None) -> str:
    """ "$2.1k–2.6k", "$1–$6.2k" where the units differ, one figure when there is no width, "—" for None."""
    if value is None:
        return UNKNOWN_FIGURE
    low, high = usd_short(value.low), usd_short(value.high)
    if low == high:
        return low
    alike = low[-1] == high[-1] or (low[-1].isdigit() and high[-1].isdigit())
    return f"{low}–{high.removeprefix('$') if alike else high}"


def usd_span(value: Estimate) -> str:
    """ ", from $0.34 to $767" behind a likely figure; nothing where there is no width."""
    return "" if value.is_exact else f", from {usd(value.low)} to {usd(value.high)}"


@lru_cache(maxsize=2_048)
def rounded(value: float, figures: int = 3) -> str:
    """At most `figures` digits, thousands separated: "9,700", "0.45"."""
    if value == 0:
        return "0"
    return _plain(value, figures)


def _plain(value: float, figures: int) -> str:
    """So many digits of it, never as "1e-05" or "1e+07"."""
    text = f"{value:.{figures}g}"
    if abs(value) >= 10**figures or "e+" in text:
        return f"{float(text):,.0f}"
    return f"{Decimal(text):f}" if "e" in text else text


def usd_each(amount: float) -> str:
    """ "$0.000165", "$2,410": the price of one thing, three figures below a dollar."""
    return usd(amount) if amount >= 1 or amount < LEAST_USD else f"${_plain(amount, 3)}"


@lru_cache(maxsize=2_048)
def seconds(value: float) -> str:
    """ "0.45 s", "3 min"."""
    return f"{rounded(value, 2)} s" if value < 120 else f"{rounded(value / 60, 2)} min"


def score(value: float) -> str:
    """ "0.668": a score of 0 to 1, and a part of one; never "-0.000"."""
    return f"{round(value, 3) + 0.0:.3f}"


def share(value: float) -> str:
    """ "30 %"; below one percent one more digit."""
    percent = value * 100
    return f"{percent:.0f} %" if abs(percent) < LEAST_SHARE or abs(percent) >= 1 else f"{_plain(percent, 1)} %"


def share_range(low: float, high: float) -> str:
    """ "48–92 %"; one figure where both round to the same."""
    ends = f"{low * 100:.0f}", f"{high * 100:.0f}"
    return share(low) if ends[0] == ends[1] else f"{ends[0]}–{ends[1]} %"


@lru_cache(maxsize=2_048)
def tokens(value: float) -> str:
    """ "3,000 tokens"."""
    return f"{value:,.0f} tokens"


@lru_cache(maxsize=2_048)
def gigabytes(value_bytes: float) -> str:
    """ "66.7 GB", a GB being 1e9 bytes."""
    return f"{rounded(value_bytes / 1e9, 3)} GB"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 model", "7 models"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """ "A, B and C"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def sorted_list(items: Iterable[str], last: str = "and") -> str:
    """The items in alphabetical order as "A, B and C"."""
    return listed(sorted(items), last)


@lru_cache(maxsize=2_048)
def day(iso: str) -> str:
    """2026-11-19 as "19 November 2026", 2026-11 as "November 2026"; a year or words stay as they are."""
    is_month = len(iso) == len("2026-11")
    try:
        parsed = date.fromisoformat(f"{iso}-01" if is_month else iso[:10])
    except ValueError:
        return iso
    return f"{parsed:%B} {parsed.year}" if is_month else f"{parsed.day} {parsed:%B} {parsed.year}"
