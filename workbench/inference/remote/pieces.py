"""What the protocols have in common: pieces of an answer, and how a question is put in their words."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.domain.chat import ChatRequest, Finish, Image, Sampling, TokenLogprob, ToolCall
from workbench.domain.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Said:
    """More text; `thought` is reasoning that is not part of the answer."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()
    thought: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens by the provider's count. `cached` of `tokens_in` were remembered, `written` put into its cache, and
    `reasoning` of `tokens_out` thought. `cost_usd` where the provider names a price."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The provider has closed its answer. `finish` None: it did not say why, so the answer may be cut."""

    finish: Finish | None
    usage: Usage | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    note: str = ""


Piece = Said | Ended


class Dialect(Protocol):
    """One protocol's words."""

    #: where a question goes, from the base address on
    PATH: str

    def body(self, model: str, request: ChatRequest, left_out: frozenset[str]) -> dict[str, Any]:
        """What is sent, without the fields that this model is known to refuse."""
        ...

    def unknown(self, request: ChatRequest) -> tuple[str, ...]:
        """What of a request the protocol has no word for, so that it is not asked for."""
        ...

    def pieces(self, events: AsyncIterator[Any], request: ChatRequest) -> AsyncGenerator[Piece, None]:
        """The answer out of the server's events (JSON as it came), its last piece `Ended`. Raises WorkbenchError."""
        ...


def asked_for(request: ChatRequest, names: Collection[str]) -> tuple[str, ...]:
    """Which of these settings (or the grammar) a request gives another value than the usual one; a seed means nothing
    to an answer that is not drawn."""
    usual, given = Sampling(), request.sampling
    drawn = given.temperature > 0
    found = (name for name in names if name != "grammar" and (drawn or name != "seed"))
    changed = [name for name in found if getattr(given, name) != getattr(usual, name)]
    return (*changed, *(("grammar",) if request.grammar and "grammar" in names else ()))


def schema_of(text: str) -> dict[str, Any]:
    """A JSON schema given as text. Raises WorkbenchError when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WorkbenchError("That is no JSON schema", where="schema", mend="A schema is a JSON object.")
    return found


def is_strict(schema: object) -> bool:
    """Whether every object names all its fields as required and allows no others: what OpenAI's strict mode takes."""
    if isinstance(schema, list):
        return all(is_strict(item) for item in schema)
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object" or "properties" in schema:
        fields = schema.get("properties") or {}
        if schema.get("additionalProperties") is not False or set(schema.get("required") or ()) != set(fields):
            return False
    return all(is_strict(value) for value in schema.values())


def data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{base64.b64encode(image.data).decode('ascii')}"


def part(value: object, *names: str) -> Any:
    """What lies at a path of names in JSON; None where something else is there."""
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def text_of(value: object) -> str:
    """A text as a server wrote it; "" for what is none."""
    return value if isinstance(value, str) else ""


def listed(value: object) -> list[Any]:
    """A list's objects; empty for what is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def whole(value: object) -> int:
    """A count as a server wrote it; 0 for what is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else 0


def number(value: object) -> float:
    """A figure as a server wrote it; 0 for what is none."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
