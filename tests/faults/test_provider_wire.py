"""P04, P05, P06, P07, P09: time, size, certificates, redirects and the environment, through the real SDKs."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import pytest
from workbench.domain.calls import Outcome
from workbench.domain.chat import ask
from workbench.domain.evidence import Answer
from workbench.inference.remote.endpoints import Wire
from workbench.net import guard as guards
from workbench.net.grant import Bounds
from workbench.services.asking import MOST_CHARACTERS, Pane

from remote_models import KEY, Remote, chat_answer, chat_chunk
from servers import Received, Reply, Server, certificate


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second for everything: nobody waits ten minutes in a test."""
    from workbench.domain.calls import Purpose

    monkeypatch.setitem(guards.BOUNDS, Purpose.ANSWER, Bounds(total_s=1.0, idle_s=0.4, answer_bytes=2_000_000))


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.usefixtures("short")
def test_that_a_hang_after_the_first_token_is_ended_and_what_came_is_kept(wire: Wire) -> None:
    async def hang(request: Received, reply: Reply) -> None:
        await reply.begin()
        if wire is Wire.CHAT:
            await reply.event(chat_chunk("so far"))
        await asyncio.sleep(30)

    with Server(hang) as server:
        remote = Remote(server.url, wire)
        heard = remote.ask()
    assert "sent nothing for" in heard.failure.what and not remote.slept
    assert heard.text == ("so far" if wire is Wire.CHAT else "")
    assert remote.ledger.calls[0].outcome is Outcome.ERROR


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.usefixtures("short")
def test_that_a_server_that_says_nothing_at_all_is_given_up(wire: Wire) -> None:
    async def silent(request: Received, reply: Reply) -> None:
        await asyncio.sleep(30)

    with Server(silent) as server:
        remote = Remote(server.url, wire)
        heard = remote.ask()
    assert "sent nothing for" in heard.failure.what and heard.failure.mend
    assert heard.text == "" and {row.outcome for row in remote.ledger.calls} == {Outcome.ERROR}


@pytest.mark.parametrize("where", ["header", "body"])
@pytest.mark.usefixtures("short")
def test_that_drops_do_not_get_around_the_limit_of_the_whole_call(where: str) -> None:
    async def drops(request: Received, reply: Reply) -> None:
        if where == "body":
            await reply.begin()
        else:
            await reply.raw(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            await (reply.chunk(": x\n\n") if where == "body" else reply.raw(b"x-%d: y\r\n" % number))
            await asyncio.sleep(0.1)

    with Server(drops) as server:
        heard = Remote(server.url).ask()
    assert "took longer than 1 s" in heard.failure.what or "sent nothing for" in heard.failure.what


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("what", ["endless line", "endless answer", "10 MB header", "gzip of 200 MB"])
def test_that_too_much_is_stopped_at_the_bound_with_flat_memory(what: str, wire: Wire) -> None:
    async def flood(request: Received, reply: Reply) -> None:
        if what == "10 MB header":
            await reply.raw(b"HTTP/1.1 200 OK\r\nx-long: ")
            for _ in range(160):
                await reply.raw(b"y" * 65_536)
        elif what == "gzip of 200 MB":
            await reply.whole(b"\x1f\x8b\x08" + b"\0" * 200_000, **{"content-encoding": "gzip"})
        else:
            await reply.begin()
            piece = b"z" * 65_536 if what == "endless line" else b": " + b"z" * 60_000 + b"\n\n"
            for _ in range(2_000):
                await reply.chunk(piece)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Server(flood) as server:
        remote = Remote(server.url, wire)
        heard = remote.ask()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024)
    assert not heard.text and heard.failure.mend
    assert remote.ledger.calls[0].bytes_in < 70_000_000 and grown < 60_000_000


def test_that_of_a_reply_of_50_mb_a_comparison_holds_its_bound_and_the_connection_ends() -> None:
    sent: list[int] = []

    async def fifty_mb(request: Received, reply: Reply) -> None:
        await reply.begin()
        for number in range(800):
            await reply.event(chat_chunk("word " * 13_107))
            sent.append(number)

    with Server(fifty_mb) as server:
        remote = Remote(server.url)

        async def main() -> Answer:
            pane = Pane(0, remote.build(), ask("Hello?"), None)
            await pane.fill()
            await remote.doorway.close()
            return pane.answer()

        answer = asyncio.run(main())
    assert len(answer.text) == MOST_CHARACTERS and "was stopped" in answer.error_what
    assert len(sent) < 800, "the rest was not even read"
    assert remote.ledger.calls[0].bytes_in < 20_000_000


@pytest.mark.parametrize(("names", "days"), [(("127.0.0.1",), (-9, -1)), (("a.example",), (-1, 9)), ((), (-1, 9))])
def test_that_a_bad_certificate_ends_it_and_no_key_was_sent(
    tmp_path: Path, names: tuple[str, ...], days: tuple[int, int]
) -> None:
    server_tls, trusting = certificate(tmp_path, names=names or ("127.0.0.1",), days=days)
    with Server(chat_answer, tls=server_tls) as server:
        remote = Remote(server.url)
        remote.certificates = (lambda: trusting) if names else None
        heard = remote.ask()
        assert "certificate of" in heard.failure.what and not remote.slept
        assert ("clock says" in heard.failure.mend) == (days[1] < 0)
        assert server.requests == []


@pytest.mark.parametrize("wire", list(Wire))
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_that_a_redirect_takes_neither_prompt_nor_key_to_another_host(wire: Wire, status: int) -> None:
    async def send_on(request: Received, reply: Reply) -> None:
        await reply.whole(b"", status, location=f"{other.url}/v1/steal")

    with Server(chat_answer) as other, Server(send_on) as server:
        heard = Remote(server.url, wire).ask()
        assert "wants to send this call on" in heard.failure.what
        assert other.connections == 0 and len(server.requests) == 1


@pytest.mark.parametrize("wire", list(Wire))
def test_that_the_environment_neither_leads_elsewhere_nor_adds_anything(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(chat_answer) as trap, Server(chat_answer) as server:
        for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, trap.url)
        for name in (
            "OPENAI_API_KEY",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_AUTH_TOKEN",
            "OPENAI_ORG_ID",
            "OPENAI_PROJECT_ID",
        ):
            monkeypatch.setenv(name, "from-the-environment")
        for name in ("ANTHROPIC_CUSTOM_HEADERS", "OPENAI_CUSTOM_HEADERS"):
            monkeypatch.setenv(name, "authorization: Bearer from-the-environment\nx-odd: from-the-environment")
        monkeypatch.setenv("OPENAI_LOG", "debug")
        Remote(server.url, wire).ask()
        (request,) = server.requests
        assert trap.connections == 0
        assert "from-the-environment" not in repr(request) and KEY in repr(request.headers)


def test_that_no_name_service_is_a_sentence() -> None:
    heard = Remote("https://no-such-host.invalid/v1").ask()
    assert heard.failure.what == "The name no-such-host.invalid is not known"


def test_that_a_server_that_is_not_running_is_tried_a_few_times() -> None:
    remote = Remote("http://127.0.0.1:9/v1")
    heard = remote.ask()
    assert "refuses the connection" in heard.failure.what and len(remote.slept) == 3
