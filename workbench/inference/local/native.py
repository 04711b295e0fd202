"""llama.cpp through llama-cpp-python's low-level calls: one loaded model and its contexts. The only importer of
llama_cpp, and only in the child process.

A llama.cpp context belongs to one thread. Nothing here trusts the model file: native code may print, hang or abort, and
its last words are kept for the sentence shown.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from workbench.domain.chat import ChatRequest, Sampling, TokenLogprob
from workbench.inference.local import protocol, threads
from workbench.inference.local.choosing import Chooser, Logits, new_chooser
from workbench.inference.local.grammar import from_schema
from workbench.inference.local.refusal import Refusal
from workbench.inference.local.slots import Outcome, Row
from workbench.inference.local.template import ChatTemplate, Rendered

BATCH_TOKENS = 512
#: token-weights from which one evaluation takes long enough (some 100 ms) to look for a cancel inside it
LONG_EVALUATION = 1_000_000_000
#: share of the weights' multiplications that attending to all cells may cost; it takes longer than its share
LIGHT = 0.1
KEPT_LOG_MESSAGES = 3
LOG_ERROR, LOG_CONTINUED = 4, 5
DECODE_FULL, DECODE_ABORTED = 1, 2


class Pulse:
    """What the two threads know of each other: the worker's last sign of life, and the ids of the cancels it has
    not obeyed yet.

    The reader thread adds ids, the worker takes them out; each number is written by one thread only.
    """

    def __init__(self) -> None:
        self.working = False
        self.beat = time.monotonic()
        self.cancels: set[str] = set()

    def quiet_s(self) -> float:
        return time.monotonic() - self.beat if self.working else 0.0


class LlamaCpp:
    """A loaded model and the context that answers grow in: a `batching.Backend`."""

    def __init__(self, command: protocol.Load, pulse: Pulse, out: int, progress: Callable[[float], None]) -> None:
        from llama_cpp import llama_cpp as c

        self.c, self._pulse = c, pulse
        self.sequences = command.parallel
        self.sequence_tokens = command.sequence_tokens
        self.cells = command.context_tokens
        self.batch_tokens = BATCH_TOKENS
        self._log: deque[str] = deque(maxlen=KEPT_LOG_MESSAGES)
        self._log_error = False
        self._listen(out)
        c.llama_backend_init()
        self.model = self._load(command.path, progress)
        self.vocab = c.llama_model_get_vocab(self.model)
        self.generates = bool(c.llama_model_has_decoder(self.model)) and not c.llama_model_has_encoder(self.model)
        self._context = self._new_context(command)
        self._memory = c.llama_get_memory(self._context)
        self.generates = self.generates and bool(self._memory)
        self._batch = c.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._weights = int(c.llama_model_n_params(self.model))
        self._watched = False
        a_cell = 2 * int(c.llama_model_n_layer(self.model)) * int(c.llama_model_n_embd(self.model))
        self.light_cells = int(LIGHT * self._weights / max(a_cell, 1))
        self.on_gpu = bool(c.llama_supports_gpu_offload())
        self.threads = command.threads or 1
        self._vocabulary = int(c.llama_vocab_n_tokens(self.vocab))
        self._logits = Logits(c, self._context, self._vocabulary)
        self._pieces: dict[int, bytes] = {}
        self._ends: dict[int, bool] = {}
        self.can_share = not (
            c.llama_model_is_recurrent(self.model)
            or c.llama_model_is_hybrid(self.model)
            or c.llama_model_n_swa(self.model) > 0
        )

    # loading

    def _listen(self, out: int) -> None:
        """Keep llama.cpp's last error messages, and hand the parent ggml's assertion before it aborts the
        process."""
        c = self.c

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
            return bool(self._pulse.cancels)

        self._callbacks = (on_log, on_abort, on_node, c.ggml_abort_callback(0))
        c.llama_log_set(on_log, None)
        # through the binding's own handle: a second CDLL of the same file would be another copy of the
        # library
        c._lib.ggml_set_abort_callback.argtypes = [type(on_abort)]
        c._lib.ggml_set_abort_callback(on_abort)

    def _load(self, path: str, progress: Callable[[float], None]) -> Any:
        c = self.c
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
        c = self.c
        params = c.llama_context_default_params()
        params.n_ctx = command.context_tokens + 1
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = command.parallel + 1  # one more than answers: the measurement's own
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = command.threads or 1
        params.no_perf = True
        context = c.llama_init_from_model(self.model, params)
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

    # threads

    def measure(self, count: int) -> float:
        """Seconds for one token on `count` threads, in a sequence that no answer uses."""
        self.set_threads(count)
        row = [Row(self.first_token(), 0, self.sequences, True)]

        def one() -> None:
            self.decode(row)
            self.c.llama_synchronize(self._context)
            self.forget(self.sequences, 0)

        one()
        return threads.median_time(one)

    def set_threads(self, count: int) -> None:
        self.threads = count
        self.c.llama_set_n_threads(self._context, count, count)

    def first_token(self) -> int:
        bos = int(self.c.llama_vocab_bos(self.vocab))
        return bos if 0 <= bos < self._vocabulary else 0

    # a round

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
        code = self.c.llama_decode(self._context, batch)
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
            self.c.llama_set_abort_callback(self._context, on_node if long else nothing, None)
            self._watched = long

    def grammar_of(self, request: ChatRequest) -> str:
        """The grammar that the answer must follow, "" for none. Raises `Refusal`."""
        if not request.json_schema:
            return request.grammar
        if request.grammar:
            raise Refusal("The answer cannot follow both a schema and a grammar", "", "Leave one of them out.")
        from llama_cpp.llama_grammar import json_schema_to_gbnf

        return from_schema(request.json_schema, json_schema_to_gbnf)

    def new_sampler(self, sampling: Sampling, grammar: str, prompt: Sequence[int]) -> Chooser:
        """Raises `Refusal` for a grammar that cannot be used."""
        return new_chooser(self.c, self.vocab, self._logits, sampling, grammar, prompt)

    def free_sampler(self, sampler: Chooser) -> None:
        sampler.free()

    def sample(self, sampler: Chooser, row: int) -> int:
        return sampler.choose(row)

    def logprobs(self, token: int, row: int, count: int) -> TokenLogprob:
        return self._logits.logprobs(token, row, count, lambda each: self.piece(each).decode("utf-8", "replace"))

    def piece(self, token: int) -> bytes:
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._spell(token, 64)
        return known

    def _spell(self, token: int, room: int, *, special: bool = False) -> bytes:
        """A token's bytes. llama.cpp answers with -n when it needs n bytes; asking again keeps long runs of
        spaces."""
        buffer = ctypes.create_string_buffer(room)
        count = self.c.llama_token_to_piece(self.vocab, token, buffer, room, 0, special)
        return self._spell(token, -count, special=special) if count < 0 else buffer.raw[:count]

    def ends(self, token: int) -> bool:
        known = self._ends.get(token)
        if known is None:
            known = self._ends[token] = bool(self.c.llama_vocab_is_eog(self.vocab, token))
        return known

    def forget(self, sequence: int, position: int) -> bool:
        if self.c.llama_memory_seq_rm(self._memory, sequence, position, -1):
            return True
        self.c.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return position == 0

    def share(self, source: int, target: int, count: int) -> None:
        self.c.llama_memory_seq_cp(self._memory, source, target, 0, count)

    # words

    def template(self) -> ChatTemplate:
        """The file's own chat template, ready to render."""
        source = self.c.llama_model_chat_template(self.model, None)
        bos, eos = (int(f(self.vocab)) for f in (self.c.llama_vocab_bos, self.c.llama_vocab_eos))
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
        if any(self.tokens(text, special=True) != self.tokens(text) for text in messages):
            tokens = [t for part in rendered.parts for t in self.tokens(part.text, special=part.scaffold)]
        else:
            tokens = self.tokens(rendered.text, special=True)
        bos = int(self.c.llama_vocab_bos(self.vocab))
        if self.c.llama_vocab_get_add_bos(self.vocab) and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens or [self.first_token()]

    def tokens(self, text: str, *, special: bool = False, ends: bool = False) -> list[int]:
        """Tokens of a text; `ends` puts those in front and behind that the model was trained with."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        tokens = (ctypes.c_int32 * room)()
        count = self.c.llama_tokenize(self.vocab, raw, len(raw), tokens, room, ends, special)
        if count < 0:
            tokens = (ctypes.c_int32 * -count)()
            count = self.c.llama_tokenize(self.vocab, raw, len(raw), tokens, -count, ends, special)
        return list(tokens[: max(count, 0)])
