"""What scorers with needs get in tests: no model, but something that answers like one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Aids, Answer, Score


async def reply(prompt: str, *, schema: str = "") -> str:
    """A judge that is content with anything in which “days” appears as an answer."""
    return '{"verdict": "yes", "because": "it says days"}' if "days" in prompt else '{"verdict": "no", "because": ""}'


async def vectors(texts: Sequence[str]) -> list[list[float]]:
    """How often each letter stands in a text."""
    return [[float(text.casefold().count(letter)) + 1e-9 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]


async def own(file: Path, answer: Answer, case: EvalCase) -> Score:
    return Score(float(math.isclose(len(answer.text), len(case.expected))), "as long")


AIDS = Aids(ask=reply, embed=vectors, run_python=own)
