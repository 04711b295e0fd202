"""The vendors' SDKs, imported when first needed, each with our transport and nothing from the environment."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
from collections.abc import AsyncGenerator
from functools import cache
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
_loading = threading.Lock()
#: seconds to wait for the end of an answer that is whole
DRAIN_S = 0.1
#: for servers that want none: the SDKs insist on something
_NO_KEY = "none"


async def load(wire: Wire) -> None:
    """Imports the SDK in a thread: it takes half a second, and other answers are streaming."""
    if _SDK[wire] not in _ready:
        await asyncio.to_thread(_import, _SDK[wire])


def _import(name: str) -> Any:
    """One SDK at a time, as they load the same libraries, and after pydantic, which the catalog may be loading."""
    with _loading:
        if name not in _ready:
            from workbench import pydantic_first  # noqa: F401

            _ready[name] = importlib.import_module(name)
            for talkative in _TALKATIVE:
                logging.getLogger(talkative).setLevel(logging.WARNING)
        return _ready[name]


def make(endpoint: Endpoint, key: Secret | None, http: httpx2.AsyncClient) -> Any:
    """A client for one question. `load` first."""
    text = key.reveal() if key is not None else _NO_KEY
    sdk = _import(_SDK[endpoint.wire])
    given = {
        "api_key": text,
        "base_url": endpoint.address,
        "default_query": endpoint.query,
        "http_client": http,
        "max_retries": 0,
        "timeout": None,
    }
    if endpoint.wire is Wire.ANTHROPIC:
        client = sdk.AsyncAnthropic(**given)
    else:
        client = sdk.AsyncOpenAI(**given)
        client.organization = client.project = None
    client._custom_headers = {}  # those of ANTHROPIC_CUSTOM_HEADERS and OPENAI_CUSTOM_HEADERS
    return client


def own_headers(endpoint: Endpoint, client: Any) -> dict[str, Any]:
    """What stands above a request beside the SDK's own: Azure wants the key elsewhere."""
    if not endpoint.is_azure:
        return {}
    return {"api-key": client.api_key, "Authorization": _import(_SDK[endpoint.wire]).Omit()}


@cache
def _stream_class(sdk: str) -> Any:
    """The SDK's stream, read to its end. The SDK stops at "[DONE]" and leaves five generators half used; the event loop
    closes each in a task of its own, some time after the answer."""
    base = _import(sdk).AsyncStream[object]
    if sdk == "anthropic":  # has no such mark
        return base

    class WholeStream(base):  # type: ignore[misc,valid-type]
        async def _iter_events(self) -> AsyncGenerator[Any, None]:
            events = super()._iter_events()
            async for event in events:
                if event.data.startswith("[DONE]"):
                    await _drain(events)
                    return
                yield event

    return WholeStream


async def _drain(events: AsyncGenerator[Any, None]) -> None:
    """Reads what follows the last event, which is nothing, so that the connection can be used again; a server that
    does not end its answer is not waited for."""
    with contextlib.suppress(Exception):  # the answer is whole: nothing that goes wrong now takes it back
        async with asyncio.timeout(DRAIN_S):
            async for _event in events:
                pass


async def converse(
    endpoint: Endpoint, client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    """Asks and gives the pieces of the answer, the last of them `Ended`. Raises what the SDK raises, WorkbenchError.

    The SDK does address, key, errors and the stream of events. Body and events are ours: its own way for them goes
    through a description of every field, which takes longer than a request and stumbles over what other servers write.
    """
    dialect = DIALECTS[endpoint.wire]
    body = dialect.body(model, request, left_out)
    events = _stream_class(_SDK[endpoint.wire])
    path = endpoint.path(dialect.PATH, model)
    options = {"headers": own_headers(endpoint, client)}
    stream = await client.post(path, body=body, cast_to=object, options=options, stream=True, stream_cls=events)
    await expect_events(stream.response)
    async with stream, contextlib.aclosing(dialect.pieces(stream, request)) as pieces:
        async for piece in pieces:
            yield piece
