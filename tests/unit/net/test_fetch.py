"""Plain GETs: into memory, into a file, from the middle on, and along redirects that were allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.domain.calls import Purpose
from workbench.domain.errors import WorkbenchError
from workbench.net.door import Doorway
from workbench.net.fetch import Fetched
from workbench.net.grant import Bounds, NetworkFailure

from doorways import House
from servers import Received, Reply, Server, certificate

CONTENT = bytes(range(256)) * 4096 * 3


async def ranges(request: Received, reply: Reply) -> None:
    first = request.headers.get("range", "")
    if first and request.path == "/file":
        start = int(first.removeprefix("bytes=").rstrip("-"))
        span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        await reply.whole(CONTENT[start:], 206, "application/octet-stream", content_range=span)
    elif request.path == "/short":
        await reply.begin(200, "application/octet-stream", **{"content-length": str(len(CONTENT))})
        await reply.raw(CONTENT[:1000])
        await reply.cut()
    elif request.path == "/gone":
        await reply.whole(b"", 404)
    else:
        await reply.whole(CONTENT, 200, "application/octet-stream")


def download(url: str, to: Path, **how: object) -> Fetched:
    async def work(doorway: Doorway) -> Fetched:
        return await doorway.download(url, to, purpose=Purpose.MODEL_FILE, **how)  # type: ignore[arg-type]

    return House().run(work)


def test_that_a_file_is_streamed_with_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with Server(ranges) as server:
        got = download(server.url + "/file", tmp_path / "x.part", on_bytes=lambda *seen: told.append(seen))
    assert (tmp_path / "x.part").read_bytes() == CONTENT
    assert (got.status, got.start, got.total_bytes) == (200, 0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT)) and told == sorted(told)


def test_that_a_file_goes_on_where_it_stopped(tmp_path: Path) -> None:
    part = tmp_path / "x.part"
    part.write_bytes(CONTENT[:5000])
    with Server(ranges) as server:
        got = download(server.url + "/file", part, start=5000, headers={"If-Range": '"v1"'})
        assert server.requests[0].headers["if-range"] == '"v1"'
    assert part.read_bytes() == CONTENT and got.start == 5000


def test_that_a_server_without_ranges_makes_the_file_begin_anew(tmp_path: Path) -> None:
    part = tmp_path / "x.part"
    part.write_bytes(b"something else")
    with Server(ranges) as server:
        got = download(server.url + "/plain", part, start=14)
    assert part.read_bytes() == CONTENT and got.start == 0


def test_that_what_came_of_a_cut_file_is_kept(tmp_path: Path) -> None:
    with Server(ranges) as server, pytest.raises(NetworkFailure):
        download(server.url + "/short", tmp_path / "x.part")
    assert (tmp_path / "x.part").read_bytes() == CONTENT[:1000]


def test_that_an_error_is_a_sentence_and_nothing_is_written(tmp_path: Path) -> None:
    with Server(ranges) as server, pytest.raises(WorkbenchError, match="has nothing at that address"):
        download(server.url + "/gone", tmp_path / "x.part")
    assert not (tmp_path / "x.part").exists()


def test_that_a_redirect_is_followed_to_allowed_hosts_only_and_without_the_key(tmp_path: Path) -> None:
    house = House()
    server_tls, house.certificates = certificate(tmp_path, names=("127.0.0.1",))

    async def send_on(request: Received, reply: Reply) -> None:
        await reply.whole(b"", 302, location=other.url + "/file")

    async def get(doorway: Doorway, hosts: tuple[str, ...]) -> Fetched:
        key = {"authorization": "Bearer canary", "range": "bytes=4-"}
        return await doorway.get(
            server.url, purpose=Purpose.PRICES, headers=key, redirect_hosts=hosts, bounds=Bounds(line_bytes=None)
        )

    with Server(send_on) as server, Server(ranges, tls=server_tls) as other:
        with pytest.raises(NetworkFailure, match="send this call on"):
            house.run(lambda doorway: get(doorway, ("*.example.com",)))
        assert other.connections == 0
        got = house.run(lambda doorway: get(doorway, ("127.0.*",)))
    assert got.body == CONTENT[4:]
    assert other.requests[0].headers["range"] == "bytes=4-" and "authorization" not in other.requests[0].headers


def test_that_a_circle_ends() -> None:
    async def circle(request: Received, reply: Reply) -> None:
        await reply.whole(b"", 302, location="/again")

    async def work(doorway: Doorway) -> Fetched:
        return await doorway.get(server.url, purpose=Purpose.PRICES)

    with Server(circle) as server, pytest.raises(NetworkFailure, match="circle"):
        House().run(work)


def test_that_a_not_modified_answer_is_no_redirect() -> None:
    async def same(request: Received, reply: Reply) -> None:
        await reply.begin(304)

    async def work(doorway: Doorway) -> Fetched:
        return await doorway.get(server.url, purpose=Purpose.PRICES, headers={"If-None-Match": '"v1"'})

    with Server(same) as server:
        assert House().run(work).status == 304
