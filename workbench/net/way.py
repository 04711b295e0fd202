"""The connections to other machines: one pool for each event loop, direct or through the proxy of the settings."""

from __future__ import annotations

import asyncio
import importlib
import ssl
from collections.abc import Callable
from functools import cache

import httpcore2
import httpx2

from workbench.net.addresses import Reach, reach_of_host
from workbench.net.dial import Dialler
from workbench.net.guard import Policy, checked_proxy

MOST_CONNECTIONS = 128
KEEP_ALIVE_S = 30.0


class Way(httpx2.AsyncHTTPTransport):
    """httpx2's transport over a pool of ours: our dialler, certificates always checked, no environment."""

    def __init__(self, policy: Callable[[], Policy], proxy: str, certificates: ssl.SSLContext) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=certificates,
            proxy=httpcore2.Proxy(proxy) if proxy else None,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=Dialler(policy),
        )


class Ways:
    """Gives the way to a host, made once for each loop and proxy. `certificates` replace the system's in tests."""

    def __init__(self, policy: Callable[[], Policy], certificates: Callable[[], ssl.SSLContext] | None = None) -> None:
        self._policy = policy
        self._certificates = certificates or system_certificates
        self._made: dict[tuple[asyncio.AbstractEventLoop, str], Way] = {}

    def to(self, host: str) -> Way:
        """Raises WorkbenchError when the proxy of the settings is none."""
        loop = asyncio.get_running_loop()
        proxy = "" if reach_of_host(host) is Reach.LOCAL else checked_proxy(self._policy().proxy)
        key = (loop, proxy)
        if key not in self._made:
            for old in [k for k in self._made if k[0].is_closed()]:
                del self._made[old]
            self._made[key] = Way(self._policy, proxy, self._certificates())
        return self._made[key]

    def load(self) -> None:
        """What takes long the first time, for a thread: an answer must not wait for it, nor be called slow for it."""
        self._certificates()
        importlib.import_module("anyio")  # httpcore2 does at its first request

    async def close(self) -> None:
        """Closes what was opened in this loop."""
        loop = asyncio.get_running_loop()
        for key in [k for k in self._made if k[0] is loop]:
            await self._made.pop(key).aclose()


@cache
def system_certificates() -> ssl.SSLContext:
    """What the operating system trusts. SSL_CERT_FILE and the like do not change it."""
    return httpx2.create_ssl_context(trust_env=False)
