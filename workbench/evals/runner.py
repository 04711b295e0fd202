"""Runs an eval: every case to every model, each answer scored and on the disk before it is announced.

Models on this machine are asked one after the other, each first alone (so that its speed is that of one person) and
then with as many answers at once as it batches; providers' models are asked beside them, as many at once as their
servers take (`inference.remote.pacing`). What was answered before, in any run, is not asked again. Cancelling the task
loses the answers under way and nothing else; running again with what is stored in `done` goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from itertools import islice

from workbench.domain.chat import ChatModel, ChatRequest, Done, ToolCall, ask
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.evals import CaseOutcome, CaseResult, Design, EvalCase, EvalRun
from workbench.evals.content import content_key
from workbench.evals.executor import Executor, Here, Said
from workbench.evals.gauge import Gauge
from workbench.evals.money import Cap, usd
from workbench.evals.scorers import NO_AIDS, Aids, Answer, spec_for
from workbench.evals.scoring import calls_in, scored, with_answer
from workbench.evals.stopping import Stopping, in_random_order
from workbench.evals.templates import prompt_of
from workbench.evals.time_left import TimeLeft
from workbench.net.grant import DataRefusal

#: answers of a local model that come one at a time, so that they show how fast it is for one person
ALONE = 12
#: the same of a server on this machine, which may take so many at once that twelve in a row would be most of the time
LEAST_ALONE = 3
#: for so many that are asked at once, one more may be on its way to the disk: a kill loses no more than those
KEPT_BESIDE = 4
#: questions looked up among earlier answers at once
LOOK_UP = 250
#: cases that every model gets before the next ones, in a sequential run
BLOCK = 10
RETRY_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class CaseDone:
    """One model has answered one case (or failed, or was not asked): a result per scorer, stored already."""

    results: tuple[CaseResult, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the run is: `done` of `total` questions, over all models; about `left_s` seconds more (None: not known
    yet)."""

    done: int
    total: int
    model_id: str
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more will be asked. Counts are of questions, in this go.

    `cached` of the `answered` were taken from earlier runs. `unscored` have an answer without a score. `left` were not
    asked, because `stopped` (model, why) says so of their model, or because a sequential run had seen enough
    (`decided`) or a person paused it.
    """

    answered: int
    errors: int
    withheld: int
    unscored: int = 0
    cached: int = 0
    left: int = 0
    stopped: tuple[tuple[str, WorkbenchError], ...] = ()
    decided: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the run has come to its end, as it was designed."""
        return self.decided or not self.left


RunEvent = CaseDone | Progress | Finished
#: why a case may not go to a model, or None when it may
Guard = Callable[[EvalCase, ChatModel], str | None]
Store = Callable[[Sequence[CaseResult]], Awaitable[None]]
#: earlier answers by their content address
Known = Callable[[Collection[str]], Awaitable[Mapping[str, CaseResult]]]
#: what is asked for a case
Prompt = Callable[[EvalCase], ChatRequest]
#: what the scorers of a case may use
AidsFor = Callable[[EvalCase, CaseResult], Aids]


async def nothing_known(_: Collection[str]) -> Mapping[str, CaseResult]:
    """For a run that asks everything anew."""
    return {}


