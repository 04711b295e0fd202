"""What a person wants to know about a GGUF file: `inspect`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.errors import Problems, WorkbenchError
from workbench.inference.local.gguf.layout import ArrayValue, Layout, read_layout
from workbench.inference.local.gguf.reading import shown
from workbench.inference.local.gguf.soundness import Problem, Severity, architecture, problems
from workbench.inference.local.gguf.types import FILE_TYPES

KV_BYTES_PER_VALUE = 2


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A model file, described.

    `parameters` is counted from the tensors. `kv_bytes_per_token` is what one token of context takes in
    memory with F16 keys and values. None stands for what the file does not say.
    """

    path: Path
    bytes: int
    gguf_version: int
    architecture: str
    name: str
    parameters: int
    weight_bytes: int
    quantization: str
    bits_per_weight: float | None
    layers: int | None
    kv_heads: int | None
    head_dim: int | None
    context: int | None
    vocabulary: int | None
    chat_template: str | None
    licence: str | None
    kv_bytes_per_token: int | None
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing in the file forbids loading it."""
        return all(problem.severity is not Severity.REFUSE for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The shape of `workbench library inspect --json`."""
        return {
            "file": shown(self.path),
            "bytes": self.bytes,
            "gguf_version": self.gguf_version,
            "architecture": self.architecture,
            "name": self.name,
            "parameters": self.parameters,
            "quantization": self.quantization,
            "bits_per_weight": None if self.bits_per_weight is None else round(self.bits_per_weight, 2),
            "layers": self.layers,
            "kv_heads": self.kv_heads,
            "head_dim": self.head_dim,
            "context": self.context,
            "vocabulary": self.vocabulary,
            "chat_template": self.chat_template is not None,
            "licence": self.licence,
            "kv_bytes_per_token": self.kv_bytes_per_token,
            "usable": self.usable,
            "problems": [
                {"severity": p.severity.value, "what": p.what, "where": p.where, "mend": p.mend} for p in self.problems
            ],
        }


def inspect(path: Path) -> GgufFile:
    """Describe a file without loading it.

    Raises `WorkbenchError` when it is no whole, well-formed GGUF file; what is wrong inside a well-formed
    one is listed in `problems`.
    """
    layout = read_layout(path)
    keys = _Keys(layout)
    layers = keys.count("block_count")
    weight_bytes = sum(tensor.bytes or 0 for tensor in layout.tensors)
    parameters = sum(tensor.items for tensor in layout.tensors)
    tokens = layout.keys.get("tokenizer.ggml.tokens")
    return GgufFile(
        path=path,
        bytes=layout.file_bytes,
        gguf_version=layout.version,
        architecture=architecture(layout),
        name=keys.text("general.name") or path.stem,
        parameters=parameters,
        weight_bytes=weight_bytes,
        quantization=_quantization(layout),
        bits_per_weight=8 * weight_bytes / parameters if parameters else None,
        layers=layers,
        kv_heads=keys.kv_heads(),
        head_dim=keys.head_dim("key_length"),
        context=keys.count("context_length"),
        vocabulary=tokens.count if isinstance(tokens, ArrayValue) else keys.count("vocab_size"),
        chat_template=keys.text("tokenizer.chat_template"),
        licence=keys.text("general.license") or keys.text("general.license.name"),
        kv_bytes_per_token=keys.kv_bytes_per_token(layers),
        problems=problems(layout),
    )


def refuse_unsound(file: GgufFile) -> None:
    """Raise for a file that must not be loaded, with every reason."""
    reasons = [
        WorkbenchError(p.what, where=p.where, mend=p.mend) for p in file.problems if p.severity is Severity.REFUSE
    ]
    if len(reasons) == 1:
        only = reasons[0]
        raise WorkbenchError(only.what, where=f"{shown(file.path)}, {only.where}", mend=only.mend)
    if reasons:
        raise Problems(
            f"This model has {len(reasons)} faults and is not loaded",
            reasons,
            where=shown(file.path),
            mend="Download another copy, or choose another file.",
        )


class _Keys:
    """The keys of one file, read with the architecture in front."""

    def __init__(self, layout: Layout) -> None:
        self._keys = layout.keys
        self._family = architecture(layout)

    def text(self, name: str) -> str | None:
        value = self._keys.get(name)
        return value.strip() or None if isinstance(value, str) else None

    def counts(self, name: str) -> tuple[int, ...]:
        """One whole number or one per layer; empty when absent or of another kind."""
        value = self._keys.get(f"{self._family}.{name}")
        if isinstance(value, ArrayValue):
            return tuple(item for item in value.items or () if isinstance(item, int))
        return (value,) if isinstance(value, int) and not isinstance(value, bool) else ()

    def count(self, name: str) -> int | None:
        values = self.counts(name)
        return max(values) if values else None

    def kv_heads(self) -> int | None:
        own = self.count("attention.head_count_kv")
        return self.count("attention.head_count") if own is None else own

    def head_dim(self, length: str) -> int | None:
        own, width, heads = (
            self.count(f"attention.{length}"),
            self.count("embedding_length"),
            self.count("attention.head_count"),
        )
        if own is not None:
            return own
        return width // heads if width and heads and heads > 0 else None

    def kv_bytes_per_token(self, layers: int | None) -> int | None:
        key_dim, value_dim = self.head_dim("key_length"), self.head_dim("value_length")
        per_layer = self.counts("attention.head_count_kv") or self.counts("attention.head_count")
        if layers is None or key_dim is None or value_dim is None or not per_layer:
            return None
        heads = sum(per_layer) if len(per_layer) > 1 else per_layer[0] * layers
        return heads * (key_dim + value_dim) * KV_BYTES_PER_VALUE


def _quantization(layout: Layout) -> str:
    """The storage type of most weights; the file's own label where it agrees with that."""
    weights: dict[str, int] = {}
    for tensor in layout.tensors:
        kind = tensor.type.name if tensor.type else f"type {tensor.type_id}"
        weights[kind] = weights.get(kind, 0) + tensor.items
    if not weights:
        return "none"
    main = max(weights, key=lambda kind: weights[kind])
    number = layout.keys.get("general.file_type")
    label = FILE_TYPES.get(number) if isinstance(number, int) else None
    return label if label and label.startswith(main) else main
