"""Whether a local model fits the memory of this machine, and how fast it will be, in words and figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from workbench.analysis import words
from workbench.analysis.local_speed import VECTOR_WIDTH, LocalSpeed, MachineSpeed, ModelCost, predict
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.verdict import LocalPace
from workbench.inference.local import memory
from workbench.inference.local.gguf import GgufFile
from workbench.inference.local.gguf.kv import CACHE_BYTES, F16_BYTES
from workbench.inference.local.gguf.types import TENSOR_TYPES
from workbench.inference.local.gpus import Gpu
from workbench.inference.local.measured import Measurement
from workbench.inference.local.model import PARALLEL

FITS, TIGHT, TOO_LARGE, UNKNOWN = "fits", "tight", "does not fit", "unknown"
F16 = "f16"
SHARE_OF_GPU = 0.9
#: what a prediction is made for: a question of a page, an answer of a paragraph
PROMPT_TOKENS, ANSWER_TOKENS = 256, 48
BITS = {kind.name: 8 * kind.bytes / kind.items for kind in TENSOR_TYPES.values()}


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes needed with `context_tokens` for each answer against bytes free now.

    `word` is fits, tight, does not fit, or unknown. With the context left to the engine, tight means that it gets less
    than the model has; with a context that was asked for (`asked`), that it takes more than 4 in 5 of what is free.
    """

    model: str
    need_bytes: int
    free_bytes: int | None
    context_tokens: int
    word: str
    weights_bytes: int = 0
    cache_bytes: int = 0
    working_bytes: int = 0
    cache_type: str = F16
    asked: bool = False
    made_for_tokens: int | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether the context is longer than the model was made for: there may be memory for it, and no use."""
        return self.made_for_tokens is not None and self.context_tokens > self.made_for_tokens

    @property
    def sentence(self) -> str:
        less = "fits, with next to nothing left" if self.asked else "fits, with less context than it could use"
        verdict = {TIGHT: less, UNKNOWN: "may fit"}.get(self.word, self.word)
        need = f"needs {words.gigabytes(self.need_bytes)} with {words.tokens(self.context_tokens)} of context"
        have = "this system does not say how much is free"
        if self.free_bytes is not None:
            have = f"{words.gigabytes(self.free_bytes)} are free, of which a model may take 4 in 5"
        beyond = ""
        if self.is_beyond and self.made_for_tokens is not None:
            beyond = f" But it was made for {words.tokens(self.made_for_tokens)} and cannot use more."
        return f"{self.model} {verdict}: it {need}; {have}.{beyond}"

    @property
    def parts(self) -> str:
        """ "0.70 GB weights, 0.20 GB context, 0.16 GB for computing"."""
        shares = ((self.weights_bytes, "weights"), (self.cache_bytes, "context"), (self.working_bytes, "for computing"))
        return ", ".join(f"{size_words(size)} {name}" for size, name in shares)

    @property
    def short(self) -> str:
        """ "fits, 0.11 GB"."""
        word = "may fit" if self.word == UNKNOWN else self.word
        beyond = ", beyond its context" if self.is_beyond else ""
        return f"{word}, {words.rounded(self.need_bytes / 1e9, 2)} GB{beyond}"

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "sentence": self.sentence}


def fit_of(file: GgufFile, context_tokens: int | None = None, cache_type: str = F16) -> Fit:
    """How a described model fits the memory that is free now.

    With a context, with exactly that much; without, with as much as the engine would give it. Raises WorkbenchError for
    a cache type that does not exist and a context below 1.
    """
    if cache_type not in CACHE_BYTES:
        raise WorkbenchError(
            f"There is no cache type {cache_type!r}", where="cache type", mend=f"Choose {', '.join(CACHE_BYTES)}."
        )
    free = memory.available_bytes()
    if context_tokens is not None:
        return _with_context(file, context_tokens, cache_type, free)
    whole = memory.plan_context(file, parallel=PARALLEL, available=None)
    if free is None:
        return _fit(file, whole.need, None, whole.sequence_tokens, UNKNOWN)
    try:
        plan = memory.plan_context(file, parallel=PARALLEL, available=free)
    except WorkbenchError:
        least = min(file.context or memory.LEAST_CONTEXT, memory.LEAST_CONTEXT)
        return _fit(file, memory.needed(file, least), free, least, TOO_LARGE)
    word = FITS if plan.sequence_tokens == whole.sequence_tokens else TIGHT
    return _fit(file, plan.need, free, plan.sequence_tokens, word)


def _with_context(file: GgufFile, context_tokens: int, cache_type: str, free: int | None) -> Fit:
    if context_tokens < 1:
        raise WorkbenchError("A context needs at least one token", where="context", mend="Give a number above 0.")
    need = memory.needed(file, context_tokens)
    smaller = CACHE_BYTES[cache_type] / F16_BYTES
    need = memory.MemoryNeed(need.weights, round(need.context * smaller), need.working)
    if free is None:
        word = UNKNOWN
    elif need.total <= memory.SHARE_OF_AVAILABLE * free:
        word = FITS
    else:
        word = TIGHT if need.total <= free else TOO_LARGE
    return _fit(file, need, free, context_tokens, word, cache_type=cache_type, asked=True)


def _fit(
    file: GgufFile,
    need: memory.MemoryNeed,
    free: int | None,
    context_tokens: int,
    word: str,
    *,
    cache_type: str = F16,
    asked: bool = False,
) -> Fit:
    parts = (need.weights, need.context, need.working)
    return Fit(file.name, need.total, free, context_tokens, word, *parts, cache_type, asked, file.context)


# Speed


def cost_of(file: GgufFile) -> ModelCost:
    """What one token of the model asks of a machine."""
    layers = file.layers or 0
    return ModelCost(
        read=tuple((BITS.get(stored.type, 16.0), stored.read_bytes) for stored in file.weights if stored.read_bytes),
        active_parameters=file.read_parameters,
        attention_width=layers * (file.heads or 0) * (file.head_dim or 0),
        layers=layers,
        vocabulary=file.vocabulary or 0,
        head_values=file.head_dim or VECTOR_WIDTH,
    )


def predicted(file: GgufFile, machine: MachineSpeed, prompt_tokens: int | None = None) -> LocalSpeed | None:
    """The speed to expect after such a prompt (256 tokens, or as many as the context holds)."""
    room = max(1, (file.context or PROMPT_TOKENS + ANSWER_TOKENS) - ANSWER_TOKENS)
    prompt = min(PROMPT_TOKENS, room) if prompt_tokens is None else prompt_tokens
    return predict(cost_of(file), machine, prompt_tokens=prompt, answer_tokens=ANSWER_TOKENS)


def measured_speed(measurement: Measurement) -> LocalSpeed:
    return LocalSpeed(
        Estimate.exact(measurement.tokens_per_s),
        Estimate.exact(measurement.ttft_s),
        measurement.prompt_tokens,
        measured=True,
        as_of=measurement.at[:10],
    )


def pace_of(file: GgufFile, machine: MachineSpeed | None, measurement: Measurement | None) -> LocalPace | None:
    """The measured pace, else the predicted one; None without either."""
    if measurement is not None:
        written, read = measurement.tokens_per_s, measurement.prompt_tokens_per_s
        return LocalPace(Estimate.exact(written), Estimate.exact(read), measured=True, as_of=measurement.at[:10])
    speed = predicted(file, machine) if machine is not None else None
    if speed is None:
        return None
    first, prompt = speed.ttft_s, speed.prompt_tokens
    read_range = Estimate(prompt / first.high, prompt / first.likely, prompt / first.low)
    return LocalPace(speed.tokens_per_s, read_range, measured=False)


def speed_range(value: Estimate) -> str:
    """Two figures: "14–29"; one number for a measured speed."""
    low, high = words.rounded(value.low, 2), words.rounded(value.high, 2)
    return low if low == high else f"{low}–{high}"


def speed_sentence(speed: LocalSpeed) -> str:
    """What to expect, and whether anybody has tried."""
    first = speed.ttft_s
    begins = _time(first.low) if first.is_exact else f"{_time(first.low)} to {_time(first.high)}"
    how = (
        f"Measured here on {words.day(speed.as_of)}"
        if speed.measured
        else "Predicted from its size and this machine's memory; Measure replaces this"
    )
    return (
        f"Begins to answer after {begins} for a prompt of {words.tokens(speed.prompt_tokens)}, then writes "
        f"{speed_range(speed.tokens_per_s)} tokens a second. {how}."
    )


def size_words(size_bytes: float) -> str:
    """ "0.7 GB", "11 MB"."""
    if size_bytes < 5e7:
        return f"{words.rounded(size_bytes / 1e6, 2)} MB"
    return f"{words.rounded(size_bytes / 1e9, 3)} GB"


def _time(seconds: float) -> str:
    """ "38 ms", "1.3 s", "3 min"."""
    return words.seconds(seconds) if seconds >= 1 else f"{words.rounded(seconds * 1e3, 2)} ms"


def machine_sentence(machine: MachineSpeed, gpus: tuple[Gpu, ...], fit: Fit, *, uses_gpus: bool) -> str:
    """What the figures rest on: memory, threads, and the graphics processors, with whether the model fits there."""
    threads = words.count(machine.threads, "thread")
    first = f"This machine reads {words.gigabytes(machine.read_bytes_s)} of memory a second on {threads}"
    if not gpus:
        return f"{first}; no GPU was seen."
    seen = words.listed([_gpu_words(gpu, fit.need_bytes) for gpu in gpus])
    if uses_gpus:
        return f"{first}; it has {seen}. What fits there runs faster than predicted here."
    return f"{first}; it has {seen}. This build of llama.cpp does not use it."


def fits_gpu(gpu: Gpu, need_bytes: int) -> bool:
    """Whether all of a model fits into what is free of a GPU's memory, with a tenth to spare."""
    return need_bytes <= SHARE_OF_GPU * gpu.free_bytes


def _gpu_words(gpu: Gpu, need_bytes: int) -> str:
    free = f"{gpu.name} with {words.gigabytes(gpu.free_bytes)} free"
    if fits_gpu(gpu, need_bytes):
        return f"{free}, where it fits whole"
    return f"{free}, {words.gigabytes(need_bytes - SHARE_OF_GPU * gpu.free_bytes)} too little for it"
