"""Chat Completions through the real SDK against a server of ours on this machine."""

from __future__ import annotations

import asyncio
import gc
import json
import ssl
import sys
import threading
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from workbench.domain.calls import Outcome, Purpose
from workbench.domain.chat import (
    ChatMessage,
    ChatRequest,
    Done,
    Finish,
    Image,
    Role,
    Sampling,
    Token,
    Tool,
    ToolCall,
    ask,
)
from workbench.domain.secret import Secret
from workbench.evals.executor import Here, Said
from workbench.inference.remote import clients
from workbench.inference.remote.listing import list_models
from workbench.inference.remote.pacing import FIRST

from remote_models import KEY, USAGE, Remote, chat_answer, chat_chunk
from servers import Received, Reply, Server


def test_that_an_answer_streams_with_its_usage_and_costs_what_the_prices_say() -> None:
    with Server(chat_answer) as server:
        remote = Remote(server.url + "/v1")
        heard = remote.ask(system="Be brief.")
        (request,) = server.requests
    assert heard.text == "Hello."
    timing = heard.done.timing
    assert (timing.tokens_in, timing.tokens_out, timing.shared_tokens, timing.reasoning_tokens) == (100, 20, 40, 5)
    assert heard.done.finish is Finish.STOP and heard.done.cost_usd == pytest.approx((100 + 20 * 10) / 1e6)
    assert timing.ttft_s is not None and timing.total_s >= timing.ttft_s
    first, *others = [event.first_s for event in heard.events if isinstance(event, Token)]
    assert first == timing.ttft_s and not any(others)
    assert request.path == "/v1/chat/completions" and request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello?"},
    ]
    assert request.json["stream_options"] == {"include_usage": True} and request.json["temperature"] == 0
    (row,) = remote.ledger.calls
    assert row.outcome is Outcome.ANSWERED and row.bytes_out > len(request.body)


def test_that_a_server_that_answers_gets_more_at_once_also_when_nobody_listens_past_the_end() -> None:
    with Server(chat_answer) as server:
        remote = Remote(server.url + "/v1")

        async def as_an_eval_asks() -> None:
            for _ in range(3):
                said = await Here().ask(remote.model or remote.build(), ask("Hello?"), timeout_s=60)
                assert isinstance(said.end, Done)
            await remote.doorway.close()

        asyncio.run(as_an_eval_asks())
    assert remote.lane.limit == FIRST + 3


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("/openai", "/openai/deployments/test-model/chat/completions?api-version=2024-10-21"),
        ("/openai/deployments/own", "/openai/deployments/own/chat/completions?api-version=2024-10-21"),
        ("/models", "/models/chat/completions?api-version=2024-10-21"),
    ],
)
def test_that_azure_gets_its_version_the_deployment_and_the_key_where_it_looks_for_them(base: str, path: str) -> None:
    async def answer(request: Received, reply: Reply) -> None:
        if request.method == "GET":
            await reply.json({"data": [{"id": "gpt-x", "object": "model"}]})
        else:
            await chat_answer(request, reply)

    with Server(answer) as server:
        remote = Remote(f"{server.url}{base}?api-version=2024-10-21")
        assert remote.ask().text == "Hello."
        grant = remote.doorway.guard.facts(remote.endpoint.base_url, purpose=Purpose.MODEL_LIST)
        listed = asyncio.run(list_models(remote.doorway, grant, remote.endpoint, remote.key, str))
        asked, list_asked = server.requests
    assert [one.name for one in listed] == ["gpt-x"]
    assert asked.path == path and list_asked.path == f"{base}/models?api-version=2024-10-21"
    for request in (asked, list_asked):
        assert request.headers["api-key"] == KEY and "authorization" not in request.headers


def test_that_certificates_are_read_beside_the_answers_and_before_the_clock_of_one_starts() -> None:
    readers: list[threading.Thread] = []

    def read() -> ssl.SSLContext:
        readers.append(threading.current_thread())
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    with Server(chat_answer) as server:
        remote = Remote(server.url + "/v1")
        remote.certificates = read
        assert remote.ask().text == "Hello."
    assert readers[0] is not threading.main_thread()


def test_that_the_sdk_tells_the_server_nothing_about_this_machine() -> None:
    with Server(chat_answer) as server:
        Remote(server.url + "/v1").ask()
        (request,) = server.requests
    assert not [name for name in request.headers if name.startswith("x-stainless")]
    assert request.headers["user-agent"].startswith("model-selection-workbench")


