"""Local model files and the catalog models that they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from workbench.services.local_files import LocalFile

if TYPE_CHECKING:
    from workbench.analysis.catalog_match import CatalogMatch, FileFacts
    from workbench.domain.catalog import Catalog

HUB_FOLDER = re.compile(r"models--[^-]+(?:-[^-]+)*?--(.+)")


class CatalogLinks:
    """Answers are remembered for as long as the catalog stays the same."""

    def __init__(self, catalog: Callable[[], Catalog]) -> None:
        self._catalog = catalog
        self._known: dict[tuple[int, FileFacts], CatalogMatch | None] = {}

    def of(self, item: LocalFile) -> CatalogMatch | None:
        """The catalog model that a file is or was made from, with the reason; None when nothing says so."""
        from workbench.analysis.catalog_match import match

        if item.file is None or item.demo:
            return None
        catalog = self._catalog()
        key = (id(catalog), _facts(item))
        if key not in self._known:
            self._known[key] = match(key[1], catalog.models)
        return self._known[key]


def _facts(item: LocalFile) -> FileFacts:
    from workbench.analysis.catalog_match import FileFacts

    file = item.file
    assert file is not None
    return FileFacts(
        names=tuple(dict.fromkeys(_names(item))),
        bases=tuple(_repository(base) for base in file.origin.bases),
        parameters=file.parameters,
        layers=file.layers,
        width=file.width,
        heads=file.heads,
        answers=file.chat_template,
    )


def _names(item: LocalFile) -> Iterator[tuple[str, str]]:
    """The names that say which model it is, the most trusted first."""
    file = item.file
    assert file is not None
    origin = file.origin
    if origin.repository:
        yield "Its source repository", _repository(origin.repository)
    yield "Its name", file.name
    if origin.basename:
        parts = (origin.basename, origin.size_label or "", origin.finetune or "")
        yield "Its name", " ".join(part for part in parts if part)
    if item.label:
        yield "Its name in Ollama", item.label.replace(":", "-")
    for parent in item.path.parents[:4]:
        hub = HUB_FOLDER.fullmatch(parent.name)
        if hub is not None:
            yield "Its repository", hub[1]
    yield "Its file name", item.path.stem


def _repository(address: str) -> str:
    """owner/name of a repository's address; a plain name stays as it is."""
    path = urlparse(address).path if "://" in address else address
    return "/".join(path.strip("/").split("/")[:2])
