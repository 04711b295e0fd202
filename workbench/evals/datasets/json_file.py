"""JSON: a list of objects, or an object that holds one, with the same names as the columns of a CSV file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.domain.json_faults import json_fault, json_place
from workbench.evals.datasets import promptfoo
from workbench.evals.datasets.encoding import TITLES, open_text
from workbench.evals.datasets.jsonl_file import object_once, object_record, refuse_constant
from workbench.evals.datasets.naming import Naming
from workbench.evals.datasets.protocol import Dialect, Progress, Reader, Records

MOST_BYTES = 256 << 20
LISTS = ("cases", "data", "examples", "rows", "items", "tests", "questions")
MEND = 'Write a list of objects such as {"input": "…", "expected": "…"}, or one object a line in a .jsonl file.'


class JsonFile:
    id = "json"
    title = "JSON"
    suffixes = (".json",)
    magic: tuple[bytes, ...] = ()

    def open(self, path: Path, encoding: str, progress: Progress, naming: Naming) -> tuple[Dialect, Records]:
        if path.stat().st_size > MOST_BYTES:
            raise WorkbenchError(
                f"The JSON file is larger than {MOST_BYTES >> 20} MB",
                where=str(path),
                mend="Write one object a line in a .jsonl file: that is read in any size.",
            )
        with open_text(path, encoding) as file:
            text = file.read()
        value = read(text, path)
        return Dialect("JSON", TITLES[encoding]), listed_records(value, path, progress, naming)


def read(text: str, path: Path) -> Any:
    """Raises `WorkbenchError` for what is no JSON."""
    try:
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=object_once)
    except RecursionError as error:
        raise WorkbenchError("The file is nested too deeply", where=str(path), mend=MEND) from error
    except ValueError as error:
        where = ", ".join(part for part in (str(path), json_place(error)) if part)
        raise WorkbenchError(f"The file is not JSON: {json_fault(error)}", where=where, mend=MEND) from error


def listed_records(value: Any, path: Path, progress: Progress, naming: Naming) -> Iterator[Any]:
    """The records of a list of cases, or of promptfoo tests. Raises `WorkbenchError` when there is no list."""
    listed, prompt, shared = _list(value, path)
    for number, item in enumerate(listed, 1):
        where = f"{path}, line {number}"
        if isinstance(item, dict) and not naming.raw and ("vars" in item or "assert" in item):
            yield promptfoo.test_record(_with_shared(item, shared), prompt, where, number)
        else:
            yield object_record(item, where, number, naming)
        if number % 500 == 0:
            progress(number / len(listed))


def _list(value: Any, path: Path) -> tuple[list[Any], str, dict[str, Any]]:
    """(the cases, the prompt they share, what they share else)."""
    if isinstance(value, list):
        return value, "", {}
    if isinstance(value, dict):
        named = next((name for name in LISTS if isinstance(value.get(name), list)), None)
        if named is not None:
            prompts = value.get("prompts")
            texts = [part for part in prompts if isinstance(part, str)] if isinstance(prompts, list) else []
            prompt = texts[0] if texts and not texts[0].startswith("file://") else ""
            shared = value.get("defaultTest")
            return value[named], prompt, shared if isinstance(shared, dict) else {}
    raise WorkbenchError("There is no list of cases in the file", where=str(path), mend=MEND)


def _with_shared(test: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """A test with what `defaultTest` says for all."""
    variables = {**(shared.get("vars") or {}), **(test.get("vars") or {})}
    asserts = [*(shared.get("assert") or []), *(test.get("assert") or [])]
    return {**shared, **test, "vars": variables, "assert": asserts}


READER: Reader = JsonFile()
