"""Which catalog model a model file is, from its names and its shape, with the reason for the match.

A name alone proves little (fine-tunings carry the name of what they were made from), and a shape alone proves less
(siblings share it). So a file *is* a catalog model only when a name says exactly that model and the numbers agree; it
is *made from* one when it names that as its base; anything else stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.words import rounded
from workbench.domain.model import Model

#: words that say how a file was packed or tuned for chat, and not which model it is
PACKING = frozenset(
    {
        "instruct", "chat", "it", "gguf", "ggml", "hf", "f32", "f16", "bf16", "fp16", "fp8", "k", "m", "s", "l", "xs",
        "xxs", "nl", "xl", "0", "1", "imatrix", "i1", "mxfp4", "nvfp4", "quantized", "quant", "unsloth", "ud", "latest",
        "model", "dwq", "mlx", "preview", "text", "release", "moe",
    }
)  # fmt: skip
TUNED = frozenset({"instruct", "chat", "it"})
#: who publishes may stand in front of a model's name
PUBLISHERS = frozenset(
    {
        "meta", "mistralai", "google", "qwen", "microsoft", "ibm", "nvidia", "openai", "deepseek", "ai", "thudm", "zai",
        "org", "huggingfacetb", "tiiuae", "cohereforai", "cohere", "c4ai", "bigcode", "moonshotai", "minimaxai",
        "alibaba",
    }
)  # fmt: skip
QUANT = re.compile(r"^(?:i?q\d(?:_\w+)*|[bf]p?\d{1,2}|tq\d_\d|iq\d\w*)$")
#: the month of a release, which tells two models of one name apart: 2507, 202507
MONTH = re.compile(r"^(?:20)?2\d(?:0[1-9]|1[0-2])$")
VERSION = re.compile(r"^v\d+(?:\.\d+)*$")
WORD_NUMBER = re.compile(r"^([a-z]{3,})(\d.*)$")
BRACKETS = re.compile(r"\([^)]*\)|\[[^]]*\]")
#: the catalog rounds to "8 B" where a file counts 8.03; a difference beyond this is another model
PARAMETER_TOLERANCE = 0.13


class Relation(StrEnum):
    """How a file is related to a catalog model."""

    IS = "is"
    MADE_FROM = "made from"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself: names with where each stands, the names of its bases, and its shape."""

    names: tuple[tuple[str, str], ...]
    bases: tuple[str, ...]
    parameters: int
    layers: int | None
    width: int | None
    heads: int | None
    #: whether it has a chat template: a base model carries the name of the one that was made from it
    answers: bool = True


@dataclass(frozen=True, slots=True)
class CatalogMatch:
    """`reason` says in a sentence which name and which numbers agree."""

    model_id: str
    model_name: str
    relation: Relation
    reason: str


def match(file: FileFacts, models: Sequence[Model]) -> CatalogMatch | None:
    """The catalog model that the file is or was made from; None when nothing says so, or two models would do."""
    for where, name in file.names:
        found = _named(name, models)
        if found is None or (not file.answers and TUNED & _tokens(found.name)):
            continue
        if (agreed := _agreement(file, found)) is not None:
            return CatalogMatch(found.id, found.name, Relation.IS, f"{where} is “{name}”, and {agreed}.")
    for name in file.bases:
        found = _named(name, models)
        if found is not None and (agreed := _agreement(file, found)) is not None:
            reason = f"It names “{name}” as its base, and {agreed}."
            return CatalogMatch(found.id, found.name, Relation.MADE_FROM, reason)
    return None


def words_of(name: str) -> frozenset[str]:
    """The words of a name that tell the model from another: "Llama-3.1-8B-Instruct-Q4_K_M" -> llama 3.1 8b."""
    found: set[str] = set()
    for token in _tokens(name) - PACKING:
        split = WORD_NUMBER.match(token)
        found.update(split.groups() if split else (token,))
    return frozenset(found)


def _tokens(name: str) -> frozenset[str]:
    text = name.lower().rsplit("/", maxsplit=1)[-1]
    tokens = [token for token in re.split(r"[^a-z0-9._]+", text) if not QUANT.match(token)]
    parts = [part.strip(".") for token in tokens for part in token.split("_")]
    return frozenset(part for part in parts if part and not QUANT.match(part))


def _named(name: str, models: Sequence[Model]) -> Model | None:
    """The one open model that has exactly this name."""
    words = words_of(name)
    if not words:
        return None
    found = [model for model in models if model.open_weights and _is_named(words, model)]
    return found[0] if len(found) == 1 else None


def _is_named(words: frozenset[str], model: Model) -> bool:
    """Whether these are the words of its id or name; the month of its release must be said where it has one."""
    own_names = (words_of(model.id), words_of(BRACKETS.sub(" ", model.name)))
    told = {word for own in own_names for word in own}
    months, versions = _like(MONTH, told), _like(VERSION, told)
    if months and not months & words:
        return False
    if versions and _like(VERSION, words) and not versions & words:
        return False
    dates = _like(MONTH, words) | _like(VERSION, words)  # where the catalog has one, it was compared
    return any(own <= words | versions and words - own <= PUBLISHERS | dates for own in own_names)


def _like(pattern: re.Pattern[str], words: Iterable[str]) -> set[str]:
    return {word for word in words if pattern.match(word)}


def _agreement(file: FileFacts, model: Model) -> str | None:
    """The numbers that agree, in words; None when one contradicts, or there is none to compare."""
    agreed = []
    if model.params_total_b:
        known = model.params_total_b * 1e9
        if abs(file.parameters - known) > PARAMETER_TOLERANCE * known:
            return None
        agreed.append(f"{rounded(file.parameters / 1e9)} B parameters")
    shape = model.architecture
    if shape is not None:
        pairs = (
            (file.layers, shape.layers, "layers"),
            (file.width, shape.hidden, "values wide"),
            (file.heads, shape.heads, "heads"),
        )
        for ours, theirs, noun in pairs:
            if ours is None or theirs is None:
                continue
            if ours != theirs:
                return None
            agreed.append(f"{ours:,} {noun}")
    if not agreed:
        return None
    listed = agreed[0] if len(agreed) == 1 else f"{', '.join(agreed[:-1])} and {agreed[-1]}"
    return f"{listed} agree with the catalog"
