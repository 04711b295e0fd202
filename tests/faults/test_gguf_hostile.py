"""G03, G04: files made to hurt the reader. Refused with the byte where it is wrong, at once and in little memory."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import inspect
from workbench.inference.local.gguf.types import ValueType

from gguf_files import container, key, tensor, text, u32, write_model

STRING, ARRAY = ValueType.STRING, ValueType.ARRAY


def sized(name: str, kind: int, count: int, body: bytes = b"") -> bytes:
    """A key whose value claims a length."""
    head = struct.pack("<Q", count) if kind == STRING else u32(ValueType.U8) + struct.pack("<Q", count)
    return key(name, kind, head + body)


HUGE = {
    "2^62 keys": container(key_count=1 << 62),
    "2^62 tensors": container(tensor_count=1 << 62),
    "a string of 2^64-1 bytes": container([sized("a", STRING, (1 << 64) - 1)]),
    "a key name of 2^64-1 bytes": container([struct.pack("<Q", (1 << 64) - 1)]),
    "an array of 2^63 items": container([sized("a", ARRAY, 1 << 63)]),
    "a string of 1 GiB": container([sized("a", STRING, 1 << 30)]),
    "an array of 60 million bytes that are not there": container([sized("a", ARRAY, 60_000_000)]),
    "an array of 4 million texts that are not there": container(
        [key("a", ARRAY, u32(STRING) + struct.pack("<Q", 4_000_000))]
    ),
}
WRONG = {
    "the same key twice": (container([key("a", 4, u32(1)), key("a", 4, u32(2))]), "twice"),
    "the same tensor twice": (container([], [tensor("t", [1], 0, 0), tensor("t", [1], 0, 32)], b"\0" * 64), "twice"),
    "five dimensions": (container([], [tensor("t", [1] * 5, 0, 0)], b"\0" * 64), "5 dimensions"),
    "more weights than a number holds": (container([], [tensor("t", [1 << 62, 4], 0, 0)]), "claims"),
    "an unknown storage type": (container([], [tensor("t", [1], 999, 0)], b"\0" * 64), "type 999"),
    "an unknown value type": (container([key("a", 13, b"")]), "type 13"),
    "a row that is no multiple of the block": (container([], [tensor("t", [33], 8, 0)], b"\0" * 99), "blocks of 32"),
    "a dimension of 0": (container([], [tensor("t", [0], 0, 0)]), "dimension of 0"),
    "overlapping tensors": (
        container([], [tensor("a", [32], 0, 0), tensor("b", [32], 0, 32)], b"\0" * 512),
        "offset 32",
    ),
    "a hole between tensors": (
        container([], [tensor("a", [8], 0, 0), tensor("b", [8], 0, 64)], b"\0" * 512),
        "offset 64",
    ),
    "an array of arrays": (
        container([key("a", ARRAY, u32(ARRAY) + struct.pack("<Q", 1))]),
        "array of arrays",
    ),
    "a name that is no UTF-8": (container([key(b"\xff\xfe", 4, u32(1))]), "not UTF-8"),
    "a key name over 65,535 bytes": (container([key(b"k" * 65_536, 4, u32(1))]), "65,536"),
}
WRONG |= {
    f"alignment {value}": (container([key("general.alignment", 4, u32(value))]), f"alignment is {value}")
    for value in (0, 3, 1 << 31)
}


def refusal(path: Path, content: bytes) -> WorkbenchError:
    path.write_bytes(content)
    with pytest.raises(WorkbenchError) as caught:
        inspect(path)
    return caught.value


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE.keys())
def test_that_a_claimed_size_is_refused_before_anything_is_read(tmp_path: Path, content: bytes) -> None:
    tracemalloc.start()
    begin = time.process_time()
    error = refusal(tmp_path / "huge.gguf", content)
    seconds, (_, peak) = time.process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "byte" in error.where
    assert peak < 50_000_000
    assert seconds < 1.0, "the bound is 0.1 s; ten times that still shows a reader that believes the file"


@pytest.mark.parametrize(("content", "word"), WRONG.values(), ids=WRONG.keys())
def test_that_a_malformed_file_is_refused_with_the_byte(tmp_path: Path, content: bytes, word: str) -> None:
    error = refusal(tmp_path / "wrong.gguf", content)
    assert word in error.what
    assert ", byte " in error.where


def test_that_the_named_byte_is_where_the_faulty_thing_stands(tmp_path: Path) -> None:
    first = key("general.name", STRING, text("x"))
    error = refusal(tmp_path / "wrong.gguf", container([first, key("a", 99, b"")]))
    assert error.where.endswith(f"byte {24 + len(first) + len(text('a'))}")


def test_that_no_damage_to_a_good_file_makes_the_reader_raise_anything_but_a_sentence(tmp_path: Path) -> None:
    good = write_model(tmp_path / "good.gguf").read_bytes()
    described = good.index(b"token_embd.weight") + 2000
    draw = random.Random(11)
    path = tmp_path / "damaged.gguf"
    refused = 0
    for _ in range(300):
        damaged = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            damaged[draw.randrange(described)] = draw.choice((0, 1, 0x7F, 0xFF, draw.randrange(256)))
        path.write_bytes(damaged)
        try:
            inspect(path)
        except WorkbenchError:
            refused += 1
    assert refused > 20
