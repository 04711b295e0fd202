"""Servers on this machine that speak HTTP well or badly: real sockets, one thread, one asyncio loop each."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """The other side of a connection: writes what it is told, and lives as long as the handler runs."""

    writer: asyncio.StreamWriter
    keep: bool = True
    headers: dict[str, str] = field(default_factory=dict)

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def whole(self, body: bytes | str, status: int = 200, kind: str = "application/json", **more: str) -> None:
        data = body.encode() if isinstance(body, str) else body
        await self.begin(status, kind, **{"content-length": str(len(data)), **more})
        await self.raw(data)

    async def json(self, value: object, status: int = 200, **more: str) -> None:
        await self.whole(json.dumps(value), status, **more)

    async def begin(self, status: int = 200, kind: str = "text/event-stream", **more: str) -> None:
        """The first lines; without a length the body is in chunks."""
        headers = {"content-type": kind, **{name.replace("_", "-"): value for name, value in more.items()}}
        if "content-length" not in headers and status not in (204, 304):
            headers["transfer-encoding"] = "chunked"
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
        await self.raw(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def chunk(self, data: bytes | str) -> None:
        piece = data.encode() if isinstance(data, str) else data
        await self.raw(b"%x\r\n%s\r\n" % (len(piece), piece))

    async def event(self, value: object, name: str = "") -> None:
        """One server-sent event."""
        head = f"event: {name}\n" if name else ""
        text = value if isinstance(value, str) else json.dumps(value)
        await self.chunk(f"{head}data: {text}\n\n")

    async def end(self) -> None:
        await self.raw(b"0\r\n\r\n")

    async def cut(self) -> None:
        """The connection is gone, in the middle of whatever it was."""
        self.keep = False
        self.writer.transport.abort()


Handler = Callable[[Received, Reply], Awaitable[None]]


class Server:
    """`with Server(handler) as server:` serves on `server.url`; `requests` lists what came."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._handler = handler
        self._tls = tls
        self._host = host
        self.requests: list[Received] = []
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._main, daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self._host, 0, ssl=self._tls))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        # Cancelled at the server's end: a task of a stream that ends so would be told as a mistake.
        over = (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError)
        with contextlib.suppress(*over):
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                reply = Reply(writer)
                await self._handler(request, reply)
                if not reply.keep:
                    break
        with contextlib.suppress(Exception):
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    first = await reader.readline()
    if not first.strip():
        return None
    method, path, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode("latin-1").strip()) != "":
        name, _, value = line.partition(":")
        headers[name.casefold()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body)


def certificate(
    folder: Path, *, names: tuple[str, ...] = ("127.0.0.1",), days: tuple[int, int] = (-1, 30)
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS and a client's that trusts its (self-signed) certificate; `days` from now until when it holds."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "workbench test")])
    now = dt.datetime.now(dt.UTC)
    others: list[x509.GeneralName] = []
    for one in names:
        try:
            others.append(x509.IPAddress(ipaddress.ip_address(one)))
        except ValueError:
            others.append(x509.DNSName(one))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, secret)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client
