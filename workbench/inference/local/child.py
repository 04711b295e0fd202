"""The engine child: one process, one model, JSON lines on standard input and output. The only importer of
llama_cpp.

The main thread owns the model and its context. A reader thread takes commands, answers pings, and ends the
process when the parent is gone. Nothing here trusts the model file: native code may print, hang or abort,
and the parent is told why.
"""

from __future__ import annotations

import ctypes
import os
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from workbench.domain.chat import ChatRequest, Sampling
from workbench.inference.local import hardening, protocol, threads
from workbench.inference.local.batching import NOT_A_NUMBER, Batcher, Job, Outcome, Row
from workbench.inference.local.template import ChatTemplate, Rendered

BATCH_TOKENS = 512
#: token-weights from which one evaluation takes long enough (some 100 ms) to look for a cancel inside it
LONG_EVALUATION = 1_000_000_000
KEPT_LOG_MESSAGES = 3
LOG_ERROR, LOG_CONTINUED = 4, 5
DECODE_FULL, DECODE_ABORTED = 1, 2


class Refusal(Exception):
    """Something the person should read; the child goes on."""

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.message = (what, where, mend)


class Pulse:
    """What the two threads know of each other: the worker's last sign of life, and the cancels it has not
    seen yet.

    Every number is written by one thread only.
    """

    def __init__(self) -> None:
        self.working = False
        self.beat = time.monotonic()
        self.cancels_read = 0
        self.cancels_done = 0

    def quiet_s(self) -> float:
        return time.monotonic() - self.beat if self.working else 0.0


