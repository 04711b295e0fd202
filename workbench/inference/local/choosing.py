"""Choosing the next token: llama.cpp's samplers, a grammar beside them, and the log-probabilities.

llama_cpp comes in as `c`; only `native` imports it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.domain.chat import Sampling, TokenLogprob
from workbench.inference.local.grammar import compiled
from workbench.inference.local.slots import NOT_A_NUMBER, NOTHING_ALLOWED

#: how many of the last tokens a penalty looks at
PENALTY_TOKENS = 64
CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])


class Logits:
    """What the model computed for a row of the last batch, over the whole vocabulary."""

    def __init__(self, c: Any, context: Any, vocabulary: int) -> None:
        self._c, self._context, self.vocabulary = c, context, vocabulary
        self._ids = np.arange(vocabulary, dtype=np.int32)
        self._room: npt.NDArray[Any] | None = None
        self._array: Any = None

    def of(self, row: int) -> npt.NDArray[np.float32]:
        """A view, good until the next batch."""
        pointer = self._c.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(pointer, (self.vocabulary,))

    def one(self, row: int, token: int) -> float:
        return float(self._c.llama_get_logits_ith(self._context, row)[token])

    def sample(self, chain: Any, row: int) -> int:
        """The token that a chain takes; the chain is told."""
        return int(self._c.llama_sampler_sample(chain, self._context, row))

    def candidates(self, row: int) -> Any:
        """Every token with its logit, for samplers to cut and choose from; good until asked again."""
        if self._room is None:
            self._room = np.zeros(self.vocabulary, CANDIDATE)
        self._room["id"], self._room["logit"], self._room["p"] = self._ids, self.of(row), 0.0
        data = self._room.ctypes.data_as(self._c.llama_token_data_p)
        self._array = self._c.llama_token_data_array(data=data, size=self.vocabulary, selected=-1, sorted=False)
        return self._array

    def any_left(self) -> bool:
        """Whether a sieve left any of the candidates."""
        return self._room is not None and bool(self._room["logit"].max() > -np.inf)

    def logprobs(self, token: int, row: int, count: int, piece: Callable[[int], str]) -> TokenLogprob:
        """The natural log-probability of a token and of the `count` likeliest in its place, before any cut."""
        logits = self.of(row).astype(np.float64)
        most = logits.max()
        total = most + np.log(np.exp(logits - most).sum())
        count = min(count, self.vocabulary)
        best = np.argpartition(logits, -count)[-count:] if count else np.empty(0, np.int64)
        ranked = best[np.argsort(-logits[best], kind="stable")]
        return TokenLogprob(
            piece(token),
            float(logits[token] - total),
            tuple((piece(int(each)), float(logits[each] - total)) for each in ranked),
        )


class Chooser:
    """One answer's way to choose. Free it."""

    def __init__(self, c: Any, logits: Logits, chain: Any) -> None:
        self._c, self._logits, self._chain = c, logits, chain

    def choose(self, row: int) -> int:
        """The next token after a row of the last batch; NOT_A_NUMBER or NOTHING_ALLOWED when there is none."""
        token = self._logits.sample(self._chain, row)
        value = self._logits.one(row, token)
        return token if value == value else NOT_A_NUMBER

    def free(self) -> None:
        self._c.llama_sampler_free(self._chain)


class GrammarChooser(Chooser):
    """Chooses as usual and asks the grammar about that one token; only when it refuses is the whole vocabulary sieved.

    llama.cpp aborts the process when a grammar is told a token it does not allow, so it is never told one.
    """

    def __init__(self, c: Any, logits: Logits, chain: Any, grammar: Any) -> None:
        super().__init__(c, logits, chain)
        self._grammar = grammar
        self._single = (c.llama_token_data * 1)()

    def choose(self, row: int) -> int:
        c, candidates = self._c, self._logits.candidates(row)
        c.llama_sampler_apply(self._chain, ctypes.byref(candidates))
        chosen = candidates.data[candidates.selected]
        token, value = int(chosen.id), float(chosen.logit)
        if value != value:
            return NOT_A_NUMBER
        if not self._allows(token):
            candidates = self._logits.candidates(row)
            c.llama_sampler_apply(self._grammar, ctypes.byref(candidates))
            if not self._logits.any_left():
                return NOTHING_ALLOWED
            c.llama_sampler_apply(self._chain, ctypes.byref(candidates))
            token = int(candidates.data[candidates.selected].id)
            if not self._allows(token):
                return NOTHING_ALLOWED
        c.llama_sampler_accept(self._grammar, token)
        c.llama_sampler_accept(self._chain, token)
        return token

    def _allows(self, token: int) -> bool:
        c, single = self._c, self._single
        single[0].id, single[0].logit, single[0].p = token, 1.0, 0.0
        array = c.llama_token_data_array(
            data=ctypes.cast(single, c.llama_token_data_p), size=1, selected=-1, sorted=False
        )
        c.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return bool(single[0].logit == 1.0)

    def free(self) -> None:
        super().free()
        self._c.llama_sampler_free(self._grammar)


def new_chooser(c: Any, vocab: Any, logits: Logits, sampling: Sampling, grammar: str, prompt: Sequence[int]) -> Chooser:
    """How this answer's tokens are chosen. Raises `Refusal` for a grammar that llama.cpp does not take."""
    rules = compiled(c, vocab, grammar) if grammar else None
    chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
    penalties = (sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty)
    if penalties != (1.0, 0.0, 0.0):
        c.llama_sampler_chain_add(chain, c.llama_sampler_init_penalties(logits.vocabulary, PENALTY_TOKENS, *penalties))
    for sampler in _cuts(c, sampling):
        c.llama_sampler_chain_add(chain, sampler)
    for token in prompt[-PENALTY_TOKENS:] if penalties != (1.0, 0.0, 0.0) else ():
        c.llama_sampler_accept(chain, token)
    return Chooser(c, logits, chain) if rules is None else GrammarChooser(c, logits, chain, rules)


def _cuts(c: Any, sampling: Sampling) -> list[Any]:
    """From all tokens to one, in llama.cpp's usual order."""
    if sampling.temperature <= 0:
        return [c.llama_sampler_init_greedy()]
    cuts = []
    if sampling.top_k > 0:
        cuts.append(c.llama_sampler_init_top_k(sampling.top_k))
    if sampling.top_p < 1:
        cuts.append(c.llama_sampler_init_top_p(sampling.top_p, 1))
    if sampling.min_p > 0:
        cuts.append(c.llama_sampler_init_min_p(sampling.min_p, 1))
    cuts.append(c.llama_sampler_init_temp(sampling.temperature))
    cuts.append(c.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF))
    return cuts
