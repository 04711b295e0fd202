"""A digest beside each row. SQLite's integrity check sees broken structure but not a flipped bit inside a value."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from workbench.store.refusals import unreadable

_WORDS = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr).encode


def digest(values: Mapping[str, Any]) -> str:
    """SHA-256 over the values of a row, by column name; `digest` itself is left out."""
    content = {**values}
    content.pop("digest", None)
    return _digest_of(content)


def _digest_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(_WORDS(content).encode()).hexdigest()


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its digest. Half characters, which a pasted or generated text may hold, become question marks;
    a NUL, which PostgreSQL cannot keep, becomes a replacement character."""
    storable = {name: _storable(value) if isinstance(value, str) else value for name, value in values.items()}
    return {**storable, "digest": digest(storable)}


def _storable(text: str) -> str:
    whole = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return whole if whole.isascii() else whole.encode("utf-8", "replace").decode("utf-8")


def unsealed(row: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The row without its digest. Raises WorkbenchError when a value is not what was written."""
    content = {**row}
    if content.pop("digest") != _digest_of(content):
        raise unreadable(where)
    return content
