"""What scorers with needs get in tests: no model, but something that answers like one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from workbench.domain.evals import EvalCase
from workbench.evals.scorers import Aids, Answer, Score


async def reply(prompt: str, *, schema: str = "") -> str:
    """A judge that is content when the (first) answer has a number in it."""
    first, _, second = prompt.partition("----- end of first answer -----")
    text = re.split(r"----- (?:first )?answer -----\n", first if second else prompt)[-1].split("-----")[0]
    good = "29" in text
    if "first answer" in prompt:
        other = second.split("----- end of second answer")[0]
        verdict = "first" if good else "second" if "29" in other else "tie"
        return json.dumps({"verdict": verdict, "because": "it says how many"})
    return json.dumps({"verdict": "yes" if good else "no", "because": "it says how many"})


async def vectors(texts: Sequence[str]) -> list[list[float]]:
    """How often each letter stands in a text."""
    return [[float(text.casefold().count(letter)) + 1e-9 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]


async def own(file: Path, answer: Answer, case: EvalCase) -> Score:
    return Score(float(len(answer.text) == len(case.expected)), "as long")


async def rated(answer: Answer, case: EvalCase) -> Score:
    return Score(float("29" in answer.text), "says a person")


AIDS = Aids(ask=reply, embed=vectors, run_python=own, rate=rated)
