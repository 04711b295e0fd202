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
from workbench.domain.numbers import digits


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a message: the bytes of its file, and what kind it is ("image/png", "image/jpeg", …)."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may ask for; `parameters` is the JSON schema of its arguments, as text."""

    name: str
    description: str
    parameters: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model asks for a tool. `arguments` is JSON text as the model wrote it, which may not keep to the schema.

    `extra` is a JSON object, as text, that the provider wants to see again with the call (Google signs its thoughts).
    """

    name: str
    arguments: str
    id: str = ""
    extra: str = ""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """`tool_calls` are what an assistant asked for; a message of the role tool `answers_call` of that id."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    answers_call: str = ""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    `temperature` 0 always takes the likeliest token (the answer is then the same every time);
    `top_p` 1, `top_k` 0 and `min_p` 0 mean "no cut". `repeat_penalty` divides the weight of what was said lately (1:
    does nothing); `frequency_penalty` and `presence_penalty` take from it, for each time and once (0: nothing).
    `max_tokens` bounds the answer. Generation also ends at the first of the `stop` strings, which is not part of the
    answer.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int = 0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0


def sampling_problem(sampling: Sampling) -> str:
    """Which of the numbers makes no sense, as a sentence; empty when all do."""
    bounds = {
        "temperature": (0.0, 10.0),
        "top_p": (0.0, 1.0),
        "top_k": (0, 1_000_000),
        "min_p": (0.0, 1.0),
        "max_tokens": (1, 10_000_000),
        "repeat_penalty": (0.01, 100.0),
        "frequency_penalty": (-100.0, 100.0),
        "presence_penalty": (-100.0, 100.0),
    }
    for name, (low, high) in bounds.items():
        value = getattr(sampling, name)
        if not low <= value <= high:  # false for what is no number, too
            return f"{name.replace('_', ' ')} is {digits(value)}; it can be {digits(low)} to {digits(high)}"
    return ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to continue.

    `fresh` asks a local model to evaluate the whole prompt again instead of reusing what it remembers of an
    earlier one: slower, and the same seed then gives the same text. `json_schema` (a schema as JSON text) or `grammar`
    (GBNF) says what the answer must look like; at most one of them. `top_logprobs` asks for the log-probability of
    every token and of as many likeliest ones in its place. `tools` may be asked for; only providers' models know them.

    `sensitive` is what is known of the text: a scenario whose sensitive part must stay here lets only what is marked
    False leave (None: nobody said). `key` names a question that must never be paid for twice (an eval's case):
    a provider's answer under a key is kept and given again instead of asked for again. `beside`: how many questions
    like this one its model will soon have at once, for a local model that can prepare for them.
    """

    messages: tuple[ChatMessage, ...]
    sampling: Sampling = field(default_factory=Sampling)
    fresh: bool = False
    json_schema: str = ""
    grammar: str = ""
    top_logprobs: int = 0
    tools: tuple[Tool, ...] = ()
    sensitive: bool | None = None
    key: str = ""
    beside: int = 1


def ask(
    prompt: str,
    *,
    system: str = "",
    sampling: Sampling | None = None,
    fresh: bool = False,
    history: tuple[ChatMessage, ...] = (),
    images: tuple[Image, ...] = (),
) -> ChatRequest:
    """The request for one question, after what was said before, with a system message in front when there is one."""
    first = (ChatMessage(Role.SYSTEM, system),) if system else ()
    return ChatRequest((*first, *history, ChatMessage(Role.USER, prompt, images)), sampling or Sampling(), fresh)


class Finish(StrEnum):
    """Why an answer ended; `TOOL`: to hear what a tool says; `FILTERED`: the provider withheld the rest."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    TOOL = "tool"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Timing:
    """What an answer took; every `_s` is seconds, from the moment the request was handed over.

    `tokens_per_s` counts the tokens after the first over the time after the first (None with fewer than two);
    `prompt_s` is the time the prompt took to evaluate; `shared_tokens` of `tokens_in` were remembered from an
    earlier prompt (a provider's cache, too) and not evaluated again. `itl_p50_s` and `itl_p95_s` are the median and the
    95th percentile of the times between two tokens, or between two pieces of text where tokens cannot be seen.
    `reasoning_tokens` of `tokens_out` were thought and not said.
    """

    ttft_s: float | None
    tokens_per_s: float | None
    tokens_in: int
    tokens_out: int
    total_s: float
    prompt_s: float | None = None
    shared_tokens: int = 0
    itl_p50_s: float | None = None
    itl_p95_s: float | None = None
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is being loaded; `fraction` from 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing comes for a reason: memory that another model has, a provider that asked to come back later.

    `why` completes "waits …" ("for demo-medium to finish", "7 s because the provider asked for it").
    """

    why: str


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token that was said with its natural log-probability, and the likeliest ones in its place (it may be among
    them), likeliest first."""

    text: str
    logprob: float
    likeliest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """More text of the answer: what arrived since the last one, about 30 times a second.

    `first_s` stands on the first of an answer: the seconds since the request was handed over, as in `Timing`. What came
    before (a model being loaded, a turn waited for) does not count.
    """

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a whole answer. `note` is what the person should know about it (empty when nothing).

    `cost_usd` is what it cost by the provider's own count, of money or of tokens of every kind; None where nobody said,
    then the model's prices count. `tool_calls` are what the model asks for.
    """

    timing: Timing
    finish: Finish
    note: str = ""
    cost_usd: float | None = None
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of an answer that could not be finished, a killed or crashed model included. `sent` False: nothing of the
    question went out."""

    reason: WorkbenchError
    sent: bool = True


ChatEvent = Loading | Waiting | Token | Done | Failed


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """What a page shows about a model before it is asked anything.

    `local` is True when a prompt never leaves this machine; `parallel` is how many requests it serves at
    once. `provider` names whose server answers ("" for a file on this machine). `images` tells whether it takes
    pictures. Prices are US dollars for a million tokens; None is "nobody knows", 0 costs nothing.
    """

    model_id: str
    name: str
    local: bool
    parallel: int = 1
    context_tokens: int | None = None
    parameters: int | None = None
    file_bytes: int | None = None
    provider: str = ""
    images: bool = False
    usd_per_mtok_in: float | None = 0.0
    usd_per_mtok_out: float | None = 0.0


@runtime_checkable
class ChatModel(Protocol):
    """A model that continues a conversation.

    `chat` yields `Loading`, `Waiting` and `Token` events and ends with exactly one `Done` or `Failed`. It does not
    raise for what the person's world does (a broken file, a dead process); closing the iterator or
    cancelling the task that reads it stops the generation.
    """

    def describe(self) -> ModelDescription: ...

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]: ...
