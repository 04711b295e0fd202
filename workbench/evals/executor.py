"""Who puts questions to models: this process, or others that it hands them to (`evals/cluster.py`)."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Protocol

from workbench.domain.chat import ChatModel, ChatRequest, Done, Failed, Token, Waiting
from workbench.domain.errors import WorkbenchError


class TooSlow(WorkbenchError):
    """No whole answer came within the time a case has."""


@dataclass(frozen=True, slots=True)
class Said:
    """All that came of one question: the text, whole or not, and how it ended."""

    text: str
    end: Done | Failed


class Executor(Protocol):
    """Asks models questions. `ask` does not raise for what the person's world does: that is a `Failed` end."""

    #: whether prompts stay on this machine on their way to a local model
    stays_here: bool

    def width(self, model: ChatModel) -> int:
        """How many questions to this model may be under way."""
        ...

    async def ask(self, model: ChatModel, request: ChatRequest, timeout_s: float) -> Said: ...


class Here:
    """Asks through the model itself, in this process's event loop."""

    stays_here = True

    def width(self, model: ChatModel) -> int:
        return max(model.describe().parallel, 1)

    async def ask(self, model: ChatModel, request: ChatRequest, timeout_s: float) -> Said:
        """`timeout_s` counts anew when the model waits for a reason: its turn, memory, a provider's wish."""
        parts: list[str] = []
        try:
            async with asyncio.timeout(timeout_s) as limit, contextlib.aclosing(model.chat(request)) as events:
                async for event in events:
                    match event:
                        case Token(text):
                            parts.append(text)
                        case Waiting():
                            limit.reschedule(asyncio.get_running_loop().time() + timeout_s)
                        case Done() | Failed():
                            return Said("".join(parts), event)
        except TimeoutError:
            return Said("".join(parts), Failed(TooSlow(f"No whole answer within {timeout_s:g} s")))
        raise RuntimeError(f"{model.describe().model_id} ended an answer without Done or Failed")
