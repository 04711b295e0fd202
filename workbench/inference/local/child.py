"""The engine child: one process, one model, JSON lines on standard input and output.

The main thread owns the model and its contexts. A reader thread takes commands, answers pings, and ends the
process when the parent is gone. An idle child waits for a line and does nothing.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import NoReturn

from workbench.domain.chat import ChatRequest
from workbench.inference.local import hardening, protocol, threads
from workbench.inference.local.batching import Batcher
from workbench.inference.local.embedding import Embedder
from workbench.inference.local.native import LlamaCpp, Pulse
from workbench.inference.local.refusal import Refusal
from workbench.inference.local.slots import Job
from workbench.inference.local.template import ChatTemplate

Received = tuple[protocol.Command, float]


class Child:
    """The working thread: takes commands from the queue, and runs rounds while there is something to
    generate."""

    def __init__(self, out: int, commands: queue.SimpleQueue[Received], pulse: Pulse) -> None:
        self._out, self._commands, self._pulse = out, commands, pulse
        self.model: LlamaCpp | None = None
        self._template: ChatTemplate | None = None
        self._batcher: Batcher | None = None
        self._embedder: Embedder | None = None
        self._texts: deque[tuple[str, int, str]] = deque()
        self._collapse = threads.CollapseWatch(float("inf"))
        self._measured = False
        self._sending = threading.Lock()

    def send(self, event: protocol.Event) -> None:
        """Write one event; both threads do."""
        line = protocol.encode(event)
        with self._sending:
            while line:
                line = line[os.write(self._out, line) :]

    @property
    def _busy(self) -> bool:
        return bool(self._texts) or (self._batcher is not None and self._batcher.busy)

    def run(self) -> NoReturn:
        """Forever: the reader thread ends the process when the parent is gone."""
        while True:
            self._pulse.working = self._busy
            while not self._commands.empty() or not self._busy:
                command, arrived = self._commands.get()
                self._pulse.beat, self._pulse.working = time.monotonic(), True
                self._obey(command, arrived)
                self._pulse.working = self._busy
            if self._texts:
                self._one_vector()
            if self._batcher is not None and self._batcher.busy:
                self._round(self._batcher)

    def _obey(self, command: protocol.Command, arrived: float) -> None:
        match command:
            case protocol.Load():
                self._guarded("", lambda: self._load(command))
            case protocol.Generate(id, request):
                self._guarded(id, lambda: self._generate(id, request, arrived))
            case protocol.Embed(id, texts):
                self._guarded(id, lambda: self._embed(id, texts))
            case protocol.Cancel(id):
                self._pulse.cancels.discard(id)
                self._cancel(id)

    def _guarded(self, id: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Refusal as refusal:
            self.send(protocol.Refused(id, *refusal.message))

    def _load(self, command: protocol.Load) -> None:
        begin = time.monotonic()
        hardening.cap_memory(command.memory_cap_bytes)
        if command.beside:
            hardening.step_back()
        told = -1.0

        def progress(fraction: float) -> None:
            nonlocal told
            if fraction - told >= 0.01 or fraction >= 1:
                told = fraction
                self.send(protocol.Progress(fraction))

        self.model = LlamaCpp(command, self._pulse, self._out, progress)
        self._template = self.model.template()
        self._batcher = Batcher(self.model, self.send)
        self._measured = command.threads is None and len(self._counts()) > 1
        choice = self._choose_threads((command.threads,) if command.threads else None)
        hardening.forbid_the_network()
        self.send(
            protocol.Ready(
                self.model.sequence_tokens,
                self.model.sequences,
                choice.threads,
                choice.token_s,
                time.monotonic() - begin,
                self._processes(choice.threads),
            )
        )

    def _counts(self) -> tuple[int, ...]:
        return threads.candidates(threads.physical_cores())

    def _processes(self, count: int) -> int:
        """Only of one thread each: several processes of several spinning threads would wait for each other."""
        assert self.model is not None
        return threads.physical_cores() if count == 1 and not self.model.on_gpu else 1

    def _choose_threads(self, counts: tuple[int, ...] | None) -> threads.ThreadChoice:
        assert self.model is not None
        choice = threads.choose(counts or self._counts(), self.model.measure)
        self.model.set_threads(choice.threads)
        self._collapse = threads.CollapseWatch(choice.token_s)
        return choice

    def _generate(self, id: str, request: ChatRequest, arrived: float) -> None:
        if self.model is None or self._template is None or self._batcher is None:
            raise Refusal("No model is loaded in this process")
        if not self.model.generates:
            raise Refusal("This model turns text into vectors and writes no answers", "", "Choose another model.")
        grammar = self.model.grammar_of(request)
        rendered = self._template.render(request.messages)
        tokens = self.model.prompt(rendered)
        self._batcher.add(
            Job(id, tokens, request.sampling, request.fresh, arrived, rendered.note, grammar, request.top_logprobs)
        )

    def _embed(self, id: str, texts: tuple[str, ...]) -> None:
        if self.model is None:
            raise Refusal("No model is loaded in this process")
        if self._embedder is None:
            self._embedder = Embedder(self.model)
        self._texts += [(id, index, text) for index, text in enumerate(texts)]

    def _one_vector(self) -> None:
        """The next text in the queue. A text that is refused takes the rest of its request with it."""
        assert self._embedder is not None
        id, index, text = self._texts.popleft()
        try:
            values, tokens = self._embedder.vector(text)
        except Refusal as refusal:
            self._texts = deque(waiting for waiting in self._texts if waiting[0] != id)
            self.send(protocol.Refused(id, *refusal.message))
        else:
            self.send(protocol.Vector(id, index, values, tokens))

    def _cancel(self, id: str) -> None:
        """Every cancel is answered, also one that comes too late: the parent waits for it."""
        self._texts = deque(waiting for waiting in self._texts if waiting[0] != id)
        if self._batcher and self._batcher.holds(id):
            self._batcher.cancel({id})
        else:
            self.send(protocol.Refused(id, "Cancelled"))

    def _round(self, batcher: Batcher) -> None:
        begin = time.monotonic()
        tokens = batcher.step()
        if tokens and self._measured and self._collapse.saw(tokens, time.monotonic() - begin):
            self._choose_threads(None)


def _read_commands(commands: queue.SimpleQueue[Received], child: Child, pulse: Pulse) -> None:
    """The reader thread. End of input means that the parent is gone, and then so is this process."""
    for line in sys.stdin.buffer:
        try:
            command = protocol.decode(line)
        except protocol.ProtocolError as error:
            os.write(2, f"not a command: {error}\n".encode())
            break
        match command:
            case protocol.Ping(number):
                child.send(protocol.Pong(number, pulse.quiet_s()))
            case protocol.Cancel(id):
                pulse.cancels.add(id)
                commands.put((command, time.monotonic()))
            case protocol.Load() | protocol.Generate() | protocol.Embed():
                commands.put((command, time.monotonic()))
            case _:
                break
    os._exit(0)


def main() -> NoReturn:
    """The process's entry. Never returns."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever native code prints goes to the log, not into the protocol
    hardening.protect()
    commands: queue.SimpleQueue[Received] = queue.SimpleQueue()
    pulse = Pulse()
    child = Child(out, commands, pulse)
    child.send(protocol.Started(os.getpid(), protocol.VERSION))
    threading.Thread(target=_read_commands, args=(commands, child, pulse), daemon=True).start()
    try:
        child.run()
    except BaseException:
        # A mistake of ours: its last line is the reason that the parent shows. Python's own way out would abort,
        # because the reader thread sits on standard input.
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
