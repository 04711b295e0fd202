"""The number in the answer is the expected one, within a tolerance and in the expected unit."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample
from workbench.evals.scorers.units import UNITS, Unit

NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|[-+−]?\.\d+")
WITH_UNIT = re.compile(rf"({NUMBER.pattern})(?:[ \u00a0]?([^\W\d_][\w/²³]*|%|°[CF]|[$€£¥µ]\w*))?")
EXPECTED = re.compile(
    rf"\s*({NUMBER.pattern})\s*([^\W\d_][\w/²³]*|%|°[CF]|[$€£¥µ]\w*)?"
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
    version = 2
    expects = (
        "A number, with a unit and a tolerance if you like: 12.5, 12.5 ± 0.1, 12.5 ± 2 % or 3 km ± 100 m. The last "
        "number of the answer counts, in any unit of the same kind; commas separate thousands."
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
        text = answer.text[-LONGEST:]
        found = [match for match in WITH_UNIT.finditer(text) if wanted.unit is None or _fits(match[2], wanted.unit)]
        if not found:
            what = "there is no number in the answer"
            return Score(0.0, what if wanted.unit is None else f"{what} in {wanted.unit.name} or a unit like it")
        value = _value(found[-1][1])
        if wanted.unit is not None:
            value = wanted.unit.from_base(_unit(found[-1][2] or "").to_base(value))
        right = abs(value - wanted.value) <= wanted.tolerance + ROUNDING * max(1.0, abs(wanted.value))
        said = found[-1][0].strip() if wanted.unit is not None else found[-1][1]
        return Score(float(right), f"{said} against {case.expected.strip()}")


def _fits(unit: str | None, wanted: Unit) -> bool:
    """Whether a number with this unit can be meant: one without any is taken to be in the wanted one only when that is
    a percentage or a currency, which stand before the number or go without saying."""
    found = UNITS.get(unit or "")
    return found is not None and found.kind == wanted.kind


def _unit(name: str) -> Unit:
    return UNITS[name]


@lru_cache(maxsize=4096)
def _wanted(text: str) -> _Wanted:
    """Raises ValueError with the reason."""
    match = EXPECTED.fullmatch(text)
    if match is None:
        raise ValueError("it is not a number such as 12.5 or 12.5 ± 0.1")
    value = _value(match[1])
    tolerance = abs(_value(match[3])) if match[3] else 0.0
    name = match[2] or match[5] or ""
    if not name:
        return _Wanted(value, tolerance * abs(value) / 100 if match[4] else tolerance, None)
    unit = UNITS.get(name)
    if unit is None:
        raise ValueError(f"the unit {name} is not known")
    if match[4]:
        return _Wanted(value, tolerance * abs(value) / 100, unit)
    other = UNITS.get(match[5] or name)
    if other is None or other.kind != unit.kind:
        raise ValueError(f"{match[5]} is no unit like {name}")
    return _Wanted(value, abs(tolerance * other.factor / unit.factor), unit)


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


SCORER = Number()
