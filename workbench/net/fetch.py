"""Plain GETs through the door: into memory, or into a file with resuming. Nothing of the person's goes along."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpx2

from workbench.domain.calls import Purpose
from workbench.domain.errors import WorkbenchError
from workbench.net.faults import Redirected
from workbench.net.grant import Bounds, Grant, NetworkFailure, host_of, origin_of
from workbench.net.guard import Guard

MOST_REDIRECTS = 5
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `redirect_hosts` are names or patterns (`*.hf.co`) of hosts it may be sent on to, by https.

    `headers` go to the first host only.
    """

    url: str
    purpose: Purpose
    provider: str = ""
    headers: Mapping[str, str] | None = None
    redirect_hosts: tuple[str, ...] = ()
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: status (200, 206, 304 ...), headers in lower case, the body or, for a file, b"".

    `total_bytes` is the whole thing's size where the server says it; `start` the byte the body began at; `url` where it
    came from in the end.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    start: int = 0
    total_bytes: int | None = None


class WrongRange(NetworkFailure):
    """The server does not send what was asked for: going on is no use, beginning anew is."""


class Sends(Protocol):
    """The part of a `Doorway` that is needed here."""

    guard: Guard

    def client(self, grant: Grant) -> httpx2.AsyncClient: ...


async def fetch(doorway: Sends, wanted: Wanted) -> Fetched:
    """The body in memory. Raises GuardRefusal, NetworkFailure; WorkbenchError for a status of 400 and above."""
    async with _answer(doorway, wanted) as response:
        body = await response.aread()
        return Fetched(str(response.url), response.status_code, _headers(response), body, 0, len(body))


async def fetch_to_file(
    doorway: Sends,
    wanted: Wanted,
    to: Path,
    start: int = 0,
    on_bytes: Callable[[int, int | None], None] | None = None,
) -> Fetched:
    """Streams the body into `to`; `on_bytes(there, total)` is told after each piece.

    With `start` the file is continued from that byte (it must have that many); a server that knows no ranges sends all,
    then the file begins anew (`Fetched.start` is 0). Ask with an `If-Range` header when it may have changed. A file
    that ends early raises NetworkFailure, and what came stays in it. The caller checks hashes and gives the
    file its name.
    """
    if start:
        wanted = replace(wanted, headers={**(wanted.headers or {}), "Range": f"bytes={start}-"})
    async with _answer(doorway, wanted, ranged=bool(start)) as response:
        first, total = _range(response, start)
        there = await _write(response, to, first, total, on_bytes)
        if total is not None and there != total:
            raise NetworkFailure(
                f"The file is not complete: {there:,} of {total:,} bytes came",
                where=host_of(origin_of(str(response.url))),
                mend="Go on later; what came is kept.",
            )
        return Fetched(str(response.url), response.status_code, _headers(response), b"", first, total)


async def _write(
    response: httpx2.Response, to: Path, first: int, total: int | None, tell: Callable[[int, int | None], None] | None
) -> int:
    """Writes a mebibyte at a time, in a thread: neither disk nor network waits for the other's small pieces."""
    there, waiting = first, bytearray()
    with await asyncio.to_thread(to.open, "r+b" if first else "wb") as file:
        await asyncio.to_thread(file.truncate, first)
        file.seek(first)
        try:
            async for piece in response.aiter_raw():
                waiting += piece
                if len(waiting) >= _PIECE:
                    await _put(file, waiting)
                there += len(piece)
                if tell is not None:
                    tell(there, total)
        finally:
            if waiting:
                file.write(waiting)
    return there


async def _put(file: object, waiting: bytearray) -> None:
    piece = bytes(waiting)
    waiting.clear()
    await asyncio.to_thread(file.write, piece)  # type: ignore[attr-defined]


@asynccontextmanager
async def _answer(doorway: Sends, wanted: Wanted, *, ranged: bool = False) -> AsyncIterator[httpx2.Response]:
    """The response, redirects followed as far as they are allowed."""
    url, headers = wanted.url, dict(wanted.headers or {})
    kept = {name: value for name, value in headers.items() if name.casefold() in ("range", "if-range")}
    for _ in range(MOST_REDIRECTS + 1):
        grant = doorway.guard.facts(url, purpose=wanted.purpose, provider=wanted.provider, bounds=wanted.bounds)
        async with doorway.client(grant) as client:
            try:
                response = await client.send(client.build_request("GET", url, headers=headers), stream=True)
            except Redirected as elsewhere:
                url, headers = _followed(url, elsewhere, wanted.redirect_hosts), kept
                continue
            try:
                _check_status(response, ranged)
                yield response
            finally:
                await response.aclose()
            return
    raise NetworkFailure("The address leads in a circle", where=wanted.url, mend="Check the address.")


def _followed(url: str, elsewhere: Redirected, hosts: tuple[str, ...]) -> str:
    """The address to go on to. Raises the redirect itself when its host is not among those allowed."""
    target = urljoin(url, elsewhere.target)
    parts = urlsplit(target)
    host = (parts.hostname or "").casefold()
    if origin_of(target) == origin_of(url):
        return target
    if parts.scheme != "https" or not any(fnmatch.fnmatchcase(host, one.casefold()) for one in hosts):
        raise elsewhere
    return target


def _check_status(response: httpx2.Response, ranged: bool) -> None:
    status = response.status_code
    if status < 400:
        return
    host = host_of(origin_of(str(response.url)))
    if status == 416 and ranged:
        what, mend = "The file there is shorter than what is already here", "Begin anew."
    elif status in (401, 403):
        what, mend = f"{host} does not let everybody have that ({status})", "It may need an account or a consent there."
    elif status == 404:
        what, mend = f"{host} has nothing at that address", "Check the address for a slip."
    elif status == 429:
        what, mend = f"{host} was asked too often", "Try again in a while."
    else:
        what, mend = f"{host} answered with the error {status}", "Try again later."
    raise WorkbenchError(what, where=str(response.url)[:300], mend=mend)


def _range(response: httpx2.Response, start: int) -> tuple[int, int | None]:
    """The byte the body begins at, and the size of the whole where it is known."""
    if response.status_code == 206:
        said = response.headers.get("Content-Range", "")
        unit, _, rest = said.partition(" ")
        span, _, total = rest.partition("/")
        if unit != "bytes" or span.split("-")[0] != str(start):
            raise WrongRange("The server sent another part of the file than was asked for", where=said[:80])
        return start, int(total) if total.isdigit() else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _headers(response: httpx2.Response) -> dict[str, str]:
    return {name.casefold(): value for name, value in response.headers.items()}
