"""The Responses protocol through the real SDK against a server of ours on this machine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Image, Role, Sampling, Tool, ToolCall
from workbench.inference.remote.endpoints import Wire

from remote_models import Remote
from servers import Received, Reply, Server

USAGE = {
    "input_tokens": 90,
    "input_tokens_details": {"cached_tokens": 30},
    "output_tokens": 12,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 102,
}


def response(status: str = "completed", **more: Any) -> dict[str, Any]:
    known = {
        "id": "r1",
        "object": "response",
        "created_at": 1_790_000_000,
        "model": "test-model",
        "status": status,
        "output": [],
        "usage": USAGE,
    }
    return {**known, **more}


async def say(reply: Reply, kind: str, **parts: Any) -> None:
    await reply.event({"type": kind, "sequence_number": 0, **parts}, kind)


async def delta(reply: Reply, text: str) -> None:
    place = {"item_id": "m1", "output_index": 0, "content_index": 0}
    await say(reply, "response.output_text.delta", delta=text, logprobs=[], **place)


async def answer(request: Received, reply: Reply) -> None:
    await reply.begin()
    await say(reply, "response.created", response=response("in_progress", usage=None))
    thought = {"item_id": "t", "output_index": 0, "summary_index": 0}
    await say(reply, "response.reasoning_summary_text.delta", delta="hmm", **thought)
    for word in ("Good ", "day."):
        await delta(reply, word)
    await say(reply, "response.completed", response=response())
    await reply.end()


def ask(handler: Any, request: ChatRequest | str = "Hello?") -> tuple[Any, list[Received]]:
    with Server(handler) as server:
        return Remote(server.url + "/v1", Wire.RESPONSES).ask(request), server.requests


def test_that_an_answer_streams_with_its_usage_and_nothing_is_stored_there() -> None:
    heard, (request,) = ask(answer)
    assert heard.text == "Good day." and heard.done.finish is Finish.STOP
    timing = heard.done.timing
    assert (timing.tokens_in, timing.tokens_out, timing.shared_tokens, timing.reasoning_tokens) == (90, 12, 30, 4)
    assert request.path == "/v1/responses" and request.json["store"] is False
    assert request.json["input"] == [{"role": "user", "content": "Hello?"}]


def test_that_what_the_protocol_has_no_word_for_is_said() -> None:
    sampling = Sampling(temperature=0.5, seed=3, stop=("END",), top_k=40, top_p=0.9)
    heard, (request,) = ask(answer, ChatRequest((ChatMessage(Role.USER, "Hello?"),), sampling))
    assert heard.done.note == "Own server takes no top_k, seed, stop: left out."
    assert request.json["top_p"] == 0.9 and "stop" not in request.json


def test_that_pictures_schemas_and_tools_go_along() -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    request = ChatRequest(
        (
            ChatMessage(Role.SYSTEM, "Be brief."),
            ChatMessage(Role.USER, "What?", (Image("image/jpeg", b"x"),)),
            ChatMessage(Role.ASSISTANT, "", tool_calls=(ToolCall("f", "{}", "c1"),)),
            ChatMessage(Role.TOOL, "seen", answers_call="c1"),
        ),
        json_schema=json.dumps(schema),
        tools=(Tool("f", "Does it.", json.dumps(schema)),),
    )
    _, (received,) = ask(answer, request)
    sent = received.json
    assert sent["input"][1]["content"][0]["type"] == "input_image"
    assert sent["input"][2] == {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
    assert sent["input"][3] == {"type": "function_call_output", "call_id": "c1", "output": "seen"}
    assert sent["text"]["format"] == {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}
    assert sent["tools"][0]["parameters"] == schema


def test_that_a_tool_call_ends_the_answer() -> None:
    async def calls(request: Received, reply: Reply) -> None:
        await reply.begin()
        item = {"type": "function_call", "id": "i", "call_id": "c1", "name": "f", "arguments": '{"a":1}'}
        await say(reply, "response.completed", response=response(output=[item]))
        await reply.end()

    heard, _ = ask(calls)
    assert heard.done.finish is Finish.TOOL and heard.done.tool_calls == (ToolCall("f", '{"a":1}', "c1"),)


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", Finish.LENGTH), ("content_filter", Finish.FILTERED)]
)
def test_that_an_answer_that_was_ended_early_says_why(reason: str, finish: Finish) -> None:
    async def cut(request: Received, reply: Reply) -> None:
        await reply.begin()
        await delta(reply, "so")
        whole = response("incomplete", incomplete_details={"reason": reason})
        await say(reply, "response.incomplete", response=whole)
        await reply.end()

    heard, _ = ask(cut)
    assert heard.done.finish is finish


def test_that_a_failure_in_the_middle_keeps_what_was_said() -> None:
    async def fails(request: Received, reply: Reply) -> None:
        await reply.begin()
        await delta(reply, "so far")
        error = {"code": "server_error", "message": "The model fell over."}
        await say(reply, "response.failed", response=response("failed", error=error))
        await reply.end()

    heard, _ = ask(fails)
    assert heard.text == "so far" and "The model fell over" in heard.failure.what
    assert "marked as incomplete" in heard.failure.mend
