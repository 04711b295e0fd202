"""The bytes of a GGUF file as keys and tensors, every bound checked before anything is read or allocated.

Layout (little-endian): "GGUF", u32 version, u64 tensors, u64 keys; a key is a string, a u32 type and a
value; a tensor is a name, u32 number of dimensions, a u64 each, u32 type and u64 offset from the start of
the data, which is padded to `general.alignment`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf.reading import INCOMPLETE, Cursor, open_regular, shown
from workbench.inference.local.gguf.types import FIXED, TENSOR_TYPES, TensorType, ValueType

MAX_ENTRIES = 65_536
MAX_KEY_BYTES = 65_535
MAX_STRING_BYTES = 64 << 20
MAX_ARRAY_ITEMS = 1 << 26
MAX_ARRAY_STRINGS = 1 << 22
MAX_NAME_BYTES = 65_535
MAX_DIMENSIONS = 4
MAX_ALIGNMENT = 1 << 20
DEFAULT_ALIGNMENT = 32
HEADER_BYTES = 24

#: arrays worth keeping; of every other one only type and length are remembered
KEPT_ARRAYS = frozenset({"tokenizer.ggml.tokens", "tokenizer.ggml.token_type"})
KEPT_ARRAY_ITEMS = 4096


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array: its length, and its items when they were kept."""

    type: ValueType
    count: int
    items: tuple[int | float | bool | bytes, ...] | None


Value = int | float | bool | str | ArrayValue


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
        product = 1
        for dim in self.dims:
            product *= dim
        return product

    @property
    def bytes(self) -> int | None:
        """The tensor's size, None for an unknown type."""
        return None if self.type is None else self.items // self.type.items * self.type.bytes


@dataclass(frozen=True, slots=True)
class Layout:
    version: int
    keys: dict[str, Value]
    tensors: tuple[Tensor, ...]
    alignment: int
    data_start: int
    file_bytes: int


