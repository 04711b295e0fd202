"""The tensors that a GGUF file declares: their shapes, and that their data is where it must be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.inference.local.gguf.reading import INCOMPLETE, Cursor
from workbench.inference.local.gguf.types import TENSOR_TYPES, TensorType

MAX_NAME_BYTES = 65_535
MAX_DIMENSIONS = 4


@dataclass(frozen=True, slots=True)
class Tensor:
    """`offset` counts from the start of the data; `type` is None when this reader does not know it."""

    name: str
    dims: tuple[int, ...]
    type_id: int
    type: TensorType | None
    offset: int
    declared_at: int

    @property
    def items(self) -> int:
        return math.prod(self.dims)

    @property
    def bytes(self) -> int | None:
        """The tensor's size, None for an unknown type."""
        return None if self.type is None else self.items // self.type.items * self.type.bytes


def read_tensors(cursor: Cursor, count: int) -> tuple[Tensor, ...]:
    """The declarations, in the order of the file. Raises `WorkbenchError`."""
    tensors: dict[str, Tensor] = {}
    for number in range(count):
        tensor = _tensor(cursor, number)
        if tensor.name in tensors:
            raise cursor.refuse(f"The tensor {tensor.name} stands twice in the file", at=tensor.declared_at)
        tensors[tensor.name] = tensor
    return tuple(tensors.values())


def _tensor(cursor: Cursor, number: int) -> Tensor:
    at = cursor.position
    name = cursor.name(MAX_NAME_BYTES, f"the name of tensor {number + 1}")
    inside = f"the tensor {name}"
    dimensions = cursor.u32(inside)
    if dimensions > MAX_DIMENSIONS:
        raise cursor.refuse(f"The tensor {name} has {dimensions:,} dimensions; the most is {MAX_DIMENSIONS}", at=at)
    dims = tuple(cursor.u64(inside) for _ in range(dimensions))
    type_id = cursor.u32(inside)
    tensor = Tensor(name, dims, type_id, TENSOR_TYPES.get(type_id), cursor.u64(inside), at)
    if any(dim == 0 for dim in dims):
        raise cursor.refuse(f"The tensor {name} has a dimension of 0", at=at)
    if tensor.items >= 1 << 63:
        raise cursor.refuse(f"The tensor {name} claims {' × '.join(map(str, dims))} weights", at=at)
    row = dims[0] if dims else 1
    if tensor.type is not None and row % tensor.type.items:
        raise cursor.refuse(
            f"The tensor {name} has rows of {row:,} weights, "
            f"which {tensor.type.name} stores in blocks of {tensor.type.items}",
            at=at,
        )
    return tensor


def check_places(cursor: Cursor, tensors: tuple[Tensor, ...], alignment: int, data_start: int) -> None:
    """Every tensor lies right behind the one before it, padded, and inside the file. Raises `WorkbenchError`."""
    expected = 0
    for tensor in tensors:
        if tensor.bytes is None:
            raise cursor.refuse(
                f"The tensor {tensor.name} has the unknown storage type {tensor.type_id}",
                at=tensor.declared_at,
                mend="Update the workbench, or choose another quantization of the model.",
            )
        if tensor.offset != expected:
            raise cursor.refuse(
                f"The tensor {tensor.name} lies at offset {tensor.offset:,} of the data, not at {expected:,} "
                "where the one before it ends",
                at=tensor.declared_at,
            )
        end = data_start + tensor.offset + tensor.bytes
        if end > cursor.size:
            raise cursor.refuse(
                f"The download is incomplete: the tensor {tensor.name} ends at byte {end:,}, "
                f"the file has {cursor.size:,}",
                at=cursor.size,
                mend=INCOMPLETE,
            )
        expected = -(-(tensor.offset + tensor.bytes) // alignment) * alignment
