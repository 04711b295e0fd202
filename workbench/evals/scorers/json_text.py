"""JSON in an answer, read strictly."""

from __future__ import annotations

import json
from typing import Any

from workbench.domain.json_faults import json_sentence
from workbench.evals.scorers.text import plain


def read_json(text: str) -> tuple[Any, str]:
    """(value, "") or (None, why it is not JSON). Python's extensions (NaN, doubled keys) are not JSON."""
    try:
        return json.loads(text.strip(), parse_constant=_refuse, object_pairs_hook=_object), ""
    except (ValueError, RecursionError) as error:
        return None, json_sentence(error)


def alike(found: Any, wanted: Any) -> bool:
    """Whether two JSON values say the same: texts but for capitals and spacing, numbers by their value; true is not 1,
    and a field that is null is not one that is missing."""
    if isinstance(found, str) and isinstance(wanted, str):
        return plain(found) == plain(wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(alike(found[key], value) for key, value in wanted.items())
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(alike, found, wanted))
    return bool(found == wanted)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result
