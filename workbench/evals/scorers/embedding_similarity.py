"""How near the meaning of the answer is to the expected text, by the vectors of a local model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Aids, Answer, Group, Need, NotScored, Score, Scorer, sample

LONGEST = 8_000


class EmbeddingSimilarity(Scorer):
    id = "embedding-similarity"
    title = "Similar meaning"
    group = Group.SIMILAR
    expects = (
        "A text. The score is the cosine of the two vectors that a local embedding model makes; below 0 counts as 0."
    )
    example = sample("You may take 29 days.", "You may take 29 days.", "Ask the canteen for soup.")
    needs = frozenset({Need.EMBEDDING})

    def fault(self, expected: str) -> str:
        return "" if expected.strip() else "it is empty"

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        if aids.embed is None:
            raise NotScored("No embedding model was chosen.")
        one, two = await aids.embed((answer.text[:LONGEST], case.expected[:LONGEST]))
        value = cosine(one, two)
        return Score(min(1.0, max(0.0, value)), f"cosine {value:.3f}")


def cosine(one: Sequence[float], two: Sequence[float]) -> float:
    """Raises `NotScored` for vectors of different lengths, of length 0, or with what is no number."""
    size = math.hypot(*one) * math.hypot(*two)
    if len(one) != len(two) or not math.isfinite(size) or not size:
        raise NotScored("The embedding model gave no usable vectors.")
    value = math.fsum(a * b for a, b in zip(one, two, strict=True)) / size
    return 1.0 if value > 1 - 1e-9 else value


SCORER = EmbeddingSimilarity()
