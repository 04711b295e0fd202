"""A provider's model as `domain.chat` sees every model: through the guard, the purse and the door, with patience."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench.domain.chat import (
    ChatEvent,
    ChatRequest,
    Done,
    Failed,
    Finish,
    ModelDescription,
    Token,
    Waiting,
)
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.secret import Secret
from workbench.inference.forms import schema_problem
from workbench.inference.remote import clients
from workbench.inference.remote.endpoints import Endpoint
from workbench.inference.remote.faults import OPTIONAL, Asked, Fault, Incomplete, NoAnswer, fault_of, is_ours
from workbench.inference.remote.pacing import MOST, MOST_TRIES, Lane, wait_s, wait_words
from workbench.inference.remote.pieces import Ended, Usage
from workbench.inference.remote.purse import Paid, Prices, Purse, Question
from workbench.inference.remote.stream import Clock, paced
from workbench.net.grant import Grant, NetworkFailure, Unreached, host_of
from workbench.net.guard import ScenarioData

if TYPE_CHECKING:
    from workbench.net.door import Doorway

CHARACTERS_PER_TOKEN = 3.0  # for the most a prompt may cost: fewer than in English prose
IMAGE_TOKENS = 1600
MOST_LEFT_OUT = 6


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a remote model needs of the house. `key` is asked for after the guard said yes; `whose` is called in a
    thread at each question (None: data of no scenario)."""

    doorway: Doorway
    purse: Purse
    lane: Lane
    key: Callable[[], Awaitable[Secret | None]]
    whose: Callable[[], ScenarioData | None] | None
    redact: Callable[[str], str]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


def no_key(endpoint: Endpoint) -> WorkbenchError:
    """Why a provider cannot be asked."""
    return WorkbenchError(
        f"There is no key for {endpoint.name}",
        where="keychain",
        mend=f"Enter one under Settings, or: workbench key set {endpoint.id}",
    )


