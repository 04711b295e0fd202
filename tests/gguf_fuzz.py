"""Damaged GGUF headers, and what the reader must do with each: describe it rightly, or say a sentence.

The suite draws the damage with hypothesis, the benchmark by the hundred thousand with a seeded generator.
"""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import inspect
from workbench.inference.local.gguf.layout import ArrayValue, Layout, read_layout
from workbench.inference.local.gguf.types import TENSOR_TYPES

from gguf_files import container, key, tensor, text, u32

U8, U32, I32, F32, BOOL, STRING, ARRAY, U64 = 0, 4, 5, 6, 7, 8, 9, 10
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
MOST_SAID = 600
#: numbers that break readers
EDGES = (0, 1, 2, 3, 7, 8, 31, 32, 33, 255, 256, 65_535, 65_536, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 32) - 1,
         1 << 32, 1 << 61, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Damage:
    """One change: `kind` says what is done at `at` (taken modulo the length) with `value`."""

    kind: str
    at: int
    value: int


KINDS = ("byte", "bit", "u32", "u64", "cut", "drop", "double", "insert", "swap")


def _array(kind: int, items: Sequence[bytes]) -> bytes:
    return u32(kind) + struct.pack("<Q", len(items)) + b"".join(items)


@cache
def bases() -> tuple[bytes, ...]:
    """Small well-formed files that together hold everything a header can."""
    tokens = [b"<unk>", b"<s>", b"</s>", b"<0x00>", "größe".encode(), b"a", b"b", b""]
    plain = [
        key("general.architecture", STRING, text("llama")),
        key("general.name", STRING, text("Fuzzed")),
        key("general.license", STRING, text("mit")),
        key("general.file_type", U32, u32(2)),
        key("general.alignment", U32, u32(32)),
        key("llama.block_count", U32, u32(2)),
        key("llama.context_length", U32, u32(4096)),
        key("llama.embedding_length", U32, u32(64)),
        key("llama.attention.head_count", U32, u32(4)),
        key("llama.attention.head_count_kv", U32, u32(2)),
        key("llama.attention.layer_norm_rms_epsilon", F32, struct.pack("<f", 1e-5)),
        key("llama.rope.freq_base", F32, struct.pack("<f", 10_000.0)),
        key("tokenizer.ggml.model", STRING, text("llama")),
        key("tokenizer.ggml.tokens", ARRAY, _array(STRING, [text(token) for token in tokens])),
        key("tokenizer.ggml.scores", ARRAY, _array(F32, [struct.pack("<f", -1.0)] * 8)),
        key("tokenizer.ggml.token_type", ARRAY, _array(I32, [u32(kind) for kind in (2, 3, 3, 6, 1, 1, 1, 1)])),
        key("tokenizer.ggml.eos_token_id", U32, u32(2)),
        key("tokenizer.chat_template", STRING, text("{% for m in messages %}{{ m.content }}{% endfor %}")),
    ]
    q4 = 64 * 4 // 32 * 18
    two = [tensor("token_embd.weight", [64, 8], 2, 0), tensor("output.weight", [64, 8], 8, 288)]
    data = bytes(288) + bytes(64 * 8 // 32 * 34)
    odd = [
        key("general.architecture", STRING, text("gemma4")),
        key("gemma4.block_count", U32, u32(3)),
        key("gemma4.embedding_length", U64, struct.pack("<Q", 32)),
        key("gemma4.attention.head_count", ARRAY, _array(U32, [u32(4), u32(2), u32(4)])),
        key("gemma4.attention.head_count_kv", ARRAY, _array(I32, [u32(2), u32(0), u32(1)])),
        key("gemma4.attention.sliding_window_pattern", ARRAY, _array(BOOL, [b"\1", b"\0", b"\1"])),
        key("gemma4.attention.key_length", U32, u32(16)),
        key("gemma4.attention.value_length", U32, u32(16)),
        key("gemma4.attention.key_length_swa", U32, u32(8)),
        key("gemma4.expert_count", U32, u32(8)),
        key("gemma4.expert_used_count", U32, u32(2)),
        key("general.tags", ARRAY, _array(STRING, [text("a"), text("b")])),
        *(key(f"every.{kind}", kind, bytes(size)) for kind, size in SIZES.items()),
    ]
    experts = [tensor("blk.0.ffn_up_exps.weight", [32, 4, 8], 30, 0), tensor("norm", [5], 0, 2048)]
    return (
        container(plain, two, data),
        container(plain, two, data, version=2),
        container(odd, experts, bytes(2048 + 20)),
        container([*plain[:4], *odd[1:]], [tensor("t", [32, 4], 2, 0)], bytes(q4)),
        container([key("general.architecture", STRING, text("clip")), key("general.type", STRING, text("mmproj"))]),
        container([key("split.count", 2, b"\3\0"), key("split.no", 2, b"\0\0"), *plain], two, data),
    )


def damaged(base: bytes, damages: Sequence[Damage]) -> bytes:
    """The file after all changes, one after the other."""
    raw = bytearray(base)
    for damage in damages:
        if len(raw) < 16:
            break
        at = damage.at % len(raw)
        match damage.kind:
            case "byte":
                raw[at] = damage.value & 0xFF
            case "bit":
                raw[at] ^= 1 << damage.value % 8
            case "u32" | "u64":
                size = 4 if damage.kind == "u32" else 8
                at = min(at, len(raw) - size)
                raw[at : at + size] = (damage.value % (1 << 8 * size)).to_bytes(size, "little")
            case "cut":
                del raw[max(at, 8) :]
            case "drop":
                del raw[at : at + damage.value % 24 + 1]
            case "double":
                raw[at:at] = raw[at : at + damage.value % 64 + 1]
            case "insert":
                raw[at:at] = damage.value.to_bytes(9, "little")[: damage.value % 9 + 1]
            case "swap":
                other = damage.value % len(raw)
                raw[at], raw[other] = raw[other], raw[at]
    return bytes(raw)


def drawn(draw: random.Random) -> bytes:
    """A damaged file from a seeded generator."""
    base = draw.choice(bases())
    damages = []
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5))):
        value = draw.choice(EDGES) if draw.random() < 0.6 else draw.getrandbits(64)
        # most of the bytes are text and data; damage in the numbers at the front finds more
        at = draw.randrange(24) if draw.random() < 0.05 else draw.randrange(len(base))
        damages.append(Damage(draw.choice(KINDS), at, value))
    return damaged(base, damages)


