"""What llama.cpp would not survive in a file that is well-formed, found before it is loaded.

`REFUSE` problems killed the process when they were tried (reliability.md, "Reading GGUF") or make the model
unusable; `WARN` problems let it run, and say what will be missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from workbench.inference.local.gguf.kv import RECURRENT
from workbench.inference.local.gguf.layout import KEPT_VOCABULARY, ArrayValue, Layout
from workbench.inference.local.gguf.reading import printable

MAX_LAYERS = 512
MAX_COUNT = 1 << 31
MOST_SHOWN = 60
BYTE_TOKEN = 6
CONVERT = "Convert the model again with a current llama.cpp, or choose another file."
EPSILONS = ("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon")
COUNTS = ("attention.head_count", "embedding_length", "context_length", "feed_forward_length")
TOKENS = "tokenizer.ggml.tokens"
TEMPLATE = "tokenizer.chat_template"
#: what a file that does not answer is, and what to do with it
OTHER_ROLES = {
    "embedding model": ("This model makes vectors of texts; it does not answer", "Choose a model that answers."),
    "projector": (
        "This file lets a model see pictures; it is no model itself",
        "Keep it in the folder of the model it belongs to.",
    ),
    "adapter": (
        "This file holds the changes of a fine-tuning, not a model",
        "Merge it into the model it was made for.",
    ),
    "control vector": ("This file steers a model; it is no model itself", "Choose a model."),
    "importance matrix": ("This file helps to quantize a model; it is no model itself", "Choose a model."),
}


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


def problems(layout: Layout, *, role: str, missing: tuple[int, ...], has_tensors: bool) -> tuple[Problem, ...]:
    """All problems of a well-formed file, the worst first. `missing` names the parts of a split model that are gone."""
    found = [*_parts(layout, missing)]
    if role in OTHER_ROLES:
        what, mend = OTHER_ROLES[role]
        found.append(Problem(Severity.REFUSE, what, "general.type", mend))
    else:
        found += [*_shape(layout, has_tensors), *_vocabulary(layout), *_template(layout)]
    return tuple(sorted(found, key=lambda problem: problem.severity is not Severity.REFUSE))


def architecture(layout: Layout) -> str:
    """`general.architecture`, empty when the file does not say."""
    value = layout.keys.get("general.architecture", "")
    return value if isinstance(value, str) else ""


def _refuse(what: str, where: str) -> Problem:
    return Problem(Severity.REFUSE, what, where)


def _warn(what: str, where: str, mend: str = CONVERT) -> Problem:
    return Problem(Severity.WARN, what, where, mend)


def _shape(layout: Layout, has_tensors: bool) -> Iterator[Problem]:
    family = architecture(layout)
    if not family:
        yield _refuse("The file does not say which architecture the model has", "general.architecture")
        return
    key = f"{family}.block_count"
    layers = layout.keys.get(key)
    if type(layers) is not int or not 1 <= layers <= MAX_LAYERS:
        told = "does not say how many layers it has" if layers is None else f"claims {_told(layers)} layers"
        yield _refuse(f"The model {told}; between 1 and {MAX_LAYERS} are possible", key)
    for name in COUNTS:
        value = layout.keys.get(f"{family}.{name}")
        if value is None or (name == "attention.head_count" and family in RECURRENT):
            continue
        if not _possible(value):
            yield _refuse(f"The {name.replace('.', ' ').replace('_', ' ')} is {_told(value)}", f"{family}.{name}")
    for name in EPSILONS:
        value = layout.keys.get(f"{family}.{name}")
        if isinstance(value, int | float) and not (math.isfinite(value) and value >= 0):
            yield _refuse(
                f"The normalisation constant is {value}, which is no small positive number", f"{family}.{name}"
            )
    if not has_tensors:
        yield _refuse("The file holds no weights, only a description or a vocabulary", "tensors")


def _possible(value: object) -> bool:
    """A positive whole number below 2^31, or a list of them that is not all zeros."""
    if isinstance(value, ArrayValue):
        items = value.items or ()
        return any(item for item in items) and all(type(item) is int and 0 <= item < MAX_COUNT for item in items)
    return type(value) is int and 0 < value < MAX_COUNT


def _told(value: object) -> str:
    return f"a list of {value.count:,} values" if isinstance(value, ArrayValue) else printable(str(value), MOST_SHOWN)


def _vocabulary(layout: Layout) -> Iterator[Problem]:
    tokens = layout.keys.get(TOKENS)
    if isinstance(tokens, ArrayValue) and tokens.count > KEPT_VOCABULARY:
        yield _warn(f"The vocabulary has {tokens.count:,} tokens, too many to be checked", TOKENS)
        yield from _token_lists(layout, tokens.count)
        return
    if not isinstance(tokens, ArrayValue) or not tokens.items:
        yield _warn("The file has no vocabulary, so it cannot answer in words", TOKENS)
        return
    texts = [item for item in tokens.items if isinstance(item, bytes)]
    if len(texts) != tokens.count:
        yield _refuse("The vocabulary is not a list of texts", TOKENS)
        return
    if len(set(texts)) != len(texts):
        shown = printable(_first_double(texts).decode("utf-8", "replace"), MOST_SHOWN)
        yield _refuse(f"The token {shown!r} stands twice in the vocabulary", TOKENS)
    if any(b"\0" in text for text in texts):
        yield _refuse("A token of the vocabulary holds a NUL character", TOKENS)
    yield from _token_lists(layout, tokens.count)
    yield from _special_tokens(layout, tokens.count)


def _first_double(texts: list[bytes]) -> bytes:
    seen: set[bytes] = set()
    for text in texts:
        if text in seen:
            return text
        seen.add(text)
    return b""


def _token_lists(layout: Layout, count: int) -> Iterator[Problem]:
    for name in ("tokenizer.ggml.token_type", "tokenizer.ggml.scores"):
        value = layout.keys.get(name)
        if isinstance(value, ArrayValue) and value.count != count:
            yield _refuse(f"The vocabulary has {count:,} tokens, but {value.count:,} entries stand here", name)
    types = layout.keys.get("tokenizer.ggml.token_type")
    has_bytes = isinstance(types, ArrayValue) and types.items is not None and BYTE_TOKEN in types.items
    if layout.keys.get("tokenizer.ggml.model") == "llama" and not has_bytes and count <= KEPT_VOCABULARY:
        yield _warn("The vocabulary has no byte tokens: a character it does not know may end the model", TOKENS)


def _special_tokens(layout: Layout, count: int) -> Iterator[Problem]:
    for short in ("bos", "eos"):
        name = f"tokenizer.ggml.{short}_token_id"
        value = layout.keys.get(name)
        if isinstance(value, int) and not 0 <= value < count:
            yield _warn(f"The {short.upper()} token {value:,} lies outside the vocabulary of {count:,}", name)


def _template(layout: Layout) -> Iterator[Problem]:
    plain = "Answers will use a plain question-and-answer form."
    template = layout.keys.get(TEMPLATE)
    if not isinstance(template, str):
        if TOKENS in layout.keys:
            yield _warn("The file has no chat template", TEMPLATE, plain)
        return
    fault = "it is longer than 1 MiB" if TEMPLATE in layout.cut else _template_fault(template)
    if fault:
        yield _warn(f"The chat template cannot be used: {printable(fault, MOST_SHOWN * 3)}", TEMPLATE, plain)


@lru_cache(maxsize=64)
def _template_fault(template: str) -> str:
    """Many files of a folder have the same template."""
    from workbench.inference.local.template import syntax_problem

    return syntax_problem(template)


def _parts(layout: Layout, missing: tuple[int, ...]) -> Iterator[Problem]:
    count = layout.keys.get("split.count")
    if not missing or type(count) is not int:
        return
    first = ", ".join(str(number) for number in missing[:5]) + (" …" if len(missing) > 5 else "")
    noun = "part" if len(missing) == 1 else "parts"
    verb = "is" if len(missing) == 1 else "are"
    yield Problem(
        Severity.REFUSE,
        f"This is a model in {count:,} files, and {noun} {first} {verb} not in its folder",
        "split.count",
        "Put all parts into one folder under the names they were published with.",
    )
