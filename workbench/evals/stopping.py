"""When a sequential run may stop: a betting process on every pair of models (methods.md section 5, "Early stopping").

Sound under any stopping rule as long as the cases come in random order and the design was chosen before the run. With
several pairs each has its share of the error rate. What counts is the evidence there is when the run looks, not the
most there ever was, and cases that share documents are held to the test of their differences as well: so a run that
ended because every pair was decided is read as decided (`evals/results.py`).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence

from workbench.domain.evals import CaseResult, EvalCase, EvalRun


def in_random_order(cases: Sequence[EvalCase], seed: int) -> list[EvalCase]:
    """The cases as a sequential run puts them; always the same for a seed."""
    shuffled = list(cases)
    random.Random(seed).shuffle(shuffled)
    return shuffled


class Stopping:
    """Watches the first scorer of a run; give it the results of each case, in the order of the cases."""

    def __init__(self, run: EvalRun, order: Sequence[EvalCase]) -> None:
        from workbench.analysis.sequential import Capital

        self._run = run
        self._order = [case.id for case in order]
        self._documents = [case.cluster or case.source_document or "" for case in order]
        self._place = 0
        self._scores: dict[str, dict[str, list[float | None]]] = {}
        pairs = list(itertools.combinations(run.model_ids, 2))
        self._alpha = run.settings.alpha / max(len(pairs), 1)
        self._pairs = {pair: Capital() for pair in pairs}
        self._gains: dict[tuple[str, str], list[tuple[float, str]]] = {pair: [] for pair in pairs}

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
            document = self._documents[self._place]
            self._place += 1
            self._count({model: _mean(values) for model, values in scores.items()}, document)

    def _count(self, scores: dict[str, float | None], document: str) -> None:
        for (a, b), capital in self._pairs.items():
            one, two = scores[a], scores[b]
            if one is None or two is None:
                continue
            self._gains[a, b].append((one - two, document))
            if one != two:
                capital.bet(one - two)

    @property
    def decided(self) -> frozenset[tuple[str, str]]:
        """The pairs of models that enough was seen of."""
        return frozenset(pair for pair in self._pairs if self._is_decided(pair))

    @property
    def may_stop(self) -> bool:
        """Whether every pair is decided. Never with one model."""
        return bool(self._pairs) and all(map(self._is_decided, self._pairs))

    def _is_decided(self, pair: tuple[str, str]) -> bool:
        from workbench.analysis.statistics import paired_scores

        if self._pairs[pair].e_value < 1 / self._alpha:
            return False
        gains, documents = zip(*self._gains[pair], strict=True)
        if not all(documents) or not 1 < len(set(documents)) < len(documents):
            return True
        return paired_scores(gains, [0.0] * len(gains), documents).p <= self._alpha


def _mean(values: Sequence[float | None]) -> float | None:
    """None when one of them is missing: half a case decides nothing."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None
