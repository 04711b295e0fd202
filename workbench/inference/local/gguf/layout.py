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
from workbench.inference.local.gguf.other_files import other_file
from workbench.inference.local.gguf.reading import INCOMPLETE, Cursor, open_regular, shown
from workbench.inference.local.gguf.tensors import Tensor, check_places, read_tensors
from workbench.inference.local.gguf.types import FIXED, ValueType

MAX_ENTRIES = 65_536
MAX_KEY_BYTES = 65_535
MAX_STRING_BYTES = 64 << 20
MAX_ITEM_BYTES = 1 << 20
MAX_ARRAY_ITEMS = 1 << 26
MAX_ARRAY_STRINGS = 1 << 22
MAX_ALIGNMENT = 1 << 20
DEFAULT_ALIGNMENT = 32
HEADER_BYTES = 24

#: of a longer text only the beginning is kept, and its key is listed in `Layout.cut`
KEPT_TEXT_BYTES = 1 << 20
#: arrays worth keeping; of every other one only type and length are remembered
KEPT_ARRAYS = frozenset({"tokenizer.ggml.tokens", "tokenizer.ggml.token_type"})
#: twice the largest vocabulary known; a longer one is counted, and not looked at
KEPT_VOCABULARY = 1 << 19
KEPT_ARRAY_ITEMS = 1024
KEPT_ITEMS = 1 << 17


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array: its length, and its items when they were kept."""

    type: ValueType
    count: int
    items: tuple[int | float | bool | bytes, ...] | None


Value = int | float | bool | str | ArrayValue


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's description. `cut` names the keys whose text was too long to be kept whole."""

    version: int
    keys: dict[str, Value]
    tensors: tuple[Tensor, ...]
    alignment: int
    data_start: int
    file_bytes: int
    cut: frozenset[str] = frozenset()


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
        reading = _Keys(cursor)
        keys = reading.read(key_count)
        alignment = _alignment(cursor, keys)
        tensors = read_tensors(cursor, tensor_count)
        data_start = -(-cursor.position // alignment) * alignment
        check_places(cursor, tensors, alignment, data_start)
        return Layout(version, keys, tensors, alignment, data_start, size, frozenset(reading.cut))


def _header(cursor: Cursor, path: Path) -> int:
    if cursor.size == 0:
        raise WorkbenchError("The file is empty", where=shown(path), mend=INCOMPLETE)
    begin = cursor.take(min(cursor.size, 256), "the beginning")
    cursor.position = 4
    if not begin.startswith(b"GGUF"):
        raise other_file(begin, path)
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


class _Keys:
    """Reads the keys of one file, and counts how much of them is kept."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._items_left = KEPT_ITEMS
        self.cut: set[str] = set()

    def read(self, count: int) -> dict[str, Value]:
        keys: dict[str, Value] = {}
        for number in range(count):
            at = self._cursor.position
            name = self._cursor.name(MAX_KEY_BYTES, f"the name of key {number + 1}")
            if name in keys:
                raise self._cursor.refuse(f"The key {name} stands twice in the file", at=at)
            keys[name] = self._value(name)
        return keys

    def _value(self, name: str) -> Value:
        kind = self._type(name)
        if kind is ValueType.STRING:
            return self._text(name)
        if kind is ValueType.ARRAY:
            return self._array(name)
        return self._cursor.number(*FIXED[kind], f"key {name}")

    def _type(self, name: str) -> ValueType:
        at = self._cursor.position
        number = self._cursor.u32(f"the type of key {name}")
        if number not in ValueType._value2member_map_:
            raise self._cursor.refuse(f"The key {name} has the unknown type {number}", at=at)
        return ValueType(number)

    def _text(self, name: str) -> str:
        begin = self._cursor.position
        raw = self._cursor.string(MAX_STRING_BYTES, f"key {name}", keep=KEPT_TEXT_BYTES)
        if self._cursor.position - begin - 8 > len(raw):
            self.cut.add(name)
        return raw.decode("utf-8", "replace")

    def _array(self, name: str) -> ArrayValue:
        cursor, at = self._cursor, self._cursor.position
        kind = self._type(name)
        if kind is ValueType.ARRAY:
            raise cursor.refuse(f"The key {name} holds an array of arrays, which no model needs", at=at)
        at = cursor.position
        count = cursor.u64(f"the length of {name}")
        limit = MAX_ARRAY_STRINGS if kind is ValueType.STRING else MAX_ARRAY_ITEMS
        if count > limit:
            raise cursor.refuse(f"The array {name} claims {count:,} items; the limit is {limit:,}", at=at)
        item_bytes = 8 if kind is ValueType.STRING else FIXED[kind][1]
        cursor.need(count * item_bytes, f"the array {name} of {count:,} items")
        keep = self._is_kept(name, count)
        if kind is ValueType.STRING:
            strings = cursor.strings(count, MAX_ITEM_BYTES, f"the array {name}", keep=keep)
            return ArrayValue(kind, count, tuple(strings) if keep else None)
        if not keep:
            cursor.skip(count * item_bytes, name)
            return ArrayValue(kind, count, None)
        items = struct.unpack(f"<{count}{FIXED[kind][0]}", cursor.take(count * item_bytes, f"the array {name}"))
        return ArrayValue(kind, count, items)

    def _is_kept(self, name: str, count: int) -> bool:
        if name in KEPT_ARRAYS:
            return count <= KEPT_VOCABULARY
        if count > min(KEPT_ARRAY_ITEMS, self._items_left):
            return False
        self._items_left -= count
        return True


def _alignment(cursor: Cursor, keys: dict[str, Value]) -> int:
    value = keys.get("general.alignment", DEFAULT_ALIGNMENT)
    sound = type(value) is int and 0 < value <= MAX_ALIGNMENT and value & (value - 1) == 0
    if not sound or not isinstance(value, int):
        told = f"a list of {value.count:,} values" if isinstance(value, ArrayValue) else str(value)[:40]
        raise cursor.refuse(f"general.alignment is {told}; it must be a power of two up to {MAX_ALIGNMENT:,}")
    return value
