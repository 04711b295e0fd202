"""The way in: the catalog from its folder, or from the copy kept by the last start when no file has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from workbench.catalog import cache
from workbench.domain.catalog import Catalog
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import OwnFact, Quote

# Grows when `overlay` lays the same changes differently: what was kept before is then made anew.
OVERLAY_RULES = 2
_SUFFIXES = (".yaml", ".yml")


def load_catalog(folder: Path, cache_file: Path | None = None, *, today: date | None = None) -> Catalog:
    """The catalog in `folder`, whole and checked.

    With `cache_file`, the checked result is kept there as JSON and used again while names, sizes and change times of
    all files are the same; a damaged or foreign cache is made anew. `today` bounds the dates that figures may carry.
    Raises Problems that name every fault of every file; then nothing is loaded and the cache stays as it was.
    """
    entries = _scan(folder)
    stamp = cache.stamp(entries)
    if cache_file is not None and (kept := cache.read(cache_file, stamp)) is not None:
        return kept
    from workbench.catalog.reader import CatalogReader

    catalog = CatalogReader(folder, [name for name, _ in entries], today=today).catalog()
    if cache_file is not None:
        cache.write(cache_file, stamp, catalog)
    return catalog


def load_effective(
    folder: Path,
    cache_file: Path | None,
    version: str,
    changes: Callable[[], tuple[Sequence[Quote], Sequence[OwnFact]]],
) -> Catalog:
    """The catalog with a person's changes over it. The result is kept beside `cache_file` for as long as neither the
    files nor the changes (told by `version`) differ; `changes` is asked only when it has to be made."""
    stamp = f"{OVERLAY_RULES} {version} {cache.stamp(_scan(folder))}"
    stamp = hashlib.sha256(stamp.encode("utf-8", "backslashreplace")).hexdigest()
    file = None if cache_file is None else cache_file.with_name(f"{cache_file.stem}-yours.json")
    if file is not None and (kept := cache.read(file, stamp)) is not None:
        return kept
    from workbench.catalog.overlay import effective

    catalog = effective(load_catalog(folder, cache_file), *changes())
    if file is not None:
        cache.write(file, stamp, catalog)
    return catalog


def check_catalog(folder: Path, *, today: date | None = None) -> tuple[WorkbenchError, ...]:
    """Every problem of every file in `folder`, in the order of files and lines; empty when all is well."""
    from workbench.catalog.reader import CatalogReader

    return CatalogReader(folder, [name for name, _ in _scan(folder)], today=today).problems()


def _scan(folder: Path) -> list[tuple[str, os.stat_result]]:
    """YAML files below `folder` by name relative to it, in order. Raises WorkbenchError when it is no folder."""
    try:
        return sorted(_entries(folder, ""), key=lambda entry: Path(entry[0]).with_suffix("").parts)
    except OSError as error:
        raise WorkbenchError(
            f"The catalog folder cannot be read: {error.strerror}",
            where=str(folder),
            mend="Name a folder like the shipped models_catalog.",
        ) from error


def _entries(folder: Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(Path(entry.path), f"{prefix}{entry.name}/")
            elif entry.name.lower().endswith(_SUFFIXES):
                yield f"{prefix}{entry.name}", _status(entry)


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError:  # a link that leads nowhere or in circles: reading it will say so
        return entry.stat(follow_symlinks=False)
