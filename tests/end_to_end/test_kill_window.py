"""`kill -9` of the whole program while a person types: what the window called saved is there at the next start."""

from __future__ import annotations

import os
import random
import selectors
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from workbench.app import build

from end_to_end.typing_person import JOB, NAME

PATIENCE_S = 60.0
PROGRAM = Path(__file__).with_name("typing_person.py")


def run_and_kill(home: Path, first: int, *, after: str, seconds: float) -> tuple[int, int]:
    """Start the window and kill it some seconds after it said something (`after`), or after its start ("").

    Returns the last number it called saved and the last it began to type.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(PROGRAM), str(home), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        said: list[str] = []
        deadline = time.monotonic() + PATIENCE_S
        while after and not any(line.startswith(after) for line in said):
            said += collect(program.stdout, 0.05)
            if program.poll() is not None or time.monotonic() > deadline:
                program.kill()
                pytest.fail(f"the window never said {after!r}, only {said[-3:]}")
        said += collect(program.stdout, seconds)
        program.send_signal(signal.SIGKILL)
        said += program.stdout.read().splitlines(keepends=True)
    assert program.returncode == -signal.SIGKILL
    lines = [line.split() for line in said if line.endswith("\n")]
    saved = [int(number) for word, number in lines if word == "saved"]
    typed = [int(number) for word, number in lines if word == "typing"]
    return max(saved, default=first - 1), max(typed, default=first - 1)


def collect(stream: IO[str], seconds: float) -> list[str]:
    """What the program says until the time is over."""
    lines: list[str] = []
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(left):
                line = stream.readline()
                if not line:
                    break
                lines.append(line)
    return lines


def stored_number(home: Path) -> int:
    """The answer that the next start finds; 0 when the scenario was not made yet. The file must be sound."""
    services = build(home)
    try:
        rows = services.scenarios.list()
        assert not any(row.damaged for row in rows)
        made = [row.id for row in rows if row.name == NAME]
        if not made:
            return 0
        (only,) = made
        job = services.scenarios.load(only).answers.get("job", f"{JOB}0")
    finally:
        services.close()
    with sqlite3.connect(home / "workbench.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return int(str(job).removeprefix(JOB))


@pytest.mark.parametrize("kills", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_that_a_kill_at_any_moment_loses_nothing_that_was_called_saved(kills: int, tmp_path: Path) -> None:
    chance = random.Random(kills)
    last = later = 0
    for kill in range(kills):
        after = chance.choice(("", "typing", "saved", "saved"))
        later += after == "saved"
        seconds = chance.uniform(0.0, 0.5) if after else chance.uniform(0.05, 1.5)
        saved, typed = run_and_kill(tmp_path, last + 1, after=after, seconds=seconds)
        found = stored_number(tmp_path)
        assert saved <= found <= typed, f"kill {kill}: saved {saved}, found {found}, typed {typed}"
        last = found
    assert last >= later > 0
