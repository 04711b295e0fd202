"""When a sequential run may stop: a betting process on every pair of models (methods.md section 5, "Early stopping").

Sound under any stopping rule as long as the cases come in random order and the design was chosen before the run. With
several pairs each has its share of the error rate.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.domain.evals import CaseResult, EvalCase, EvalRun


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Of `discordant` cases on which one of two models scored higher, `a` won `wins`. `e_value` is the largest so far;
    the pair is decided when it reaches `needed`."""

    a: str
    b: str
    discordant: int
    wins: int
    e_value: float
    needed: float

    @property
    def is_decided(self) -> bool:
        return self.e_value >= self.needed


def in_random_order(cases: Sequence[EvalCase], seed: int) -> list[EvalCase]:
    """The cases as a sequential run puts them; always the same for a seed."""
    shuffled = list(cases)
    random.Random(seed).shuffle(shuffled)
    return shuffled


class Stopping:
    """Watches the first scorer of a run; give it the results of each case, in the order of the cases."""

    def __init__(self, run: EvalRun, order: Sequence[EvalCase]) -> None:
        self._run = run
        self._order = [case.id for case in order]
        self._place = 0
        self._scores: dict[str, dict[str, list[float | None]]] = {}
        pairs = list(itertools.combinations(run.model_ids, 2))
        self._needed = max(len(pairs), 1) / run.settings.alpha
        self._pairs = {pair: [0, 0, 1.0] for pair in pairs}

    def saw(self, results: Iterable[CaseResult]) -> None:
        """Results as they come, in any order; they count in the order of the cases."""
        for result in results:
            if result.scorer == self._run.scorers[0]:
                self._scores.setdefault(result.case_id, {}).setdefault(result.model_id, []).append(result.score)
        self._advance()

    def _advance(self) -> None:
        while self._place < len(self._order):
            scores = self._scores.get(self._order[self._place], {})
            whole = [len(scores.get(model, ())) >= self._run.settings.repeats for model in self._run.model_ids]
            if not all(whole):
                return
            del self._scores[self._order[self._place]]
            self._place += 1
            self._count({model: _mean(values) for model, values in scores.items()})

    def _count(self, scores: dict[str, float | None]) -> None:
        from workbench.analysis.sequential import e_value

        for (a, b), state in self._pairs.items():
            one, two = scores[a], scores[b]
            if one is None or two is None or one == two:
                continue
            state[0] += 1
            state[1] += one > two
            state[2] = max(state[2], e_value(int(state[1]), int(state[0])))

    def evidence(self) -> tuple[PairEvidence, ...]:
        return tuple(
            PairEvidence(a, b, int(discordant), int(wins), e, self._needed)
            for (a, b), (discordant, wins, e) in self._pairs.items()
        )

    @property
    def may_stop(self) -> bool:
        """Whether every pair is decided. Never with one model."""
        return bool(self._pairs) and all(e >= self._needed for _, _, e in self._pairs.values())


def evidence_so_far(run: EvalRun, cases: Sequence[EvalCase], results: Iterable[CaseResult]) -> tuple[PairEvidence, ...]:
    """What the stored results of a sequential run say about every pair."""
    watch = Stopping(run, in_random_order(cases, run.settings.seed))
    watch.saw(results)
    return watch.evidence()


def _mean(values: Sequence[float | None]) -> float | None:
    """None when one of them is missing: half a case decides nothing."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None
