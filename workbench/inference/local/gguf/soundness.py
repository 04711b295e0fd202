"""What llama.cpp would not survive in a file that is well-formed, found before it is loaded.

`REFUSE` problems killed the process when they were tried (reliability.md, "Reading GGUF") or make the model
unusable; `WARN` problems let it run, and say what will be missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.inference.local.gguf.layout import ArrayValue, Layout

MAX_LAYERS = 512
BYTE_TOKEN = 6
CONVERT = "Convert the model again with a current llama.cpp, or choose another file."
EPSILONS = ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon")
TOKENS = "tokenizer.ggml.tokens"


class Severity(StrEnum):
    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file: what, the key it stands under, and how to mend it."""

    severity: Severity
    what: str
    where: str
    mend: str = CONVERT


def problems(layout: Layout) -> tuple[Problem, ...]:
    """All problems of a well-formed file, the worst first."""
    found = [*_shape(layout), *_vocabulary(layout), *_template(layout), *_parts(layout)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.REFUSE))


def architecture(layout: Layout) -> str:
    """`general.architecture`, empty when the file does not say."""
    value = layout.keys.get("general.architecture", "")
    return value if isinstance(value, str) else ""


def _refuse(what: str, where: str) -> Problem:
    return Problem(Severity.REFUSE, what, where)


def _warn(what: str, where: str, mend: str = CONVERT) -> Problem:
    return Problem(Severity.WARN, what, where, mend)


def _shape(layout: Layout) -> Iterator[Problem]:
    family = architecture(layout)
    if not family:
        yield _refuse("The file does not say which architecture the model has", "general.architecture")
        return
    key = f"{family}.block_count"
    layers = layout.keys.get(key)
    if not isinstance(layers, int) or not 1 <= layers <= MAX_LAYERS:
        told = "does not say how many layers it has" if layers is None else f"claims {layers} layers"
        yield _refuse(f"The model {told}; between 1 and {MAX_LAYERS} are possible", key)
    for name in ("attention.head_count", "embedding_length", "context_length"):
        value = layout.keys.get(f"{family}.{name}")
        if value is not None and not _positive(value):
            yield _refuse(f"The {name.replace('.', ' ').replace('_', ' ')} is {_told(value)}", f"{family}.{name}")
    for name in EPSILONS:
        value = layout.keys.get(f"{family}.{name}")
        if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
            yield _refuse(
                f"The normalisation constant is {value}, which is no small positive number", f"{family}.{name}"
            )
    if not layout.tensors:
        yield _refuse("The file holds no weights, only a description or a vocabulary", "tensors")


def _positive(value: object) -> bool:
    if isinstance(value, ArrayValue):
        items = value.items or ()
        return any(isinstance(item, int) and item > 0 for item in items) and all(
            isinstance(item, int) and item >= 0 for item in items
        )
    return isinstance(value, int) and value > 0


def _told(value: object) -> str:
    return f"a list of {value.count} values" if isinstance(value, ArrayValue) else str(value)


def _vocabulary(layout: Layout) -> Iterator[Problem]:
    tokens = layout.keys.get(TOKENS)
    if not isinstance(tokens, ArrayValue) or not tokens.items:
        yield _warn("The file has no vocabulary, so it cannot answer in words", TOKENS)
        return
    texts = [item for item in tokens.items if isinstance(item, bytes)]
    if len(texts) != tokens.count:
        yield _refuse("The vocabulary is not a list of texts", TOKENS)
        return
    if len(set(texts)) != len(texts):
        seen: set[bytes] = set()
        double = next(text for text in texts if text in seen or seen.add(text))  # type: ignore[func-returns-value]
        yield _refuse(f"The token {double.decode('utf-8', 'replace')!r} stands twice in the vocabulary", TOKENS)
    if any(b"\0" in text for text in texts):
        yield _refuse("A token of the vocabulary holds a NUL character", TOKENS)
    yield from _token_lists(layout, tokens.count)
    yield from _special_tokens(layout, tokens.count)


def _token_lists(layout: Layout, count: int) -> Iterator[Problem]:
    for name in ("tokenizer.ggml.token_type", "tokenizer.ggml.scores"):
        value = layout.keys.get(name)
        if isinstance(value, ArrayValue) and value.count != count:
            yield _refuse(f"The vocabulary has {count:,} tokens, but {value.count:,} entries stand here", name)
    types = layout.keys.get("tokenizer.ggml.token_type")
    has_bytes = isinstance(types, ArrayValue) and types.items is not None and BYTE_TOKEN in types.items
    if layout.keys.get("tokenizer.ggml.model") == "llama" and not has_bytes:
        yield _warn("The vocabulary has no byte tokens: a character it does not know may end the model", TOKENS)


def _special_tokens(layout: Layout, count: int) -> Iterator[Problem]:
    for short in ("bos", "eos"):
        name = f"tokenizer.ggml.{short}_token_id"
        value = layout.keys.get(name)
        if isinstance(value, int) and not 0 <= value < count:
            yield _warn(f"The {short.upper()} token {value:,} lies outside the vocabulary of {count:,}", name)


def _template(layout: Layout) -> Iterator[Problem]:
    where = "tokenizer.chat_template"
    plain = "Answers will use a plain question-and-answer form."
    template = layout.keys.get(where)
    if not isinstance(template, str):
        if TOKENS in layout.keys:
            yield _warn("The file has no chat template", where, plain)
        return
    from workbench.inference.local.template import compile_problem

    fault = compile_problem(template)
    if fault:
        yield _warn(f"The chat template cannot be used: {fault}", where, plain)


def _parts(layout: Layout) -> Iterator[Problem]:
    parts = layout.keys.get("split.count")
    if isinstance(parts, int) and parts > 1:
        yield _warn(
            f"This is one of {parts} parts of a model",
            "split.count",
            "Keep all parts in one folder and open the first.",
        )
