"""The parent's side of one engine child: start, load, several generations at once, cancel, hang and death.

Everything runs on one asyncio loop. A child that dies, hangs or talks nonsense is an event: every
generation in flight ends with `Failed` and the reason, and nothing is raised into the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from workbench.domain.chat import ChatEvent, ChatRequest, Done, Failed, Token
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import protocol
from workbench.inference.local.environment import child_command, child_environment

AGAIN = "Ask again: the model is started anew. If it happens again, check the file and the free memory."
KEPT_LOG_BYTES = 4000
#: the folder of the machine that compiled llama.cpp, in front of a file's name
SOURCE_FOLDER = re.compile(r"\S*[/\\](?=[\w.-]+:\d+: )")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a child is given."""

    start_s: float = 60.0
    ping_every_s: float = 2.0
    pong_s: float = 10.0
    quiet_s: float = 120.0
    cancel_s: float = 2.0
    exit_s: float = 2.0


class EngineProcess:
    """A running child. Make one with `start`; end it with `close`."""

    def __init__(self, process: asyncio.subprocess.Process, patience: Patience, label: str) -> None:
        self._process = process
        self._patience = patience
        self._label = label
        self._answers: dict[str, asyncio.Queue[protocol.Event]] = {}
        self._overdue: dict[str, asyncio.TimerHandle] = {}
        self._ids = itertools.count(1)
        self._pings = itertools.count(1)
        self._pong: asyncio.Queue[protocol.Pong] = asyncio.Queue()
        self._log: deque[bytes] = deque(maxlen=8)
        self._last_words = ""
        self._ended_by_us = ""
        self._started = False
        self._watcher: asyncio.Task[None] | None = None
        self.died: WorkbenchError | None = None
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._keep_log())]

    @classmethod
    async def start(cls, label: str, patience: Patience | None = None) -> EngineProcess:
        """Start a child; `label` names the model in sentences. Raises `WorkbenchError` when it does not
        come up."""
        limits = patience or Patience()
        try:
            process = await asyncio.create_subprocess_exec(
                *child_command(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=protocol.MAX_LINE_BYTES,
                env=child_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise WorkbenchError(
                f"The model process cannot be started: {error.strerror}", where=label, mend="Restart the workbench."
            ) from error
        return cls(process, limits, label)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self.died is None and self._process.returncode is None

    @property
    def in_flight(self) -> int:
        return len(self._answers)

    async def load(self, command: protocol.Load, progress: Callable[[float], None]) -> protocol.Ready:
        """Load the model; `progress` gets fractions. Raises `WorkbenchError`; cancelling kills the child."""
        answers = self._expect("")
        done = False
        try:
            await self._say(command)
            while True:
                match await answers.get():
                    case protocol.Progress(fraction):
                        progress(fraction)
                    case protocol.Ready() as ready:
                        done = True
                        return ready
                    case protocol.Refused(_, what, where, mend):
                        raise WorkbenchError(what, where=where, mend=mend)
        finally:
            self._answers.pop("", None)
            if not done:
                self.kill("It was stopped while loading")

    async def generate(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Tokens and then `Done` or `Failed`; closing the iterator cancels the generation in the child."""
        name = str(next(self._ids))
        answers = self._expect(name)
        ended = False
        try:
            await self._say(protocol.Generate(name, request))
            began: float | None = time.perf_counter()
            while not ended:
                match await answers.get():
                    case protocol.Text(_, text, logprobs):
                        yield Token(text, logprobs, None if began is None else time.perf_counter() - began)
                        began = None
                    case protocol.Finished(_, finish, timing, note):
                        ended = True
                        yield Done(timing, finish, note)
                    case protocol.Refused(_, what, where, mend):
                        ended = True
                        yield Failed(WorkbenchError(what, where=where or self._label, mend=mend))
        finally:
            self._answers.pop(name, None)
            if not ended:
                self._cancel(name)

    async def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """One vector a text, in order. Raises `WorkbenchError`; cancelling stops between two texts."""
        name = str(next(self._ids))
        answers = self._expect(name)
        vectors: list[tuple[float, ...]] = []
        ended = not texts
        try:
            await self._say(protocol.Embed(name, tuple(texts)))
            while not ended:
                match await answers.get():
                    case protocol.Vector(_, _, values):
                        vectors.append(values)
                        ended = len(vectors) == len(texts)
                    case protocol.Refused(_, what, where, mend):
                        ended = True
                        raise WorkbenchError(what, where=where or self._label, mend=mend)
        finally:
            self._answers.pop(name, None)
            if not ended:
                self._cancel(name)
        return tuple(vectors)

    def kill(self, why: str) -> None:
        """End the process now; generations in flight fail with `why`."""
        if self._process.returncode is None:
            self._ended_by_us = self._ended_by_us or why
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """End the process: politely, then by force."""
        if self._process.stdin:
            self._process.stdin.close()
        self._ended_by_us = self._ended_by_us or "It was unloaded"
        try:
            await asyncio.wait_for(self._process.wait(), self._patience.exit_s)
        except TimeoutError:
            self.kill("It was unloaded")
            await self._process.wait()
        for handle in self._overdue.values():
            handle.cancel()
        if self._watcher:
            self._watcher.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _expect(self, name: str) -> asyncio.Queue[protocol.Event]:
        answers: asyncio.Queue[protocol.Event] = asyncio.Queue()
        self._answers[name] = answers
        if self.died:
            answers.put_nowait(_refusal(name, self.died))
        elif self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        return answers

    async def _say(self, command: protocol.Command) -> None:
        assert self._process.stdin
        # a dead child is noticed by the reader, which answers for it
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(protocol.encode(command))
            await self._process.stdin.drain()

    def _cancel(self, name: str) -> None:
        if not self.alive or not self._process.stdin or self._process.stdin.is_closing():
            return
        self._process.stdin.write(protocol.encode(protocol.Cancel(name)))
        late = asyncio.get_running_loop().call_later(
            self._patience.cancel_s, self.kill, f"It did not stop within {self._patience.cancel_s:g} s"
        )
        self._overdue[name] = late

    async def _read(self) -> None:
        """Every line of the child, until it ends."""
        assert self._process.stdout
        try:
            while line := await self._process.stdout.readline():
                self._route(protocol.decode(line))
        except (protocol.ProtocolError, ValueError):
            self.kill("It sent something that is not an answer")
        await self._process.wait()
        await self._tasks[1]
        self.died = self._obituary()
        for handle in self._overdue.values():
            handle.cancel()
        for name, answers in self._answers.items():
            answers.put_nowait(_refusal(name, self.died))

    def _route(self, message: protocol.Message) -> None:
        match message:
            case protocol.Pong():
                self._pong.put_nowait(message)
            case protocol.Started():
                self._started = True
            case protocol.Dying(why):
                self._last_words = why
            case protocol.Progress() | protocol.Ready():
                self._answer("", message)
            case protocol.Text(name) | protocol.Vector(name):
                self._answer(name, message)
            case protocol.Finished(name) | protocol.Refused(name):
                if name in self._overdue:
                    self._overdue.pop(name).cancel()
                self._answer(name, message)

    def _answer(self, name: str, event: protocol.Event) -> None:
        if name in self._answers:
            self._answers[name].put_nowait(event)

    async def _keep_log(self) -> None:
        assert self._process.stderr
        while chunk := await self._process.stderr.read(KEPT_LOG_BYTES):
            self._log.append(chunk)

    async def _watch(self) -> None:
        """Ask for a sign of life while something is under way; an idle child is left in peace."""
        await asyncio.sleep(self._patience.ping_every_s)
        while self._answers and self.alive:
            number = next(self._pings)
            await self._say(protocol.Ping(number))
            limit_s = self._patience.pong_s if self._started else self._patience.start_s
            try:
                pong = await asyncio.wait_for(self._pong.get(), limit_s)
            except TimeoutError:
                self.kill(f"It has not answered for {limit_s:g} s")
                return
            if pong.quiet_s > self._patience.quiet_s:
                self.kill(f"It has made no progress for {pong.quiet_s:.0f} s")
                return
            await asyncio.sleep(self._patience.ping_every_s)

    def _obituary(self) -> WorkbenchError:
        """Why the child is gone, as a sentence."""
        code = self._process.returncode or 0
        if self._ended_by_us:
            return WorkbenchError(f"The model process was ended. {self._ended_by_us}", where=self._label, mend=AGAIN)
        if code < 0:
            name = signal.Signals(-code).name if -code in signal.Signals._value2member_map_ else f"signal {-code}"
            how = f"was killed ({name}), perhaps because memory ran out" if name == "SIGKILL" else f"crashed ({name})"
        else:
            how = f"ended by itself (code {code})"
        why = SOURCE_FOLDER.sub("", " ".join((self._last_words or self._log_tail()).split()))[-300:]
        return WorkbenchError(f"The model process {how}" + (f": {why}" if why else ""), where=self._label, mend=AGAIN)

    def _log_tail(self) -> str:
        """What the child wrote last: Python's exception, or that of C++."""
        lines = b"".join(self._log).decode("utf-8", "replace").strip().splitlines()
        if self._process.returncode != 1:
            lines = [line for line in lines if "what():" in line or "terminate called" in line]
        return lines[-1] if lines else ""


def _refusal(name: str, why: WorkbenchError) -> protocol.Refused:
    return protocol.Refused(name, why.what, why.where, why.mend)
