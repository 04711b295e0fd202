"""Whether a local model fits the memory of this machine, in words and figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from workbench.analysis import words
from workbench.domain.errors import WorkbenchError
from workbench.inference.local import memory
from workbench.inference.local.gguf import GgufFile
from workbench.inference.local.model import PARALLEL

FITS, TIGHT, TOO_LARGE, UNKNOWN = "fits", "tight", "does not fit", "unknown"


@dataclass(frozen=True, slots=True)
class Fit:
    """Bytes needed with `context_tokens` for each answer against bytes free now, as the engine would load it.

    `word` is fits, tight (only with a shorter context than the model has), does not fit, or unknown.
    """

    model: str
    need_bytes: int
    free_bytes: int | None
    context_tokens: int
    word: str

    @property
    def sentence(self) -> str:
        verdict = {TIGHT: "fits, with less context than it could use", UNKNOWN: "may fit"}.get(self.word, self.word)
        need = f"needs {words.gigabytes(self.need_bytes)} with {words.tokens(self.context_tokens)} of context"
        have = "this system does not say how much is free"
        if self.free_bytes is not None:
            have = f"{words.gigabytes(self.free_bytes)} are free, of which a model may take 4 in 5"
        return f"{self.model} {verdict}: it {need}; {have}."

    @property
    def short(self) -> str:
        """ "fits, 0.11 GB"."""
        word = "may fit" if self.word == UNKNOWN else self.word
        return f"{word}, {words.rounded(self.need_bytes / 1e9, 2)} GB"

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "sentence": self.sentence}


def fit_of(file: GgufFile) -> Fit:
    """How a described model fits the memory that is free now."""
    free = memory.available_bytes()
    whole = memory.plan_context(file, parallel=PARALLEL, available=None)
    if free is None:
        return Fit(file.name, whole.need.total, None, whole.sequence_tokens, UNKNOWN)
    try:
        plan = memory.plan_context(file, parallel=PARALLEL, available=free)
    except WorkbenchError:
        least = min(file.context or memory.LEAST_CONTEXT, memory.LEAST_CONTEXT)
        return Fit(file.name, memory.needed(file, least).total, free, least, TOO_LARGE)
    word = FITS if plan.sequence_tokens == whole.sequence_tokens else TIGHT
    return Fit(file.name, plan.need.total, free, plan.sequence_tokens, word)
