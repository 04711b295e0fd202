"""Remote models for tests: the real model over the real door and SDKs, servers of ours at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.chat import ChatEvent, ChatRequest, Done, Failed, Token, Waiting, ask
from workbench.domain.errors import WorkbenchError
from workbench.domain.secret import Secret
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.model import Circumstances, RemoteModel
from workbench.inference.remote.pacing import Lane
from workbench.inference.remote.purse import Paid, Prices, Question
from workbench.net.door import Doorway
from workbench.net.guard import Policy, ScenarioData

from ledgers import MemoryLedger
from servers import Received, Reply


class OpenPurse:
    """Lets everything through and counts nothing."""

    async def begin(self, question: Question) -> str | Paid:
        return ""

    async def paid(self, id: str, text: str, done: Done, counts_usd: float | None) -> None:
        pass

    async def unpaid(self, id: str, why: str, most_usd: float | None) -> None:
        pass


KEY = "canary-key-4f1d0c"


@dataclass
class Heard:
    """Everything one question brought."""

    events: list[ChatEvent] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Token))

    @property
    def waits(self) -> list[str]:
        return [event.why for event in self.events if isinstance(event, Waiting)]

    @property
    def done(self) -> Done:
        end = self.events[-1]
        assert isinstance(end, Done), end
        return end

    @property
    def failure(self) -> WorkbenchError:
        end = self.events[-1]
        assert isinstance(end, Failed), end
        return end.reason


class Remote:
    """A model at `url` with what it needs; `ask` runs one question in a loop of its own."""

    def __init__(self, url: str, wire: Wire = Wire.CHAT, name: str = "test-model", **more: Any) -> None:
        self.ledger = MemoryLedger()
        self.policy = Policy()
        self.slept: list[float] = []
        self.purse: Any = OpenPurse()
        self.lane = Lane()
        self.key: Secret | None = Secret(KEY)
        self.whose: Callable[[], ScenarioData | None] = lambda: None
        self.prices = Prices(1.0, 10.0)
        self.certificates: Any = None
        self.endpoint = Endpoint("own", "Own server", wire, url, own=True, **more)
        self.name = name
        self.model: RemoteModel | None = None
        self.sleep: Callable[[float], Awaitable[None]] = self._sleep

    async def _sleep(self, seconds: float) -> None:
        """Time does not pass in tests; how long it would have is kept."""
        self.slept.append(seconds)

    def build(self) -> RemoteModel:
        async def key() -> Secret | None:
            return self.key

        def whose() -> ScenarioData | None:
            return self.whose()

        self.doorway = Doorway(policy=lambda: self.policy, ledger=self.ledger, certificates=self.certificates)
        house = Circumstances(
            doorway=self.doorway,
            purse=self.purse,
            lane=self.lane,
            key=key,
            whose=whose,
            redact=lambda text: text.replace(KEY, "•••"),
            sleep=self.sleep,
        )
        self.model = RemoteModel(self.endpoint, self.name, house, prices=self.prices)
        return self.model

    def ask(self, question: str | ChatRequest = "Hello?", **how: Any) -> Heard:
        request = question if isinstance(question, ChatRequest) else ask(question, **how)

        async def main() -> Heard:
            model = self.model or self.build()
            heard = Heard()
            try:
                async for event in model.chat(request):
                    heard.events.append(event)
            finally:
                await self.doorway.close()
            return heard

        return asyncio.run(main())


def chat_chunk(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One event of Chat Completions."""
    delta: dict[str, Any] = {} if text is None else {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "test-model",
        "choices": [choice],
        **more,
    }


USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 40},
    "completion_tokens_details": {"reasoning_tokens": 5},
}


async def chat_answer(request: Received, reply: Reply, words: tuple[str, ...] = ("Hel", "lo", ".")) -> None:
    """A whole answer in OpenAI's chat protocol."""
    await reply.begin()
    for word in words:
        await reply.event(chat_chunk(word))
    await reply.event(chat_chunk(finish="stop"))
    await reply.event({**chat_chunk(), "choices": [], "usage": USAGE})
    await reply.event("[DONE]")
    await reply.end()