def test_that_every_setting_is_put_in_the_servers_words() -> None:
    sampling = Sampling(0.7, 0.9, 40, 7, 99, ("END",), 0.05, 1.1, 0.2, 0.3)
    with Server(chat_answer) as server:
        Remote(server.url).ask(ask("x", sampling=sampling))
        sent = server.requests[0].json
    wanted = {
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 40,
        "seed": 7,
        "max_tokens": 99,
        "stop": ["END"],
        "min_p": 0.05,
        "repeat_penalty": 1.1,
        "frequency_penalty": 0.2,
        "presence_penalty": 0.3,
    }
    assert {name: sent[name] for name in wanted} == wanted


def test_that_pictures_schemas_and_tools_go_along() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    request = ChatRequest(
        (ChatMessage(Role.USER, "What is it?", (Image("image/png", b"\x89PNG"),)),),
        json_schema=json.dumps(schema),
        tools=(Tool("look_up", "Looks a word up.", json.dumps(schema)),),
        top_logprobs=3,
    )
    with Server(chat_answer) as server:
        heard = Remote(server.url).ask(request)
        sent = server.requests[0].json
    assert heard.done.note == "The answer is not JSON.", "what was promised is looked at"
    picture, text = sent["messages"][0]["content"]
    assert picture["image_url"]["url"].startswith("data:image/png;base64,") and text["text"] == "What is it?"
    assert sent["response_format"]["json_schema"] == {"name": "answer", "schema": schema, "strict": False}
    assert sent["tools"][0]["function"]["name"] == "look_up" and sent["top_logprobs"] == 3


def test_that_a_schema_that_is_wrong_is_refused_and_not_asked_for_in_other_words() -> None:
    async def refuse(request: Received, reply: Reply) -> None:
        message = "Invalid schema for response_format 'answer'"
        await reply.json({"error": {"message": message, "param": "response_format"}}, 400)

    with Server(refuse) as server:
        heard = Remote(server.url).ask(ChatRequest((ChatMessage(Role.USER, "x"),), json_schema="{}"))
        assert "Invalid schema" in heard.failure.where and len(server.requests) == 1


def test_that_a_tool_call_comes_together_from_its_pieces_and_is_answered() -> None:
    async def calls(request: Received, reply: Reply) -> None:
        if request.json["messages"][-1]["role"] == "tool":
            await chat_answer(request, reply)
            return
        await reply.begin()
        first = {"index": 0, "id": "t1", "type": "function", "function": {"name": "look_up", "arguments": '{"a":'}}
        rest = {"index": 0, "function": {"arguments": '"x"}'}}
        for call in (first, rest):
            chunk = chat_chunk()
            chunk["choices"][0]["delta"] = {"tool_calls": [call]}
            await reply.event(chunk)
        await reply.event(chat_chunk(finish="tool_calls"))
        await reply.event("[DONE]")
        await reply.end()

    with Server(calls) as server:
        remote = Remote(server.url)
        done = remote.ask().done
        assert done.finish is Finish.TOOL and done.tool_calls == (ToolCall("look_up", '{"a":"x"}', "t1"),)
        history = (
            ChatMessage(Role.USER, "Hello?"),
            ChatMessage(Role.ASSISTANT, "", tool_calls=done.tool_calls),
            ChatMessage(Role.TOOL, "found", answers_call="t1"),
        )
        assert remote.ask(ChatRequest(history)).text == "Hello."
    assert server.requests[1].json["messages"][2] == {"role": "tool", "tool_call_id": "t1", "content": "found"}


def test_that_log_probabilities_come_with_their_tokens() -> None:
    async def answer(request: Received, reply: Reply) -> None:
        await reply.begin()
        likely = [{"token": "Hi", "logprob": -0.1, "bytes": None}, {"token": "Ho", "logprob": -2.0, "bytes": None}]
        chunk = chat_chunk("Hi")
        chunk["choices"][0]["logprobs"] = {"content": [{**likely[0], "top_logprobs": likely}]}
        await reply.event(chunk)
        await reply.event(chat_chunk(finish="stop"))
        await reply.end()

    with Server(answer) as server:
        heard = Remote(server.url).ask(ChatRequest((ChatMessage(Role.USER, "x"),), top_logprobs=2))
    (token,) = [event for event in heard.events if isinstance(event, Token)]
    assert token.logprobs[0].text == "Hi" and token.logprobs[0].likeliest == (("Hi", -0.1), ("Ho", -2.0))


