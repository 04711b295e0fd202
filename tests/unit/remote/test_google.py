"""Google through its OpenAI-compatible endpoint: the real SDK, a server of ours that speaks as Google documents it.

Where Google differs from OpenAI: errors lie in a list, a bad key is a 400, the time to wait stands in the body,
thoughts are counted in the total only, tool calls have no number and a signature that must come back, and models are
listed as "models/…".
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from workbench.app import build
from workbench.cli.main import run
from workbench.domain.chat import ChatMessage, ChatRequest, Finish, Image, Role, Sampling, Tool, ToolCall, ask
from workbench.inference.remote.endpoints import KNOWN

from remote_models import KEY, Heard, Remote
from servers import Handler, Received, Reply, Server

GOOGLE = next(endpoint for endpoint in KNOWN if endpoint.id == "google")
PATH = "/v1beta/openai"
MODEL = "gemini-3-flash-preview"


def google(handler: Handler, request: ChatRequest | str = "Hello?") -> tuple[Heard, Remote, Server]:
    with Server(handler) as server:
        remote = Remote(server.url + PATH, name=MODEL)
        remote.endpoint = replace(GOOGLE, base_url=server.url + PATH)
        return remote.ask(request), remote, server


def chunk(delta: dict[str, Any], finish: str | None = None, usage: tuple[int, int, int] = (8, 0, 8)) -> dict[str, Any]:
    """One event; Google sends the counts so far with each."""
    choice: dict[str, Any] = {"delta": {"role": "assistant", **delta}, "index": 0}
    if finish:
        choice["finish_reason"] = finish
    prompt, completion, total = usage
    return {
        "choices": [choice],
        "created": 1_790_000_000,
        "id": "pVEYaZ",
        "model": MODEL,
        "object": "chat.completion.chunk",
        "usage": {"completion_tokens": completion, "prompt_tokens": prompt, "total_tokens": total},
    }


def refusal(code: int, message: str, status: str, *details: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "status": status, "details": list(details)}}]


async def answer(request: Received, reply: Reply) -> None:
    await reply.begin()
    await reply.event(chunk({"content": "Hel"}))
    await reply.event(chunk({"content": "lo."}, "stop", usage=(8, 2, 70)))
    await reply.event("[DONE]")
    await reply.end()


def test_that_an_answer_streams_and_what_was_thought_is_counted_and_paid_for() -> None:
    heard, _, server = google(answer)
    (request,) = server.requests
    assert heard.text == "Hello." and heard.done.finish is Finish.STOP
    assert request.path == f"{PATH}/chat/completions" and request.headers["authorization"] == f"Bearer {KEY}"
    assert "x-goog-api-key" not in request.headers and request.json["model"] == MODEL
    timing = heard.done.timing
    assert (timing.tokens_in, timing.tokens_out, timing.reasoning_tokens) == (8, 62, 60), "60 of 70 were thought"
    assert heard.done.cost_usd == pytest.approx((8 + 62 * 10) / 1e6)


def test_that_a_picture_and_a_schema_go_along_in_the_words_of_the_protocol() -> None:
    message = ChatMessage(Role.USER, "What is this?", images=(Image("image/png", b"png"),))
    schema = (
        '{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}'
    )
    _, _, server = google(answer, ChatRequest((message,), json_schema=schema))
    sent = server.requests[0].json
    assert sent["messages"][0]["content"][0] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,cG5n"},
    }
    assert sent["response_format"]["json_schema"]["schema"] == json.loads(schema)


def test_that_calls_without_a_number_stay_apart_and_their_signature_comes_back() -> None:
    signed = {"google": {"thought_signature": "EjQKMgEM"}}

    async def calls(request: Received, reply: Reply) -> None:
        await reply.begin()
        for id, place, extra in (("f1", "Paris", {"extra_content": signed}), ("f2", "London", {})):
            function = {"name": "weather", "arguments": json.dumps({"place": place})}
            await reply.event(chunk({"tool_calls": [{"id": id, "type": "function", "function": function, **extra}]}))
        await reply.event(chunk({}, "stop", usage=(8, 20, 28)))
        await reply.event("[DONE]")
        await reply.end()

    tool = Tool("weather", "The weather somewhere", '{"type": "object"}')
    question = ChatMessage(Role.USER, "Where is it warmer?")
    heard, _, _ = google(calls, ChatRequest((question,), tools=(tool,)))
    first, second = heard.done.tool_calls
    assert heard.done.finish is Finish.TOOL, "Google ends it with “stop”"
    assert first == ToolCall("weather", '{"place": "Paris"}', "f1", json.dumps(signed))
    assert second == ToolCall("weather", '{"place": "London"}', "f2")
    told = (
        question,
        ChatMessage(Role.ASSISTANT, "", tool_calls=heard.done.tool_calls),
        ChatMessage(Role.TOOL, "20", answers_call="f1"),
        ChatMessage(Role.TOOL, "12", answers_call="f2"),
    )
    _, _, server = google(answer, ChatRequest(told, tools=(tool,)))
    sent = server.requests[0].json["messages"][1]["tool_calls"]
    assert sent[0]["extra_content"] == signed and "extra_content" not in sent[1]


def test_that_a_key_it_does_not_know_is_called_so() -> None:
    async def refuse(request: Received, reply: Reply) -> None:
        why = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        said = "API key not valid. Please pass a valid API key."
        await reply.json(refusal(400, said, "INVALID_ARGUMENT", why), 400)

    heard, _, server = google(refuse)
    assert heard.failure.what == "Google Gemini does not accept the key"
    assert "workbench key set google" in heard.failure.mend and heard.failure.where.endswith("valid API key.")
    assert len(server.requests) == 1


def test_that_the_time_to_wait_is_read_from_the_body_and_no_quota_of_a_minute_is_called_an_empty_account() -> None:
    asked: list[str] = []

    async def busy(request: Received, reply: Reply) -> None:
        asked.append(request.path)
        if len(asked) > 1:
            await answer(request, reply)
            return
        retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s"}
        said = "You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s."
        await reply.json(refusal(429, said, "RESOURCE_EXHAUSTED", retry), 429)

    heard, remote, _ = google(busy)
    assert heard.text == "Hello." and remote.slept == [pytest.approx(34.07)]
    assert "34 s" in heard.waits[0] and "asked too often" in heard.waits[0]


def test_that_a_quota_without_an_end_is_an_empty_account() -> None:
    async def broke(request: Received, reply: Reply) -> None:
        said = "You exceeded your current quota, please check your plan and billing details."
        await reply.json(refusal(429, said, "RESOURCE_EXHAUSTED"), 429)

    heard, remote, _ = google(broke)
    assert "no credit left" in heard.failure.what and not remote.slept


def test_that_a_field_it_does_not_know_is_left_out_and_named() -> None:
    async def choosy(request: Received, reply: Reply) -> None:
        if "frequency_penalty" in request.json:
            said = 'Invalid JSON payload received. Unknown name "frequency_penalty": Cannot find field.'
            await reply.json(refusal(400, said, "INVALID_ARGUMENT"), 400)
        else:
            await answer(request, reply)

    heard, _, server = google(choosy, ask("Hello?", sampling=Sampling(frequency_penalty=0.5)))
    assert heard.text == "Hello." and len(server.requests) == 2
    assert "does not take frequency_penalty" in heard.done.note


def test_that_an_error_within_the_stream_keeps_what_came() -> None:
    async def breaks(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.event(chunk({"content": "so far"}))
        await reply.event(refusal(503, "The model is overloaded.", "UNAVAILABLE")[0])
        await reply.end()

    heard, _, server = google(breaks)
    assert heard.text == "so far" and len(server.requests) == 1
    assert "overloaded" in heard.failure.where and "kept and marked as incomplete" in heard.failure.mend


def test_that_it_is_used_from_the_command_line_like_any_other_and_lists_its_models(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def serve(request: Received, reply: Reply) -> None:
        if request.path.endswith("/models"):
            models = [{"id": f"models/{MODEL}", "object": "model", "owned_by": "google", "display_name": "Gemini"}]
            await reply.json({"object": "list", "data": models})
        else:
            await answer(request, reply)

    def command(*words: str) -> dict[str, Any]:
        assert run(["--home", str(tmp_path), *words, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    with Server(serve) as server:
        services = build(tmp_path)
        services.credentials.save_server("google", server.url + PATH, needs_key=False)
        services.close()
        assert [one["model"] for one in command("key", "models", "google")["models"]] == [f"google/{MODEL}"]
        (said,) = command("prompt", "Hello?", "-m", f"google/{MODEL}")["answers"]
    assert (said["text"], said["finish"], said["tokens_out"]) == ("Hello.", "stop", 62)
