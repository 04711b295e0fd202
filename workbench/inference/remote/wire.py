"""A question to a server and its answer in pieces, as the vendors' protocols have it on the wire.

What belongs to a protocol (body, events) stands in its dialect; here is what they share: address, key, what is no
success, and the stream of events. The vendors' SDKs would do this, too: they took half a second to load and half of a
request's processor time, and what they say of every field stumbles over what other servers write. Tests hold what is
sent against what the SDKs send.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any

from workbench.domain.chat import ChatRequest
from workbench.domain.secret import Secret
from workbench.inference.remote import anthropic_messages, openai_chat, openai_responses
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.faults import Refused, expect_events
from workbench.inference.remote.pieces import Dialect, Piece, part
from workbench.net.grant import Grant

if TYPE_CHECKING:
    import httpx2

    from workbench.net.door import Doorway

DIALECTS: dict[Wire, Dialect] = {
    Wire.CHAT: openai_chat,
    Wire.RESPONSES: openai_responses,
    Wire.ANTHROPIC: anthropic_messages,
}
#: seconds to wait for the end of an answer that is whole
DRAIN_S = 0.1
ANTHROPIC_VERSION = "2026-10-21"


async def converse(
    endpoint: Endpoint,
    doorway: Doorway,
    grant: Grant,
    key: Secret | None,
    model: str,
    request: ChatRequest,
    left_out: frozenset[str],
) -> AsyncGenerator[Piece, None]:
    """Asks and gives the pieces of the answer, the last of them `Ended`. Raises Refused, WorkbenchError, ValueError."""
    dialect = DIALECTS[endpoint.wire]
    body = _json(dialect.body(model, request, left_out))
    url = address(endpoint, endpoint.path(dialect.PATH, model))
    sent = doorway.send(grant, "POST", url, headers=_headers(endpoint, key), body=body)
    async with contextlib.aclosing(await sent) as response:
        await _expect_success(response)
        await expect_events(response)
        events = _events(response)
        async with contextlib.aclosing(events), contextlib.aclosing(dialect.pieces(events, request)) as pieces:
            async for piece in pieces:
                yield piece


async def fetched(endpoint: Endpoint, doorway: Doorway, grant: Grant, key: Secret | None, path: str) -> Any:
    """The JSON that lies at a path. Raises Refused, WorkbenchError, ValueError."""
    sent = doorway.send(grant, "GET", address(endpoint, path), headers=_headers(endpoint, key))
    async with contextlib.aclosing(await sent) as response:
        await _expect_success(response)
        return _read(await response.aread())


def address(endpoint: Endpoint, path: str) -> str:
    """Where a path of an endpoint lies; what stands behind the question mark of its address stands behind each."""
    base, _, query = endpoint.base_url.partition("?")
    mark = "" if not query else "&" if "?" in path else "?"
    return f"{base.rstrip('/')}{path}{mark}{query}"


def _headers(endpoint: Endpoint, key: Secret | None) -> dict[str, str]:
    """A server of one's own may want no key; Azure wants it in a place of its own."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if endpoint.wire is Wire.ANTHROPIC:
        headers["anthropic-version"] = ANTHROPIC_VERSION
    if key is not None and endpoint.is_azure:
        headers["api-key"] = key.reveal()
    elif key is not None:
        headers["Authorization"] = f"Bearer {key.reveal()}"
    return headers


async def _expect_success(response: httpx2.Response) -> None:
    """Raises Refused, with what the server says."""
    if response.is_success:
        return
    said = (await response.aread()).decode("utf-8", "replace").strip()
    try:
        body = json.loads(said)
    except (ValueError, RecursionError):
        body = said
    raise Refused(response.status_code, body, response.headers.get("retry-after", ""))


async def _events(response: httpx2.Response) -> AsyncGenerator[Any, None]:
    """The JSON of each event, until the server says that it was the last. The response is then read to its end, so that
    its connection serves the next question. Raises Refused for an error that stands between the events."""
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
                event = _read(text)
                if part(event, "error"):
                    raise Refused(None, event)
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


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _read(text: bytes) -> Any:
    """Raises ValueError for what is no JSON."""
    try:
        return json.loads(text.decode())
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
