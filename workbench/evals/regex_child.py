"""A regular expression tried in a process of its own, which is ended when it takes too long: Python's matcher has no
limit of time, and while it works nothing else does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

TIMEOUT_S = 1.0
FLAG = "--regex-child"
#: what the child does, with nothing of the workbench imported
CODE = "import json, re, sys; found = re.search(*json.load(sys.stdin)); print(json.dumps(found and found[0]))"


def main() -> int:
    """The child of a frozen program, which has no interpreter to start."""
    found = re.search(*json.load(sys.stdin))
    print(json.dumps(found and found[0]))
    return 0


def searched_apart(pattern: str, text: str) -> str | None:
    """What the pattern matches first. Raises TimeoutError when it takes longer than a second, OSError when the process
    cannot be had."""
    frozen = getattr(sys, "frozen", False)
    command = (sys.executable, FLAG) if frozen else (sys.executable, "-I", "-S", "-X", "utf8", "-c", CODE)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    asked = json.dumps([pattern, text])
    try:
        ended = subprocess.run(
            command, input=asked, capture_output=True, check=False, text=True, timeout=TIMEOUT_S, env=kept
        )
        found: str | None = json.loads(ended.stdout)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"longer than {TIMEOUT_S:g} s") from error
    except ValueError as error:
        raise OSError("it ended without an answer") from error
    return found
