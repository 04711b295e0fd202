"""The answer came in time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, Group, NotScored, Score, Scorer, option, sample
from workbench.evals.scorers.text import value_in

EXPECTED = re.compile(r"\s*(?:<=?|≤|at most|under)?\s*(\d+(?:\.\d+)?)\s*(ms|s|sec|seconds?|min|minutes?)?\s*", re.I)
FACTORS = {"ms": 0.001, "m": 60.0}


@dataclass(frozen=True)
class Latency(Scorer):
    id = "latency"
    title = "Fast enough"
    group = Group.EFFORT
    expects = 'The most it may take, such as 2 s or 800 ms. Usually the same for all: latency(expected="2 s").'
    example = sample("2 s", Answer("29 days", total_s=1.4), Answer("29 days", total_s=2.6))

    first_token: bool = option(False, title="To the first word", help="The time to the first word instead of the last.")

    def fault(self, expected: str) -> str:
        return "" if EXPECTED.fullmatch(value_in(expected)) else "it is no time such as 2 s or 800 ms"

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        took = answer.ttft_s if self.first_token else answer.total_s
        if took is None:
            raise NotScored("How long the answer took is not known.")
        found = EXPECTED.fullmatch(value_in(case.expected))
        unit = (found[2] or "s").lower() if found else "s"
        most = float(found[1]) * FACTORS.get(unit if unit == "ms" else unit[0], 1.0) if found else 0.0
        return Score(float(took <= most), f"{took:.2f} s, at most {most:g} s wanted")


SCORER = Latency()
