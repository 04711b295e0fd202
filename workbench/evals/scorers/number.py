"""The number in the answer is the expected one, within a tolerance and in the expected unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.text import value_in
from workbench.evals.scorers.units import CURRENCIES, Unit, unit_named

#: a minus between two numbers makes a range of them, and none of them negative
NUMBER = re.compile(r"(?:(?<!\d)[-+−])?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|\.\d+)")
_UNIT = r"[^\W\d_][\w/²³]*|%|°[CF]|[$€£¥µ]\w*"
#: what stands before an amount of money: its sign, or its code
_BEFORE = r"(?:(?<!\d)([-−]))?([$€£¥]|\b(?:EUR|USD|GBP|JPY|CHF))[ \u00a0]?"
WITH_UNIT = re.compile(rf"(?:{_BEFORE})?({NUMBER.pattern})(?:[ \u00a0]?({_UNIT}))?")
EXPECTED = re.compile(
    rf"\s*(?:{_BEFORE})?({NUMBER.pattern})\s*({_UNIT})?"
    rf"\s*(?:(?:±|\+-|\+/-)\s*({NUMBER.pattern})\s*(%?))?\s*([^\W\d_][\w/²³]*|°[CF])?\s*"
)
ROUNDING = 1e-9
LONGEST = 100_000


class _Wanted(NamedTuple):
    value: float
    tolerance: float
    unit: Unit | None


class Number(Scorer):
    id = "number"
    title = "Number"
    group = Group.VALUES
    version = 3
    expects = (
        "A number, with a unit and a tolerance if you like: 12.5, 12.5 ± 0.1, 12.5 ± 2 %, $40 or 3 km ± 100 m. The "
        "last number of the answer counts, in any unit of the same kind; commas separate thousands."
    )
    example = sample("1200 ± 1 %", "That makes 1,205 euros.", "That makes 1,300 euros.")

    def fault(self, expected: str) -> str:
        try:
            _wanted(expected)
        except ValueError as error:
            return str(error)
        return ""

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted = _wanted(case.expected)
        found = [_Said.of(match) for match in WITH_UNIT.finditer(answer.text[-LONGEST:])]
        if wanted.unit is not None:
            found = _in_unit(found, wanted.unit)
        if not found:
            what = "there is no number in the answer"
            return Score(0.0, what if wanted.unit is None else f"{what} in {wanted.unit.name} or a unit like it")
        said = found[-1]
        value = said.value
        if wanted.unit is not None:
            value = wanted.unit.from_base((said.unit or wanted.unit).to_base(value))
        right = abs(value - wanted.value) <= wanted.tolerance + ROUNDING * max(1.0, abs(wanted.value))
        return Score(float(right), f"{said.text} against {case.expected.strip()}")


class _Said(NamedTuple):
    """A number in an answer with its unit, None where none stands by it."""

    text: str
    value: float
    unit: Unit | None

    @classmethod
    def of(cls, match: re.Match[str]) -> _Said:
        minus, before, number, after = match.groups()
        value = -_value(number) if minus else _value(number)
        if before:
            return cls(match[0].removesuffix(after or "").strip(), value, unit_named(before))
        unit = unit_named(after or "")
        return cls(match[0] if unit else number, value, unit)


def _in_unit(found: Sequence[_Said], wanted: Unit) -> list[_Said]:
    """The numbers in a unit of the wanted kind. Where there is none, a percentage and an amount of money may go without
    saying."""
    fitting = [said for said in found if said.unit is not None and said.unit.kind == wanted.kind]
    if fitting or wanted.kind not in ("percent", *CURRENCIES):
        return fitting
    return [said for said in found if said.unit is None]


@lru_cache(maxsize=4096)
def _wanted(text: str) -> _Wanted:
    """Raises ValueError with the reason."""
    match = EXPECTED.fullmatch(value_in(text))
    if match is None:
        raise ValueError("it is not a number such as 12.5 or 12.5 ± 0.1")
    minus, before, number, after, around, share, last = match.groups()
    value = -_value(number) if minus else _value(number)
    tolerance = abs(_value(around)) if around else 0.0
    name = before or after or last or ""
    if not name:
        return _Wanted(value, tolerance * abs(value) / 100 if share else tolerance, None)
    unit = unit_named(name)
    if unit is None:
        raise ValueError(f"the unit {name} is not known")
    if share:
        return _Wanted(value, tolerance * abs(value) / 100, unit)
    other = unit_named(last or name)
    if other is None or other.kind != unit.kind:
        raise ValueError(f"{last} is no unit like {name}")
    return _Wanted(value, abs(tolerance * other.factor / unit.factor), unit)


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


SCORER = Number()
