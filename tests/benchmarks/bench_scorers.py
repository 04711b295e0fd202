"""Scoring: 100,000 answers with five text scorers in at most 3 s, and ten times the answers in at most eleven times it.

Seconds are those of the processor, so that other programs of the machine do not count.

    python tests/benchmarks/bench_scorers.py
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Sequence

from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Answer, scorer

SCORERS = ("exact", "normalised-exact", "contains", "token-f1", "edit-similarity")
ROWS = 100_000
WORDS = [
    "the",
    "limit",
    "for",
    "annual",
    "leave",
    "is",
    "29",
    "days",
    "per",
    "employee",
    "and",
    "the",
    "last",
    "day",
    "for",
    "requests",
    "is",
    "12",
    "June",
    "Ada",
    "Kenji",
]


def rows(count: int) -> list[tuple[Answer, EvalCase]]:
    """Different answers of 5 to 25 words, half of them right."""
    drawn = random.Random(1)
    found = []
    for number in range(count):
        expected = f"{drawn.randint(1, 99)} days"
        said = drawn.choices(WORDS, k=drawn.randint(5, 25))
        if drawn.random() < 0.5:
            said.append(expected)
        found.append((Answer(" ".join(said)), EvalCase(f"case-{number}", "How many?", expected)))
    return found


def seconds_of_processor(cases: Sequence[tuple[Answer, EvalCase]], specs: Sequence[str] = SCORERS) -> float:
    members = [scorer(spec) for spec in specs]
    gc.collect()
    begin = time.process_time()
    for answer, case in cases:
        for member in members:
            member.score(answer, case)
    return time.process_time() - begin


def main() -> None:
    seconds_of_processor(rows(1000))
    few, many = rows(ROWS // 10), rows(ROWS)
    times = [(seconds_of_processor(few), seconds_of_processor(many)) for _ in range(3)]
    small, large = (min(column) for column in zip(*times, strict=True))
    print(f"{len(SCORERS)} scorers: {', '.join(SCORERS)}")
    print(f"{ROWS:,} answers: {large:.2f} s (at most 3)")
    print(f"ten times the answers: {large / small:.1f} times the time (at most 11)")
    for spec in SCORERS:
        print(f"  {spec:18} {seconds_of_processor(many, (spec,)) / ROWS * 1e6:5.2f} µs a score")


if __name__ == "__main__":
    main()
