"""Reads plain data (dicts, lists, text, numbers, as JSON and YAML give them) and notes every fault, not the first."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from workbench.domain.numbers import digits

Path = tuple[str | int, ...]
Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_TEXT = 200_000
LONGEST_LIST = 10_000
_NEVER_STORED = re.compile("[\0\ud800-\udfff]")
LARGEST_NUMBER = 1e15
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at `path`, and how to mend it."""

    path: Path
    what: str
    mend: str = ""


@dataclass(slots=True)
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def note(self, path: Path, what: str, mend: str = "") -> None:
        self.found.append(Fault(path, what, mend))


def to_json(plain: object) -> str:
    """Compact JSON; refuses numbers JSON does not know."""
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class Fields:
    """One mapping, read field by field. A field that cannot be read is noted and gives its empty value.

    Call `finish` at the end: it notes the fields nobody asked for.
    """

    def __init__(self, value: object, path: Path, faults: Faults) -> None:
        self._path = path
        self._faults = faults
        self._rest: dict[Any, Any] = {}
        self._asked: list[str] = []
        if isinstance(value, dict):
            self._rest = dict(value)
        else:
            faults.note(path, f"Expected fields, found {kind_of(value)}", "Write it as `name: value` lines.")
        self._readable = isinstance(value, dict)

    def raw(self, key: str, default: object = ...) -> Any:
        """The unread value; its absence is a fault unless there is a default."""
        self._asked.append(key)
        if key in self._rest:
            return self._rest.pop(key)
        if default is ... and self._readable:
            self._faults.note((*self._path, key), "This field is missing", f"Add `{key}: …`.")
        return None if default is ... else default

    def text(self, key: str, default: str | None = None) -> str:
        value = self.raw(key, ... if default is None else default)
        return "" if value is None and default is None else text(value, (*self._path, key), self._faults)

    def number(self, key: str, *, low: float = -LARGEST_NUMBER, high: float = LARGEST_NUMBER) -> float:
        value = self.raw(key)
        return 0 if value is None else number(value, (*self._path, key), self._faults, low=low, high=high)

    def whole(self, key: str, default: int) -> int:
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_NUMBER:
            self._fault(key, f"Expected a whole number, found {kind_of(value)}", "Write it like 3.")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key, default)
        if not isinstance(value, bool):
            self._fault(key, f"Expected true or false, found {kind_of(value)}", "Write true or false.")
            return default
        return value

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One member of a closed set, by its value."""
        first = next(iter(choices))
        value = self.raw(key, ... if default is None else default.value)
        if value is None and default is None:
            return first
        try:
            return choices(value)
        except ValueError:
            allowed = ", ".join(member.value for member in choices)
            self._fault(key, f"{shown(value)} is not one of the choices", f"Choose from {allowed}.")
            return first

    def moment(self, key: str, default: datetime | None = None) -> datetime:
        """A time in UTC, written in ISO form; `default` when the field is missing."""
        value = self.raw(key, ... if default is None else default.isoformat())
        try:
            read = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            if value is not None:
                self._fault(key, f"{shown(value)} is not a time", "Write it like 2026-03-17T09:30:00+00:00.")
            return EPOCH
        if read.tzinfo is None:
            self._fault(key, f"{shown(value)} does not say its time zone", "End it with +00:00 for UTC.")
            return EPOCH
        return read.astimezone(UTC)

    def items(self, key: str, read: Callable[[object, Path, Faults], Value]) -> tuple[Value, ...]:
        """A list, each item read by `read`; a missing list is empty."""
        return items(self.raw(key, []), (*self._path, key), self._faults, read)

    def texts(self, key: str) -> tuple[str, ...]:
        return self.items(key, text)

    def finish(self) -> None:
        """Notes every field that was not asked for."""
        for key in self._rest:
            known = ", ".join(self._asked)
            place = (*self._path, str(key))
            self._faults.note(place, f"The field {shown(key)} is not known here", f"Known are {known}.")

    def _fault(self, key: str, what: str, mend: str) -> None:
        self._faults.note((*self._path, key), what, mend)


def text(value: object, path: Path, faults: Faults) -> str:
    """Text that can be stored and written out anywhere: no NUL, no lone surrogate, not endless."""
    if not isinstance(value, str):
        faults.note(path, f"Expected text, found {kind_of(value)}", "Put it in quotation marks.")
        return ""
    if len(value) > LONGEST_TEXT:
        faults.note(path, f"The text has {len(value):,} characters", f"Keep it under {LONGEST_TEXT:,}.")
        return ""
    if _NEVER_STORED.search(value):
        faults.note(path, "The text holds a character that cannot be stored", "Remove NUL and broken characters.")
        return ""
    return value


def number(
    value: object, path: Path, faults: Faults, *, low: float = -LARGEST_NUMBER, high: float = LARGEST_NUMBER
) -> float:
    """A finite number within bounds; 0 when it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.note(path, f"Expected a number, found {kind_of(value)}", "Write it like 0.15.")
        return 0
    if isinstance(value, float) and math.isnan(value):
        faults.note(path, "This is not a number (NaN)", "Write it like 0.15.")
        return 0
    if not low <= value <= high:
        faults.note(path, f"Out of range: {kind_of(value)}", f"Give a number from {digits(low)} to {digits(high)}.")
        return 0
    return value


def items(
    value: object, path: Path, faults: Faults, read: Callable[[object, Path, Faults], Value]
) -> tuple[Value, ...]:
    """A list, each item read by `read`."""
    if not isinstance(value, list):
        faults.note(path, f"Expected a list, found {kind_of(value)}", "Start each entry with `- `.")
        return ()
    if len(value) > LONGEST_LIST:
        faults.note(path, f"The list has {len(value):,} entries", f"Keep it under {LONGEST_LIST:,}.")
        return ()
    return tuple(read(item, (*path, index), faults) for index, item in enumerate(value))


def kind_of(value: object) -> str:
    """A plain value's kind in a person's words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {digits(value)}" if abs(value) <= LARGEST_NUMBER else "a very large number"
        case str():
            return f"the text {shown(value)}"
        case list() | tuple():
            return "a list"
        case dict():
            return "fields"
    return f"a {type(value).__name__}"


def shown(value: object, longest: int = 40) -> str:
    """A value for a sentence, cut when long."""
    words = repr(value)
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
