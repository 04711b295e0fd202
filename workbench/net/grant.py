"""What a request may do: a `Grant`, bounds in time and size, and the refusals that stand for "no"."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from workbench.domain.calls import DataClass, Purpose
from workbench.domain.errors import GuardRefusal, WorkbenchError

KIB, MIB = 1 << 10, 1 << 20
_USUAL_PORT = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one call: seconds for all of it and between two pieces, bytes of a line and of all. None: no limit."""

    total_s: float | None = 600.0
    idle_s: float | None = 180.0
    connect_s: float = 15.0
    line_bytes: int | None = MIB
    answer_bytes: int | None = 64 * MIB


#: what is not named here has the defaults
BOUNDS = {
    Purpose.MODEL_LIST: Bounds(total_s=30.0, idle_s=15.0, line_bytes=None, answer_bytes=16 * MIB),
    Purpose.KEY_TEST: Bounds(total_s=30.0, idle_s=15.0, line_bytes=None, answer_bytes=16 * MIB),
    Purpose.PRICES: Bounds(total_s=300.0, idle_s=30.0, line_bytes=None, answer_bytes=64 * MIB),
    Purpose.MODEL_FILE: Bounds(total_s=None, idle_s=60.0, line_bytes=None, answer_bytes=None),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for requests to `origins` (`scheme://host[:port]`), for one purpose and one kind of data.

    Made by `Guard` only: there it is decided whether the scenario's data may go there.
    """

    purpose: Purpose
    origins: frozenset[str]
    provider: str = ""
    scenario_id: str | None = None
    data: DataClass = DataClass.NOTHING
    bounds: Bounds = field(default_factory=Bounds)


class OfflineRefusal(GuardRefusal):
    """The Offline switch is on."""


class DataRefusal(GuardRefusal):
    """The scenario's data may not go there."""


class PrivateHostRefusal(GuardRefusal):
    """A host in the person's own network that they have not allowed yet; the window asks and remembers."""

    def __init__(self, host: str, address: str) -> None:
        found = f" ({address})" if address != host else ""
        super().__init__(
            f"{host}{found} lies in your own network and was not allowed yet",
            where="privacy guard",
            mend=f"Allow it once under Settings, or: workbench network allow {host}",
        )
        self.host = host


class NetworkFailure(WorkbenchError):
    """The call was let through and did not come to a good end; `outcome` words for the ledger are in `what`."""


class Unreached(NetworkFailure):
    """No connection came about, so nothing was sent."""


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an address, in lower case. Raises WorkbenchError for what is none of http(s)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _USUAL_PORT or not host or parts.username is not None:
        raise WorkbenchError(
            "That is no address of a server",
            where=_shown(url),
            mend="Write it as https://host/path, without a name or password in it.",
        )
    return origin(parts.scheme, host, port)


def origin(scheme: str, host: str, port: int | None) -> str:
    """The same from its parts; the usual port is left out."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    suffix = "" if port is None or port == _USUAL_PORT.get(scheme) else f":{port}"
    return f"{scheme}://{shown.casefold()}{suffix}"


def host_of(origin_text: str) -> str:
    """Host, and port where it is not the usual one, of an origin: what the ledger shows."""
    return origin_text.split("://", 1)[-1]


def _shown(url: str) -> str:
    """An address for a message: whatever stands before an @ could be a password."""
    return url.rsplit("@", 1)[-1][:120]
