"""One connection, as httpcore2 wants it, straight on asyncio's transports.

The one that comes with httpcore2 asks the kernel about every idle connection before every request, and sends head and
body of a request apart; with many requests at once that was most of the time they took.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpcore2

_ENOUGH = 1 << 18
_TOGETHER = 1 << 16


class _Ends(asyncio.Protocol):
    """What asyncio calls: keeps what came until it is read, and lets no more come when that is much."""

    def __init__(self) -> None:
        self.came = bytearray()
        self.is_over = False
        self.wrong: Exception | None = None
        self.transport: asyncio.Transport | None = None
        self._is_paused = False
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.came += data
        _wake(self._reader)
        if len(self.came) > _ENOUGH and not self._is_paused and self.transport is not None:
            self._is_paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self.is_over = True
        _wake(self._reader)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_over = True
        self.wrong = self.wrong or error
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        _wake(self._writer)

    async def something(self) -> None:
        """Comes back when there is something to read, or nothing will come any more."""
        if self._is_paused and self.transport is not None and not self.came:
            self._is_paused = False
            self.transport.resume_reading()
        if not self.came and not self.is_over:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader

    async def room(self) -> None:
        """Comes back when the kernel has taken most of what was written."""
        if self._is_full and not self.is_over:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer


class Stream(httpcore2.AsyncNetworkStream):
    """Made by `open_stream`. Time limits are the caller's: who is cancelled in the middle closes the connection."""

    def __init__(self, transport: asyncio.Transport, ends: _Ends) -> None:
        self._transport = transport
        self._ends = ends
        self._waiting: list[bytes] = []
        self._size = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await self._flush()
        await self._ends.something()
        came = self._ends.came
        if came:
            found = bytes(came[:max_bytes])
            del came[:max_bytes]
            return found
        if self._ends.wrong is not None:
            raise httpcore2.ReadError(str(self._ends.wrong)) from self._ends.wrong
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Kept until the next read, up to 64 KiB: a request's head and body then go out together."""
        if buffer:
            self._waiting.append(buffer)
            self._size += len(buffer)
        if self._size >= _TOGETHER:
            await self._flush()

    async def _flush(self) -> None:
        if not self._waiting:
            return
        data = b"".join(self._waiting)
        self._waiting, self._size = [], 0
        if self._ends.is_over and not self._ends.came:
            raise httpcore2.WriteError("the connection was closed") from self._ends.wrong
        self._transport.write(data)
        await self._ends.room()

    async def aclose(self) -> None:
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        """The same connection, encrypted. Raises ConnectError with the reason behind it."""
        await self._flush()
        loop, ends = asyncio.get_running_loop(), _Ends()
        try:
            made = await loop.start_tls(self._transport, ends, ssl_context, server_hostname=server_hostname)
        except (OSError, ssl.SSLError) as error:
            self._transport.abort()
            raise httpcore2.ConnectError(str(error)) from error
        except BaseException:
            self._transport.abort()
            raise
        assert made is not None
        ends.connection_made(made)
        return Stream(made, ends)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # of an idle connection: the other side has closed it
            return self._ends.is_over or bool(self._ends.came)
        names = {"ssl_object": "ssl_object", "client_addr": "sockname", "server_addr": "peername", "socket": "socket"}
        return self._transport.get_extra_info(names[info]) if info in names else None


async def open_stream(address: str, port: int) -> Stream:
    """Connects to an address in figures. Raises ConnectError."""
    try:
        transport, ends = await asyncio.get_running_loop().create_connection(_Ends, address, port)
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from error
    return Stream(transport, ends)


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
