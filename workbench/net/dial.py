"""Opens connections for granted requests: looks a name up once, checks where it leads, and connects to that address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import httpcore2

from workbench.net.addresses import Reach, reach_of_host, reach_of_ip
from workbench.net.grant import PrivateHostRefusal, Unreached
from workbench.net.guard import Policy, offline
from workbench.net.lock import opened
from workbench.net.stream import open_stream

SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]
#: seconds to connect in; set while a granted request is handed over, so that a connection is opened for one only
_granted: ContextVar[float | None] = ContextVar("workbench_granted", default=None)


@contextmanager
def granted(connect_s: float) -> Iterator[None]:
    """Connections may be opened for what this task does in the block."""
    token = _granted.set(connect_s)
    try:
        yield
    finally:
        _granted.reset(token)


class Dialler(httpcore2.AsyncNetworkBackend):
    """httpcore2's network, behind the lock.

    A name that leads into the person's own network is refused unless they allowed it: a public name can be pointed
    anywhere. The address that was checked is the one that is connected to.
    """

    def __init__(self, policy: Callable[[], Policy]) -> None:
        self._policy = policy

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        limit = _granted.get()
        if limit is None:
            raise RuntimeError("a connection without a grant")
        with opened():
            try:
                async with asyncio.timeout(limit):
                    return await self._connect(host, port)
            except TimeoutError as error:
                raise Unreached(
                    f"{host} does not answer",
                    where=f"port {port}",
                    mend=f"It was tried for {limit:.0f} s. Check the connection and the address, then try again.",
                ) from error

    async def _connect(self, host: str, port: int) -> httpcore2.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await self._addresses(host, port):
            try:
                return await open_stream(address, port)
            except httpcore2.ConnectError as error:
                failure = failure or error
        raise Unreached(
            f"{host} refuses the connection" if _was_refused(failure) else f"{host} cannot be reached",
            where=f"port {port}",
            mend="Is the server running, and is the address right?",
        ) from failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        """Where `host` leads, checked. Raises PrivateHostRefusal, Unreached."""
        policy, named = self._policy(), reach_of_host(host)
        if named is Reach.LOCAL and reach_of_ip(host) is None:
            return ["127.0.0.1", "::1"]
        found = [host] if reach_of_ip(host) else await _look_up(host, port)
        for address in found:
            reach = reach_of_ip(address)
            if reach is not Reach.LOCAL and policy.offline:
                raise offline(host)
            if reach is not Reach.PUBLIC and named is not Reach.LOCAL and host not in policy.private_hosts:
                raise PrivateHostRefusal(host, address)
        return found

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: SocketOptions | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise RuntimeError("the door opens no socket files")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _look_up(host: str, port: int) -> list[str]:
    """The host's addresses. In a thread that keeps this task's context, or the lock would refuse the look-up."""
    try:
        found = await asyncio.to_thread(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreached(
            f"The name {host} is not known",
            where="name look-up",
            mend="Check the address for a slip, and whether this machine is connected.",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _was_refused(failure: Exception | None) -> bool:
    return failure is not None and isinstance(failure.__cause__, ConnectionRefusedError)
