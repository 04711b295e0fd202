"""A model file, described: `GgufFile`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.inference.local.gguf.reading import shown
from workbench.inference.local.gguf.soundness import Problem, Severity


class Role(StrEnum):
    """What a GGUF file is for. Only a model answers."""

    MODEL = "model"
    EMBEDDING = "embedding model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    VOCABULARY = "vocabulary"
    CONTROL_VECTOR = "control vector"
    IMPORTANCE = "importance matrix"


@dataclass(frozen=True, slots=True)
class Rope:
    """How positions are told apart. `factor` stretches a training context of `original_context` tokens."""

    freq_base: float | None
    scaling: str | None
    factor: float | None
    original_context: int | None


@dataclass(frozen=True, slots=True)
class Experts:
    """A mixture of experts: how many there are in a layer, and how many of them work on one token."""

    count: int
    used: int | None


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """`model` is its kind (llama, gpt2, bert, ...), `pre` how it cuts text before that; None: not said."""

    model: str | None
    pre: str | None
    tokens: int
    bos: int | None
    eos: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the file says it comes from. `repository` is the model's own, `bases` those it was made from."""

    author: str | None
    organization: str | None
    repository: str | None
    bases: tuple[str, ...]
    basename: str | None
    finetune: str | None
    size_label: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights stored in one way: how many, their bytes, and the bytes that one token reads of them."""

    type: str
    tensors: int
    parameters: int
    bytes: int
    read_bytes: int
    read_parameters: int


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A model file, described; of a model in several files, all of them together.

    `parameters` is counted from the tensors. `kv_bytes_per_token` is what one token of context takes in
    memory with F16 keys and values. `read_bytes` is what llama.cpp reads to make one token: all weights but the
    table of token vectors, and of a mixture's experts those that work. None stands for what the file does not say.
    """

    path: Path
    bytes: int
    gguf_version: int
    role: Role
    architecture: str
    name: str
    parameters: int
    weight_bytes: int
    quantization: str
    weights: tuple[Weights, ...]
    bits_per_weight: float | None
    layers: int | None
    width: int | None
    heads: int | None
    kv_heads: int | None
    kv_heads_by_layer: tuple[int, ...]
    head_dim: int | None
    context: int | None
    sliding_window: int | None
    rope: Rope
    experts: Experts | None
    vocabulary: int | None
    tokenizer: Tokenizer | None
    chat_template: bool
    licence: str | None
    origin: Origin
    kv_bytes_per_token: int | None
    parts: int
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing in the file forbids loading it."""
        return all(problem.severity is not Severity.REFUSE for problem in self.problems)

    @property
    def read_bytes(self) -> int:
        return sum(stored.read_bytes for stored in self.weights)

    @property
    def read_parameters(self) -> int:
        return sum(stored.read_parameters for stored in self.weights)

    def as_json(self) -> dict[str, Any]:
        """The shape of `workbench library inspect --json`."""
        return {
            "file": shown(self.path),
            "bytes": self.bytes,
            "parts": self.parts,
            "gguf_version": self.gguf_version,
            "role": self.role.value,
            "architecture": self.architecture,
            "name": self.name,
            "parameters": self.parameters,
            "active_parameters": self.read_parameters,
            "quantization": self.quantization,
            "bits_per_weight": None if self.bits_per_weight is None else round(self.bits_per_weight, 2),
            "weights": [
                {"type": w.type, "tensors": w.tensors, "parameters": w.parameters, "bytes": w.bytes}
                for w in self.weights
            ],
            "layers": self.layers,
            "width": self.width,
            "heads": self.heads,
            "kv_heads": self.kv_heads,
            "kv_heads_by_layer": list(self.kv_heads_by_layer) or None,
            "head_dim": self.head_dim,
            "context": self.context,
            "sliding_window": self.sliding_window,
            **self._described_parts(),
            "vocabulary": self.vocabulary,
            "chat_template": self.chat_template,
            "licence": self.licence,
            "kv_bytes_per_token": self.kv_bytes_per_token,
            "usable": self.usable,
            "problems": [
                {"severity": p.severity.value, "what": p.what, "where": p.where, "mend": p.mend} for p in self.problems
            ],
        }

    def _described_parts(self) -> dict[str, Any]:
        rope, experts, tokenizer, origin = self.rope, self.experts, self.tokenizer, self.origin
        return {
            "rope": {
                "freq_base": rope.freq_base,
                "scaling": rope.scaling,
                "factor": rope.factor,
                "original_context": rope.original_context,
            },
            "experts": None if experts is None else {"count": experts.count, "used": experts.used},
            "tokenizer": None
            if tokenizer is None
            else {
                "model": tokenizer.model,
                "pre": tokenizer.pre,
                "tokens": tokenizer.tokens,
                "bos": tokenizer.bos,
                "eos": tokenizer.eos,
            },
            "origin": {
                "author": origin.author,
                "organization": origin.organization,
                "repository": origin.repository,
                "bases": list(origin.bases),
                "basename": origin.basename,
                "finetune": origin.finetune,
                "size_label": origin.size_label,
                "tags": list(origin.tags),
            },
        }
