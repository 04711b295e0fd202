"""The scores of a bundle's answers given again, where the bundle holds the cases and the scorer looks at texts alone.

Only simple scorers are used on a stranger's cases: none that runs a pattern, a program or a model.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase
from workbench.services.bundle_parts import Content

if TYPE_CHECKING:
    from workbench.evals.scorers.protocol import Score, Scorer

SIMPLE = frozenset(
    {"exact", "normalised-exact", "contains", "contains-any", "contains-all", "contains-none", "starts-with",
     "ends-with", "number"}
)  # fmt: skip
_NEAR = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Rescored:
    """A result with the score that its answer gets now."""

    result: CaseResult
    now: float


def rescored(content: Content) -> Iterator[Rescored]:
    """Every answer that can be scored again with the very scorer that judged it; of a redacted bundle none."""
    from workbench.evals.scorers import spec_for

    if content.redacted:
        return
    cases = {
        (run.id, case.id): case
        for run in content.runs
        for data in content.data_sets
        if data.hash == run.dataset_hash
        for case in data.cases
    }
    members: dict[str, Scorer | None] = {}
    for result in content.results:
        case = cases.get((result.eval_run_id, result.case_id))
        if case is None or result.outcome is not CaseOutcome.SCORED or result.score is None:
            continue
        spec = spec_for(case, result.scorer)
        if spec not in members:
            members[spec] = _simple(spec)
        member = members[spec]
        if member is not None and result.scored_by in (member.signature, member.id):
            score = _score(member, result, case)
            if score is not None:
                yield Rescored(result, score.value)


def differs(found: Rescored) -> bool:
    """Whether the stored score is another one."""
    return not math.isclose(found.now, found.result.score or 0.0, rel_tol=_NEAR, abs_tol=_NEAR)


def _simple(spec: str) -> Scorer | None:
    from workbench.evals.scorers import scorer

    try:
        member = scorer(spec)
    except WorkbenchError:
        return None
    return member if member.id in SIMPLE else None


def _score(member: Scorer, result: CaseResult, case: EvalCase) -> Score | None:
    from workbench.evals.scorers.protocol import Answer, NotScored

    if member.problem(case.expected):
        return None
    try:
        return member.score(Answer(result.answer), case)
    except NotScored:
        return None
