"""How fast a local model will answer on a machine whose memory and arithmetic were measured.

Source: methods.md section 3.3, with what it leaves out for small models: what a token costs apart from the weights, and
what every token of context costs. Both differ from machine to machine, so the engine is asked once (`EngineSpeed`);
where it was not, their ranges are wide. A measured run replaces all of it. Bytes, seconds, tokens per second.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.analysis import checks
from workbench.analysis.capacity import DECODE_EFFICIENCY, PREFILL_BAND, single_stream, time_to_first_token
from workbench.domain.figures import Estimate

#: what few bits for a weight keep of the bandwidth, from one machine's published table (469 GB/s at F16, 435 Q8_0, 354
#: Q4_K_M, 253 Q2_K, 160 IQ1_S): bits up to which it holds, share
LOW_BITS = ((2.0, 0.34), (3.0, 0.54), (4.0, 0.65), (6.9, 0.75), (9.0, 0.93))
#: share of the machine's matrix speed that evaluating a prompt reaches, and that attention reaches: measured with
#: random models of 0.1 to 1.2 billion parameters on two cores of an AMD EPYC (tests/benchmarks/bench_fit.py)
PREFILL_SHARE = 1.0
ATTENTION_SHARE = Estimate(0.03, 0.08, 0.3)
#: heads that are no multiple of this wide are computed value by value: attention is far slower then. Seconds for one
#: value of one pair of tokens where the engine was not asked; how far off what it said may be
VECTOR_WIDTH = 64
NARROW_ATTENTION_S = Estimate(1e-9, 5e-9, 2e-8)
NARROW_ATTENTION_SHARE = Estimate(0.5, 1.0, 1.8)
#: weights that may stay in a processor's cache from one token to the next: the matrices are small, so that a row's
#: start costs more, and reading costs less. Share of the bandwidth of memory
CACHED_BYTES = 48e6
CACHED_EFFICIENCY = Estimate(0.35, 0.65, 1.1)
#: seconds for a token besides all arithmetic: to hand it on, for each layer, for each token of the vocabulary
TOKEN_OVERHEAD_S = Estimate(0.00002, 0.0002, 0.001)
LAYER_OVERHEAD_S = Estimate(0.000005, 0.00003, 0.00015)
VOCABULARY_OVERHEAD_S = Estimate(1e-9, 4e-9, 1e-8)
#: the same where the engine was asked, in shares of a token of its smallest model, which has one layer
TOKEN_SHARE = Estimate(0.4, 0.6, 0.9)
LAYER_SHARE = Estimate(0.1, 0.2, 0.4)
#: seconds before the first token besides all arithmetic
FIRST_OVERHEAD_S = Estimate(0.0, 0.003, 0.03)
FLOPS_PER_ATTENTION = 4


@dataclass(frozen=True, slots=True)
class EngineSpeed:
    """What the engine was measured to take on this machine: `token_s` for a token of a model of one layer and next to
    no weights; `attention_s` for one value of attention in narrow heads, for one pair of tokens."""

    token_s: float
    attention_s: float


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """What `threads` threads were measured to do in a second: bytes read from memory, and arithmetic. `engine` is None
    where no model could be run yet."""

    read_bytes_s: float
    flops: float
    threads: int
    engine: EngineSpeed | None = None


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What one token asks of a machine.

    `read` lists the bytes of weights that are read, by bits of a weight; `attention_width` is layers times heads times
    values of a head (`head_values`), the work for one token of context.
    """

    read: tuple[tuple[float, int], ...]
    active_parameters: int
    attention_width: int
    layers: int
    vocabulary: int
    head_values: int = VECTOR_WIDTH

    @property
    def read_bytes(self) -> int:
        """Bytes that are read for one token."""
        return sum(size for _, size in self.read)


