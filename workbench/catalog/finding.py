"""One thing wrong in one file: what, at which field, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from workbench.catalog.document import Document, KeyPath
from workbench.domain.errors import WorkbenchError

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Finding:
    path: KeyPath
    what: str
    mend: str

    def located(self, document: Document) -> WorkbenchError:
        """The finding as an error that names file, line and field."""
        return WorkbenchError(self.what, where=document.where(self.path), mend=self.mend)


def first(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first MOST_LISTED of one file, then one that says there are more: a hostile file could hold a million."""
    waiting = iter(findings)
    yield from islice(waiting, MOST_LISTED)
    if next(waiting, None) is not None:
        yield Finding((), "The file has more problems than are listed", "Mend these first, then check again.")
