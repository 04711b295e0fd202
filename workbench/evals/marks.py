"""Scores given by hand, laid over results: what was scored stays as it was written, what is told has them in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from workbench.domain.evals import CaseOutcome, CaseResult, Mark

BY_HAND = "by hand"


def with_marks(results: Sequence[CaseResult], marks: Iterable[Mark]) -> tuple[CaseResult, ...]:
    """The results with scores given by hand in place of the scorers' own; of several marks the last one counts."""
    newest = {(mark.case_id, mark.model_id, mark.scorer, mark.repeat): mark for mark in marks}
    if not newest:
        return tuple(results)
    return tuple(
        replace(result, outcome=CaseOutcome.SCORED, score=mark.score, scored_by=BY_HAND, why=mark.why)
        if (mark := newest.get(result.key)) is not None and mark.score != result.score
        else result
        for result in results
    )
