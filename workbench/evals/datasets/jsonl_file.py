"""JSON Lines: one object a line, with the same names as the columns of a CSV file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.evals.datasets.columns import KNOWN, known_name
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Record

LONGEST_LINE = 4 << 20
PROGRESS_EVERY = 500
MEND = 'Write one object a line, such as {"input": "…", "expected": "…"}.'


class JsonlFile:
    id = "jsonl"
    title = "JSON Lines"
    suffixes = (".jsonl", ".ndjson")

    def open(self, path: Path, encoding: str, progress: Progress) -> tuple[Dialect, Iterator[Record | WorkbenchError]]:
        return Dialect("JSON Lines", TITLES[encoding]), _lines(path, encoding, progress)


def _lines(path: Path, encoding: str, progress: Progress) -> Iterator[Record | WorkbenchError]:
    total = max(1, path.stat().st_size)
    with open_text(path, encoding) as file:
        number = 0
        while text := file.readline(LONGEST_LINE):
            number += 1
            if len(text) == LONGEST_LINE and not text.endswith("\n"):
                yield WorkbenchError(
                    f"The line is longer than {LONGEST_LINE:,} characters", where=f"{path}, line {number}", mend=MEND
                )
                return
            if text.strip():
                yield _record(text, path, number)
            if number % PROGRESS_EVERY == 0:
                progress(min(1.0, file.buffer.tell() / total))  # type: ignore[attr-defined]


def _record(text: str, path: Path, line: int) -> Record | WorkbenchError:
    where = f"{path}, line {line}"
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except RecursionError:
        return WorkbenchError("The line is nested too deeply", where=where, mend=MEND)
    except ValueError as error:
        return WorkbenchError(f"The line is not JSON: {error}", where=where, mend=MEND)
    if not isinstance(value, dict):
        return WorkbenchError("The line is not a JSON object", where=where, mend=MEND)
    fields = {known_name(name): _text(item) for name, item in value.items() if known_name(name) in KNOWN}
    missing = [name for name in ("input", "expected") if name not in fields]
    if missing:
        return WorkbenchError(f"The object has no {' and no '.join(missing)}", where=where, mend=MEND)
    return Record(line, fields)


def _text(item: Any) -> str:
    """A field as text: lists of words as one line each, numbers and objects as JSON."""
    if isinstance(item, str):
        return item
    if item is None:
        return ""
    if isinstance(item, list) and all(isinstance(part, str) for part in item):
        return "\n".join(item)
    return json.dumps(item, ensure_ascii=False)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name} stands twice")
        found[name] = value
    return found


READER: Reader = JsonlFile()
