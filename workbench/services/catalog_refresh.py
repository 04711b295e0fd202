"""Fetching other people's lists from the network, when the person asks for it: what came is a diff, as of a file.

Nothing of the person's goes along: it is a plain request for a public file, through the door, with a row in the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from workbench.domain.calls import Purpose
from workbench.domain.catalog_diff import Diff
from workbench.domain.errors import GuardRefusal, WorkbenchError
from workbench.net.grant import BOUNDS, NetworkFailure

if TYPE_CHECKING:
    from workbench.net.door import Doorway
    from workbench.services.catalog_imports import CatalogImports, SourceKind


class CatalogRefresh:
    """Any thread; `fetch` needs an event loop, and closes no connection."""

    def __init__(self, *, imports: CatalogImports, doorway: Callable[[], Doorway]) -> None:
        self._imports = imports
        self._doorway = doorway

    def lists(self) -> tuple[SourceKind, ...]:
        """The lists that lie at an address of their own."""
        return tuple(kind for kind in self._imports.kinds() if kind.url)

    async def fetch(self, kind: str, address: str = "") -> Diff:
        """What the list, as it lies on the network now, would change. `address` stands in for its usual one.

        Raises GuardRefusal when it may not be called, WorkbenchError when it does not come or cannot be read.
        """
        from workbench.catalog.importers import importer

        chosen = importer(kind)
        url = address or chosen.url
        if not url:
            raise WorkbenchError(
                f"{chosen.title} has no address of its own",
                where=kind,
                mend="Take it in from a file, or give the address of one release.",
            )
        content = await self._get(url, kind)
        name = _name(url) or kind
        beside = {}
        for each in chosen.companions(name):
            if (found := await self._beside(urljoin(url, each), kind)) is not None:
                beside[each] = found
        diff = await asyncio.to_thread(self._imports.preview_content, name, content, kind=kind, beside=beside)
        return replace(diff, file=url)

    async def fetch_and_leave(self, kind: str, address: str = "") -> Diff:
        """The same for a loop that ends with it: its connections are closed."""
        try:
            return await self.fetch(kind, address)
        finally:
            await self._doorway().close()

    async def _get(self, url: str, kind: str) -> bytes:
        from workbench.catalog.importers.source_file import MAX_BYTES

        bounds = replace(BOUNDS[Purpose.PRICES], answer_bytes=MAX_BYTES)
        got = await self._doorway().get(url, purpose=Purpose.PRICES, provider=kind, bounds=bounds)
        return got.body

    async def _beside(self, url: str, kind: str) -> bytes | None:
        """A file that belongs to the list; None where there is none."""
        try:
            return await self._get(url, kind)
        except (GuardRefusal, NetworkFailure):
            raise
        except WorkbenchError:
            return None


def _name(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1]
