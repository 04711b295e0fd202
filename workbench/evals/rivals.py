"""Answers of two models compared with each other: once both have answered, a judge sees them in both orders.

While a run asks, a scorer that compares with another model's answers has nothing to go by; its scores come afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from workbench.domain.chat import ModelDescription
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun
from workbench.evals.runner import first_of
from workbench.evals.scorers import Aids, Answer, Scorer, scorer, spec_for
from workbench.evals.scoring import scored_again

#: judgements under way at once
AT_ONCE = 8


def rival_named(member: Scorer) -> str:
    """The model whose answers a scorer, or the first of its parts, compares with; "" for none."""
    parts = (rival_named(part) for part in getattr(member, "parts", ()))
    return str(getattr(member, "against", "")) or next((name for name in parts if name), "")


def rival_id(name: str, models: Iterable[ModelDescription]) -> str:
    """The model of a run that is meant: by id, id without "local/", or name. Raises WorkbenchError for none of them."""
    known = list(models)
    for about in known:
        if name.casefold() in {each.casefold() for each in (about.model_id, _short(about), about.name)}:
            return about.model_id
    raise WorkbenchError(
        f"{name} is not in this eval, so nothing can be compared with its answers",
        where="scorer",
        mend=f"Name one of its models: {', '.join(_short(about) for about in known)}.",
    )


def compares(run: EvalRun) -> bool:
    """Whether a scorer of the run waits for the answers of another model."""
    return any(rival_named(scorer(spec)) for spec in run.scorers)


def check_rivals(run: EvalRun, models: Sequence[ModelDescription]) -> None:
    """Raises WorkbenchError for a scorer that compares with a model that the run does not ask."""
    for spec in run.scorers:
        if name := rival_named(scorer(spec)):
            rival_id(name, models)


async def compare_answers(
    run: EvalRun,
    cases: Sequence[EvalCase],
    models: Sequence[ModelDescription],
    results: Sequence[CaseResult],
    aids: Callable[[EvalCase, CaseResult], Aids],
    store: Callable[[Sequence[CaseResult]], Awaitable[None]],
) -> None:
    """Scores what has no score because it waited for another model's answer; each one is stored when it is known."""
    rivals = {spec: rival_id(name, models) for spec in run.scorers if (name := rival_named(scorer(spec)))}
    known = {case.id: case for case in cases}
    answers = {one.question: one for one in results if one.outcome in (CaseOutcome.SCORED, CaseOutcome.UNSCORED)}
    room = asyncio.Semaphore(AT_ONCE)

    async def compare(one: CaseResult, other: CaseResult) -> None:
        case = known[one.case_id]
        async with room:
            at_hand = replace(aids(case, one), rival=Answer(other.answer))
            await store([await scored_again(one, case, spec_for(case, one.scorer), at_hand)])

    try:
        async with asyncio.TaskGroup() as group:
            for one in results:
                if one.scorer in rivals and one.outcome is CaseOutcome.UNSCORED and one.case_id in known:
                    other = answers.get((one.case_id, rivals[one.scorer], one.repeat))
                    if other is not None:
                        group.create_task(compare(one, other))
    except BaseExceptionGroup as failed:
        raise first_of(failed) from None


def _short(about: ModelDescription) -> str:
    return about.model_id.removeprefix("local/")
