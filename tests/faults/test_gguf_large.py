"""Well-formed files with much more in them than any model has: little memory, little time, a sentence or a warning."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench.inference.local.gguf.types import ValueType

from gguf_files import container, key, text, u32

MOST_BYTES = 100_000_000
STRING, ARRAY, U8, I32 = ValueType.STRING, ValueType.ARRAY, ValueType.U8, ValueType.I32
LLAMA = key("general.architecture", STRING, text("llama"))


#: inspects a small file, then the given one; prints what came of it and how much the peak of memory grew
PROBE = """
import json, resource, sys
from pathlib import Path
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import inspect
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
inspect(Path(sys.argv[1]))
before = peak()
try:
    found = inspect(Path(sys.argv[2])).as_json()
except WorkbenchError as error:
    found = error.as_dict()
print(json.dumps([peak() - before, found]))
"""


def in_little_memory(path: Path) -> dict[str, Any]:
    """The description or the error; asserts that reading took less than 100 MB."""
    small = path.with_name("small.gguf")
    small.write_bytes(container([LLAMA, key("tokenizer.chat_template", STRING, text("{{ a }}"))]))
    done = subprocess.run([sys.executable, "-c", PROBE, small, path], capture_output=True, text=True, check=True)
    extra, found = json.loads(done.stdout)
    assert extra < MOST_BYTES, f"{extra / 1e6:.0f} MB"
    assert isinstance(found, dict)
    return found


def warnings(found: dict[str, Any]) -> str:
    return "; ".join(problem["what"] for problem in found["problems"])


def strings(name: str, count: int, item: bytes) -> bytes:
    return key(name, ARRAY, u32(STRING) + struct.pack("<Q", count) + item * count)


def bytes_array(name: str, count: int) -> bytes:
    return key(name, ARRAY, u32(U8) + struct.pack("<Q", count) + bytes(count))


def test_that_a_text_of_64_mebibytes_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "long.gguf"
    path.write_bytes(container([LLAMA, key("general.description", STRING, text(b"x" * (64 << 20)))]))
    assert in_little_memory(path)["architecture"] == "llama"


def test_that_a_chat_template_too_long_to_keep_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "template.gguf"
    path.write_bytes(container([LLAMA, key("tokenizer.chat_template", STRING, text("ü" * (2 << 20)))]))
    assert "longer than 1 MiB" in warnings(in_little_memory(path))


def test_that_a_template_that_would_fill_the_memory_when_compiled_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gguf"
    path.write_bytes(container([LLAMA, key("tokenizer.chat_template", STRING, text("{{ 'a'|center(300000000) }}"))]))
    assert in_little_memory(path)["chat_template"] is True


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: [strings("merges", 4 << 20, text("ab")), strings("more", 1, text("c"))], "more than 4,194,304 texts"),
        (lambda: [strings("tokenizer.ggml.tokens", 1 << 15, text("x" * 1100))], "bytes of text"),
        (lambda: [key(f"k{n}", STRING, text("x" * 60_000)) for n in range(700)], "bytes of text"),
    ],
    ids=["texts in lists", "a vocabulary of long tokens", "many long texts"],
)
def test_that_more_text_than_any_model_has_is_refused(
    tmp_path: Path, make: Callable[[], list[bytes]], word: str
) -> None:
    path = tmp_path / "much.gguf"
    path.write_bytes(container([LLAMA, *make()]))
    assert word in in_little_memory(path)["what"]


def test_that_many_small_lists_are_counted_and_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "lists.gguf"
    path.write_bytes(container([LLAMA, *(bytes_array(f"k{number}", 1000) for number in range(20_000))]))
    assert in_little_memory(path)["architecture"] == "llama"


def test_that_a_vocabulary_beyond_every_known_one_is_counted_and_not_checked(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(container([LLAMA, strings("tokenizer.ggml.tokens", 600_000, text("a"))]))
    found = in_little_memory(path)
    assert found["vocabulary"] == 600_000
    assert "600,000 tokens, too many" in warnings(found)


def test_that_a_list_with_holes_of_two_gigabytes_is_refused_before_it_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "sparse.gguf"
    item = 1 << 20
    with path.open("wb") as stream:
        stream.write(container([LLAMA, key("k", ARRAY, u32(STRING) + struct.pack("<Q", 2000))], alignment=1))
        for _ in range(2000):
            stream.write(struct.pack("<Q", item))
            stream.seek(item, 1)
        stream.truncate()
    assert "lists of texts are longer" in in_little_memory(path)["what"]


def test_that_a_name_of_many_lines_is_said_in_one_short_line(tmp_path: Path) -> None:
    path = tmp_path / "name.gguf"
    path.write_bytes(container([key("a\nb\x1b[31m" * 5000, ARRAY, u32(ARRAY))]))
    said = in_little_memory(path)["what"]
    assert len(said) <= 400 and said.isprintable()
