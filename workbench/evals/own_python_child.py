"""The child that runs a person's scoring function; started by `own_python`, knows nothing else of the workbench.

Standard library only. What the function prints does not reach the protocol.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from types import SimpleNamespace
from typing import Any

MOST_BYTES = 1 << 30
LONGEST_ERROR = 500
FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn")


def main(file: str) -> int:
    """Reads `{"answer", "case"}` lines until the parent is gone, and answers each with a line."""
    out = os.dup(1)
    os.dup2(2, 1)
    _bound()
    try:
        function = runpy.run_path(file, run_name="scorer").get("score")
        if not callable(function):
            raise TypeError("the file has no function score(answer, case)")
    except BaseException as error:
        _say(out, {"error": _words(error)})
        return 1
    _say(out, {"ready": True})
    for line in sys.stdin:
        said = json.loads(line)
        try:
            _say(out, _plain(function(_named(said["answer"]), _named(said["case"]))))
        except Exception as error:
            _say(out, {"error": _words(error)})
    return 0


def _bound() -> None:
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"a scorer may not do {event}")


def _named(values: dict[str, Any]) -> Any:
    """`answer.text`, `case.expected` and the others by name; the answer is a text as well, so `answer == "x"` holds."""
    if "text" in values:
        named = _Answer(values["text"])
        for name, value in values.items():
            setattr(named, name, value)
        return named
    return SimpleNamespace(**{**values, "fields": dict(values.get("fields", ()))})


class _Answer(str):
    """The text of the answer, with what it took as attributes."""


def _plain(value: Any) -> dict[str, Any]:
    why = ""
    if isinstance(value, tuple) and len(value) == 2:
        value, why = value
    if isinstance(value, dict):
        value, why = value.get("score"), value.get("why", "")
    if isinstance(value, bool):
        value = float(value)
    if not isinstance(value, int | float):
        return {"error": f"the function returned {type(value).__name__}, not a number from 0 to 1"}
    return {"value": float(value), "why": str(why)[:LONGEST_ERROR]}


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]


def _say(out: int, value: dict[str, Any]) -> None:
    line = json.dumps(value).encode() + b"\n"
    while line:
        line = line[os.write(out, line) :]
