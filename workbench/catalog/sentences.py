"""pydantic's complaints in plain words: what is wrong with the value, and how to mend it."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator
from typing import Any

from workbench.catalog.finding import Finding
from workbench.catalog.schema import ID_PATTERN, MODEL_ID_PATTERN, field_names
from workbench.domain.numbers import digits
from workbench.pydantic_first import ValidationError

_NUMBER = "Write a plain number such as 0.15, without quotes or units; null when no source says."
_MEND = {
    "bool_type": ("{value} is neither true nor false", "Write true or false, without quotes."),
    "string_type": ("{value} is not text", "Put it in quotes."),
    "float_type": ("{value} is not a number", _NUMBER),
    "int_type": ("{value} is not a whole number", "Write a whole number without quotes; null when no source says."),
    "int_from_float": ("{value} is not a whole number", "Write a whole number."),
    "finite_number": ("{value} is not a finite number", _NUMBER),
    "list_type": ("This must be a list", "Write one entry a line, each after a dash."),
    "dict_type": ("This must be a block of fields", "Write `name: value` lines under it."),
    "model_type": ("This must be a block of fields", "Write `name: value` lines under it."),
    "string_too_short": ("The text is empty", "Write it, or null when there is none."),
    "string_too_long": ("The text is too long", "Shorten it to {max_length} characters."),
    "too_short": ("There are too few entries", "Give at least {min_length}."),
    "too_long": ("There are too many entries", "Give at most {max_length}."),
    "greater_than_equal": ("{value} is too small", "Write a number of at least {ge}."),
    "greater_than": ("{value} is too small", "Write a number above {gt}."),
    "less_than_equal": ("{value} is too large", "Write a number of at most {le}; check the unit."),
}


def findings(error: ValidationError) -> Iterator[Finding]:
    """One finding for each complaint in `error`."""
    for entry in error.errors(include_url=False):
        path = tuple(entry["loc"])
        if path and path[-1] == "[key]":
            path = path[:-1]
        what, mend = _explained(entry["type"], path, entry.get("input"), entry.get("ctx", {}), entry["msg"])
        yield Finding(path, what, mend)


def _explained(
    kind: str, path: tuple[str | int, ...], value: Any, context: dict[str, Any], message: str
) -> tuple[str, str]:
    if kind == "catalog":
        return context["what"], context["mend"]
    if kind == "missing":
        return f"The field '{path[-1]}' is missing", "Add it; models_catalog/README.md says what belongs there."
    if kind == "extra_forbidden":
        return f"The field '{path[-1]}' is not known", _meant(str(path[-1]))
    if kind in {"enum", "literal_error"}:
        return f"{shown(value)} is not one of the allowed words", f"Write {context['expected']}."
    if kind == "string_pattern_mismatch":
        return _pattern(value, context["pattern"])
    if kind in _MEND:
        what, mend = _MEND[kind]
        bounds = {name: digits(bound) for name, bound in context.items() if isinstance(bound, int | float)}
        return what.format(value=shown(value)), mend.format(**bounds)
    return f"{shown(value)} is not allowed here ({message})", "See models_catalog/README.md."


def _pattern(value: Any, pattern: str) -> tuple[str, str]:
    if pattern in (ID_PATTERN, MODEL_ID_PATTERN):
        shape = "developer/model" if pattern == MODEL_ID_PATTERN else "like 'gpt-4o'"
        return f"{shown(value)} is not an id", f"Use small letters, digits, '.', '-' and '_', {shape}."
    if "0-9]:" in pattern:
        return f"{shown(value)} is not a span of hours", "Write it as '01:00-04:00', in UTC."
    if pattern.startswith("^https"):
        return f"{shown(value)} is not a web address", "Write an address that starts with https://."
    return f"{shown(value)} holds a control character", "Remove it: text is shown as it stands."


@functools.cache
def _known() -> list[str]:
    return sorted(field_names())


def _meant(name: str) -> str:
    close = difflib.get_close_matches(name, _known(), n=1)
    return f"Remove it, or write '{close[0]}' if that was meant." if close else "Remove it."


def shown(value: Any) -> str:
    """The value for a message: quoted, printable and short."""
    if isinstance(value, dict | list):
        return "A block of fields" if isinstance(value, dict) else "A list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