class RemoteModel:
    """One model of one provider, for data of one scenario (or of none)."""

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        circumstances: Circumstances,
        *,
        prices: Prices,
        ceiling: Prices | None = None,
        context_tokens: int | None = None,
        images: bool = True,
    ) -> None:
        self.model_id = f"{endpoint.id}/{name}"
        self._endpoint = endpoint
        self._name = name
        self._house = circumstances
        self._prices = prices
        self._ceiling = ceiling or prices  # what counts against a cap where a price is not known
        self._context_tokens = context_tokens
        self._images = images
        self._clients: dict[tuple[Grant, Secret | None], Any] = {}
        self._left_out: frozenset[str] = frozenset()  # fields that this model turned out not to take

    @property
    def identity(self) -> str:
        """What tells it from a model of the same name on another server."""
        return f"{self._endpoint.base_url} {self._name}"

    def describe(self) -> ModelDescription:
        from workbench.net.addresses import is_local

        return ModelDescription(
            model_id=self.model_id,
            name=self._name,
            local=is_local(urlsplit(self._endpoint.base_url).hostname),
            parallel=MOST,
            context_tokens=self._context_tokens,
            provider=self._endpoint.name,
            images=self._images,
            usd_per_mtok_in=self._prices.usd_in,
            usd_per_mtok_out=self._prices.usd_out,
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """See `ChatModel`. Waits are `Waiting` events; a guard's refusal is `Failed` before a socket opens."""
        try:
            grant, key = await self._admitted(request)
            opened = await self._house.purse.begin(self._question(request, grant))
        except WorkbenchError as error:
            yield Failed(error, sent=False)
            return
        if isinstance(opened, Paid):
            yield Token(opened.text)
            yield opened.done
            return
        said: list[str] = []
        ended = False
        try:
            async with contextlib.aclosing(self._asked(request, grant, key)) as events:
                async for heard in events:
                    event = heard
                    if isinstance(event, Token):
                        said.append(event.text)
                    if isinstance(event, Done):
                        event = await _with_form(event, "".join(said), request.json_schema)
                        await self._house.purse.paid(opened, "".join(said), event, self._counts(event))
                    elif isinstance(event, Failed):
                        await self._house.purse.unpaid(opened, event.reason.what, self._may_cost(request, said, event))
                    ended = isinstance(event, Done | Failed)
                    yield event
        finally:
            if not ended:
                stopped = self._house.purse.unpaid(opened, "stopped", self._may_cost(request, said, None))
                await asyncio.shield(stopped)

    async def _admitted(self, request: ChatRequest) -> tuple[Grant, Secret | None]:
        """Leave from the guard, then the key, then the SDK. Raises WorkbenchError."""
        whose = None if self._house.whose is None else await asyncio.to_thread(self._house.whose)
        grant = self._house.doorway.guard.prompt(
            self._endpoint.base_url, provider=self._endpoint.id, whose=whose, sensitive=request.sensitive
        )
        key = await self._house.key()
        if key is None and self._endpoint.needs_key:
            raise no_key(self._endpoint)
        await clients.load(self._endpoint.wire)
        await self._house.doorway.ready()
        return grant, key

    def _question(self, request: ChatRequest, grant: Grant) -> Question:
        most = self._ceiling.of(most_tokens_in(request), request.sampling.max_tokens)
        return Question(grant.scenario_id, self._endpoint.id, self._name, most, request.key)

    def _may_cost(self, request: ChatRequest, said: list[str], end: Failed | None) -> float | None:
        """What an answer without an end may have cost: nothing when it was refused or nothing was sent, else what was
        sent and said."""
        if end is not None and not said and not (end.sent and isinstance(end.reason, NetworkFailure | NoAnswer)):
            return 0.0
        tokens_out = math.ceil(sum(map(len, said)) / CHARACTERS_PER_TOKEN)
        return self._ceiling.of(most_tokens_in(request), tokens_out)

    def _counts(self, done: Done) -> float | None:
        """What an answer counts for: its price, or the most that so many tokens may cost."""
        if done.cost_usd is not None:
            return done.cost_usd
        return self._ceiling.of(done.timing.tokens_in, done.timing.tokens_out)

    async def _asked(self, request: ChatRequest, grant: Grant, key: Secret | None) -> AsyncGenerator[ChatEvent, None]:
        """The question, asked again as long as that makes sense and nothing was said yet."""
        asked = Asked(
            self._endpoint.name,
            self._endpoint.id,
            host_of(next(iter(grant.origins))),
            self._name,
            self._house.redact,
        )
        tries, sent = 1, False
        while True:
            if self._house.lane.is_full:
                yield Waiting(f"for its turn: {asked.host} gets {int(self._house.lane.limit)} at once")
            fault: Fault | None = None
            begun = False
            async with self._house.lane.turn():
                events = self._streamed(request, grant, key)
                try:
                    async with contextlib.aclosing(events):
                        async for event in events:
                            begun = begun or isinstance(event, Token)
                            if isinstance(event, Done):
                                self._house.lane.answered()  # before it is told: nobody has to ask for more after it
                            yield event
                    return
                except Exception as error:
                    if is_ours(error):
                        raise
                    fault = fault_of(error, asked)
            sent = sent or not isinstance(fault.error, Unreached | GuardRefusal)
            if fault.busy:
                self._house.lane.busy()
            if begun:
                yield Failed(_within_an_answer(fault.error))
                return
            if self._can_leave_out(fault):
                self._left_out |= {fault.field}
                continue
            if not fault.again or tries >= MOST_TRIES:
                yield Failed(fault.error, sent)
                return
            seconds = wait_s(tries, fault.wait_s)
            tries += 1
            yield Waiting(wait_words(seconds, fault.wait_s, fault.error.what))
            await self._house.sleep(seconds)

    def _can_leave_out(self, fault: Fault) -> bool:
        known = fault.field in OPTIONAL and fault.field not in self._left_out
        return known and len(self._left_out) < MOST_LEFT_OUT

    async def _streamed(
        self, request: ChatRequest, grant: Grant, key: Secret | None
    ) -> AsyncGenerator[Token | Done, None]:
        """One try. Raises what goes wrong."""
        left_out = self._left_out
        clock, is_first = Clock(), True
        pieces = clients.converse(self._endpoint, self._client(grant, key), self._name, request, left_out)
        async with contextlib.aclosing(paced(pieces, clock)) as events:
            async for event in events:
                if isinstance(event, Token):
                    yield replace(event, first_s=clock.first_s) if is_first else event
                    is_first = False
                else:
                    yield self._done(event, request, clock, left_out)

    def _client(self, grant: Grant, key: Secret | None) -> Any:
        """The SDK's client for what was granted, made once: that takes a tenth of the time of a question. It holds no
        connection; the door behind it asks at each request whether the leave still counts."""
        if (grant, key) not in self._clients:
            http = self._house.doorway.client(grant)
            self._clients[grant, key] = clients.make(self._endpoint, key, http)
        return self._clients[grant, key]

    def _done(self, end: Ended, request: ChatRequest, clock: Clock, left_out: frozenset[str]) -> Done:
        """Raises NoAnswer, Incomplete for an end that is none."""
        if end.finish is None:
            if not clock.pieces:
                raise NoAnswer(
                    f"{self._endpoint.name} answered with nothing",
                    where=self._endpoint.base_url,
                    mend="It gave up without a reason: the prompt may be too long for it, or hold a picture that it "
                    "does not take. Its own log says more.",
                )
            raise Incomplete(
                f"The answer of {self.model_id} broke off: its end never came",
                where=self._endpoint.base_url,
                mend="What came is kept and marked as incomplete. Try again.",
            )
        timing = clock.timing(end.usage, most_tokens_in(request))
        return Done(
            timing=timing,
            finish=end.finish,
            note=" ".join(filter(None, (end.note, _notes(end, request, left_out, self._endpoint)))),
            cost_usd=self._cost(end.usage),
            tool_calls=end.tool_calls,
        )

    def _cost(self, usage: Usage | None) -> float | None:
        if usage is None:
            return None
        if usage.cost_usd is not None:
            return usage.cost_usd
        return self._prices.of(usage.tokens_in, usage.tokens_out, usage.cached, usage.written)


async def _with_form(done: Done, said: str, schema: str) -> Done:
    """The same end; of a whole answer it says as well what in it breaks the schema it should follow."""
    if not schema or done.finish is not Finish.STOP:
        return done
    problem = await asyncio.to_thread(schema_problem, said, schema)
    return replace(done, note=f"{done.note} {problem}".strip())


def _notes(end: Ended, request: ChatRequest, left_out: frozenset[str], endpoint: Endpoint) -> str:
    """What the person should know about an answer that came out otherwise than asked."""
    notes = []
    if end.usage is None:
        notes.append("The provider gave no token counts: they are estimates.")
    ignored = sorted(left_out - {"stream_options", "max_tokens", "include", "response_format"})
    if ignored:
        notes.append(f"This model does not take {', '.join(ignored)}: left out.")
    unknown = clients.DIALECTS[endpoint.wire].unknown(request)
    if unknown:
        notes.append(f"{endpoint.name} takes no {', '.join(unknown)}: left out.")
    if request.grammar and "grammar" not in unknown:
        notes.append("Whether the grammar was kept to is up to the server.")
    if end.finish is Finish.FILTERED:
        notes.append("The provider withheld the rest.")
    return " ".join(notes)


def _within_an_answer(error: WorkbenchError) -> WorkbenchError:
    if isinstance(error, Incomplete):
        return error
    mend = error.mend if "incomplete" in error.mend else f"What came is kept and marked as incomplete. {error.mend}"
    return Incomplete(error.what, where=error.where, mend=mend.strip())


def most_tokens_in(request: ChatRequest) -> int:
    """More tokens than a conversation is likely to have: for caps, which must not be passed."""
    total = 0.0
    for message in request.messages:
        total += 8 + len(message.text.encode("utf-8")) / CHARACTERS_PER_TOKEN + IMAGE_TOKENS * len(message.images)
    total += sum(len(tool.parameters + tool.description) / CHARACTERS_PER_TOKEN for tool in request.tools)
    return math.ceil(total + len(request.json_schema) / CHARACTERS_PER_TOKEN)
