"""The vendors' SDKs, imported when first needed, each with our transport and nothing from the environment."""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING, Any

from workbench.domain.secret import Secret
from workbench.inference.remote import anthropic_messages, openai_chat, openai_responses
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.pieces import Converse

if TYPE_CHECKING:
    import httpx2

CONVERSE: dict[Wire, Converse] = {
    Wire.CHAT: openai_chat.converse,
    Wire.RESPONSES: openai_responses.converse,
    Wire.ANTHROPIC: anthropic_messages.converse,
}
_SDK = {Wire.CHAT: "openai", Wire.RESPONSES: "openai", Wire.ANTHROPIC: "anthropic"}
#: what these write at DEBUG holds prompts
_TALKATIVE = ("openai", "anthropic", "httpx2", "httpcore2")
#: for servers that want none: the SDKs insist on something
_NO_KEY = "none"


async def load(wire: Wire) -> None:
    """Imports the SDK in a thread: it takes half a second, and other answers are streaming."""
    await asyncio.to_thread(_import, _SDK[wire])


def _import(name: str) -> Any:
    module = importlib.import_module(name)
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    return module


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
