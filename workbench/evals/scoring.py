"""An answer becomes a result: what came, and what a scorer says of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from workbench.domain.chat import Done, ToolCall
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase
from workbench.evals.scorers import Aids, Answer, NotScored, Scorer, judged, scorer


def with_answer(blank: CaseResult, text: str, end: Done, cost_usd: float | None, at_once: int) -> CaseResult:
    details: dict[str, object] = {"note": end.note} if end.note else {}
    if end.tool_calls:
        details["tool_calls"] = [[call.name, call.arguments, call.id] for call in end.tool_calls]
    timing = end.timing
    return replace(
        blank,
        answer=text,
        finish=end.finish.value,
        ttft_s=timing.ttft_s,
        tokens_per_s=timing.tokens_per_s,
        tokens_in=timing.tokens_in,
        tokens_out=timing.tokens_out,
        total_s=timing.total_s,
        cost_usd=cost_usd,
        at_once=at_once,
        answered_at=datetime.now(UTC).isoformat(),
        details=json.dumps(details, ensure_ascii=False) if details else "",
    )


def calls_in(details: str) -> tuple[ToolCall, ...]:
    """The tool calls in an answer's details."""
    found = json.loads(details).get("tool_calls", []) if details else []
    return tuple(ToolCall(*call) for call in found)


@lru_cache(maxsize=256)
def _scorer_of(spec: str) -> tuple[Scorer, str]:
    """A scorer and its signature."""
    member = scorer(spec)
    return member, member.signature


async def scored_again(result: CaseResult, case: EvalCase, spec: str, aids: Aids) -> CaseResult:
    """A stored answer with the score that it gets now."""
    blank = replace(result, outcome=CaseOutcome.ERROR, score=None, why="", error="", label="")
    return await scored(result.scorer, blank, _answer_in(result), case, spec, aids)


def _answer_in(result: CaseResult) -> Answer:
    return Answer(
        result.answer, calls_in(result.details), result.ttft_s, result.total_s, result.tokens_out, result.cost_usd
    )


async def scored(name: str, answered: CaseResult, answer: Answer, case: EvalCase, spec: str, aids: Aids) -> CaseResult:
    """What the scorer `name` of the run, or the case's own, says of an answer."""
    member, signature = _scorer_of(spec)
    try:
        score = await judged(member, answer, case, aids)
    except NotScored as reason:
        return replace(answered, scorer=name, scored_by=signature, outcome=CaseOutcome.UNSCORED, error=reason.why)
    return replace(
        answered,
        scorer=name,
        scored_by=signature,
        outcome=CaseOutcome.SCORED,
        score=score.value,
        why=score.why,
        label=score.label,
    )
