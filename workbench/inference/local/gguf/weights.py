"""How a model's weights are stored, and what of them is read to make one token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.inference.local.gguf.file import Experts, Weights
from workbench.inference.local.gguf.tensors import Tensor
from workbench.inference.local.gguf.types import FILE_TYPES

TOKEN_TABLES = frozenset(
    {"token_embd.weight", "per_layer_token_embd.weight", "token_types.weight", "position_embd.weight"}
)
OUTPUT = "output.weight"
EXPERT_MARK = "_exps."


def stored_weights(tensors: Sequence[Tensor], experts: Experts | None) -> tuple[Weights, ...]:
    """By storage type, the one with most weights first."""
    tied = all(tensor.name != OUTPUT for tensor in tensors)
    found: dict[str, list[int]] = {}
    for tensor in tensors:
        kind = tensor.type.name if tensor.type else f"type {tensor.type_id}"
        share = _read_share(tensor.name, experts, tied)
        sums = found.setdefault(kind, [0, 0, 0, 0, 0])
        size = tensor.bytes or 0
        for place, value in enumerate((1, tensor.items, size, round(size * share), round(tensor.items * share))):
            sums[place] += value
    rows = (Weights(kind, *sums) for kind, sums in found.items())
    return tuple(sorted(rows, key=lambda row: -row.parameters))


def _read_share(name: str, experts: Experts | None, tied: bool) -> float:
    """Of a table of token vectors one row is read, unless it is the output matrix too; of experts those that work."""
    if name in TOKEN_TABLES and not (tied and name == "token_embd.weight"):
        return 0.0
    if experts is not None and EXPERT_MARK in name and experts.used is not None and 0 < experts.used < experts.count:
        return experts.used / experts.count
    return 1.0


def quantization(weights: Iterable[Weights], file_type: int | None) -> str:
    """The storage type of most weights; the file's own label where it agrees with that."""
    main = next((row.type for row in weights), None)
    if main is None:
        return "none"
    label, kinds = FILE_TYPES.get(file_type if file_type is not None else -1, ("", ()))
    return label if main in kinds else main
