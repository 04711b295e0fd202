"""Processes to kill at a random moment, and what they had said until then."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import workbench

import killed_writer


class Victims:
    """Writers to kill: each is a process of its own."""

    def __init__(self) -> None:
        root, tests = Path(workbench.__file__).parents[1], Path(killed_writer.__file__).parent
        self._process = subprocess.Popen(
            [sys.executable, str(tests / "killed_writer.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(tests)])},
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout.fileno()
        self._rest = b""

    def time_to_first_word_s(self, what: str, folder: Path) -> float:
        """How long a writer takes, here and now, from its birth to its first acknowledgement."""
        began = time.monotonic()
        self.kill_one(what, folder, None)
        return time.monotonic() - began

    def kill_one(self, what: str, folder: Path, after_s: float | None) -> list[list[str]]:
        """Starts a writer, kills it `after_s` seconds after its birth, and gives back what it had acknowledged.

        None kills it at its first acknowledgement.
        """
        self._in.write(f"{what} {folder}\n".encode())
        self._in.flush()
        (word, pid) = self._line(None)
        assert word == b"pid"
        lines = []
        deadline = None if after_s is None else time.monotonic() + after_s
        while (line := self._line(deadline)) is not None:
            lines.append(line)
            if deadline is None:
                break
        os.kill(int(pid), signal.SIGKILL)
        while (line := self._line(None)) != [b"end"]:
            lines.append(line)
        return [[word.decode() for word in line] for line in lines]

    def _line(self, deadline: float | None) -> list[bytes] | None:
        """The next whole line, None when the deadline passes first."""
        while b"\n" not in self._rest:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._out], [], [], left)[0]:
                return None
            read = os.read(self._out, 65_536)
            assert read, "the writers' parent is gone"
            self._rest += read
        line, self._rest = self._rest.split(b"\n", 1)
        return line.split()

    def close(self) -> None:
        self._in.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()
