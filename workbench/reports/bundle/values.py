"""Frozen values as plain JSON and back, strictly: a stranger's file gives the declared types or a sentence.

Fields are written by name; those at the end of a row of defaults are left out, so a later version may add fields with
defaults and still read what an older one wrote. What a version does not know is refused, never dropped.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

Value = TypeVar("Value")
Convert = Callable[[Any], Any]
_PLAIN = frozenset({str, int, float, bool, type(None)})
LARGEST = 2**53
LONGEST_ITEM = 500_000


class Unfit(ValueError):
    """A value that is not what it should be: `path` leads to it, the text says why."""

    def __init__(self, why: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.path = path

    def within(self, step: str) -> Unfit:
        return Unfit(self.why, (step, *self.path))


# Outwards


def to_plain(value: object) -> Any:
    """Dataclasses by field name without defaults, enums by value, sets sorted, bytes as base64, times in ISO form."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case frozenset():
            return sorted(value)
        case tuple() | list():
            return [to_plain(item) for item in value]
        case Mapping():
            return {key: to_plain(item) for key, item in value.items()}
    assert dataclasses.is_dataclass(value) and not isinstance(value, type)
    return {
        field.name: to_plain(found)
        for field in dataclasses.fields(value)
        if not _is_default(found := getattr(value, field.name), field)
    }


def to_rows(kind: type, values: Iterable[object]) -> Iterable[list[Any]]:
    """Each value as the list of its fields, for tables of many; the names are `columns(kind)`."""
    fields_of = attrgetter(*columns(kind))
    for value in values:
        yield [item if type(item) in _PLAIN else to_plain(item) for item in fields_of(value)]


def columns(kind: type) -> list[str]:
    """The names of the fields, in their order."""
    return [field.name for field in dataclasses.fields(kind)]


def _is_default(value: object, field: dataclasses.Field[Any]) -> bool:
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    return type(value) is type(default) and bool(value == default)


# Inwards


def from_plain(kind: type[Value], plain: object) -> Value:
    """The value that was written. Raises Unfit."""
    found: Value = _converter(typing.cast(Any, kind))(plain)
    return found


def row_reader(kind: type[Value], names: object) -> Callable[[object], Value]:
    """Reads rows of a table whose columns are `names`. Raises Unfit for columns that this version does not know."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Unfit("the names of the columns are missing")
    hints, fields = _hints(kind), {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    _check_names(names, fields)
    converts = tuple(_converter(hints[name]) for name in names)
    count, pairs = len(names), tuple(zip(names, converts, strict=True))

    def read(row: object) -> Value:
        if not isinstance(row, list) or len(row) != count:
            raise Unfit("it is not a row of the table")
        values = {}
        for (name, convert), item in zip(pairs, row, strict=True):
            try:
                values[name] = convert(item)
            except Unfit as unfit:
                raise unfit.within(name) from None
        return kind(**values)

    return read


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _check_names(names: Sequence[str], fields: Mapping[str, dataclasses.Field[Any]]) -> None:
    strange = next((name for name in names if name not in fields), None)
    if strange is not None:
        raise Unfit("this version does not know it", (strange,))
    if len(set(names)) < len(names):
        raise Unfit("a field is given twice")
    given = set(names)
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in given:
            raise Unfit("it is missing", (name,))


@cache
def _converter(hint: Any) -> Convert:
    """What turns a plain value into one of type `hint`, or raises Unfit."""
    if dataclasses.is_dataclass(hint):
        return _record(typing.cast(type, hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(hint)
    simple: dict[Any, Convert] = {
        str: _text, int: _whole, float: _number, bool: _flag, bytes: _bytes, datetime: _moment, type(None): _nothing,
    }  # fmt: skip
    if hint in simple:
        return simple[hint]
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        inner = _converter(next(part for part in parts if part is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple and parts[-1] is not Ellipsis:
        return _fixed(tuple(_converter(part) for part in parts))
    if origin in (tuple, frozenset):
        return _many(origin, _converter(parts[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _named(_converter(parts[1]))
    raise TypeError(f"a bundle cannot hold {hint}")


def _record(kind: type) -> Convert:
    fields = {field.name: field for field in dataclasses.fields(kind)}

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Unfit("fields belong here")
        _check_names(list(value), fields)
        hints, values = _hints(kind), {}
        for name, item in value.items():
            try:
                values[name] = _converter(hints[name])(item)
            except Unfit as unfit:
                raise unfit.within(name) from None
        return kind(**values)

    return read


def _choice(kind: type[Enum]) -> Convert:
    members = {member.value: member for member in kind}

    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in members:
            raise Unfit("it is not one of the choices")
        return members[value]

    return read


def _many(kind: type, item: Convert) -> Convert:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise Unfit("a list belongs here")
        if len(value) > LONGEST_ITEM:
            raise Unfit("the list is too long")
        found = []
        for place, part in enumerate(value):
            try:
                found.append(item(part))
            except Unfit as unfit:
                raise unfit.within(str(place)) from None
        return kind(found)

    return read


def _fixed(items: tuple[Convert, ...]) -> Convert:
    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(items):
            raise Unfit(f"a list of {len(items)} belongs here")
        return tuple(convert(part) for convert, part in zip(items, value, strict=True))

    return read


def _named(item: Convert) -> Convert:
    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise Unfit("fields belong here")
        found = {}
        for key, part in value.items():
            try:
                found[_text(key)] = item(part)
            except Unfit as unfit:
                raise unfit.within(key) from None
        return found

    return read


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("text belongs here")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Unfit("the text holds half a character")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise Unfit("a whole number belongs here")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("a number belongs here")
    if not (math.isfinite(value) if isinstance(value, float) else abs(value) <= LARGEST):
        raise Unfit("the number is endless")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false belongs here")
    return value


def _nothing(value: Any) -> None:
    if value is not None:
        raise Unfit("nothing belongs here")


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("base64 belongs here") from None


def _moment(value: Any) -> datetime:
    try:
        read = datetime.fromisoformat(_text(value))
    except Unfit:
        raise
    except ValueError:
        raise Unfit("a time belongs here") from None
    if read.tzinfo is None:
        raise Unfit("the time does not say its zone")
    return read
