"""A function of one's own scores the answer, in a child process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Aids, Answer, Group, Need, NotScored, Score, Scorer, option, sample


@dataclass(frozen=True)
class OwnPython(Scorer):
    id = "python"
    title = "Your own Python"
    group = Group.OWN
    expects = (
        "What your function makes of it. The file has `def score(answer, case)`, which returns a number from 0 to "
        "1, True or "
        'False, or (number, why); it runs in a process of its own without network: python(file="my_scorer.py").'
    )
    example = sample("29 days", "30 days", "It is 30 days.")
    needs = frozenset({Need.PYTHON})

    file: str = option("", title="File", help="A Python file with a function score(answer, case).")

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        if aids.run_python is None:
            raise NotScored("Scorers in Python are switched off.")
        return await aids.run_python(Path(self.file), answer, case)


SCORER = OwnPython()
