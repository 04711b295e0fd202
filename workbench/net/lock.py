"""The lock behind the door: an audit hook that refuses every connection that no granted request asked for.

It sees what Python code does, whatever library asks; not Qt's network classes, other processes or C code (which looks
up a name that is given to a bare socket's `connect` before Python tells of it), so an import rule and a test without a
network stand beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from workbench.domain.errors import GuardRefusal
from workbench.net.addresses import is_local

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
#: asking for a name, or for the name of an address, is a message to a server of names
_LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
_refused: list[str] = []
_locked = False
#: on while a request that has a grant looks up a name or connects; a thread that works for it must copy the context
_open: ContextVar[bool] = ContextVar("workbench_door_open", default=False)


class DoorShut(GuardRefusal):
    """Something tried to leave the machine. Not an OSError, or HTTP libraries would swallow it and try again."""


def lock() -> None:
    """Shuts the door for the life of this process. Calling it again changes nothing; it cannot be undone."""
    global _locked
    if not _locked:
        _locked = True
        sys.addaudithook(_hook)


def refused() -> tuple[str, ...]:
    """The addresses that were refused since the start, oldest first: what the privacy line on screen counts."""
    return tuple(_refused)


@contextmanager
def opened() -> Iterator[None]:
    """Connections are let through while the block runs, in this task or thread only. For `net` alone."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    connects = event in _CONNECTS
    if not (connects or event in _LOOKS_UP) or _open.get():
        return
    place = arguments[1] if connects else arguments[0]
    host = place[0] if isinstance(place, tuple) and place else place
    is_socket_file = connects and not isinstance(place, tuple)
    if is_socket_file or is_local(host):
        return
    _refused.append(str(host))
    raise DoorShut(
        f"A connection to {host} was refused: the workbench sends nothing to other machines unasked",
        where="privacy guard",
        mend="Nothing left this machine. If you did not ask for this, please report it.",
    )