def examine(path: Path) -> bool:
    """Inspects a file; True when it was described. AssertionError when a sentence is none or a number is wrong."""
    try:
        layout = read_layout(path)
        described = inspect(path).as_json()
    except WorkbenchError as error:
        assert error.what and error.where and error.mend, error
        assert len(error.what) < MOST_SAID and error.what.isprintable(), error.what
        return False
    json.dumps(described)
    assert all(problem["what"] and problem["mend"] for problem in described["problems"])
    _agree(path.read_bytes(), layout)
    tensors = layout.tensors
    assert described["parameters"] == sum(math.prod(t.dims) for t in tensors)
    for name in ("layers", "context", "heads", "kv_heads", "head_dim"):
        value = described[name]
        assert value is None or (type(value) is int and abs(value) < 1 << 53), (name, value)
    kept = described["kv_bytes_per_token"]
    assert kept is None or 0 <= kept < 1 << 53, kept
    return True


def _agree(raw: bytes, layout: Layout) -> None:
    """The reader's keys and tensors against a plain reading of the same bytes, which believes the file."""
    keys, tensors = _plain(raw)
    assert set(keys) == set(layout.keys)
    for name, (kind, value) in keys.items():
        ours = layout.keys[name]
        if kind == ARRAY:
            assert isinstance(ours, ArrayValue) and (int(ours.type), ours.count) == value[:2]
            assert ours.items is None or _same(list(ours.items), value[2])
        else:
            assert _same([ours], [value]), (name, ours, value)
    assert [(t.name, t.dims, t.type_id, t.offset) for t in layout.tensors] == tensors
    for declared in layout.tensors:
        kind = TENSOR_TYPES[declared.type_id]
        assert declared.bytes == math.prod(declared.dims) * kind.bytes // kind.items
        assert layout.data_start + declared.offset + declared.bytes <= len(raw)


def _same(ours: list[Any], theirs: list[Any]) -> bool:
    return len(ours) == len(theirs) and all(
        a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b)) for a, b in zip(ours, theirs, strict=True)
    )


def _plain(raw: bytes) -> tuple[dict[str, tuple[int, Any]], list[tuple[str, tuple[int, ...], int, int]]]:
    position = 4

    def take(code: str) -> Any:
        nonlocal position
        (value,) = struct.unpack_from("<" + code, raw, position)
        position += struct.calcsize("<" + code)
        return value

    def string() -> bytes:
        nonlocal position
        length = take("Q")
        position += length
        return raw[position - length : position]

    def value(kind: int) -> Any:
        if kind == STRING:
            return string().decode("utf-8", "replace")
        if kind != ARRAY:
            return take(CODES[kind])
        inner, count = take("I"), take("Q")
        return inner, count, [string() if inner == STRING else take(CODES[inner]) for _ in range(count)]

    take("I")
    tensor_count, key_count = take("Q"), take("Q")
    keys = {}
    for _ in range(key_count):
        name = string().decode()
        kind = take("I")
        keys[name] = (kind, value(kind))
    tensors = []
    for _ in range(tensor_count):
        name = string().decode()
        dims = tuple(take("Q") for _ in range(take("I")))
        tensors.append((name, dims, take("I"), take("Q")))
    return keys, tensors
