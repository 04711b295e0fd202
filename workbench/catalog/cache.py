"""The checked catalog kept as JSON, so that a start with unchanged files parses no YAML and imports no pydantic.

Line 1 is a header: the layout of the rows, the stamp of the files, and a digest of line 2; line 2 holds the rows, each
dataclass as the list of its fields, without the last ones that have their default. Whatever does not match makes the
cache count as absent. JSON, because a file that someone may have written must not be able to run anything.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import hashlib
import json
import os
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from workbench.domain.catalog import Catalog
from workbench.paths import replace_file

_Convert = Callable[[Any], Any]


def stamp(entries: Iterable[tuple[str, os.stat_result]]) -> str:
    """Digest of names, sizes and times (of content and of inode: the second moves even when the first is restored)."""
    lines = (f"{name!r} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}" for name, status in entries)
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def read(file: Path, stamp: str) -> Catalog | None:
    """The kept catalog if it belongs to files with this `stamp`; None when it does not, or cannot be used."""
    try:
        header_line, _, body = file.read_bytes().partition(b"\n")
        header = json.loads(header_line)
    except (OSError, ValueError):
        return None
    if header != _header(stamp, body):
        return None
    with _no_garbage():
        catalog: Catalog = _row_decoder(Catalog)(json.loads(body))
    return catalog


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """Nothing made meanwhile is garbage: looking for it among the many new objects would take a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def write(file: Path, stamp: str, catalog: Catalog) -> None:
    """Keeps `catalog`, whole or not at all. A folder that takes no files only costs the next start some time."""
    body = json.dumps(_encoded(catalog), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    header = json.dumps(_header(stamp, body)).encode("utf-8")
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(file, header + b"\n" + body)


def _header(stamp: str, body: bytes) -> dict[str, str]:
    return {"layout": _layout(), "stamp": stamp, "body": hashlib.sha256(body).hexdigest()}


@cache
def _layout() -> str:
    """Digest of the names and types of all fields: changes whenever a dataclass of the catalog does."""
    lines: list[str] = []
    waiting: list[type] = [Catalog]
    seen: set[type] = {Catalog}
    while waiting:
        kind = waiting.pop()
        defaults = {field.name: field.default for field in dataclasses.fields(kind)}
        for name, hint in _hints(kind).items():
            lines.append(f"{kind.__name__}.{name}: {hint} = {_named(defaults.get(name))}")
            new = [child for child in _dataclasses_in(hint) if child not in seen]
            seen.update(new)
            waiting += new
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _named(default: object) -> str:
    """A default's text that is the same in every process; left-out fields mean it."""
    return "" if default is dataclasses.MISSING else repr(default)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _dataclasses_in(hint: Any) -> list[type]:
    if dataclasses.is_dataclass(hint):
        return [typing.cast(type, hint)]
    return [kind for part in typing.get_args(hint) for kind in _dataclasses_in(part)]


def _encoded(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _encoded_row(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    return value


def _encoded_row(value: Any) -> list[Any]:
    fields = list(dataclasses.fields(value))
    while fields and _is_default(getattr(value, fields[-1].name), fields[-1].default):
        fields.pop()
    return [_encoded(getattr(value, field.name)) for field in fields]


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


@cache
def _decoder(hint: Any) -> _Convert | None:
    """What turns a JSON value back into a value of type `hint`; None when JSON gives it as it is."""
    if dataclasses.is_dataclass(hint):
        return _row_decoder(typing.cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):  # only `X | None` occurs
        inner = _decoder(next(part for part in parts if part is not type(None)))
        return None if inner is None else lambda value: None if value is None else inner(value)
    if origin is frozenset:
        return frozenset
    if origin is tuple:
        item = _decoder(parts[0])
        return tuple if item is None else lambda value: tuple(map(item, value))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        entry = _decoder(parts[1])
        return None if entry is None else lambda value: {key: entry(item) for key, item in value.items()}
    return None


def _row_decoder(kind: type) -> _Convert:
    hints = _hints(kind).values()
    converters = [(place, convert) for place, hint in enumerate(hints) if (convert := _decoder(hint))]

    def decode(row: list[Any]) -> Any:
        given = len(row)
        for place, convert in converters:
            if place >= given:
                break
            row[place] = convert(row[place])
        return kind(*row)

    return decode
