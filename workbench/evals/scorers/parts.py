"""What scorers that are made of others share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Aids, Answer, Group, Need, Score, Scorer, judged


@dataclass(frozen=True)
class Combined(Scorer):
    """Scores with its `parts` and makes one score of theirs; when one part has no score, it has none."""

    group: ClassVar[Group] = Group.COMBINED
    weighs: ClassVar[bool] = False
    most: ClassVar[int] = 20

    parts: tuple[Scorer, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def wants(self) -> frozenset[Need]:
        return frozenset().union(*(part.wants for part in self.parts))

    @property
    def asks_its_own(self) -> bool:
        return super().asks_its_own or all(part.asks_its_own for part in self.parts)

    def parts_written(self, name: Callable[[Scorer], str]) -> list[str]:
        return [part.written(name) for part in self.parts]

    def fault(self, expected: str) -> str:
        found = ((part.spec, part.problem(expected)) for part in self.parts)
        return "; ".join(f"{spec}: {fault}" for spec, fault in found if fault)

    def compare(self, answer: Answer, case: EvalCase) -> Score:
        return self.combine([part.score(answer, case) for part in self.parts])

    async def consult(self, answer: Answer, case: EvalCase, aids: Aids) -> Score:
        return self.combine([await judged(part, answer, case, aids) for part in self.parts])

    def combine(self, scores: Sequence[Score]) -> Score:
        """One score of those of the parts, in their order."""
        raise NotImplementedError

    def told(self, scores: Sequence[Score]) -> str:
        """What each part said."""
        return "; ".join(
            f"{part.title}: {score.value:.2g} ({score.why})" for part, score in zip(self.parts, scores, strict=True)
        )
