"""Memory and speed of a model on given hardware: weights, KV cache, one stream, batched serving.

Source: methods.md sections 3.1 to 3.4. Sizes in bytes, speeds in tokens or requests per second, bandwidth in bytes/s.
Users, replicas and waiting times are in queueing.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.analysis import checks
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate

GIB = 2.0**30

# Measured averages of whole files (Llama-3.1-8B, llama.cpp's quantize README): a file type mixes block types.
FILE_TYPE_BITS = {
    "Q2_K": 3.1593,
    "Q3_K_S": 3.6429,
    "IQ4_XS": 4.4597,
    "Q4_K_S": 4.6672,
    "Q4_K_M": 4.8944,
    "Q5_K_M": 5.7036,
    "Q6_K": 6.5633,
    "Q8_0": 8.5008,
    "F16": 16.0005,
}
# Exact bits per weight of one tensor of the type (block bytes / block elements).
BLOCK_BITS = {
    "F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8_0": 8.5, "Q6_K": 6.5625, "Q5_K": 5.5, "Q5_1": 6.0, "Q5_0": 5.5,
    "Q4_K": 4.5, "Q4_1": 5.0, "Q4_0": 4.5, "IQ4_NL": 4.5, "IQ4_XS": 4.25, "MXFP4": 4.25, "NVFP4": 4.5,
    "Q3_K": 3.4375, "IQ3_S": 3.4375, "IQ3_XXS": 3.0625, "Q2_K": 2.625, "IQ2_S": 2.5625, "IQ2_XS": 2.3125,
    "IQ2_XXS": 2.0625, "TQ2_0": 2.0625, "IQ1_M": 1.75, "TQ1_0": 1.6875, "IQ1_S": 1.5625, "Q1_0": 1.125,
}  # fmt: skip
KV_ELEMENT_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}

# Measured over bandwidth-bound speed in 46 published llama.cpp runs: 10 %, median, 90 %.
DECODE_EFFICIENCY = Estimate(0.43, 0.72, 0.87)
# Prefill spreads far more; a factor of three either way is what can be promised.
PREFILL_BAND = 3.0
# The serving model was checked on one published table only.
SERVING_BAND = 0.4


@dataclass(frozen=True, slots=True)
class KvCache:
    """Shape of the key/value cache. Layers without one (linear attention) are not counted.

    `layers`: layers whose cache covers the whole context; `window_layers`: layers that see at most `window` tokens
    (sliding or chunked). For latent attention (MLA) give `latent_width` = kv_lora_rank + rope dimension instead of
    heads and head_dim.
    """

    layers: int
    kv_heads: int = 0
    head_dim: int = 0
    element_bytes: float = 2.0
    window_layers: int = 0
    window: int = 0
    latent_width: int = 0

    def __post_init__(self) -> None:
        for value, field in (
            (self.layers, "Layers"),
            (self.kv_heads, "KV heads"),
            (self.head_dim, "Head dimension"),
            (self.window_layers, "Windowed layers"),
            (self.window, "Window"),
            (self.latent_width, "Latent width"),
        ):
            checks.count(value, field)
        checks.positive(self.element_bytes, "Bytes per element", high=8.0)
        if self.window_layers and not self.window:
            raise WorkbenchError("Windowed layers need a window", where="Window", mend="Give the window in tokens.")

    @property
    def _bytes_per_layer(self) -> float:
        width = self.latent_width or 2 * self.kv_heads * self.head_dim
        return width * self.element_bytes

    @property
    def bytes_per_token(self) -> float:
        """Growth of the cache per token while the context is shorter than any window."""
        return (self.layers + self.window_layers) * self._bytes_per_layer

    def bytes_at(self, context_tokens: float) -> float:
        """Size for one sequence of `context_tokens`: windowed layers stop growing at their window."""
        context = checks.number(context_tokens, "Context", low=0.0)
        seen = self.layers * context + self.window_layers * min(context, self.window or context)
        return seen * self._bytes_per_layer

    def longest_context(self, free_bytes: float) -> float:
        """Largest context whose cache fits into `free_bytes`; 0 if there is no room."""
        free = checks.number(free_bytes, "Free memory")
        if free <= 0:
            return 0.0
        if self.bytes_per_token == 0:
            return math.inf
        unwindowed = free / self.bytes_per_token
        if not self.window_layers or unwindowed <= self.window:
            return unwindowed
        if self.layers == 0:
            return math.inf
        return (free / self._bytes_per_layer - self.window_layers * self.window) / self.layers


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model fits this machine; `short_bytes` says by how much it does not (0 when it fits)."""

    fits: bool
    need_bytes: float
    have_bytes: float
    short_bytes: float


