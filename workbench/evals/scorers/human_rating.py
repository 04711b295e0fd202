"""A person rates the answer."""

from __future__ import annotations

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Aids, Answer, Group, Need, NotScored, Score, Scorer, sample

WAITING = "Waits for a person to rate it."


class HumanRating(Scorer):
    id = "human-rating"
    title = "Rated by a person"
    group = Group.JUDGED
    expects = "Nothing, or what the person should look for. Answers wait without a score until somebody rates them."
    example = sample("It answers the question.", "29 days", "I would rather not say.")
    needs = frozenset({Need.PERSON})

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        if aids.rate is None:
            raise NotScored(WAITING)
        return await aids.rate(answer, case)


SCORER = HumanRating()