def keep_sensitive_local(case: EvalCase, model: ChatModel) -> str | None:
    """The least that any guard does: a sensitive case goes only to a model on this machine."""
    if case.sensitive and not model.describe().local:
        return "The case is marked sensitive, and this model runs on another machine."
    return None


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with beside its models.

    `store` has the results of an answer on the disk when it comes back; what it raises ends the run. `known` finds
    earlier answers; `identities` tell models of one name apart, by model id (default: the id). `may_send` decides row
    by row; a case it refuses is withheld. `cap` is shared with what
    else costs money, such as judges. `pause`, once set, lets the answers under way arrive and asks nothing more.
    """

    store: Store
    known: Known = nothing_known
    identities: Mapping[str, str] = field(default_factory=dict)
    may_send: Guard = keep_sensitive_local
    prompt: Prompt | None = None
    aids: AidsFor = lambda _case, _answer: NO_AIDS
    executor: Executor = field(default_factory=Here)
    cap: Cap | None = None
    pause: asyncio.Event = field(default_factory=asyncio.Event)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def run_eval(
    run: EvalRun, cases: Sequence[EvalCase], models: Sequence[ChatModel], means: Means, done: Iterable[CaseResult] = ()
) -> AsyncGenerator[RunEvent, None]:
    """Events of a run, ending with `Finished`.

    `done` holds earlier results of this run: what is scored in them is not asked again, errors and withheld cases are.
    """
    events: asyncio.Queue[RunEvent | None] = asyncio.Queue()
    work = asyncio.create_task(_Going(run, cases, models, means, done, events.put_nowait).run())
    work.add_done_callback(lambda _: events.put_nowait(None))
    try:
        while (event := await events.get()) is not None:
            yield event
        try:
            await work
        except BaseExceptionGroup as group:
            raise first_of(group) from None
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await work


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first, out of the task groups around it."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


@dataclass(frozen=True, slots=True)
class Question:
    """One case for one model, for the `repeat`-th time (from 0)."""

    case: EvalCase
    model: ChatModel
    model_id: str
    repeat: int
    request: ChatRequest
    key: str


class _Going:
    """One go at a run, from what is done to what can be done now."""

    def __init__(
        self,
        run: EvalRun,
        cases: Sequence[EvalCase],
        models: Sequence[ChatModel],
        means: Means,
        done: Iterable[CaseResult],
        say: Callable[[RunEvent], None],
    ) -> None:
        self._run, self._means, self._say = run, means, say
        self._models = [(model.describe().model_id, model) for model in models]
        self._cases = list(cases)
        self._gauges = {name: self._gauge(model) for name, model in self._models}
        earlier = [result for result in done if result.eval_run_id == run.id]
        self._scored = _scored_questions(run, earlier)
        self._cap = means.cap or Cap(run.settings.cap_usd, earlier)
        self._total = len(cases) * len(models) * run.settings.repeats
        self._count = len(self._scored)
        self._time_left = TimeLeft()
        self._tally = dict.fromkeys(CaseOutcome, 0)
        self._cached = 0
        self._was_asked: set[str] = set()
        self._asking: dict[str, asyncio.Event] = {}
        self._is_marked = any(case.sensitive for case in cases) or run.settings.marked
        self._watch: Stopping | None = None
        if run.settings.design is Design.SEQUENTIAL:
            self._cases = in_random_order(cases, run.settings.seed)
            self._watch = Stopping(run, self._cases)
            self._watch.saw(result for result in earlier if result.question in self._scored)

    def _gauge(self, model: ChatModel) -> Gauge:
        settings, most = self._run.settings, self._means.executor.width(model)
        width = max(1, min(settings.at_once or most, most))
        if not model.describe().local:
            return Gauge(model, width, 0)
        return Gauge(model, width, self._alone(model, width)) if settings.together else Gauge(model, 1, 0)

    def _alone(self, model: ChatModel, width: int) -> int:
        """How many answers come one at a time first: of a server so many that they take a tenth of the time at most."""
        if not model.describe().provider:
            return ALONE
        rounds = len(self._cases) * self._run.settings.repeats // width
        return min(max(rounds // 10, LEAST_ALONE), ALONE)

    async def run(self) -> None:
        if self._models:
            self._say(Progress(self._count, self._total, self._models[0][0]))
        lanes = self._lanes()
        for lane in lanes:
            names = {name for name, _ in lane}
            known = sum(model in names for _, model, _ in self._scored)
            self._time_left.begin(lane[0][0], len(names) * len(self._cases) * self._run.settings.repeats - known)
        size = len(self._cases) if self._watch is None else BLOCK
        cases = iter(self._cases)
        while not self._is_over and (block := list(islice(cases, size))):
            async with asyncio.TaskGroup() as group:
                for lane in lanes:
                    group.create_task(self._lane(lane, block))
        self._say(self._finished())

    def _lanes(self) -> list[list[tuple[str, ChatModel]]]:
        """What is asked beside each other: the models of this machine in turn, and every other one."""
        here = [pair for pair in self._models if self._gauges[pair[0]].description.local]
        elsewhere = [[pair] for pair in self._models if not self._gauges[pair[0]].description.local]
        return [here, *elsewhere] if here else elsewhere

    def _finished(self) -> Finished:
        return Finished(
            answered=self._tally[CaseOutcome.SCORED],
            errors=self._tally[CaseOutcome.ERROR],
            withheld=self._tally[CaseOutcome.WITHHELD],
            unscored=self._tally[CaseOutcome.UNSCORED],
            cached=self._cached,
            left=self._total - self._count,
            stopped=tuple((name, gauge.blocked) for name, gauge in self._gauges.items() if gauge.blocked is not None),
            decided=self._watch is not None and self._watch.may_stop,
        )

    @property
    def _is_over(self) -> bool:
        return self._means.pause.is_set() or (self._watch is not None and self._watch.may_stop)

    async def _lane(self, lane: Sequence[tuple[str, ChatModel]], cases: Sequence[EvalCase]) -> None:
        for name, model in lane:
            await self._put_to(name, model, cases, lane[0][0])

    async def _put_to(self, name: str, model: ChatModel, cases: Sequence[EvalCase], lane: str) -> None:
        """All open questions to one model, as many at once as it may have now."""
        gauge = self._gauges[name]
        tasks: set[asyncio.Task[None]] = set()
        try:
            async with contextlib.aclosing(self._unanswered(name, model, cases, lane)) as questions:
                async for question in questions:
                    while gauge.is_full or len(tasks) >= gauge.width + gauge.width // KEPT_BESIDE:
                        tasks = await gauge.some_end(tasks)
                    if self._means.pause.is_set() or gauge.blocked is not None:
                        break
                    tasks.add(gauge.begin(self._one(question, gauge, lane)))
            while tasks:
                tasks = await gauge.some_end(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # What need not be asked

    async def _unanswered(
        self, name: str, model: ChatModel, cases: Sequence[EvalCase], lane: str
    ) -> AsyncGenerator[Question, None]:
        """The questions that have to be asked; those that may not be, or were answered before, are dealt with here."""
        questions = self._open(name, model, cases)
        while some := list(islice(questions, LOOK_UP)):
            refusals = {place: self._refusal(question.case, model) for place, question in enumerate(some)}
            known = await self._means.known({one.key for place, one in enumerate(some) if refusals[place] is None})
            settled: list[tuple[CaseResult, ...]] = []
            rest = []
            for place, question in enumerate(some):
                refusal = refusals[place]
                if refusal is not None:
                    settled.append(self._withheld(question, refusal))
                elif question.key in known:
                    settled.append(await self._again(question, known[question.key]))
                else:
                    rest.append(question)
            if settled:
                await self._keep(settled, lane, asked=False)
            for question in rest:
                yield question

    def _refusal(self, case: EvalCase, model: ChatModel) -> str | None:
        if case.sensitive and not self._means.executor.stays_here:
            return "The case is marked sensitive, and the cluster has other machines."
        return self._means.may_send(case, model)

    def _open(self, name: str, model: ChatModel, cases: Sequence[EvalCase]) -> Iterator[Question]:
        identity = self._means.identities.get(name, name)
        for case in cases:
            for repeat in range(self._run.settings.repeats):
                if (case.id, name, repeat) in self._scored:
                    continue
                request = self._request(case, model)
                key = content_key(identity, request, repeat)
                yield Question(case, model, name, repeat, request, key)

    def _request(self, case: EvalCase, model: ChatModel) -> ChatRequest:
        if prompt_of(model) is None and self._means.prompt is not None:
            return self._means.prompt(case)
        return asked_of(self._run, case, model)

    async def _again(self, question: Question, known: CaseResult) -> tuple[CaseResult, ...]:
        """An earlier answer to the same question, scored anew for this run."""
        answered = replace(
            self._blank(question),
            answer=known.answer,
            finish=known.finish,
            ttft_s=known.ttft_s,
            tokens_per_s=known.tokens_per_s,
            tokens_in=known.tokens_in,
            tokens_out=known.tokens_out,
            total_s=known.total_s,
            cost_usd=known.cost_usd,
            at_once=known.at_once,
            answered_at=known.answered_at,
            details=known.details,
            cached=(known.eval_run_id, *known.question) != (self._run.id, *self._blank(question).question),
        )
        self._cached += answered.cached
        return await self._score(question.case, answered, calls_in(known.details))

    def _withheld(self, question: Question, why: str) -> tuple[CaseResult, ...]:
        return self._all(replace(self._blank(question), outcome=CaseOutcome.WITHHELD, error=why))

    # One question

    async def _one(self, question: Question, gauge: Gauge, lane: str) -> None:
        """Asks one question and keeps what came; the next one is asked while this one is on its way to the disk. When
        another row asks exactly the same, they share the answer: one of them is at it, the others wait."""
        key = question.key
        while (twin := self._asking.get(key)) is not None:
            await twin.wait()
        ended = self._asking[key] = asyncio.Event()
        try:
            known = (await self._means.known({key})).get(key) if key in self._was_asked else None
            if known is None:
                await self._ask_and_keep(question, gauge, lane)
        finally:
            del self._asking[key]
            ended.set()
        if known is not None:
            await self._keep([await self._again(question, known)], lane, asked=False)

    async def _ask_and_keep(self, question: Question, gauge: Gauge, lane: str) -> None:
        self._was_asked.add(question.key)
        gauge.under_way += 1
        try:
            results = await self._answer(question, gauge)
        finally:
            gauge.under_way -= 1
        gauge.leave()
        if results is not None:
            await self._keep([results], lane, asked=True)

    async def _answer(self, question: Question, gauge: Gauge) -> tuple[CaseResult, ...] | None:
        """Results of one question; None when it was not asked because its model is not asked any more."""
        try:
            reserved = self._cap.reserve(gauge.description, question.request)
        except GuardRefusal as refusal:
            gauge.blocked = refusal
            return None
        cost: float | None = None
        try:
            beside = gauge.under_way
            said = await self._asked(question, gauge)
            beside = max(beside, gauge.under_way) if gauge.description.local else 1
            end = said.end
            if isinstance(end, Done):
                cost = end.cost_usd
                if cost is None:
                    cost = usd(gauge.description, end.timing.tokens_in, end.timing.tokens_out)
                gauge.answered()
                return await self._score(
                    question.case, with_answer(self._blank(question), said.text, end, cost, beside), end.tool_calls
                )
            if isinstance(end.reason, DataRefusal):
                cost = 0.0
                return self._withheld(question, str(end.reason))
            if isinstance(end.reason, GuardRefusal):
                cost, gauge.blocked = 0.0, end.reason
                return None
            gauge.failed(end.reason)
            return self._all(replace(self._blank(question), answer=said.text, error=str(end.reason), at_once=beside))
        finally:
            self._cap.settle(reserved, cost)

    async def _asked(self, question: Question, gauge: Gauge) -> Said:
        """The question, asked again where that may help."""
        alone = gauge.width == 1
        request = replace(
            question.request,
            fresh=alone or question.request.sampling.temperature > 0,
            sensitive=question.case.sensitive if self._is_marked else None,
            key=f"{self._run.id}/{question.key}",
            beside=min(gauge.most, len(self._cases) * self._run.settings.repeats),
        )
        tries = 0
        while True:
            said = await self._means.executor.ask(question.model, request, self._run.settings.timeout_s)
            if isinstance(said.end, Done) or isinstance(said.end.reason, GuardRefusal):
                return said
            tries += 1
            if tries > self._run.settings.retries or gauge.blocked is not None:
                return said
            await self._means.sleep(RETRY_WAIT_S * 2 ** (tries - 1))

    def _blank(self, question: Question) -> CaseResult:
        case = question.case
        return CaseResult(
            eval_run_id=self._run.id,
            case_id=case.id,
            model_id=question.model_id,
            scorer="",
            outcome=CaseOutcome.ERROR,
            source_document=case.cluster or case.source_document,
            sensitive=case.sensitive,
            tags=case.tags,
            repeat=question.repeat,
            content_key=question.key,
        )

    def _all(self, result: CaseResult) -> tuple[CaseResult, ...]:
        return tuple(replace(result, scorer=name) for name in self._run.scorers)

    async def _score(self, case: EvalCase, answered: CaseResult, calls: tuple[ToolCall, ...]) -> tuple[CaseResult, ...]:
        answer = Answer(
            answered.answer, calls, answered.ttft_s, answered.total_s, answered.tokens_out, answered.cost_usd
        )
        aids = self._means.aids(case, answered)
        results = []
        for name in self._run.scorers:
            used = spec_for(case, name)
            results.append(await scored(name, answered, answer, case, used, aids))
        return tuple(results)

    async def _keep(self, settled: Sequence[tuple[CaseResult, ...]], lane: str, *, asked: bool) -> None:
        """On the disk first, then counted and announced."""
        await self._means.store([result for results in settled for result in results])
        for results in settled:
            self._count += 1
            self._tally[results[0].outcome] += 1
            self._time_left.answered(lane, asked=asked)
            if self._watch is not None:
                self._watch.saw(results)
            self._say(CaseDone(results))
        self._say(Progress(self._count, self._total, settled[-1][0].model_id, self._time_left.seconds()))


def asked_of(run: EvalRun, case: EvalCase, model: ChatModel) -> ChatRequest:
    """What a model is asked for a case: by its own prompt, or the question as it stands."""
    own = prompt_of(model)
    return ask(case.input, system=run.system_prompt, sampling=run.sampling) if own is None else own(case)


def _scored_questions(run: EvalRun, results: Iterable[CaseResult]) -> set[tuple[str, str, int]]:
    """(case, model, repeat) that every scorer of the run has a score for."""
    scored: dict[tuple[str, str, int], set[str]] = {}
    for result in results:
        if result.outcome is CaseOutcome.SCORED:
            scored.setdefault(result.question, set()).add(result.scorer)
    return {question for question, names in scored.items() if names >= set(run.scorers)}
