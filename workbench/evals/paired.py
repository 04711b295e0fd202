"""Results as evidence: how fast each model answered, and what a document gains or a strict format loses."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from workbench.analysis.statistics import Interval, paired_scores
from workbench.domain.evals import CaseResult
from workbench.domain.evidence import MeasuredSpeed
from workbench.domain.figures import Estimate


def speeds(results: Iterable[CaseResult], scorer: str, label: str) -> dict[str, MeasuredSpeed]:
    """How fast each model of a run answered when it was asked alone, by model id; those without a time are left out."""
    by_model: dict[str, list[CaseResult]] = {}
    for result in results:
        if result.scorer == scorer and result.total_s is not None and result.at_once == 1:
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


# A scorer that looks for the answer anywhere, with one that demands it alone: what a strict format costs.
_LENIENT, _STRICT = ("contains", "contains-any", "contains-all"), ("exact", "normalised-exact")


def instruction_gap(results: Iterable[CaseResult], model: str, scorers: Sequence[str]) -> Estimate | None:
    """Points of 100 that a strict format costs a model: lenient less strict scores on the same cases, with the 95 %
    interval. None when the run has no such pair of scorers, or fewer than two cases under both."""
    lenient = next((name for name in scorers if _kind(name) in _LENIENT), None)
    strict = next((name for name in scorers if _kind(name) in _STRICT), None)
    if lenient is None or strict is None:
        return None
    kept = tuple(results)
    return _gap(_scored(kept, model, lenient), _scored(kept, model, strict))


def _kind(scorer: str) -> str:
    """A scorer's own name without its options."""
    return scorer.partition("(")[0].strip()


def gap_between_runs(
    better: Iterable[CaseResult], worse: Iterable[CaseResult], model: str, scorer: str
) -> Estimate | None:
    """Points of 100 a model gains in one run over another on the same cases: with the right documents over without.

    Cases of one source document count together. None with fewer than two cases in both.
    """
    return _gap(_scored(better, model, scorer), _scored(worse, model, scorer))


def _scored(results: Iterable[CaseResult], model: str, scorer: str) -> dict[str, list[CaseResult]]:
    """The answers of a model that have a score, by case: one for each time it was asked."""
    found: dict[str, list[CaseResult]] = {}
    for result in results:
        if result.model_id == model and result.scorer == scorer and result.score is not None:
            found.setdefault(result.case_id, []).append(result)
    return found


def _gap(better: dict[str, list[CaseResult]], worse: dict[str, list[CaseResult]]) -> Estimate | None:
    shared = [case for case in better if case in worse]
    if len(shared) < 2:
        return None
    named = [better[case][0].source_document for case in shared]
    clusters = named if all(named) and 1 < len(set(named)) < len(named) else None
    first, second = ([_mean(side[case]) for case in shared] for side in (better, worse))
    found: Interval = paired_scores(first, second, clusters).interval()
    low, likely, high = (max(-100.0, min(100.0, 100 * value)) for value in (found.low, found.point, found.high))
    return Estimate(low, likely, high)


def _mean(asked: Sequence[CaseResult]) -> float:
    return statistics.fmean(result.score or 0.0 for result in asked)
