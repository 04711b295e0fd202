"""Which addresses are this machine, which are the house's own network, and which are anybody's."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from functools import lru_cache


class Reach(StrEnum):
    """How far away an address is."""

    LOCAL = "this machine"
    PRIVATE = "your own network"
    PUBLIC = "the internet"


def is_local(host: object) -> bool:
    """True for loopback addresses, `localhost` and no host at all."""
    if host is None:
        return True
    text = host.decode("utf-8", "replace") if isinstance(host, bytes | bytearray) else str(host)
    return text in {"", "localhost"} or reach_of_ip(text) is Reach.LOCAL


@lru_cache(maxsize=256)  # every request asks several times
def reach_of_ip(text: str) -> Reach | None:
    """How far an IP address in figures is; None for a name. What is neither loopback nor global counts as private."""
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(
            text.strip("[]").split("%", maxsplit=1)[0]
        )
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_loopback:
        return Reach.LOCAL
    return Reach.PUBLIC if address.is_global and not address.is_multicast else Reach.PRIVATE


def reach_of_host(host: str) -> Reach:
    """How far a host is by its name alone; a name counts as public until it is looked up."""
    if host.casefold().rstrip(".") == "localhost":
        return Reach.LOCAL
    return reach_of_ip(host) or Reach.PUBLIC