class LlamaCpp:
    """A loaded model and its context over llama.cpp's own calls: a `batching.Backend`.

    A llama.cpp context belongs to one thread.
    """

    def __init__(self, command: protocol.Load, pulse: Pulse, out: int, progress: Callable[[float], None]) -> None:
        from llama_cpp import llama_cpp as c

        self._c, self._pulse = c, pulse
        self.sequences = command.parallel
        self.sequence_tokens = command.sequence_tokens
        self.cells = command.context_tokens
        self.batch_tokens = BATCH_TOKENS
        self._log: deque[str] = deque(maxlen=KEPT_LOG_MESSAGES)
        self._log_error = False
        self._listen(out)
        c.llama_backend_init()
        self._model = self._load(command.path, progress)
        self._vocab = c.llama_model_get_vocab(self._model)
        self._context = self._new_context(command)
        self._memory = c.llama_get_memory(self._context)
        self._batch = c.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._weights = int(c.llama_model_n_params(self._model))
        self._watched = False
        self._vocabulary = int(c.llama_vocab_n_tokens(self._vocab))
        self._pieces: dict[int, bytes] = {}
        self._ends: dict[int, bool] = {}
        self._shares = not (
            c.llama_model_is_recurrent(self._model)
            or c.llama_model_is_hybrid(self._model)
            or c.llama_model_n_swa(self._model) > 0
        )

    def _listen(self, out: int) -> None:
        """Keep llama.cpp's last error messages, and hand the parent ggml's assertion before it aborts the
        process."""
        c = self._c

        @c.llama_log_callback  # type: ignore[untyped-decorator]
        def on_log(level: int, text: bytes, _: object) -> None:
            self._log_error = level == LOG_ERROR or (level == LOG_CONTINUED and self._log_error)
            if self._log_error:
                self._log.append(text.decode("utf-8", "replace"))

        @ctypes.CFUNCTYPE(None, ctypes.c_char_p)  # type: ignore[untyped-decorator]
        def on_abort(text: bytes) -> None:
            os.write(out, protocol.encode(protocol.Dying(text.decode("utf-8", "replace"))))

        @c.ggml_abort_callback  # type: ignore[untyped-decorator]
        def on_node(_: object) -> bool:
            self._pulse.beat = time.monotonic()
            return self._pulse.cancels_read != self._pulse.cancels_done

        self._callbacks = (on_log, on_abort, on_node, c.ggml_abort_callback(0))
        c.llama_log_set(on_log, None)
        # through the binding's own handle: a second CDLL of the same file would be another copy of the
        # library
        c._lib.ggml_set_abort_callback.argtypes = [type(on_abort)]
        c._lib.ggml_set_abort_callback(on_abort)

    def _load(self, path: str, progress: Callable[[float], None]) -> Any:
        c = self._c
        params = c.llama_model_default_params()

        @c.llama_progress_callback  # type: ignore[untyped-decorator]
        def on_progress(fraction: float, _: object) -> bool:
            self._pulse.beat = time.monotonic()
            progress(fraction)
            return True

        params.progress_callback = on_progress
        model = c.llama_model_load_from_file(os.fsencode(path), params)
        if not model:
            raise Refusal(f"llama.cpp cannot load this model: {self.last_words()}", path, "Choose another file.")
        return model

    def _new_context(self, command: protocol.Load) -> Any:
        c = self._c
        params = c.llama_context_default_params()
        params.n_ctx = command.context_tokens + 1
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = command.parallel + 1  # one more than answers: the measurement's own
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = command.threads or 1
        params.no_perf = True
        context = c.llama_init_from_model(self._model, params)
        if not context:
            raise Refusal(
                f"llama.cpp cannot make room for a context of {command.context_tokens:,} tokens: {self.last_words()}",
                command.path,
                "Choose a shorter context.",
            )
        return context

    def last_words(self) -> str:
        """The end of llama.cpp's own error messages, in one line."""
        return " ".join("".join(self._log).split())[:400] or "it gives no reason"

    def measure(self, count: int) -> float:
        """Seconds for one token on `count` threads, in a sequence that no answer uses."""
        self.set_threads(count)
        row = [Row(self.first_token(), 0, self.sequences, True)]

        def one() -> None:
            self.decode(row)
            self._c.llama_synchronize(self._context)
            self.forget(self.sequences, 0)

        one()
        return threads.median_time(one)

    def set_threads(self, count: int) -> None:
        self._c.llama_set_n_threads(self._context, count, count)

    def first_token(self) -> int:
        bos = int(self._c.llama_vocab_bos(self._vocab))
        return bos if 0 <= bos < self._vocabulary else 0

    def decode(self, rows: Sequence[Row]) -> Outcome:
        batch = self._batch
        for index, (token, position, sequence, wanted) in enumerate(rows):
            batch.token[index] = token
            batch.pos[index] = position
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = wanted
        batch.n_tokens = len(rows)
        self._watch(len(rows) * self._weights >= LONG_EVALUATION)
        self._pulse.beat = time.monotonic()
        code = self._c.llama_decode(self._context, batch)
        if code == 0:
            return Outcome.DONE
        if code == DECODE_ABORTED:
            return Outcome.ABORTED
        return Outcome.FULL if code == DECODE_FULL else Outcome.FAILED

    def _watch(self, long: bool) -> None:
        """Look for a cancel within a long evaluation. Not in a short one: the call after every node costs
        more."""
        if long is not self._watched:
            on_node, nothing = self._callbacks[2:]
            self._c.llama_set_abort_callback(self._context, on_node if long else nothing, None)
            self._watched = long

    def new_sampler(self, sampling: Sampling) -> Any:
        c = self._c
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        if sampling.temperature <= 0:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_greedy())
            return chain
        if sampling.top_k > 0:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1:
            c.llama_sampler_chain_add(chain, c.llama_sampler_init_top_p(sampling.top_p, 1))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_temp(sampling.temperature))
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF))
        return chain

    def free_sampler(self, sampler: Any) -> None:
        self._c.llama_sampler_free(sampler)

    def sample(self, sampler: Any, row: int) -> int:
        token = int(self._c.llama_sampler_sample(sampler, self._context, row))
        value = self._c.llama_get_logits_ith(self._context, row)[token]
        return token if value == value else NOT_A_NUMBER

    def piece(self, token: int) -> bytes:
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._spell(token, 64)
        return known

    def _spell(self, token: int, room: int, *, special: bool = False) -> bytes:
        """A token's bytes. llama.cpp answers with -n when it needs n bytes; asking again keeps long runs of
        spaces."""
        buffer = ctypes.create_string_buffer(room)
        count = self._c.llama_token_to_piece(self._vocab, token, buffer, room, 0, special)
        return self._spell(token, -count, special=special) if count < 0 else buffer.raw[:count]

    def ends(self, token: int) -> bool:
        known = self._ends.get(token)
        if known is None:
            known = self._ends[token] = bool(self._c.llama_vocab_is_eog(self._vocab, token))
        return known

    def forget(self, sequence: int, position: int) -> bool:
        if self._c.llama_memory_seq_rm(self._memory, sequence, position, -1):
            return True
        self._c.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return position == 0

    def share(self, source: int, target: int, count: int) -> bool:
        if self._shares:
            self._c.llama_memory_seq_cp(self._memory, source, target, 0, count)
        return self._shares

    def template(self) -> ChatTemplate:
        """The file's own chat template, ready to render."""
        source = self._c.llama_model_chat_template(self._model, None)
        bos, eos = (int(f(self._vocab)) for f in (self._c.llama_vocab_bos, self._c.llama_vocab_eos))
        return ChatTemplate(
            source.decode("utf-8", "replace") if source else None, bos=self._special(bos), eos=self._special(eos)
        )

    def _special(self, token: int) -> str:
        known = 0 <= token < self._vocabulary
        return self._spell(token, 64, special=True).decode("utf-8", "replace") if known else ""

    def prompt(self, rendered: Rendered) -> list[int]:
        """Tokens of a rendered conversation; control tokens only where the template wrote them, never from
        a message."""
        messages = [part.text for part in rendered.parts if not part.scaffold]
        if any(self._tokens(text, True) != self._tokens(text, False) for text in messages):
            tokens = [t for part in rendered.parts for t in self._tokens(part.text, part.scaffold)]
        else:
            tokens = self._tokens(rendered.text, True)
        bos = int(self._c.llama_vocab_bos(self._vocab))
        if self._c.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens or [self.first_token()]

    def _tokens(self, text: str, special: bool) -> list[int]:
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        tokens = (ctypes.c_int32 * room)()
        count = self._c.llama_tokenize(self._vocab, raw, len(raw), tokens, room, False, special)
        if count < 0:
            tokens = (ctypes.c_int32 * -count)()
            count = self._c.llama_tokenize(self._vocab, raw, len(raw), tokens, -count, False, special)
        return list(tokens[: max(count, 0)])


