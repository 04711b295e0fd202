"""One question on its way to several models: what each says, how fast, and what it costs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.domain.chat import (
    ChatEvent,
    ChatModel,
    ChatRequest,
    Done,
    Failed,
    Finish,
    ModelDescription,
    Token,
    ToolCall,
)
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.domain.evidence import Answer, Comparison

FAILED, REFUSED = "failed", "refused"
#: some 500,000 tokens: what a comparison holds, keeps and draws of one answer
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class PaneEvent:
    """Something happened in pane `pane` (0 is the first model)."""

    pane: int
    event: ChatEvent


@dataclass(frozen=True, slots=True)
class PaneEnded:
    """Pane `pane` will say nothing more: its answer, however it ended."""

    pane: int
    answer: Answer


Listener = Callable[[PaneEvent | PaneEnded], None]


class Asking:
    """One question on its way to several models. Made by `PlaygroundService`; `run` it once.

    `stop` may be called from any thread.
    """

    def __init__(self, panes: Sequence[Pane], keep: Callable[[tuple[Answer, ...]], Comparison]) -> None:
        self._panes = tuple(panes)
        self._keep = keep
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> Comparison:
        """All answers once the last one has ended.

        A model that fails or is stopped is an answer too. When the task itself is cancelled, what was said so far is
        kept as cancelled answers, and CancelledError goes on.
        """
        self._loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(pane.fill()) for pane in self._panes]
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        except asyncio.CancelledError:
            keeping = asyncio.create_task(self._ended_and_kept())
            while not keeping.done():  # the end of the program may cancel twice: once more must not lose what was said
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.shield(keeping)
            keeping.result()
            raise
        for task in self._tasks:
            if not task.cancelled() and (bug := task.exception()) is not None:
                raise bug
        return await self._kept()

    async def _ended_and_kept(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._kept()

    async def _kept(self) -> Comparison:
        return await asyncio.to_thread(self._keep, tuple(pane.answer() for pane in self._panes))

    def stop(self, pane: int | None = None) -> None:
        """Ends one pane between two tokens, or all of them. What was said stays."""
        if self._loop is None or self._loop.is_closed():
            return
        for place, task in enumerate(self._tasks):
            if pane is None or pane == place:
                self._loop.call_soon_threadsafe(task.cancel)


class Pane:
    """One model's answer while it streams."""

    def __init__(self, place: int, model: ChatModel, request: ChatRequest, tell: Listener | None) -> None:
        self._place = place
        self._model = model
        self._request = request
        self._tell = tell
        self._about: ModelDescription | None = None
        self._text: list[str] = []
        self._length = 0
        self._end: Done | Failed | None = None
        self._memory: int | None = None
        self._first_s: float | None = None

    async def fill(self) -> None:
        try:
            self._about = await asyncio.to_thread(self._model.describe)
        except WorkbenchError as error:
            self._end = Failed(error, sent=False)
            self._say(PaneEvent(self._place, self._end))
            self._say(PaneEnded(self._place, self.answer()))
            return
        try:
            async with contextlib.aclosing(self._model.chat(self._request)) as events:
                async for event in events:
                    shown = self._within_bounds(event)
                    self._note(shown)
                    self._say(PaneEvent(self._place, shown))
                    if self._length >= MOST_CHARACTERS and self._end is None:
                        self._end = Failed(_endless())
                        self._say(PaneEvent(self._place, self._end))
                        break
        finally:
            self._say(PaneEnded(self._place, self.answer()))

    def _within_bounds(self, event: ChatEvent) -> ChatEvent:
        """The same, or as much of its text as a comparison holds."""
        if not isinstance(event, Token):
            return event
        room = MOST_CHARACTERS - self._length
        self._length += min(len(event.text), room)
        return event if len(event.text) <= room else Token(event.text[:room], first_s=event.first_s)

    def _note(self, event: ChatEvent) -> None:
        match event:
            case Token(text):
                if not self._text:
                    self._first_s = event.first_s
                    self._memory = _memory_of(self._model)
                self._text.append(text)
            case Done() | Failed():
                self._end = event
                self._memory = _memory_of(self._model) or self._memory
            case _:
                pass

    def _say(self, event: PaneEvent | PaneEnded) -> None:
        if self._tell is not None:
            self._tell(event)

    def answer(self) -> Answer:
        """What was said so far, with its timing when it is whole; a stopped one has only its first token's."""
        text = "".join(self._text)
        local = self._about.local if self._about else True
        if isinstance(self._end, Done):
            timing = self._end.timing
            return Answer(
                model=self._id(),
                text=text,
                finish=self._end.finish,
                ttft_s=timing.ttft_s,
                tokens_per_s=timing.tokens_per_s,
                tokens_in=timing.tokens_in,
                tokens_out=timing.tokens_out,
                total_s=timing.total_s,
                cost_usd=self._cost(self._end),
                memory_bytes=self._memory,
                itl_p50_s=timing.itl_p50_s,
                itl_p95_s=timing.itl_p95_s,
                reasoning_tokens=timing.reasoning_tokens,
                cached_tokens=timing.shared_tokens,
                note=" ".join([*filter(None, (self._end.note,)), *map(_asks_for, self._end.tool_calls)]),
                local=local,
            )
        error = self._end.reason if isinstance(self._end, Failed) else None
        nothing_sent = local or (isinstance(self._end, Failed) and not self._end.sent)
        return Answer(
            model=self._id(),
            text=text,
            finish=FAILED if error else Finish.CANCELLED,
            ttft_s=self._first_s,
            tokens_per_s=None,
            tokens_in=0,
            tokens_out=0,
            total_s=None,
            cost_usd=0.0 if nothing_sent else None,
            memory_bytes=self._memory,
            error_what=error.what if error else "",
            error_where=error.where if error else "",
            error_mend=error.mend if error else "",
            error_kind=REFUSED if isinstance(error, GuardRefusal) else "",
            local=local,
        )

    def _id(self) -> str:
        return self._about.model_id if self._about else str(getattr(self._model, "model_id", ""))

    def _cost(self, end: Done) -> float | None:
        """By the provider's count, else by the prices of the model; None when nobody knows a price."""
        if end.cost_usd is not None:
            return end.cost_usd
        return cost_usd(self._about, end.timing.tokens_in, end.timing.tokens_out) if self._about else None


def cost_usd(about: ModelDescription, tokens_in: int, tokens_out: int) -> float | None:
    """What so many tokens cost with a model; None when its price is not known."""
    if about.usd_per_mtok_in is None or about.usd_per_mtok_out is None:
        return None
    return (about.usd_per_mtok_in * tokens_in + about.usd_per_mtok_out * tokens_out) / 1e6


def _asks_for(call: ToolCall) -> str:
    """ "Asks for look_up({"word": "leave"})." """
    return f"Asks for {call.name}({call.arguments})."


def _endless() -> WorkbenchError:
    return WorkbenchError(
        f"The answer reached {MOST_CHARACTERS:,} characters and was stopped",
        mend="What came is kept and marked as incomplete. Ask for a shorter one, or set the longest answer.",
    )


def _memory_of(model: ChatModel) -> int | None:
    """What a model's process takes of this machine's memory; None for one that runs elsewhere."""
    measure = getattr(model, "memory_bytes", None)
    return measure() if measure is not None else None
