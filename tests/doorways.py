"""A doorway for tests: the real one over a ledger in memory."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx2
from workbench.net.door import Doorway
from workbench.net.grant import Bounds
from workbench.net.guard import Policy

from ledgers import MemoryLedger

T = TypeVar("T")


class House:
    """A doorway with what it goes by, for one event loop."""

    def __init__(self, **policy: object) -> None:
        self.policy = Policy(**policy)  # type: ignore[arg-type]
        self.ledger = MemoryLedger()
        self.certificates: ssl.SSLContext | None = None

    def run(self, work: Callable[[Doorway], Awaitable[T]]) -> T:
        async def main() -> T:
            trusted = self.certificates
            doorway = Doorway(
                policy=lambda: self.policy, ledger=self.ledger, certificates=(lambda: trusted) if trusted else None
            )
            try:
                return await work(doorway)
            finally:
                await doorway.close()

        return asyncio.run(main())

    def ask(self, url: str, bounds: Bounds | None = None, body: bytes = b"hello") -> httpx2.Response:
        """Posts something, as a vendor's SDK does."""

        async def work(doorway: Doorway) -> httpx2.Response:
            grant = doorway.guard.prompt(url, provider="own", whose=None, bounds=bounds)
            async with doorway.client(grant) as client:
                return await client.post(url, content=body, headers={"authorization": "Bearer canary-key"})

        return self.run(work)
