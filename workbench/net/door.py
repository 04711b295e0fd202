"""The lock on the only way out of this machine.

This version of the workbench calls nobody: no provider, no update check, no telemetry. So the door is shut for the
whole process: an audit hook refuses every connection and every name look-up that is not to this machine itself.
Remote providers will be let through here, one granted request at a time, and written to a ledger.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from typing import Any

from workbench.domain.errors import GuardRefusal

_WATCHED = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
)
_refused: list[str] = []
_locked = False


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


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    address = _address(event, arguments)
    if is_local(address):
        return
    _refused.append(str(address))
    raise DoorShut(
        f"A connection to {address} was refused: the workbench sends nothing to other machines",
        where="privacy guard",
        mend="Nothing left this machine. If you did not ask for this, please report it.",
    )


def _address(event: str, arguments: tuple[Any, ...]) -> object:
    """The host or socket path an audit event is about."""
    pick: Callable[[], object] = {
        "socket.getaddrinfo": lambda: arguments[0],
        "socket.gethostbyname": lambda: arguments[0],
    }.get(event, lambda: arguments[1] if len(arguments) > 1 else None)
    found = pick()
    return found[0] if isinstance(found, tuple) and found else found


def is_local(address: object) -> bool:
    """True for loopback addresses, `localhost`, socket files and no address at all."""
    if address is None or (isinstance(address, bytes) and address.startswith(b"\0")):
        return True
    text = address.decode("utf-8", "replace") if isinstance(address, bytes) else str(address)
    if text in {"", "localhost"} or text.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(text.split("%", maxsplit=1)[0]).is_loopback
    except ValueError:
        return False
