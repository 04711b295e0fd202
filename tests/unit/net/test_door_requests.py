"""Requests through the door, to real servers on this machine."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.domain.calls import Outcome, Purpose
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.net.door import Doorway
from workbench.net.grant import Bounds, Grant, NetworkFailure, PrivateHostRefusal
from workbench.net.guard import Policy

from doorways import House
from ledgers import MemoryLedger
from servers import Handler, Received, Reply, Server, certificate


async def hello(request: Received, reply: Reply) -> None:
    await reply.whole(b'{"said": "hello"}')


def failing(handler: Handler, bounds: Bounds | None = None, path: str = "/v1/x") -> tuple[WorkbenchError, House]:
    house = House()
    with Server(handler) as server, pytest.raises(WorkbenchError) as error:
        house.ask(server.url + path, bounds)
    return error.value, house


def test_that_a_call_has_a_row_before_it_goes_out_and_a_whole_one_after() -> None:
    house, seen = House(), []

    async def look(request: Received, reply: Reply) -> None:
        seen.extend(house.ledger.calls)
        await reply.whole(b"12345")

    with Server(look) as server:
        assert house.ask(server.url + "/v1/chat", body=b"x" * 1000).content == b"12345"
    (open_row,), (row,) = seen, house.ledger.calls
    assert (open_row.outcome, open_row.bytes_in) == (Outcome.OPEN, 0)
    assert (row.outcome, row.status, row.local, row.purpose) == (Outcome.ANSWERED, 200, True, Purpose.ANSWER)
    assert 1000 < row.bytes_out < 1500 and 5 < row.bytes_in < 300 and row.ended_at
    assert "canary" not in repr(row)


def test_that_no_row_means_no_call() -> None:
    class FullDisk(MemoryLedger):
        async def begin(self, call: object) -> None:
            raise WorkbenchError("The disk is full")

    house = House()
    house.ledger = FullDisk()
    with Server(hello) as server:
        with pytest.raises(WorkbenchError, match="disk is full"):
            house.ask(server.url)
        assert server.requests == [] and server.connections == 0


def test_that_connections_are_kept_for_the_next_request() -> None:
    async def thrice(doorway: Doorway) -> None:
        for _ in range(3):
            await doorway.get(server.url + "/list", purpose=Purpose.MODEL_LIST)

    with Server(hello) as server:
        House().run(thrice)
        assert len(server.requests) == 3 and server.connections == 1


def test_that_a_grant_is_for_its_own_host_only() -> None:
    async def elsewhere(doorway: Doorway) -> None:
        grant = doorway.guard.prompt(one.url, provider="own", whose=None)
        async with doorway.client(grant) as client:
            await client.get(other.url + "/v1")

    with Server(hello) as one, Server(hello) as other:
        with pytest.raises(GuardRefusal, match="leave was given for"):
            House().run(elsewhere)
        assert other.connections == 0


@pytest.mark.parametrize("where", ["other host", "http", "itself"])
def test_that_a_redirect_is_refused_and_the_other_host_gets_nothing(where: str) -> None:
    async def send_on(request: Received, reply: Reply) -> None:
        target = {"other host": other.url, "http": "http://api.example.com/", "itself": request.path}[where]
        await reply.whole(b"", 307, location=target)

    with Server(hello) as other:
        error, house = failing(send_on)
        assert "wants to send this call on" in error.what and "key would go along" in error.mend
        assert other.connections == 0
    assert house.ledger.calls[0].outcome is Outcome.ERROR


def test_that_the_time_for_the_whole_call_is_bounded_from_the_header_on() -> None:
    async def drop_by_drop(request: Received, reply: Reply) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 400:
            await reply.raw(bytes([letter]))
            await asyncio.sleep(0.05)

    error, house = failing(drop_by_drop, Bounds(total_s=0.6, idle_s=0.4))
    assert "took longer than" in error.what or "sent nothing for" in error.what
    assert house.ledger.calls[0].outcome is Outcome.ERROR


def test_that_a_body_that_comes_drop_by_drop_or_stops_is_ended() -> None:
    async def body(request: Received, reply: Reply) -> None:
        await reply.begin()
        for _ in range(200):
            await reply.chunk("data: x\n\n")
            await asyncio.sleep(0.05 if request.path == "/drops" else 30)

    error, _ = failing(body, Bounds(total_s=0.5, idle_s=10), "/drops")
    assert "took longer than" in error.what
    error, _ = failing(body, Bounds(total_s=20, idle_s=0.3), "/stops")
    assert "sent nothing for" in error.what


def test_that_an_endless_line_a_large_answer_and_large_headers_are_stopped_at_the_bound() -> None:
    async def endless(request: Received, reply: Reply) -> None:
        await reply.begin()
        while True:
            await reply.chunk(b"x" * 65_536 if request.path == "/line" else b"x" * 1000 + b"\n")

    async def headers(request: Received, reply: Reply) -> None:
        await reply.raw(b"HTTP/1.1 200 OK\r\n")
        for number in range(20_000):
            await reply.raw(b"x-%d: %s\r\n" % (number, b"y" * 500))

    error, house = failing(endless, Bounds(line_bytes=200_000), "/line")
    assert "a line of more than" in error.what and house.ledger.calls[0].bytes_in < 2_000_000
    error, house = failing(endless, Bounds(answer_bytes=300_000), "/lines")
    assert "sent more than" in error.what and house.ledger.calls[0].bytes_in < 2_000_000
    error, _ = failing(headers)
    assert "does not answer in HTTP as agreed" in error.what or "failed" in error.what


def test_that_a_compressed_answer_is_not_opened() -> None:
    async def bomb(request: Received, reply: Reply) -> None:
        assert request.headers["accept-encoding"] == "identity"
        await reply.whole(b"\x1f\x8b" + b"0" * 100, **{"content-encoding": "gzip"})

    error, _ = failing(bomb)
    assert "compressed answer (gzip)" in error.what


def test_that_an_answer_cut_in_the_middle_says_so() -> None:
    async def cut(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.chunk("data: a\n\n")
        await reply.cut()

    error, _ = failing(cut)
    assert "in the middle of an answer" in error.what


def test_that_a_server_that_is_not_there_and_a_name_that_is_none_get_sentences() -> None:
    house = House()
    with pytest.raises(NetworkFailure, match="refuses the connection"):
        house.ask("http://127.0.0.1:9/v1")
    with pytest.raises(NetworkFailure, match=r"The name no-such-host\.invalid is not known"):
        house.ask("https://no-such-host.invalid/v1")
    assert [row.outcome for row in house.ledger.calls] == [Outcome.ERROR, Outcome.ERROR]


@pytest.mark.parametrize(
    ("names", "days", "said"),
    [(("127.0.0.1",), (-30, -1), "expired"), (("other.example",), (-1, 30), "mismatch"), ((), (-1, 30), "self")],
)
def test_that_a_bad_certificate_is_refused_with_its_reason(
    tmp_path: Path, names: tuple[str, ...], days: tuple[int, int], said: str
) -> None:
    house = House()
    server_tls, trusting = certificate(tmp_path, names=names or ("127.0.0.1",), days=days)
    house.certificates = trusting if names else None
    with Server(hello, tls=server_tls) as server, pytest.raises(NetworkFailure) as error:
        house.ask(server.url)
    assert "certificate of 127.0.0.1" in error.value.what and said in error.value.what
    assert ("clock" in error.value.mend) == (said == "expired")
    assert server.requests == []


def test_that_a_good_certificate_is_accepted(tmp_path: Path) -> None:
    house = House()
    server_tls, house.certificates = certificate(tmp_path)
    with Server(hello, tls=server_tls) as server:
        assert house.ask(server.url).status_code == 200


def test_that_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(hello) as proxy, Server(hello) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        House().ask(server.url)
        assert proxy.connections == 0 and len(server.requests) == 1


def test_that_the_proxy_of_the_settings_is_used_for_other_machines_and_not_for_this_one() -> None:
    async def no_way(request: Received, reply: Reply) -> None:
        await reply.whole(b"", 403)

    with Server(no_way) as proxy, Server(hello) as server:
        house = House(proxy=proxy.url)
        house.ask(server.url)
        assert proxy.requests == []
        with pytest.raises(NetworkFailure, match="proxy"):
            house.ask("https://api.example.com/v1")
        (asked,) = proxy.requests
        assert (asked.method, asked.path) == ("CONNECT", "api.example.com:443")
        assert "canary-key" not in repr(asked)


def test_that_a_public_name_that_leads_into_the_own_network_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def leads_home(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    house = House()
    with Server(hello) as server:
        monkeypatch.setattr(socket, "getaddrinfo", leads_home)
        with pytest.raises(PrivateHostRefusal):
            house.ask(f"https://models.example.com:{server.port}/v1")
        assert server.connections == 0
        assert (house.ledger.calls[0].outcome, house.ledger.calls[0].bytes_out) == (Outcome.REFUSED, 0)
        house.policy = Policy(private_hosts=frozenset({"models.example.com"}))
        assert house.ask(f"http://models.example.com:{server.port}/v1").status_code == 200


def test_that_the_offline_switch_counts_for_a_grant_given_before() -> None:
    house = House()

    async def switched(doorway: Doorway) -> None:
        grant = doorway.guard.prompt("https://api.example.com", provider="x", whose=None)
        house.policy = replace(house.policy, offline=True)
        async with doorway.client(grant) as client:
            await client.get("https://api.example.com/v1")

    with pytest.raises(GuardRefusal, match="Offline switch"):
        house.run(switched)


def test_that_a_cancelled_call_is_in_the_ledger_as_stopped() -> None:
    async def slow(request: Received, reply: Reply) -> None:
        await reply.begin()
        await reply.chunk("data: x\n\n")
        await asyncio.sleep(30)

    house = House()

    async def stopped(doorway: Doorway) -> None:
        grant: Grant = doorway.guard.prompt(server.url, provider="own", whose=None)
        async with doorway.client(grant) as client, client.stream("GET", server.url) as response:
            async for _ in response.aiter_raw():
                break

    with Server(slow) as server:
        house.run(stopped)
    assert house.ledger.calls[0].outcome is Outcome.STOPPED
