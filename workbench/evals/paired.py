"""The results of a run side by side: scores of several models on the same cases, and how fast each answered."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.domain.evals import CaseResult
from workbench.domain.evidence import MeasuredSpeed


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The cases every model has a score for, in the order they came: one row a case, one column a model.

    `results` are the rows' results, to take costs, lengths, documents and marks from.
    """

    models: tuple[str, ...]
    results: tuple[tuple[CaseResult, ...], ...]

    @property
    def cases(self) -> int:
        return len(self.results)

    def scores(self, column: int) -> list[float]:
        """The scores of one model, 0 to 1, case by case."""
        return [row[column].score or 0.0 for row in self.results]

    @property
    def oracle(self) -> float | None:
        """Mean of the best score of each case: what no routing among these models can beat. None without a case."""
        best = [max(result.score or 0.0 for result in row) for row in self.results]
        return sum(best) / len(best) if best else None


def side_by_side(results: Iterable[CaseResult], models: Sequence[str], scorer: str) -> SideBySide:
    """The results of one run under one scorer, on the cases for which every model has a score."""
    by_case: dict[str, dict[str, CaseResult]] = {}
    for result in results:
        if result.scorer == scorer and result.model_id in models and result.score is not None:
            by_case.setdefault(result.case_id, {})[result.model_id] = result
    rows = tuple(tuple(row[model] for model in models) for row in by_case.values() if len(row) == len(models))
    return SideBySide(tuple(models), rows)


def speeds(results: Iterable[CaseResult], scorer: str, label: str) -> dict[str, MeasuredSpeed]:
    """How fast each model of a run answered, by model id; those without a time are left out."""
    by_model: dict[str, list[CaseResult]] = {}
    for result in results:
        if result.scorer == scorer and result.total_s is not None:
            by_model.setdefault(result.model_id, []).append(result)
    return {
        model: MeasuredSpeed(
            tuple(r.ttft_s for r in rows if r.ttft_s is not None),
            tuple(r.total_s for r in rows if r.total_s is not None),
            _median([r.tokens_per_s for r in rows if r.tokens_per_s is not None]),
            label,
        )
        for model, rows in by_model.items()
    }


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None
