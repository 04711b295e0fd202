"""A provider that is not this machine, for tests: its name leads to a server of ours that notes what it gets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from workbench.app import Services

from remote_models import chat_answer
from servers import Received, Reply, Server

HOST = "provider.example"


class Trap(Server):
    """`reached` tells whether a byte of some text came, in whatever form it was sent."""

    def holds(self, text: str) -> bool:
        return any(text.encode() in request.body or text in repr(request) for request in self.requests)

    @property
    def address(self) -> str:
        """Not a loopback name: the guard treats it as another machine."""
        return f"http://{HOST}:{self.port}/v1"


async def _serve(request: Received, reply: Reply) -> None:
    if request.path.endswith("/models"):
        await reply.json({"object": "list", "data": [{"id": "m1", "object": "model"}]})
    else:
        await chat_answer(request, reply)


@contextmanager
def a_trap() -> Iterator[Trap]:
    """The server, and its name known to this process while the block runs."""
    real = socket.getaddrinfo

    def look_up(host: object, *rest: object, **named: object) -> object:
        return real("127.0.0.1" if host in (HOST, HOST.encode()) else host, *rest, **named)  # type: ignore[arg-type]

    with Trap(_serve) as trap, mock.patch("socket.getaddrinfo", look_up):
        yield trap


def set_up(services: Services, trap: Trap) -> None:
    """A provider that could be asked: allowed, without a key."""
    services.credentials.save_server("trap", trap.address, name="Trap")
    services.privacy.allow_host(HOST)
