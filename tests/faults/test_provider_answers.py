"""P01, P02, P03: what providers answer when they do not answer. Real SDKs, servers of ours on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from workbench.domain.calls import Outcome
from workbench.domain.chat import ChatRequest, Failed, Token, Waiting, ask
from workbench.inference.remote.endpoints import Wire
from workbench.inference.remote.pacing import FIRST, REST_S, Lane

from remote_models import KEY, Heard, Remote, chat_answer, chat_chunk
from servers import Handler, Received, Reply, Server


def heard(handler: Handler, **remote: Any) -> tuple[Heard, Remote, Server]:
    with Server(handler) as server:
        model = Remote(server.url + "/v1", **remote)
        return model.ask(), model, server


def first_refusing(status: int, **headers: str) -> tuple[Handler, Callable[[], int]]:
    """Refuses the first question, answers the second."""
    asked: list[str] = []

    async def handler(request: Received, reply: Reply) -> None:
        asked.append(request.path)
        if len(asked) == 1:
            more = {name.replace("_", "-"): value for name, value in headers.items()}
            await reply.json({"error": {"message": "Slow down."}}, status, **more)
        else:
            await chat_answer(request, reply)

    return handler, lambda: len(asked)


@pytest.mark.parametrize(
    ("said", "waited", "shown"),
    [("7", 7.0, "7 s"), ("3600", 60.0, "asked for 3,600 s"), ("0", 0.0, "a moment"), ("soon", None, "(")],
)
def test_that_a_provider_is_asked_again_when_it_says_and_the_wait_is_shown(
    said: str, waited: float | None, shown: str
) -> None:
    handler, asked = first_refusing(429, retry_after=said)
    answer, remote, _ = heard(handler)
    assert answer.text == "Hello." and asked() == 2
    assert len(remote.slept) == 1 and (waited is None or remote.slept == [waited])
    assert shown in answer.waits[0] and "asked too often" in answer.waits[0]


def test_that_a_provider_that_names_no_time_is_asked_again_after_a_short_one() -> None:
    handler, asked = first_refusing(429)
    answer, remote, _ = heard(handler)
    assert answer.text == "Hello." and asked() == 2
    assert len(remote.slept) == 1 and 0 < remote.slept[0] <= 10


def test_that_a_date_to_come_back_at_is_understood() -> None:
    handler, _ = first_refusing(
        429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    )
    _, remote, _ = heard(handler)
    assert 15 < remote.slept[0] <= 20


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_that_a_bad_moment_is_waited_out_and_no_answer_counts_twice(status: int) -> None:
    handler, asked = first_refusing(status)
    answer, remote, _ = heard(handler)
    assert answer.text == "Hello." and asked() == 2
    assert [row.outcome for row in remote.ledger.calls] == [Outcome.ERROR, Outcome.ANSWERED]
    assert [row.status for row in remote.ledger.calls] == [status, 200]
    assert remote.ledger.calls[0].why.endswith(f"answered with status {status}") and not remote.ledger.calls[1].why


def test_that_a_storm_of_429_ends_after_three_more_tries_and_halves_what_goes_out_at_once() -> None:
    async def busy(request: Received, reply: Reply) -> None:
        await reply.json({"error": {"message": "Rate limit reached"}}, 429)

    answer, remote, server = heard(busy)
    assert len(server.requests) == 4 and len(remote.slept) == 3
    assert "was asked too often" in answer.failure.what and answer.failure.mend
    assert remote.slept == sorted(remote.slept), "each wait is longer than the one before"
    assert remote.lane.limit == 1.0


def test_that_old_complaints_of_a_server_that_was_left_alone_are_forgotten() -> None:
    now = [0.0]
    lane = Lane(clock=lambda: now[0])

    async def ask_once() -> None:
        async with lane.turn():
            pass

    for _ in range(3):
        lane.busy()
    asyncio.run(ask_once())
    assert lane.limit == 1.0
    now[0] += REST_S + 1
    asyncio.run(ask_once())
    assert lane.limit == FIRST


def test_that_a_wait_can_be_cancelled() -> None:
    async def busy(request: Received, reply: Reply) -> None:
        await reply.json({}, 429, **{"retry-after": "50"})

    with Server(busy) as server:
        remote = Remote(server.url)
        remote.sleep = asyncio.sleep
        model = remote.build()

        async def main() -> list[object]:
            events: list[object] = []

            async def listen() -> None:
                async for event in model.chat(ask("x")):
                    events.append(event)

            task = asyncio.create_task(listen())
            while not events:
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await remote.doorway.close()
            return events

        (event,) = asyncio.run(asyncio.wait_for(main(), 5))
        assert isinstance(event, Waiting) and "50 s" in event.why


@pytest.mark.parametrize("how", ["cut", "no end", "done without reason"])
def test_that_a_cut_stream_keeps_what_came_and_is_marked_incomplete(how: str) -> None:
    async def cut(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.event(chat_chunk("so "))
        await reply.event(chat_chunk("far"))
        if how == "cut":
            await reply.chunk('data: {"id": "c1", "choi')
            await asyncio.sleep(0.05)
            await reply.cut()
        else:
            if how == "done without reason":
                await reply.event("[DONE]")
            await reply.end()

    answer, remote, server = heard(cut)
    assert answer.text == "so far" and isinstance(answer.events[-1], Failed)
    assert "kept and marked as incomplete" in answer.failure.mend
    assert len(server.requests) == 1 and not remote.slept, "never asked again after the first token"


CASES = {
    400: ({"error": {"message": "bad thing"}}, "does not take the request (400)"),
    401: ({"error": {"message": f"Incorrect API key provided: {KEY}"}}, "does not accept the key"),
    402: ({"error": {"message": "Payment required"}}, "no credit left"),
    403: ({"error": {"message": "Not allowed"}}, "does not let this key use test-model"),
    404: ({"error": {"message": "The model does not exist"}}, "has no model named test-model"),
}


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("status", list(CASES))
def test_that_a_refusal_is_one_sentence_with_what_was_said_and_without_the_key(status: int, wire: Wire) -> None:
    body, sentence = CASES[status]

    async def refuse(request: Received, reply: Reply) -> None:
        await reply.json({**body, "rest": "x" * 5000}, status)

    answer, remote, server = heard(refuse, wire=wire)
    failure = answer.failure
    assert sentence in failure.what and failure.mend and len(failure.where) < 260
    assert KEY not in str(failure) and len(server.requests) == 1 and not remote.slept
    assert remote.ledger.calls[0].status == status and KEY not in repr(remote.ledger.calls)


def test_that_an_empty_account_is_told_apart_from_too_many_requests() -> None:
    async def broke(request: Received, reply: Reply) -> None:
        await reply.json({"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}, 429)

    answer, remote, _ = heard(broke)
    assert "no credit left" in answer.failure.what and not remote.slept


def test_that_a_prompt_that_is_too_long_says_by_how_much_in_the_servers_words() -> None:
    async def full(request: Received, reply: Reply) -> None:
        message = "This model's maximum context length is 8192 tokens, you asked for 9000."
        await reply.json({"error": {"message": message, "code": "context_length_exceeded"}}, 400)

    answer, _, _ = heard(full)
    assert "too long for test-model" in answer.failure.what and "9000" in answer.failure.where


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("kind", ["login page", "bad json", "nothing", "empty choices", "json that is none of ours"])
def test_that_what_is_no_answer_is_called_so(kind: str, wire: Wire) -> None:
    async def odd(request: Received, reply: Reply) -> None:
        if kind == "login page":
            await reply.whole("<html><title>Sign in</title>" + "x" * 500, 200, "text/html")
            return
        if kind == "json that is none of ours":
            await reply.json({"hello": "world"})
            return
        await reply.begin()
        if kind == "bad json":
            await reply.chunk("event: message_start\ndata: {not json}\n\n")
        elif kind == "empty choices":
            await reply.event({**chat_chunk(), "choices": []})
            await reply.event("[DONE]")
        await reply.end()

    answer, remote, server = heard(odd, wire=wire)
    assert not answer.text and isinstance(answer.events[-1], Failed)
    assert answer.failure.what and answer.failure.mend
    assert len(server.requests) == 1 and not remote.slept
    if kind == "login page":
        assert "Sign in" in answer.failure.where


def test_that_text_comes_in_frames_and_nothing_is_lost() -> None:
    words = tuple(f"w{number} " for number in range(400))

    async def quick(request: Received, reply: Reply) -> None:
        await chat_answer(request, reply, words)

    answer, _, _ = heard(quick)
    tokens = [event for event in answer.events if isinstance(event, Token)]
    assert answer.text == "".join(words) and len(tokens) < 100


def test_that_no_key_is_said_before_anything_is_sent() -> None:
    with Server(chat_answer) as server:
        remote = Remote(server.url)
        remote.key = None
        answer = remote.ask(ChatRequest(()))
        assert "no key for Own server" in answer.failure.what and "workbench key set own" in answer.failure.mend
        end = answer.events[-1]
        assert isinstance(end, Failed) and not end.sent and server.connections == 0
