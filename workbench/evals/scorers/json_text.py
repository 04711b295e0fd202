"""JSON in an answer, read strictly."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.json_faults import json_sentence


def read_json(text: str) -> tuple[Any, str]:
    """(value, "") or (None, why it is not JSON). Python's extensions (NaN, doubled keys) are not JSON."""
    try:
        return json.loads(text.strip(), parse_constant=_refuse, object_pairs_hook=_object), ""
    except (ValueError, RecursionError) as error:
        return None, json_sentence(error)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result