@pytest.mark.parametrize(
    ("said", "finish"), [("length", Finish.LENGTH), ("content_filter", Finish.FILTERED), ("eos", Finish.STOP)]
)
def test_that_the_reason_of_the_end_is_told(said: str, finish: Finish) -> None:
    async def answer(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.event(chat_chunk("x", finish=said))
        await reply.event("[DONE]")
        await reply.end()

    with Server(answer) as server:
        done = Remote(server.url).ask().done
    assert done.finish is finish and "no token counts" in done.note


def test_that_thoughts_are_no_part_of_the_answer() -> None:
    async def answer(request: Received, reply: Reply) -> None:
        await reply.begin()
        thought = chat_chunk()
        thought["choices"][0]["delta"] = {"reasoning_content": "hmm, let me see"}
        await reply.event(thought)
        await reply.event(chat_chunk("42", finish="stop", usage=USAGE))
        await reply.end()

    with Server(answer) as server:
        heard = Remote(server.url).ask()
    assert heard.text == "42" and heard.done.timing.reasoning_tokens == 5


def test_that_a_field_the_model_does_not_take_is_left_out_once_and_named() -> None:
    async def picky(request: Received, reply: Reply) -> None:
        for name in ("temperature", "max_tokens"):
            if name in request.json:
                message = f"Unsupported parameter: '{name}' is not supported with this model."
                await reply.json({"error": {"message": message, "param": name, "code": "unsupported_parameter"}}, 400)
                return
        await chat_answer(request, reply)

    with Server(picky) as server:
        remote = Remote(server.url)
        heard = remote.ask()
        assert heard.text == "Hello." and "does not take temperature" in heard.done.note
        assert server.requests[-1].json["max_completion_tokens"] == 256
        asked = len(server.requests)
        remote.ask()
        assert len(server.requests) == asked + 1, "the second question knows it"


def test_that_the_providers_own_price_counts() -> None:
    async def answer(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.event(chat_chunk("x", finish="stop", usage={**USAGE, "cost": 0.0123}))
        await reply.end()

    with Server(answer) as server:
        assert Remote(server.url).ask().done.cost_usd == 0.0123


@pytest.mark.parametrize("ends", [True, False])
def test_that_an_answer_leaves_nothing_half_read_behind_also_when_the_server_does_not_end_it(ends: bool) -> None:
    async def answer(request: Received, reply: Reply) -> None:
        if ends:
            await chat_answer(request, reply)
            return
        await reply.begin()
        await reply.event(chat_chunk("Hello.", "stop"))
        await reply.event("[DONE]")
        await asyncio.sleep(5)

    left: list[AsyncGenerator[object]] = []

    async def heard(remote: Remote) -> Said:
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(finalizer=left.append)  # type: ignore[arg-type]
        try:
            said = await Here().ask(remote.model or remote.build(), ask("Hello?"), timeout_s=3)
            gc.collect()
        finally:
            sys.set_asyncgen_hooks(*before)
        await remote.doorway.close()
        return said

    with Server(answer) as server:
        said = asyncio.run(heard(Remote(server.url + "/v1")))
    assert said.text == "Hello." and isinstance(said.end, Done), "it waited for more than the answer"
    assert not [one.ag_code.co_qualname for one in left]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_that_events_are_whole_however_they_are_cut_and_their_lines_end(end: str) -> None:
    told = [
        json.dumps(chat_chunk("Grüße"), ensure_ascii=False),
        json.dumps(chat_chunk(".", "stop"), indent=1),
        "[DONE]",
    ]
    lines = [line for text in told for line in (*(f"data: {part}" for part in text.split("\n")), ": a remark", "")]

    async def in_bytes(request: Received, reply: Reply) -> None:
        await reply.begin()
        for byte in (end.join(lines) + end).encode():
            await reply.chunk(bytes([byte]))
        await reply.end()

    with Server(in_bytes) as server:
        assert Remote(server.url + "/v1").ask().text == "Grüße."


def test_that_questions_of_one_leave_share_a_client_and_another_key_gets_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, make = [], clients.make

    def counted(*given: Any) -> Any:
        made.append(given)
        return make(*given)

    monkeypatch.setattr(clients, "make", counted)
    with Server(chat_answer) as server:
        remote = Remote(server.url + "/v1")
        assert [remote.ask().text for _ in range(3)] == ["Hello."] * 3 and len(made) == 1
        remote.key = Secret("another-key")
        remote.ask()
        assert len(made) == 2 and server.requests[-1].headers["authorization"] == "Bearer another-key"