@dataclass(frozen=True, slots=True)
class SingleStream:
    """Speed of one stream: a bound nothing passes, and the estimate's range (or the measured speed itself)."""

    bound_tokens_per_s: float
    tokens_per_s: Estimate
    measured: bool


@dataclass(frozen=True, slots=True)
class Serving:
    """One replica of a served model: memory and compute summed over its GPUs.

    `active_weight_bytes` are read per step (MoE: active experts only), `weight_bytes` must fit in memory.
    `active_params` count for prefill. `efficiency` and `mfu` are shares of the nominal bandwidth and FLOPS.
    """

    weight_bytes: float
    active_weight_bytes: float
    active_params: float
    kv_bytes_per_token: float
    bandwidth_bytes_s: float
    flops: float
    memory_bytes: float
    efficiency: float = 0.6
    mfu: float = 0.5

    def __post_init__(self) -> None:
        checks.positive(self.weight_bytes, "Weight bytes")
        checks.positive(self.active_weight_bytes, "Active weight bytes", high=self.weight_bytes)
        checks.positive(self.active_params, "Active parameters")
        checks.number(self.kv_bytes_per_token, "KV bytes per token", low=0.0)
        checks.positive(self.bandwidth_bytes_s, "Memory bandwidth")
        checks.positive(self.flops, "FLOPS")
        checks.positive(self.memory_bytes, "Memory")
        checks.positive(self.efficiency, "Bandwidth efficiency", high=1.0)
        checks.positive(self.mfu, "Compute efficiency", high=1.0)


@dataclass(frozen=True, slots=True)
class Throughput:
    """A replica under load with `batch` sequences at once (planning value, ±40 % band: SERVING_BAND)."""

    batch: float
    requests_per_s: float
    tokens_per_s: float
    inter_token_s: float
    prefill_s: float
    request_s: float


def weight_bytes(params: float, bits_per_weight: float) -> float:
    """File size `params * bits / 8`; a local file's real size always overrides it."""
    return checks.positive(params, "Parameters") * checks.positive(bits_per_weight, "Bits per weight", high=64.0) / 8


def fits_machine(
    file_bytes: float,
    kv_bytes: float,
    memory_bytes: float,
    *,
    buffers_bytes: float = 0.5 * GIB,
    reserve_bytes: float | None = None,
) -> Fit:
    """Need = file + KV + buffers; have = memory less a reserve for the system (default: max of 2 GiB and 15 %)."""
    memory = checks.positive(memory_bytes, "Memory")
    reserve = max(2 * GIB, 0.15 * memory) if reserve_bytes is None else checks.number(reserve_bytes, "Reserve", low=0.0)
    need = checks.positive(file_bytes, "File size") + checks.number(kv_bytes, "KV cache", low=0.0)
    need += checks.number(buffers_bytes, "Buffers", low=0.0)
    have = max(0.0, memory - reserve)
    return Fit(need <= have, need, have, max(0.0, need - have))