def read_layout(path: Path) -> Layout:
    """Read the whole description of a file, not its weights. Raises `WorkbenchError` at the first unsound
    byte."""
    with open_regular(path) as (descriptor, size):
        cursor = Cursor(descriptor, size, path)
        version = _header(cursor, path)
        tensor_count, key_count = cursor.u64("the header"), cursor.u64("the header")
        for count, noun in ((tensor_count, "tensors"), (key_count, "keys")):
            if count > MAX_ENTRIES:
                raise cursor.refuse(f"The header claims {count:,} {noun}; no model has that many", at=8)
        keys = _keys(cursor, key_count)
        alignment = _alignment(cursor, keys)
        tensors = _tensors(cursor, tensor_count)
        data_start = -(-cursor.position // alignment) * alignment
        _check_places(cursor, tensors, alignment, data_start)
        return Layout(version, keys, tensors, alignment, data_start, size)


def _header(cursor: Cursor, path: Path) -> int:
    if cursor.size == 0:
        raise WorkbenchError("The file is empty", where=shown(path), mend=INCOMPLETE)
    begin = cursor.take(min(cursor.size, 256), "the beginning")
    cursor.position = 4
    if not begin.startswith(b"GGUF"):
        raise _other_file(begin, path)
    if cursor.size < HEADER_BYTES:
        raise WorkbenchError(
            f"The download is incomplete: the file has {cursor.size} bytes, not even a whole header",
            where=shown(path),
            mend=INCOMPLETE,
        )
    version = cursor.u32("the version")
    if version in (2, 3):
        return version
    if version & 0xFFFF == 0:
        raise cursor.refuse(
            "This model is in big-endian byte order, for other processors", at=4, mend="Download the usual version."
        )
    raise cursor.refuse(
        f"This is GGUF version {version}; the workbench reads versions 2 and 3",
        at=4,
        mend="Convert the model again with a current llama.cpp." if version < 2 else "Update the workbench.",
    )


def _other_file(begin: bytes, path: Path) -> WorkbenchError:
    text = begin.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    where = shown(path)
    if text.startswith(b"version https://git-lfs"):
        return WorkbenchError(
            "This is a Git LFS pointer of a few lines; the model itself was not fetched",
            where=where,
            mend="Run `git lfs pull` in that folder, or download the file from its web page.",
        )
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return WorkbenchError(
            "This is a web page, saved under a model's name",
            where=where,
            mend="Download the file itself; the page may have asked for a sign-in.",
        )
    for magic, kind in (
        (b"PK\x03\x04", "a ZIP archive or PyTorch file"),
        (b"\x80\x02", "a Python pickle"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"lmgg", "a GGML file from before GGUF"),
        (b"fmgg", "a GGML file from before GGUF"),
        (b"tjgg", "a GGML file from before GGUF"),
    ):
        if begin.startswith(magic):
            return WorkbenchError(
                f"This is {kind}, not a GGUF model", where=where, mend="Look for the model's GGUF version."
            )
    if begin[8:9] == b"{" and len(begin) > 8 and struct.unpack("<Q", begin[:8])[0] < 1 << 40:
        return WorkbenchError(
            "This is a safetensors file, not a GGUF model", where=where, mend="Look for the model's GGUF version."
        )
    if len(begin) < 4:
        return WorkbenchError(f"The file has {len(begin)} bytes, too few for a model", where=where, mend=INCOMPLETE)
    return WorkbenchError(
        f"This is not a GGUF model: it begins with {begin[:4]!r} instead of b'GGUF'",
        where=where,
        mend="Choose a .gguf file.",
    )


def _keys(cursor: Cursor, count: int) -> dict[str, Value]:
    keys: dict[str, Value] = {}
    for number in range(count):
        at = cursor.position
        name = _name(cursor, MAX_KEY_BYTES, f"the name of key {number + 1}")
        if name in keys:
            raise cursor.refuse(f"The key {name} stands twice in the file", at=at)
        keys[name] = _value(cursor, name)
    return keys


def _name(cursor: Cursor, limit: int, inside: str) -> str:
    at = cursor.position
    raw = cursor.string(limit, inside)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise cursor.refuse(f"{inside} is not UTF-8 text", at=at + 8 + error.start) from error


def _value(cursor: Cursor, name: str) -> Value:
    kind = _value_type(cursor, name)
    if kind is ValueType.STRING:
        return cursor.string(MAX_STRING_BYTES, f"key {name}").decode("utf-8", "replace")
    if kind is ValueType.ARRAY:
        return _array(cursor, name)
    return cursor.number(*FIXED[kind], f"key {name}")


def _value_type(cursor: Cursor, name: str) -> ValueType:
    at = cursor.position
    number = cursor.u32(f"the type of key {name}")
    if number not in ValueType._value2member_map_:
        raise cursor.refuse(f"The key {name} has the unknown type {number}", at=at)
    return ValueType(number)


def _array(cursor: Cursor, name: str) -> ArrayValue:
    at = cursor.position
    kind = _value_type(cursor, name)
    if kind is ValueType.ARRAY:
        raise cursor.refuse(f"The key {name} holds an array of arrays, which no model needs", at=at)
    at = cursor.position
    count = cursor.u64(f"the length of {name}")
    limit = MAX_ARRAY_STRINGS if kind is ValueType.STRING else MAX_ARRAY_ITEMS
    if count > limit:
        raise cursor.refuse(f"The array {name} claims {count:,} items; the limit is {limit:,}", at=at)
    item_bytes = 8 if kind is ValueType.STRING else FIXED[kind][1]
    cursor.need(count * item_bytes, f"the array {name} of {count:,} items")
    keep = name in KEPT_ARRAYS or count <= KEPT_ARRAY_ITEMS
    if kind is ValueType.STRING:
        strings = cursor.strings(count, MAX_STRING_BYTES, f"the array {name}", keep=keep)
        return ArrayValue(kind, count, tuple(strings) if keep else None)
    if not keep:
        cursor.skip(count * item_bytes, name)
        return ArrayValue(kind, count, None)
    items = struct.unpack(f"<{count}{FIXED[kind][0]}", cursor.take(count * item_bytes, f"the array {name}"))
    return ArrayValue(kind, count, items)


def _alignment(cursor: Cursor, keys: dict[str, Value]) -> int:
    value = keys.get("general.alignment", DEFAULT_ALIGNMENT)
    sound = isinstance(value, int) and 0 < value <= MAX_ALIGNMENT and value & (value - 1) == 0
    if not sound or not isinstance(value, int):
        raise cursor.refuse(f"general.alignment is {value}; it must be a power of two up to {MAX_ALIGNMENT:,}")
    return value


def _tensors(cursor: Cursor, count: int) -> tuple[Tensor, ...]:
    tensors: dict[str, Tensor] = {}
    for number in range(count):
        tensor = _tensor(cursor, number)
        if tensor.name in tensors:
            raise cursor.refuse(f"The tensor {tensor.name} stands twice in the file", at=tensor.declared_at)
        tensors[tensor.name] = tensor
    return tuple(tensors.values())


def _tensor(cursor: Cursor, number: int) -> Tensor:
    at = cursor.position
    name = _name(cursor, MAX_NAME_BYTES, f"the name of tensor {number + 1}")
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
    if tensor.type is not None and (dims[0] if dims else 1) % tensor.type.items:
        raise cursor.refuse(
            f"The tensor {name} has rows of {dims[0] if dims else 1:,} weights, "
            f"which {tensor.type.name} stores in blocks of {tensor.type.items}",
            at=at,
        )
    return tensor


def _check_places(cursor: Cursor, tensors: tuple[Tensor, ...], alignment: int, data_start: int) -> None:
    """Every tensor lies right behind the one before it, padded, and inside the file."""
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
