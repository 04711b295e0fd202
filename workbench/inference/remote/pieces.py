"""What the protocols have in common: pieces of an answer, and how a question is put in their words."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.domain.chat import ChatRequest, Finish, Image, TokenLogprob, ToolCall
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


class Converse(Protocol):
    """One protocol: asks and yields pieces, the last of them `Ended`. Raises what its SDK raises."""

    def __call__(
        self, client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
    ) -> AsyncGenerator[Piece, None]: ...


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


def whole(value: object) -> int:
    """A count as a server wrote it; 0 for what is none."""
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else 0