Received = tuple[protocol.Command, float]


class Child:
    """The working thread: takes commands from the queue, and runs rounds while there is something to
    generate."""

    def __init__(self, out: int, commands: queue.SimpleQueue[Received], pulse: Pulse) -> None:
        self._out, self._commands, self._pulse = out, commands, pulse
        self.model: LlamaCpp | None = None
        self._template: ChatTemplate | None = None
        self._batcher: Batcher | None = None
        self._collapse = threads.CollapseWatch(float("inf"))
        self._measured = False
        self._sending = threading.Lock()

    def send(self, event: protocol.Event) -> None:
        """Write one event; both threads do."""
        line = protocol.encode(event)
        with self._sending:
            while line:
                line = line[os.write(self._out, line) :]

    def run(self) -> NoReturn:
        """Forever: the reader thread ends the process when the parent is gone."""
        while True:
            busy = self._batcher is not None and self._batcher.busy
            self._pulse.working = busy
            while not self._commands.empty() or not busy:
                command, arrived = self._commands.get()
                self._pulse.beat, self._pulse.working = time.monotonic(), True
                self._obey(command, arrived)
                busy = self._batcher is not None and self._batcher.busy
                self._pulse.working = busy
            assert self._batcher is not None
            self._round(self._batcher)

    def _obey(self, command: protocol.Command, arrived: float) -> None:
        match command:
            case protocol.Load():
                self._guarded("", lambda: self._load(command))
            case protocol.Generate(id, request):
                self._guarded(id, lambda: self._generate(id, request, arrived))
            case protocol.Cancel(id):
                self._pulse.cancels_done += 1
                if self._batcher:
                    self._batcher.cancel({id})

    def _guarded(self, id: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Refusal as refusal:
            self.send(protocol.Refused(id, *refusal.message))

    def _load(self, command: protocol.Load) -> None:
        begin = time.monotonic()
        hardening.cap_memory(command.memory_cap_bytes)
        told = -1.0

        def progress(fraction: float) -> None:
            nonlocal told
            if fraction - told >= 0.01 or fraction >= 1:
                told = fraction
                self.send(protocol.Progress(fraction))

        self.model = LlamaCpp(command, self._pulse, self._out, progress)
        self._template = self.model.template()
        self._batcher = Batcher(self.model, self.send)
        self._measured = command.threads is None
        choice = self._choose_threads((command.threads,) if command.threads else None)
        hardening.forbid_the_network()
        self.send(
            protocol.Ready(
                self.model.sequence_tokens,
                self.model.sequences,
                choice.threads,
                choice.token_s,
                time.monotonic() - begin,
            )
        )

    def _choose_threads(self, counts: tuple[int, ...] | None) -> threads.ThreadChoice:
        assert self.model is not None
        choice = threads.choose(counts or threads.candidates(threads.physical_cores()), self.model.measure)
        self.model.set_threads(choice.threads)
        self._collapse = threads.CollapseWatch(choice.token_s)
        return choice

    def _generate(self, id: str, request: ChatRequest, arrived: float) -> None:
        if self.model is None or self._template is None or self._batcher is None:
            raise Refusal("No model is loaded in this process")
        rendered = self._template.render(request.messages)
        tokens = self.model.prompt(rendered)
        self._batcher.add(Job(id, tokens, request.sampling, request.fresh, arrived, rendered.note))

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
            case protocol.Cancel():
                pulse.cancels_read += 1
                commands.put((command, time.monotonic()))
            case protocol.Load() | protocol.Generate():
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
    child.run()


if __name__ == "__main__":
    main()
