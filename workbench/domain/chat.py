"""What the workbench says to a language model, and what it hears back.

Evals and the side-by-side page see every model, local or remote, through `ChatModel` only: values in,
a stream of values out. Standard library only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from workbench.domain.errors import WorkbenchError


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    `temperature` 0 always takes the likeliest token (the answer is then the same every time);
    `top_p` 1 and `top_k` 0 mean "no cut". `max_tokens` bounds the answer. Generation also ends at the
    first of the `stop` strings, which is not part of the answer.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int = 0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to continue.

    `fresh` asks a local model to evaluate the whole prompt again instead of reusing what it remembers of an
    earlier one: slower, and the same seed then gives the same text.
    """

    messages: tuple[ChatMessage, ...]
    sampling: Sampling = field(default_factory=Sampling)
    fresh: bool = False


def ask(prompt: str, *, system: str = "", sampling: Sampling | None = None, fresh: bool = False) -> ChatRequest:
    """The request for one question, with a system message in front when there is one."""
    first = (ChatMessage(Role.SYSTEM, system),) if system else ()
    return ChatRequest((*first, ChatMessage(Role.USER, prompt)), sampling or Sampling(), fresh)


class Finish(StrEnum):
    """Why an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Timing:
    """What an answer took; every `_s` is seconds, from the moment the request was handed over.

    `tokens_per_s` counts the tokens after the first over the time after the first (None with fewer than two);
    `prompt_s` is the time the prompt took to evaluate; `shared_tokens` of `tokens_in` were remembered from an
    earlier prompt and not evaluated again.
    """

    ttft_s: float | None
    tokens_per_s: float | None
    tokens_in: int
    tokens_out: int
    total_s: float
    prompt_s: float | None = None
    shared_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is being loaded; `fraction` from 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Token:
    """More text of the answer: what arrived since the last one, about 30 times a second."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a whole answer. `note` is what the person should know about it (empty when nothing)."""

    timing: Timing
    finish: Finish
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of an answer that could not be finished, a killed or crashed model included."""

    reason: WorkbenchError


ChatEvent = Loading | Token | Done | Failed


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What a page shows about a model before it is asked anything.

    `local` is True when a prompt never leaves this machine; `parallel` is how many requests it serves at
    once.
    """

    model_id: str
    name: str
    local: bool
    parallel: int = 1
    context_tokens: int | None = None
    parameters: int | None = None
    file_bytes: int | None = None


@runtime_checkable
class ChatModel(Protocol):
    """A model that continues a conversation.

    `chat` yields `Loading` and `Token` events and ends with exactly one `Done` or `Failed`. It does not
    raise for what the person's world does (a broken file, a dead process); closing the iterator or
    cancelling the task that reads it stops the generation.
    """

    def describe(self) -> ModelDescription: ...

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]: ...
