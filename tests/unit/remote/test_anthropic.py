"""Anthropic's Messages protocol through the real SDK against a server of ours on this machine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Image, Role, Sampling, Tool, ToolCall
from workbench.inference.remote.endpoints import Wire

from remote_models import KEY, Heard, Remote
from servers import Received, Reply, Server


async def say(reply: Reply, kind: str, **parts: Any) -> None:
    await reply.event({"type": kind, **parts}, kind)


async def begin(reply: Reply) -> None:
    await reply.begin()
    usage = {"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 5}
    message = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "test-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    await say(reply, "message_start", message=message)
    await say(reply, "ping")


async def finish(reply: Reply, reason: str = "end_turn", *, closed: bool = True) -> None:
    await say(reply, "message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 25})
    if closed:
        await say(reply, "message_stop")
    await reply.end()


async def text(reply: Reply, *words: str, index: int = 0) -> None:
    await say(reply, "content_block_start", index=index, content_block={"type": "text", "text": ""})
    for word in words:
        await say(reply, "content_block_delta", index=index, delta={"type": "text_delta", "text": word})
    await say(reply, "content_block_stop", index=index)


async def answer(request: Received, reply: Reply) -> None:
    await begin(reply)
    await say(
        reply, "content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""}
    )
    await say(reply, "content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "hmm"})
    await say(reply, "content_block_stop", index=0)
    await text(reply, "Good ", "day.", index=1)
    await finish(reply)


def ask(handler: Any, request: ChatRequest | str = "Hello?") -> tuple[Heard, list[Received]]:
    with Server(handler) as server:
        return Remote(server.url, Wire.ANTHROPIC).ask(request), server.requests


def test_that_an_answer_streams_with_its_usage() -> None:
    heard, (request,) = ask(answer)
    assert heard.text == "Good day." and heard.done.finish is Finish.STOP
    timing = heard.done.timing
    assert (timing.tokens_in, timing.tokens_out, timing.shared_tokens) == (65, 25, 50)
    assert request.path == "/v1/messages" and request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["anthropic-version"]
    assert not [name for name in request.headers if name.startswith("x-stainless")]


def test_that_a_conversation_with_pictures_and_tools_is_put_in_its_words() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    request = ChatRequest(
        (
            ChatMessage(Role.SYSTEM, "Be brief."),
            ChatMessage(Role.USER, "What?", (Image("image/png", b"x"),)),
            ChatMessage(Role.ASSISTANT, "Let me look.", tool_calls=(ToolCall("f", '{"a":1}', "c1"),)),
            ChatMessage(Role.TOOL, "seen", answers_call="c1"),
            ChatMessage(Role.USER, "So?"),
        ),
        Sampling(max_tokens=77, top_k=5, stop=("END",)),
        json_schema=json.dumps(schema),
        tools=(Tool("f", "Does it.", json.dumps(schema)),),
    )
    _, (received,) = ask(answer, request)
    sent = received.json
    assert sent["system"] == "Be brief." and sent["max_tokens"] == 77 and sent["stop_sequences"] == ["END"]
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]
    assert sent["messages"][0]["content"][0]["source"]["media_type"] == "image/png"
    assert sent["messages"][1]["content"][1] == {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}
    assert sent["messages"][2]["content"][0] == {"type": "tool_result", "tool_use_id": "c1", "content": "seen"}
    assert sent["output_config"] == {"format": {"type": "json_schema", "schema": schema}}
    assert sent["tools"] == [{"name": "f", "description": "Does it.", "input_schema": schema}]
    assert (sent["temperature"], sent["top_k"]) == (0, 5)


def test_that_a_tool_call_comes_together_from_its_pieces() -> None:
    async def calls(request: Received, reply: Reply) -> None:
        await begin(reply)
        block = {"type": "tool_use", "id": "c1", "name": "f", "input": {}}
        await say(reply, "content_block_start", index=0, content_block=block)
        for part in ('{"a"', ":1}"):
            await say(reply, "content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": part})
        await say(reply, "content_block_stop", index=0)
        await finish(reply, "tool_use")

    heard, _ = ask(calls)
    assert heard.done.finish is Finish.TOOL and heard.done.tool_calls == (ToolCall("f", '{"a":1}', "c1"),)


@pytest.mark.parametrize(
    ("reason", "end"), [("max_tokens", Finish.LENGTH), ("refusal", Finish.FILTERED), ("stop_sequence", Finish.STOP)]
)
def test_that_the_reason_of_the_end_is_told(reason: str, end: Finish) -> None:
    async def ends(request: Received, reply: Reply) -> None:
        await begin(reply)
        await text(reply, "x")
        await finish(reply, reason)

    heard, _ = ask(ends)
    assert heard.done.finish is end


def test_that_an_answer_without_its_end_is_incomplete() -> None:
    async def unclosed(request: Received, reply: Reply) -> None:
        await begin(reply)
        await text(reply, "so far")
        await finish(reply, closed=False)

    heard, _ = ask(unclosed)
    assert heard.text == "so far" and "its end never came" in heard.failure.what


def test_that_a_newer_model_that_takes_no_temperature_is_asked_without() -> None:
    async def picky(request: Received, reply: Reply) -> None:
        if "temperature" in request.json:
            message = "temperature: Extra inputs are not permitted"
            await reply.json({"type": "error", "error": {"type": "invalid_request_error", "message": message}}, 400)
        else:
            await answer(request, reply)

    heard, requests = ask(picky)
    assert heard.text == "Good day." and "does not take temperature" in heard.done.note and len(requests) == 2


def test_that_what_the_protocol_has_no_word_for_is_said() -> None:
    question = (ChatMessage(Role.USER, "Hello?"),)
    heard, (request,) = ask(answer, ChatRequest(question, Sampling(temperature=1.5, seed=7, presence_penalty=0.5)))
    assert heard.done.note == "Own server takes no seed, presence_penalty, temperature above 1: left out."
    assert request.json["temperature"] == 1.0
    heard, (request,) = ask(answer, ChatRequest(question, Sampling(temperature=0.7, top_p=0.9), grammar='root ::= "a"'))
    assert heard.done.note == "Own server takes no temperature, grammar: left out."
    assert "temperature" not in request.json
    heard, _ = ask(answer, ChatRequest(question, Sampling(seed=7)))
    assert heard.done.note == "", "nothing is drawn, so a seed changes nothing"


def test_that_an_overloaded_server_is_asked_again_and_an_error_event_within_an_answer_is_not() -> None:
    async def busy(request: Received, reply: Reply) -> None:
        if len(server.requests) == 1:
            error = {"type": "overloaded_error", "message": "Overloaded"}
            await reply.json({"type": "error", "error": error}, 529)
            return
        await begin(reply)
        await text(reply, "so far")
        await say(reply, "error", error={"type": "overloaded_error", "message": "Overloaded"})
        await reply.end()

    with Server(busy) as server:
        remote = Remote(server.url, Wire.ANTHROPIC)
        heard = remote.ask()
    assert heard.text == "so far" and heard.failure.mend.startswith("What came is kept")
    assert len(server.requests) == 2 and len(remote.slept) == 1
