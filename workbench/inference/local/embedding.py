"""Vectors of texts from a loaded model, in a context of their own made when first asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench.inference.local.refusal import Refusal

if TYPE_CHECKING:
    from workbench.inference.local.native import LlamaCpp

#: texts are cut to this many tokens at most, or to what the model was trained with
MOST_TOKENS = 2048


class Embedder:
    """One vector a text, of length 1: pooled as the file says, else the mean over its tokens."""

    def __init__(self, llama: LlamaCpp) -> None:
        c = self._c = llama.c
        self._llama = llama
        self._size = int(c.llama_model_n_embd_out(llama.model))
        self._room = max(8, min(MOST_TOKENS, int(c.llama_model_n_ctx_train(llama.model)) or MOST_TOKENS))
        params = c.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = self._room
        params.n_seq_max = 1
        params.embeddings = True
        params.no_perf = True
        params.n_threads = params.n_threads_batch = max(1, llama.threads)
        self._context = c.llama_init_from_model(llama.model, params)
        if self._context and int(c.llama_pooling_type(self._context)) == c.LLAMA_POOLING_TYPE_NONE:
            c.llama_free(self._context)
            params.pooling_type = c.LLAMA_POOLING_TYPE_MEAN
            self._context = c.llama_init_from_model(llama.model, params)
        if not self._context:
            raise Refusal(f"llama.cpp cannot make vectors with this model: {llama.last_words()}")
        self._memory = c.llama_get_memory(self._context)
        self._batch = c.llama_batch_init(self._room, 0, 1)

    def vector(self, text: str) -> tuple[tuple[float, ...], int]:
        """The vector and how many tokens the text has. Raises `Refusal` for a text that is too long."""
        c, batch = self._c, self._batch
        tokens = self._llama.tokens(text, ends=True) or [self._llama.first_token()]
        if len(tokens) > self._room:
            over = len(tokens) - self._room
            raise Refusal(
                f"The text has {len(tokens):,} tokens, {over:,} more than this model can take",
                f"context of {self._room:,} tokens",
                "Shorten the text.",
            )
        for index, token in enumerate(tokens):
            batch.token[index], batch.pos[index], batch.n_seq_id[index] = token, index, 1
            batch.seq_id[index][0], batch.logits[index] = 0, True
        batch.n_tokens = len(tokens)
        if self._memory:
            c.llama_memory_clear(self._memory, True)
        if c.llama_decode(self._context, batch) != 0:
            raise Refusal(f"The model could not make a vector of this text: {self._llama.last_words()}")
        values = c.llama_get_embeddings_seq(self._context, 0)[: self._size]
        length = math.sqrt(sum(value * value for value in values))
        if not math.isfinite(length):
            raise Refusal("The model computed 'not a number' instead of a vector", "", "Download the file again.")
        return tuple(value / length if length else 0.0 for value in values), len(tokens)
