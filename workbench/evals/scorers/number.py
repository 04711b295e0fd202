"""The number in the answer is the expected one, within a tolerance."""

from __future__ import annotations

import re

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, Score, Scorer, sample

NUMBER = re.compile(r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?|[-+−]?\.\d+")
EXPECTED = re.compile(rf"\s*({NUMBER.pattern})\s*(?:(?:±|\+-|\+/-)\s*({NUMBER.pattern})\s*(%?))?\s*")
ROUNDING = 1e-9


class Number(Scorer):
    id = "number"
    title = "Number"
    group = Group.VALUES
    expects = (
        "A number, with a tolerance if you like: 12.5, 12.5 ± 0.1 or 12.5 ± 2 %. "
        "The last number of the answer counts; commas separate thousands."
    )
    example = sample("1200 ± 1 %", "That makes 1,205 euros.", "That makes 1,300 euros.")

    def fault(self, expected: str) -> str:
        return "" if EXPECTED.fullmatch(expected) else "it is not a number such as 12.5 or 12.5 ± 0.1"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        wanted, tolerance = _expected(case.expected)
        found = NUMBER.findall(answer.text)
        if not found:
            return Score(0.0, "there is no number in the answer")
        difference = abs(_value(found[-1]) - wanted)
        right = difference <= tolerance + ROUNDING * max(1.0, abs(wanted))
        return Score(float(right), f"{found[-1]} against {case.expected.strip()}")


def _expected(text: str) -> tuple[float, float]:
    match = EXPECTED.fullmatch(text)
    if match is None:
        raise ValueError(f"not a number: {text!r}")
    value = _value(match[1])
    tolerance = abs(_value(match[2])) if match[2] else 0.0
    return value, tolerance * abs(value) / 100 if match[3] else tolerance


def _value(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


SCORER = Number()
