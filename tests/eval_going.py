"""Runs of evals without a store, for tests of the runner."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workbench.domain.chat import ChatModel, Sampling
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun, EvalSettings, EvalStatus
from workbench.evals.runner import Means, RunEvent, run_eval

CASES = tuple(
    EvalCase(f"case-{number}", f"question {number}", f"answer {number}", sensitive=number % 2 == 1)
    for number in range(6)
)


AT_ONCE_3 = EvalSettings(at_once=3)
PLAIN_CASES = tuple(replace(case, sensitive=False) for case in CASES)


def eval_run(cases: Sequence[EvalCase], models: Sequence[ChatModel], scorers: tuple[str, ...] = ("exact",)) -> EvalRun:
    return EvalRun(
        id="run-1",
        scenario_id=None,
        name="Try",
        dataset_name="cases.csv",
        dataset_hash="00",
        case_count=len(cases),
        model_ids=tuple(model.describe().model_id for model in models),
        scorers=scorers,
        status=EvalStatus.RUNNING,
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
        system_prompt="Be exact",
        sampling=Sampling(max_tokens=20),
    )


class Kept:
    """Where results go instead of a store; `known` finds answers in it again."""

    def __init__(self) -> None:
        self.results: list[CaseResult] = []
        self.writes = 0

    async def store(self, results: Sequence[CaseResult]) -> None:
        self.writes += 1
        self.results += results

    async def known(self, keys: Collection[str]) -> dict[str, CaseResult]:
        given = (CaseOutcome.SCORED, CaseOutcome.UNSCORED)
        return {one.content_key: one for one in self.results if one.content_key in keys and one.outcome in given}


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


async def finish(
    models: Sequence[ChatModel],
    *,
    cases: Sequence[EvalCase] = CASES,
    scorers: tuple[str, ...] = ("exact",),
    settings: EvalSettings | None = None,
    kept: Kept | None = None,
    done: Sequence[CaseResult] = (),
    run_id: str = "run-1",
    sampling: Sampling | None = None,
    **means: object,
) -> tuple[list[RunEvent], list[CaseResult]]:
    kept = kept or Kept()
    run = eval_run(cases, models, scorers)
    run = replace(run, id=run_id, settings=settings or EvalSettings(retries=0), sampling=sampling or run.sampling)
    given = Means(**{"store": kept.store, "sleep": no_wait, **means})  # type: ignore[arg-type]
    return [event async for event in run_eval(run, cases, models, given, done)], kept.results


def right(question: str) -> str:
    return question.replace("question", "answer")
