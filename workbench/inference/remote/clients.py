"""The vendors' SDKs, imported when first needed, each with our transport and nothing from the environment."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from workbench.domain.chat import ChatRequest
from workbench.domain.secret import Secret
from workbench.inference.remote import anthropic_messages, openai_chat, openai_responses
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.faults import expect_events
from workbench.inference.remote.pieces import Dialect, Piece

if TYPE_CHECKING:
    import httpx2

DIALECTS: dict[Wire, Dialect] = {
    Wire.CHAT: openai_chat,
    Wire.RESPONSES: openai_responses,
    Wire.ANTHROPIC: anthropic_messages,
}
_SDK = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.ANTHROPIC: "anthropic"}
#: what these write at DEBUG holds prompts
_TALKATIVE = ("openai", "anthropic", "httpx2", "httpcore2")
_ready: dict[str, Any] = {}
#: for servers that want none: the SDKs insist on something
_NO_KEY = "none"


async def load(wire: Wire) -> None:
    """Imports the SDK in a thread: it takes half a second, and other answers are streaming."""
    if _SDK[wire] not in _ready:
        await asyncio.to_thread(_import, _SDK[wire])


def _import(name: str) -> Any:
    if name not in _ready:
        _ready[name] = importlib.import_module(name)
        for talkative in _TALKATIVE:
            logging.getLogger(talkative).setLevel(logging.WARNING)
    return _ready[name]


def make(endpoint: Endpoint, key: Secret | None, http: httpx2.AsyncClient) -> Any:
    """A client for one question. `load` first."""
    text = key.reveal() if key is not None else _NO_KEY
    sdk = _import(_SDK[endpoint.wire])
    if endpoint.wire is Wire.ANTHROPIC:
        client = sdk.AsyncAnthropic(
            api_key=text, base_url=endpoint.base_url, http_client=http, max_retries=0, timeout=None
        )
    else:
        client = sdk.AsyncOpenAI(
            api_key=text, base_url=endpoint.base_url, http_client=http, max_retries=0, timeout=None
        )
        client.organization = client.project = None
    client._custom_headers = {}  # those of ANTHROPIC_CUSTOM_HEADERS and OPENAI_CUSTOM_HEADERS
    return client


async def converse(
    endpoint: Endpoint, client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    """Asks and gives the pieces of the answer, the last of them `Ended`. Raises what the SDK raises, WorkbenchError.

    The SDK does address, key, errors and the stream of events. Body and events are ours: its own way for them goes
    through a description of every field, which takes longer than a request and stumbles over what other servers write.
    """
    dialect = DIALECTS[endpoint.wire]
    body = dialect.body(model, request, left_out)
    events = _import(_SDK[endpoint.wire]).AsyncStream[object]
    stream = await client.post(dialect.PATH, body=body, cast_to=object, stream=True, stream_cls=events)
    await expect_events(stream.response)
    async with stream:
        async for piece in dialect.pieces(stream, request):
            yield piece