def single_stream(
    active_weight_bytes: float,
    kv_read_bytes: float,
    bandwidth_bytes_s: float,
    *,
    efficiency: Estimate = DECODE_EFFICIENCY,
    measured_tokens_per_s: float | None = None,
) -> SingleStream:
    """Decode speed of one stream: bound `bandwidth/(weights + KV read)`, estimate = bound * efficiency.

    A measured run on the machine at hand replaces the estimate and is labelled so.
    """
    read = checks.positive(active_weight_bytes, "Active weight bytes")
    read += checks.number(kv_read_bytes, "KV bytes read", low=0.0)
    bound = checks.positive(bandwidth_bytes_s, "Memory bandwidth") / read
    if measured_tokens_per_s is not None:
        speed = checks.positive(measured_tokens_per_s, "Measured tokens per second")
        return SingleStream(bound, Estimate.exact(speed), True)
    checks.ordered(efficiency.low, efficiency.likely, efficiency.high, "Efficiency", minimum=0.0)
    return SingleStream(bound, efficiency.scaled(bound), False)


def local_efficiency(measured_tokens_per_s: float, bound_tokens_per_s: float) -> float:
    """This machine's own efficiency from one measured run; use it for other models on the same machine."""
    measured = checks.positive(measured_tokens_per_s, "Measured tokens per second")
    return measured / checks.positive(bound_tokens_per_s, "Speed bound")


def time_to_first_token(
    prompt_tokens: float, active_params: float, flops: float, *, mfu: float = 0.4, overhead_s: float = 0.0
) -> Estimate:
    """`prompt / (mfu * FLOPS / (2 * P_active)) + overhead` in seconds, with a factor-three band either way."""
    prompt = checks.number(prompt_tokens, "Prompt tokens", low=0.0)
    share = checks.positive(mfu, "Compute efficiency", high=1.0)
    work = 2 * checks.positive(active_params, "Active parameters") * prompt
    likely = work / (share * checks.positive(flops, "FLOPS"))
    extra = checks.number(overhead_s, "Overhead", low=0.0)
    return Estimate(likely / PREFILL_BAND + extra, likely + extra, likely * PREFILL_BAND + extra)


def largest_batch(serving: Serving, tokens_in: float, tokens_out: float, *, full_length: bool = False) -> float:
    """Sequences that fit into 90 % of the memory beside the weights; 0 if the weights alone do not fit.

    A sequence is half-way through its answer on average; `full_length` counts all of them at their end.
    """
    prompt, answer = _tokens(tokens_in, tokens_out)
    room = 0.9 * serving.memory_bytes - serving.weight_bytes
    per_sequence = (prompt + (answer if full_length else answer / 2)) * serving.kv_bytes_per_token
    if room <= 0:
        return 0.0
    return room / per_sequence if per_sequence > 0 else math.inf


def throughput(serving: Serving, tokens_in: float, tokens_out: float, batch: float) -> Throughput:
    """Two-term serving model with `batch` sequences at once, cut off at what memory holds.

    `step = (W + B*(in + out/2)*kv)/(eta*BW)`; `prefill = 2*P*in/(mfu*FLOPS)`; `T = out*step + B*prefill`.
    WorkbenchError if not even one sequence fits.
    """
    prompt, answer = _tokens(tokens_in, tokens_out)
    room = largest_batch(serving, prompt, answer)
    if room < 1:
        raise WorkbenchError(
            "The model does not fit this hardware with one request",
            where="Memory",
            mend="Add a GPU, use fewer bits per weight or shorten the context.",
        )
    b = min(checks.number(batch, "Concurrent requests", low=1.0), float(math.floor(min(room, 1e12))))
    kv_read = b * (prompt + answer / 2) * serving.kv_bytes_per_token
    step = (serving.active_weight_bytes + kv_read) / (serving.efficiency * serving.bandwidth_bytes_s)
    prefill = 2 * serving.active_params * prompt / (serving.mfu * serving.flops)
    total = answer * step + b * prefill
    return Throughput(b, b / total, b * answer / total, total / answer, prefill, total)


def _tokens(tokens_in: float, tokens_out: float) -> tuple[float, float]:
    return checks.number(tokens_in, "Input tokens", low=0.0), checks.positive(tokens_out, "Output tokens")
