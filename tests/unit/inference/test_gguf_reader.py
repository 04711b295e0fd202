"""What the reader tells about good files, checked with the `gguf` package and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import pytest
from workbench.inference.local.described import _as_dict, _from_dict
from workbench.inference.local.discover import scan
from workbench.inference.local.gguf import Severity, inspect
from workbench.inference.local.gguf.layout import ArrayValue, read_layout
from workbench.inference.local.gguf.types import TENSOR_TYPES, ValueType

from gguf_files import container, key, text, u32, write_model

DEMO = sorted((Path(__file__).resolve().parents[3] / "resources" / "demo_models").glob("*.gguf"))


def test_that_a_file_is_described_from_its_tensors(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", layers=3, context=777)
    file = inspect(path)
    reader = gguf.GGUFReader(path)
    assert file.parameters == sum(int(tensor.n_elements) for tensor in reader.tensors)
    assert file.weight_bytes == sum(int(tensor.n_bytes) for tensor in reader.tensors)
    assert (file.architecture, file.name, file.licence) == ("llama", "Random test model", "CC0-1.0")
    assert (file.layers, file.kv_heads, file.head_dim, file.context) == (3, 4, 8, 777)
    assert file.kv_bytes_per_token == 2 * 3 * 4 * 8 * 2
    assert file.quantization == "F16"
    assert file.bits_per_weight == pytest.approx(16.1, abs=0.1)
    assert file.usable and file.problems == ()


def test_that_the_json_has_the_promised_keys(tmp_path: Path) -> None:
    promised = (
        "file bytes gguf_version architecture name parameters quantization bits_per_weight layers kv_heads head_dim "
        "context chat_template licence kv_bytes_per_token problems"
    )
    found = inspect(write_model(tmp_path / "model.gguf")).as_json()
    assert set(promised.split()) <= set(json.loads(json.dumps(found)))
    assert found["chat_template"] is True


def test_that_heads_which_differ_by_layer_are_told_layer_by_layer_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    writer = gguf.GGUFWriter(path, "gemma4")
    writer.add_block_count(3)
    writer.add_embedding_length(64)
    writer.add_head_count(8)
    writer.add_head_count_kv([8, 8, 2])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    file = inspect(path)
    assert file.kv_heads == 8
    assert file.as_json()["kv_heads_by_layer"] == [8, 8, 2]
    assert file.kv_bytes_per_token == 2 * (8 + 8 + 2) * 8 * 2
    assert _from_dict(json.loads(json.dumps(_as_dict(file)))) == file
    assert inspect(write_model(tmp_path / "plain.gguf")).as_json()["kv_heads_by_layer"] is None


def test_that_storage_types_agree_with_the_gguf_package() -> None:
    for number, kind in TENSOR_TYPES.items():
        if number in gguf.GGMLQuantizationType._value2member_map_:
            theirs = gguf.GGMLQuantizationType(number)
            assert kind.name == theirs.name
            assert (kind.items, kind.bytes) == gguf.GGML_QUANT_SIZES[theirs]


def test_that_every_value_type_is_read(tmp_path: Path) -> None:
    path = tmp_path / "values.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_uint8("u8", 200)
    writer.add_int8("i8", -100)
    writer.add_uint16("u16", 60_000)
    writer.add_int16("i16", -30_000)
    writer.add_uint32("u32", 4_000_000_000)
    writer.add_int32("i32", -2_000_000_000)
    writer.add_uint64("u64", 1 << 63)
    writer.add_int64("i64", -(1 << 62))
    writer.add_float32("f32", 0.5)
    writer.add_float64("f64", 0.1)
    writer.add_bool("yes", True)
    writer.add_string("text", "Größe")
    writer.add_array("numbers", [1, 2, 3])
    writer.add_array("texts", ["a", "", "ü"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    keys = read_layout(path).keys
    assert [keys[name] for name in ("u8", "i8", "u16", "i16", "u32", "i32")] == [
        200, -100, 60_000, -30_000, 4_000_000_000, -2_000_000_000,
    ]  # fmt: skip
    assert [keys[name] for name in ("u64", "i64", "f32", "f64", "yes", "text")] == [
        1 << 63, -(1 << 62), 0.5, 0.1, True, "Größe",
    ]  # fmt: skip
    numbers, texts = keys["numbers"], keys["texts"]
    assert isinstance(numbers, ArrayValue) and numbers.items == (1, 2, 3)
    assert isinstance(texts, ArrayValue) and texts.items == (b"a", b"", "ü".encode())


def test_that_texts_on_both_sides_of_a_reading_window_are_whole(tmp_path: Path) -> None:
    words = [f"{'w' * (number % 97)}{number}" for number in range(30_000)]
    path = tmp_path / "long.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_token_list(words)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    tokens = read_layout(path).keys["tokenizer.ggml.tokens"]
    assert isinstance(tokens, ArrayValue) and tokens.items is not None
    assert tokens.items == tuple(word.encode() for word in words)


def test_that_a_vocabulary_alone_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(
        container([key("general.architecture", ValueType.STRING, text("llama")), key("llama.block_count", 4, u32(1))])
    )
    file = inspect(path)
    assert not file.usable
    assert any("no weights" in problem.what for problem in file.problems)


def test_that_missing_byte_tokens_and_odd_special_tokens_are_warnings(tmp_path: Path) -> None:
    file = inspect(write_model(tmp_path / "model.gguf", end_token=99_999))
    assert file.usable
    assert [problem.severity for problem in file.problems] == [Severity.WARN]
    assert "99,999" in file.problems[0].what


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_that_a_shipped_demo_model_has_no_problem(path: Path) -> None:
    file = inspect(path)
    assert file.problems == ()
    assert file.chat_template and file.licence and file.context and file.context >= 512


def test_that_a_scan_finds_models_and_says_what_is_wrong_with_others(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write_model(tmp_path / "deep" / "er" / "b.GGUF")
    (tmp_path / "a.gguf").write_bytes(b"<html>")
    (tmp_path / "notes.txt").write_text("no model")
    found = list(scan([tmp_path]))
    assert [entry.path.name for entry in found] == ["a.gguf", "b.GGUF"]
    assert found[0].file is None and found[0].error is not None
    assert found[1].file is not None and found[1].error is None
