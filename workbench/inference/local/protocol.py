"""What the workbench and an engine child say to each other: one JSON object a line.

Several generations run at once, so everything about one carries its id. A line that is no message raises
`ProtocolError`: the other side is broken, and the parent then ends the child.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Role, Sampling, Timing, TokenLogprob

VERSION = 3
MAX_LINE_BYTES = 16 << 20


class ProtocolError(Exception):
    """A line that is not a message of this protocol."""


@dataclass(frozen=True, slots=True)
class Load:
    """Load the child's one model. `threads` None means: measure. `memory_cap_bytes` bounds the child's own
    data. `beside`: it is a copy, and yields the processor to others."""

    path: str
    context_tokens: int
    sequence_tokens: int
    parallel: int
    threads: int | None = None
    memory_cap_bytes: int | None = None
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Generate:
    id: str
    request: ChatRequest


@dataclass(frozen=True, slots=True)
class Embed:
    """Ask for one vector for each text."""

    id: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    number: int


@dataclass(frozen=True, slots=True)
class Started:
    """The child runs and listens."""

    pid: int
    version: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Loading, from 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded. `token_s` is the measured time for one token on `threads` threads; `processes` of
    this kind have work for every core."""

    sequence_tokens: int
    parallel: int
    threads: int
    token_s: float
    load_s: float
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    id: str
    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """The embedding of text number `index`; the last one of a request ends it."""

    id: str
    index: int
    values: tuple[float, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class Finished:
    id: str
    finish: Finish
    timing: Timing
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A load (`id` empty) or a generation that could not be done; the child goes on."""

    id: str
    what: str
    where: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Pong:
    """`quiet_s`: since when the working thread has shown no sign of life; 0 when it has nothing to do."""

    number: int
    quiet_s: float


@dataclass(frozen=True, slots=True)
class Dying:
    """The last words of native code that stops the process."""

    why: str


Command = Load | Generate | Embed | Cancel | Ping
Event = Started | Progress | Ready | Text | Vector | Finished | Refused | Pong | Dying
Message = Command | Event

_TAGS: dict[str, type[Message]] = {
    "load": Load,
    "generate": Generate,
    "embed": Embed,
    "cancel": Cancel,
    "ping": Ping,
    "started": Started,
    "progress": Progress,
    "ready": Ready,
    "text": Text,
    "vector": Vector,
    "finished": Finished,
    "refused": Refused,
    "pong": Pong,
    "dying": Dying,
}
_NAMES = {kind: tag for tag, kind in _TAGS.items()}


def encode(message: Message) -> bytes:
    """One line, ASCII, ending with a line feed."""
    body = asdict(message)
    if isinstance(message, Generate):
        body["request"]["messages"] = [{"role": m.role, "text": m.text} for m in message.request.messages]
    return json.dumps({"is": _NAMES[type(message)], **body}).encode("ascii") + b"\n"


def decode(line: bytes) -> Message:
    """The message in a line. Raises `ProtocolError`."""
    try:
        body = json.loads(line)
        kind = _TAGS[body.pop("is")]
        if kind is Generate:
            return Generate(str(body["id"]), _request(body["request"]))
        if kind is Embed:
            return Embed(str(body["id"]), tuple(str(text) for text in body["texts"]))
        if kind is Text:
            return Text(str(body["id"]), str(body["text"]), tuple(_logprob(one) for one in body["logprobs"]))
        if kind is Vector:
            values = tuple(float(value) for value in body["values"])
            return Vector(str(body["id"]), int(body["index"]), values, int(body["tokens"]))
        if kind is Finished:
            timing = Timing(**body["timing"])
            return Finished(str(body["id"]), Finish(body["finish"]), timing, str(body["note"]))
        if set(body) - {field.name for field in fields(kind)}:
            raise ProtocolError(f"unknown fields in {line[:200]!r}")
        return kind(**body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"{type(error).__name__} in {line[:200]!r}") from error


def _logprob(body: dict[str, Any]) -> TokenLogprob:
    likeliest = tuple((str(text), float(value)) for text, value in body["likeliest"])
    return TokenLogprob(str(body["text"]), float(body["logprob"]), likeliest)


def _request(body: dict[str, Any]) -> ChatRequest:
    sampling = dict(body["sampling"])
    sampling["stop"] = tuple(sampling["stop"])
    messages = tuple(ChatMessage(Role(m["role"]), str(m["text"])) for m in body["messages"])
    return ChatRequest(
        messages,
        Sampling(**sampling),
        bool(body["fresh"]),
        str(body["json_schema"]),
        str(body["grammar"]),
        int(body["top_logprobs"]),
    )
