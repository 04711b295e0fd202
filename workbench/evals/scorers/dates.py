"""Dates as people write them, in seven languages and in figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from workbench.evals.scorers.text import plain

_NAMES = (
    "january jan januar janvier januari enero ene gennaio gen janeiro",
    "february feb februar février fevrier februari febrero febbraio fevereiro fev",
    "march mar märz maerz mrz mars maart marzo março marco",
    "april apr avril abril abr aprile",
    "may mai mei mayo maggio mag maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet julio luglio lug julho",
    "august aug août aout augustus agosto ago",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre diciembre dic dicembre dezembro",
)
MONTHS = {name: place + 1 for place, names in enumerate(_NAMES) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = re.compile(
    r"(?<![\d.,/-])(?:"
    r"(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})(?!\d)"
    r"|(?P<d2>\d{1,2})(?P<sep>[./-])\s?(?P<m2>\d{1,2})(?P=sep)\s?(?P<y2>\d{4}|\d{2})(?!\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s(?:of\s|de\s)?(?P<m3>{_MONTH})\b\.?(?:,?\s(?:de\s)?(?P<y3>\d{{4}}))?"
    rf"|\b(?P<m4>{_MONTH})\b\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s(?P<y4>\d{{4}}))?"
    r")"
)


class Day(NamedTuple):
    """`year` is None where none was written."""

    year: int | None
    month: int
    day: int

    def is_as(self, wanted: Day) -> bool:
        """The same day; a year counts only where one is wanted."""
        return self[1:] == wanted[1:] and (wanted.year is None or self.year == wanted.year)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}-{self.day:02}" if self.year else f"{self.day}.{self.month}."


def days_in(text: str, *, month_first: bool = False) -> Iterator[Day]:
    """The dates in a text that exist, in their order. 3/4/2026 is the 3rd of April unless `month_first`."""
    for found in DATE.finditer(plain(text)):
        part = found.groupdict()
        year = next((part[name] for name in ("y1", "y2", "y3", "y4") if part[name]), None)
        month = next(part[name] for name in ("m1", "m2", "m3", "m4") if part[name])
        day = next(part[name] for name in ("d1", "d2", "d3", "d4") if part[name])
        numbers = [_century(year), MONTHS[month] if month in MONTHS else int(month), int(day)]
        if part["m2"] and part["sep"] == "/" and (month_first or (numbers[1] or 0) > 12):
            numbers[1], numbers[2] = numbers[2], numbers[1]
        if _exists(numbers[0], numbers[1] or 0, numbers[2] or 0):
            yield Day(numbers[0], numbers[1] or 0, numbers[2] or 0)


def _century(year: str | None) -> int | None:
    if year is None:
        return None
    return int(year) if len(year) == 4 else 2000 + int(year)


def _exists(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True
