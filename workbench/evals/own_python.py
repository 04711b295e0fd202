"""Runs a person's own scoring function in a child process: no network, bounded memory and time, JSON lines.

One child a file, started when it is first needed and again after it died. The child is the person's own program: it can
read what they can read, and it is off until they switch it on.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from workbench.domain.evals import EvalCase
from workbench.evals.scorers.protocol import Answer, NotScored, Score

TIMEOUT_S = 10.0
START_TIMEOUT_S = 30.0
LONGEST_LINE = 1 << 20
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT", "WINDIR")
ENTRY = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from workbench.evals.own_python_child import main; main(sys.argv[1])"
)


class OwnPythonScorers:
    """Keeps the `RunPython` protocol; `close` ends the children."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._children: dict[Path, _Child] = {}

    async def __call__(self, file: Path, answer: Answer, case: EvalCase) -> Score:
        """Raises `NotScored` with what was wrong with the file, its function or what it returned."""
        path = file.expanduser().absolute()
        if not path.is_file():
            raise NotScored(f"There is no file {file} with a function score.")
        child = self._children.setdefault(path, _Child(path, self._timeout_s))
        return await child.score(answer, case)

    async def close(self) -> None:
        for child in self._children.values():
            await child.stop()
        self._children.clear()


class _Child:
    def __init__(self, file: Path, timeout_s: float) -> None:
        self._file, self._timeout_s = file, timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()

    async def score(self, answer: Answer, case: EvalCase) -> Score:
        line = json.dumps({"answer": dataclasses.asdict(answer), "case": dataclasses.asdict(case)}) + "\n"
        async with self._one_at_a_time:
            try:
                reply = await self._reply(line.encode())
            except BaseException:
                await self.stop()
                raise
        return _score(reply, self._file.name)

    async def _reply(self, line: bytes) -> dict[str, Any]:
        process = self._process
        if process is None or process.returncode is not None:
            process = await self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self._timeout_s):
                process.stdin.write(line)
                await process.stdin.drain()
                said = await process.stdout.readline()
        except TimeoutError as error:
            raise NotScored(f"{self._file.name} took longer than {self._timeout_s:g} s.") from error
        except (OSError, ValueError) as error:
            raise NotScored(f"{self._file.name} ended or said too much.") from error
        return _read(said, self._file.name)

    async def _started(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *_command(self._file),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            limit=LONGEST_LINE,
        )
        self._process = process
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                ready = _read(await process.stdout.readline(), self._file.name)
        except TimeoutError as error:
            raise NotScored(f"{self._file.name} was not ready within {START_TIMEOUT_S:g} s.") from error
        if "error" in ready:
            raise NotScored(f"{self._file.name}: {ready['error']}")
        return process

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _command(file: Path) -> tuple[str, ...]:
    """This interpreter, isolated; a frozen program is its own and knows `--scorer-child`."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "--scorer-child", str(file))
    return (sys.executable, "-I", "-X", "utf8", "-c", ENTRY, str(Path(__file__).resolve().parents[2]), str(file))


def _read(line: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise NotScored(f"{name} ended without an answer: out of memory, or it ended itself.") from error
    if not isinstance(value, dict):
        raise NotScored(f"{name} said something that is no score.")
    return value


def _score(reply: dict[str, Any], name: str) -> Score:
    if "error" in reply:
        raise NotScored(f"{name}: {reply['error']}")
    value = reply.get("value")
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise NotScored(f"{name} returned {value!r}, which is no number from 0 to 1.")
    return Score(float(value), str(reply.get("why") or "as your function says"))
