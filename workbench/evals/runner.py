"""Runs an eval: every case to every model, each answer scored and handed on when it arrives.

Models are asked in turn, each several cases at a time if wanted. Whoever runs it stores each result in `store` before
the next event; cancelling the task stops between two cases, and running again with the stored results in `done`
resumes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.domain.chat import ChatModel, Done, Failed, Timing, Token, ToolCall, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, EvalCase, EvalRun
from workbench.evals.scorers import NO_AIDS, Aids, Answer, NotScored, judged, scorer

CASE_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class CaseDone:
    """One model has answered one case (or failed, or was not asked): a result per scorer, stored already."""

    results: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is: `done` of `total` questions, over all models."""

    done: int
    total: int
    model_id: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Every case was put to every model."""

    answered: int
    errors: int
    withheld: int


RunEvent = CaseDone | Progress | Finished
#: why a case may not go to a model, or None when it may
Guard = Callable[[EvalCase, ChatModel], str | None]
Store = Callable[[Sequence[CaseResult]], None]


def keep_sensitive_local(case: EvalCase, model: ChatModel) -> str | None:
    """The least that any guard does: a sensitive case goes only to a model on this machine."""
    if case.sensitive and not model.describe().local:
        return "The case is marked sensitive, and this model runs on another machine."
    return None


def check(run: EvalRun, cases: Sequence[EvalCase]) -> list[WorkbenchError]:
    """What stands against running it: unknown scorers, two models of one name, cases that a scorer cannot use."""
    doubled = {model for model in run.model_ids if run.model_ids.count(model) > 1}
    if doubled:
        return [
            WorkbenchError(
                f"Two models are called {', '.join(sorted(doubled))}, and their results could not be told apart",
                where="models",
                mend="Choose one of them, or rename a file.",
            )
        ]
    try:
        for name in run.scorers:
            scorer(name)
    except WorkbenchError as error:
        return [error]
    problems = []
    for case in cases:
        for name in {case.scorer} if case.scorer else set(run.scorers):
            fault = scorer(name).problem(case.expected)
            if fault:
                line = f", line {case.line}" if case.line else ""
                problems.append(
                    WorkbenchError(
                        f"The scorer {name} cannot use the expected text of case {case.id}: {fault}",
                        where=f"{run.dataset_name}{line}",
                        mend="Choose another scorer, or mend the case.",
                    )
                )
    return problems


async def run_eval(
    run: EvalRun,
    cases: Sequence[EvalCase],
    models: Sequence[ChatModel],
    *,
    store: Store,
    done: Iterable[CaseResult] = (),
    may_send: Guard = keep_sensitive_local,
    at_once: int = 1,
    timeout_s: float = CASE_TIMEOUT_S,
) -> AsyncGenerator[RunEvent, None]:
    """Events of a run, ending with `Finished`.

    `store` is called with the results of each answer before the event is given out; what it raises ends the run.
    `done` holds earlier results: what is scored in them is not asked again, errors and withheld cases are. `may_send`
    decides row by row; a case it refuses is withheld. `at_once` cases run at a time on a model that can; one at a
    time measures a model's speed as a single person sees it.
    """
    finished = _scored_questions(run, done)
    plan = [(model, [case for case in cases if (case.id, _id(model)) not in finished]) for model in models]
    total = len(cases) * len(models)
    counts = dict.fromkeys(CaseOutcome, 0)
    count = total - sum(len(open_cases) for _, open_cases in plan)
    for model, open_cases in plan:
        yield Progress(count, total, _id(model))
        asker = _Asker(run, model, may_send, timeout_s)
        width = min(at_once, model.describe().parallel)
        async with contextlib.aclosing(_in_parallel(asker, open_cases, width)) as answers:
            async for results in answers:
                store(results)
                count += 1
                counts[results[0].outcome] += 1
                yield CaseDone(results)
                yield Progress(count, total, _id(model))
    yield Finished(counts[CaseOutcome.SCORED], counts[CaseOutcome.ERROR], counts[CaseOutcome.WITHHELD])


def _id(model: ChatModel) -> str:
    return model.describe().model_id


def _scored_questions(run: EvalRun, results: Iterable[CaseResult]) -> set[tuple[str, str]]:
    """(case, model) that every scorer of the run has a score for."""
    scored: dict[tuple[str, str], set[str]] = {}
    for result in results:
        if result.eval_run_id == run.id and result.outcome is CaseOutcome.SCORED:
            scored.setdefault((result.case_id, result.model_id), set()).add(result.scorer)
    return {question for question, names in scored.items() if names >= set(run.scorers)}


async def _in_parallel(
    asker: _Asker, cases: Sequence[EvalCase], width: int
) -> AsyncGenerator[tuple[CaseResult, ...], None]:
    """Results as they arrive, with up to `width` cases under way."""
    waiting = deque(cases)
    under_way: set[asyncio.Task[tuple[CaseResult, ...]]] = set()
    try:
        while waiting or under_way:
            while waiting and len(under_way) < max(1, width):
                under_way.add(asyncio.create_task(asker.ask(waiting.popleft())))
            ready, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in ready:
                yield task.result()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


class _Asker:
    """Puts cases to one model and scores what comes back."""

    def __init__(self, run: EvalRun, model: ChatModel, may_send: Guard, timeout_s: float) -> None:
        self._run, self._model, self._may_send, self._timeout_s = run, model, may_send, timeout_s
        self._model_id = _id(model)

    async def ask(self, case: EvalCase) -> tuple[CaseResult, ...]:
        blank = CaseResult(
            eval_run_id=self._run.id,
            case_id=case.id,
            model_id=self._model_id,
            scorer="",
            outcome=CaseOutcome.ERROR,
            source_document=case.source_document,
            sensitive=case.sensitive,
            tags=case.tags,
        )
        refusal = self._may_send(case, self._model)
        if refusal is not None:
            return self._all(replace(blank, outcome=CaseOutcome.WITHHELD, error=refusal))
        try:
            async with asyncio.timeout(self._timeout_s):
                answer, end = await self._answer(case)
        except TimeoutError:
            return self._all(replace(blank, error=f"No whole answer within {self._timeout_s:g} s."))
        if isinstance(end, Failed):
            return self._all(replace(blank, answer=answer, error=str(end.reason)))
        answered = _timed(replace(blank, answer=answer, finish=end.finish.value), end.timing)
        return await self._score(case, answered, end.tool_calls)

    async def _answer(self, case: EvalCase) -> tuple[str, Done | Failed]:
        request = ask(case.input, system=self._run.system_prompt, sampling=self._run.sampling, fresh=True)
        parts: list[str] = []
        async with contextlib.aclosing(self._model.chat(request)) as events:
            async for event in events:
                match event:
                    case Token(text):
                        parts.append(text)
                    case Done() | Failed():
                        return "".join(parts), event
        raise RuntimeError(f"{self._model_id} ended an answer without Done or Failed")

    def _all(self, result: CaseResult) -> tuple[CaseResult, ...]:
        return tuple(replace(result, scorer=name) for name in self._run.scorers)

    async def _score(self, case: EvalCase, answered: CaseResult, calls: tuple[ToolCall, ...]) -> tuple[CaseResult, ...]:
        answer = Answer(
            answered.answer, calls, answered.ttft_s, answered.total_s, answered.tokens_out, answered.cost_usd
        )
        results = []
        for name in self._run.scorers:
            used = case.scorer or name
            results.append(await _scored(replace(answered, scorer=name), answer, case, used))
        return tuple(results)


async def _scored(result: CaseResult, answer: Answer, case: EvalCase, spec: str, aids: Aids = NO_AIDS) -> CaseResult:
    member = scorer(spec)
    result = replace(result, scored_by=member.signature)
    try:
        score = await judged(member, answer, case, aids)
    except NotScored as reason:
        return replace(result, outcome=CaseOutcome.UNSCORED, error=reason.why)
    return replace(result, outcome=CaseOutcome.SCORED, score=score.value, why=score.why)


def _timed(result: CaseResult, timing: Timing) -> CaseResult:
    return replace(
        result,
        ttft_s=timing.ttft_s,
        tokens_per_s=timing.tokens_per_s,
        tokens_in=timing.tokens_in,
        tokens_out=timing.tokens_out,
        total_s=timing.total_s,
    )
