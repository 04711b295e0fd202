"""JSON Lines: one object a line, with the same names as the columns of a CSV file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.domain.json_faults import json_fault, json_place
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.naming import KNOWN, Naming
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Record, Records

LONGEST_LINE = 4 << 20
PROGRESS_EVERY = 500
MEND = 'Write one object a line, such as {"input": "…", "expected": "…"}.'


class JsonlFile:
    id = "jsonl"
    title = "JSON Lines"
    suffixes = (".jsonl", ".ndjson")

    magic: tuple[bytes, ...] = ()

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        return Dialect("JSON Lines", TITLES[encoding]), _lines(path, encoding, progress, naming)


def _lines(path: Path, encoding: str, progress: Progress, naming: Naming) -> Records:
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
                yield _record(text, path, number, naming)
            if number % PROGRESS_EVERY == 0:
                progress(min(1.0, file.buffer.tell() / total))  # type: ignore[attr-defined]


def _record(text: str, path: Path, line: int, naming: Naming) -> Record | WorkbenchError:
    where = f"{path}, line {line}"
    try:
        value = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=object_once)
    except RecursionError:
        return WorkbenchError("The line is nested too deeply", where=where, mend=MEND)
    except ValueError as error:
        where = f"{path}, {json_place(error, line=line)}"
        return WorkbenchError(f"The line is not JSON: {json_fault(error)}", where=where, mend=MEND)
    return object_record(value, where, line, naming)


def object_record(value: Any, where: str, line: int, naming: Naming) -> Record | WorkbenchError:
    """A JSON object as a record; `line` is its line, or its place in a list."""
    if not isinstance(value, dict):
        return WorkbenchError("This is not a JSON object", where=where, mend=MEND)
    named = [(naming.name(str(name)), _text(item)) for name, item in value.items()]
    fields = {name: text for name, text in named if name in KNOWN}
    missing = naming.missing(fields)
    if missing:
        return WorkbenchError(f"The object has no {' and no '.join(missing)}", where=where, mend=MEND)
    return Record(line, fields, tuple((name, text) for name, text in named if name not in KNOWN))


def _text(item: Any) -> str:
    """A field as text: lists of words as one line each, numbers and objects as JSON."""
    if isinstance(item, str):
        return item
    if item is None:
        return ""
    if isinstance(item, list) and all(isinstance(part, str) for part in item):
        return "\n".join(item)
    return json.dumps(item, ensure_ascii=False)


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def object_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name} stands twice")
        found[name] = value
    return found


READER: Reader = JsonlFile()
