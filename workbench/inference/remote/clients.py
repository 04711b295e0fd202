"""The vendors' SDKs, imported when first needed, each with our transport and nothing from the environment."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any

from workbench.domain.chat import ChatRequest
from workbench.domain.secret import Secret
from workbench.inference.remote import anthropic_messages, openai_chat, openai_responses
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.faults import expect_events
from workbench.inference.remote.pieces import Dialect, Piece, part

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
    """A client for as many questions as have the same leave. `load` first."""
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


async def converse(
    endpoint: Endpoint, client: Any, model: str, request: ChatRequest, left_out: frozenset[str]
) -> AsyncGenerator[Piece, None]:
    """Asks and gives the pieces of the answer, the last of them `Ended`. Raises what the SDK raises, WorkbenchError,
    ValueError.

    The SDK does address, key, headers and errors. Body and events are ours: its own way for them goes through a
    description of every field, which takes longer than a request and stumbles over what other servers write, and its
    stream leaves generators half used, which the event loop closes in tasks of their own.
    """
    import httpx2

    dialect = DIALECTS[endpoint.wire]
    body = dialect.body(model, request, left_out)
    # whole, since the SDK puts a relative one together anew at each request
    url = endpoint.address.rstrip("/") + endpoint.path(dialect.PATH, model)
    options = {"headers": own_headers(endpoint, client)}
    stream_cls = _import(_SDK[endpoint.wire]).AsyncStream[object]  # not used: the response comes as it is
    sent = client.post(url, body=body, cast_to=httpx2.Response, options=options, stream=True, stream_cls=stream_cls)
    async with contextlib.aclosing(await sent) as response:
        await expect_events(response)
        events = _events(response, _import(_SDK[endpoint.wire]).APIError)
        async with contextlib.aclosing(events), contextlib.aclosing(dialect.pieces(events, request)) as pieces:
            async for piece in pieces:
                yield piece


async def _events(response: httpx2.Response, refusal: Any) -> AsyncGenerator[Any, None]:
    """The JSON of each event, until the server says that it was the last. The response is then read to its end, so that
    its connection serves the next question. An error that stands between the events is raised as a `refusal`."""
    lines, data, pieces = _Lines(), list[bytes](), response.aiter_raw()
    async for piece in pieces:
        for line in lines.take(piece):
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                text, data = b"\n".join(data), []
                if text.startswith(b"[DONE]"):  # OpenAI's mark; Anthropic just ends
                    await _drain(pieces)
                    return
                event = json.loads(text.decode())
                if error := part(event, "error"):
                    raise refusal("an error within the answer", response.request, body=error)
                yield event


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Reads what follows the last event, which is nothing; a server that does not end its answer is not waited for."""
    with contextlib.suppress(Exception):  # the answer is whole: nothing that goes wrong now takes it back
        async with asyncio.timeout(DRAIN_S):
            async for _piece in pieces:
                pass


class _Lines:
    """Cuts what comes into lines, which end as they please; the last one waits for its end."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def take(self, piece: bytes) -> list[bytes]:
        self._rest += piece
        if b"\n" not in piece and b"\r" not in piece:
            return []
        lines = bytes(self._rest).splitlines(keepends=True)
        self._rest = bytearray() if lines[-1].endswith(b"\n") else bytearray(lines.pop())  # after \r a \n may come
        return [line.rstrip(b"\r\n") for line in lines]
