"""What goes over the wire, held against the vendors' own SDKs: addresses, keys, versions and lists of models."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from workbench.domain.calls import Purpose
from workbench.domain.secret import Secret
from workbench.inference.remote.endpoints import Endpoint, Wire
from workbench.inference.remote.listing import list_models

from remote_models import KEY, Remote
from servers import Received, Reply, Server

pytestmark = pytest.mark.slow  # loading both takes three seconds

TOLD = ("authorization", "api-key", "x-api-key", "anthropic-version", "content-type", "accept")
AZURE = "/openai?api-version=2026-01-01"


async def refuse(request: Received, reply: Reply) -> None:
    await reply.json({"error": {"message": "enough"}}, 400)


def as_told(request: Received) -> tuple[str, str, dict[str, str]]:
    return request.method, request.path, {name: request.headers[name] for name in TOLD if name in request.headers}


def sdk_of(endpoint: Endpoint, http: httpx2.AsyncClient) -> Any:
    """The vendor's own client for this place."""
    given = {"api_key": KEY, "http_client": http, "max_retries": 0}
    if endpoint.wire is Wire.ANTHROPIC:
        import anthropic

        return anthropic.AsyncAnthropic(base_url=endpoint.base_url, **given)
    import openai

    if endpoint.is_azure:
        at, version = endpoint.address.removesuffix("/openai"), endpoint.query["api-version"]
        return openai.AsyncAzureOpenAI(azure_endpoint=at, api_version=version, **given)
    return openai.AsyncOpenAI(base_url=endpoint.base_url, **given)


async def ask_with(client: Any, endpoint: Endpoint) -> None:
    """The same question in the SDK's words."""
    said = [{"role": "user", "content": "Hello?"}]
    match endpoint.wire:
        case Wire.ANTHROPIC:
            await client.messages.create(model="test-model", messages=said, max_tokens=9, stream=True)
        case Wire.RESPONSES:
            await client.responses.create(model="test-model", input=said, stream=True)
        case Wire.CHAT:
            await client.chat.completions.create(model="test-model", messages=said, stream=True)


@pytest.mark.parametrize(
    ("wire", "path"), [(Wire.CHAT, "/v1"), (Wire.CHAT, AZURE), (Wire.RESPONSES, "/v1/"), (Wire.ANTHROPIC, "")]
)
def test_that_a_question_and_a_list_are_asked_for_where_and_as_the_sdk_does(wire: Wire, path: str) -> None:
    with Server(refuse) as server:
        remote = Remote(server.url + path, wire)
        remote.ask()

        async def both() -> None:
            async with httpx2.AsyncClient(trust_env=False) as http:
                client = sdk_of(remote.endpoint, http)
                for asking in (ask_with(client, remote.endpoint), client.models.list()):
                    with pytest.raises(Exception, match="enough"):
                        await asking
            grant = remote.doorway.guard.facts(server.url, purpose=Purpose.MODEL_LIST)
            with pytest.raises(Exception, match="does not take the request"):
                await list_models(remote.doorway, grant, remote.endpoint, Secret(KEY), str)
            await remote.doorway.close()

        asyncio.run(both())
        ours, theirs, their_list, our_list = map(as_told, server.requests)
    assert ours == theirs
    method, address, told = our_list
    assert (method, address.replace("?limit=1000", "")) == their_list[:2], "we ask for longer pages"
    assert {**told, "content-type": None} == {**their_list[2], "content-type": None}