@dataclass(frozen=True, slots=True)
class LocalSpeed:
    """Speed after a prompt of `prompt_tokens`. `as_of` is the day it was measured, empty for a prediction."""

    tokens_per_s: Estimate
    ttft_s: Estimate
    prompt_tokens: int
    measured: bool
    as_of: str = ""


def predict(model: ModelCost, machine: MachineSpeed, *, prompt_tokens: int, answer_tokens: int) -> LocalSpeed | None:
    """The range to expect; None for a model without weights or arithmetic."""
    if model.read_bytes <= 0 or model.active_parameters <= 0:
        return None
    checks.positive(machine.read_bytes_s, "Memory bandwidth")
    token = token_time(model, machine, prompt_tokens + answer_tokens / 2)
    speed = Estimate(1 / token.high, 1 / token.likely, 1 / token.low)
    return LocalSpeed(speed, first_token_time(model, machine, prompt_tokens), prompt_tokens, measured=False)


def token_time(model: ModelCost, machine: MachineSpeed, context_tokens: float) -> Estimate:
    """Seconds for one token with so much context before it: weights, attention, and what is there for every token."""
    stream = single_stream(model.read_bytes, 0.0, machine.read_bytes_s, efficiency=_efficiency(model)).tokens_per_s
    weights = Estimate(1 / stream.high, 1 / stream.likely, 1 / stream.low)
    attention = _attention(model, machine, context_tokens)
    return weights + attention + _overhead(model, machine.engine)


def first_token_time(model: ModelCost, machine: MachineSpeed, prompt_tokens: int) -> Estimate:
    """Seconds from question to first token: the prompt's arithmetic, its attention, one token."""
    arithmetic = time_to_first_token(prompt_tokens, model.active_parameters, machine.flops, mfu=PREFILL_SHARE)
    attention = _attention(model, machine, prompt_tokens * prompt_tokens / 2)
    # a prompt is evaluated in large batches, where attention reaches up to what other arithmetic does, and in narrow
    # heads twice as much again
    faster = PREFILL_BAND * (2 if model.head_values % VECTOR_WIDTH else 1)
    attention = Estimate(attention.low / faster, attention.likely, attention.high)
    return arithmetic + attention + token_time(model, machine, prompt_tokens) + FIRST_OVERHEAD_S


def _efficiency(model: ModelCost) -> Estimate:
    """Share of the bandwidth that weights of these storage types reach; the high end is that of 16 bits."""
    slowed = sum(size / _kept(bits) for bits, size in model.read)
    kept = model.read_bytes / slowed
    share = CACHED_EFFICIENCY if model.read_bytes <= CACHED_BYTES else DECODE_EFFICIENCY
    return Estimate(share.low * kept, share.likely * kept, share.high)


def _kept(bits: float) -> float:
    return next((share for most, share in LOW_BITS if bits <= most), 1.0)


def _attention(model: ModelCost, machine: MachineSpeed, pairs: float) -> Estimate:
    """Seconds for so many pairs of a new token with one before it."""
    if model.head_values % VECTOR_WIDTH:
        measured_s = machine.engine.attention_s if machine.engine else 0.0
        each = NARROW_ATTENTION_SHARE.scaled(measured_s) if measured_s > 0 else NARROW_ATTENTION_S
        return each.scaled(model.attention_width * pairs)
    work = FLOPS_PER_ATTENTION * model.attention_width * pairs
    share = ATTENTION_SHARE
    return Estimate(*(work / (machine.flops * part) for part in (share.high, share.likely, share.low)))


def _overhead(model: ModelCost, engine: EngineSpeed | None) -> Estimate:
    """Seconds for a token besides weights and attention."""
    vocabulary = VOCABULARY_OVERHEAD_S.scaled(model.vocabulary)
    if engine is None:
        return TOKEN_OVERHEAD_S + LAYER_OVERHEAD_S.scaled(model.layers) + vocabulary
    return (TOKEN_SHARE + LAYER_SHARE.scaled(model.layers)).scaled(engine.token_s) + vocabulary
