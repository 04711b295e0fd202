"""What a file is for, how its weights are read, what its context takes, and models in several files."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from workbench.domain.errors import WorkbenchError
from workbench.inference.local.gguf import GgufFile, Role, inspect, refuse_unsound
from workbench.inference.local.gguf.types import ValueType

from gguf_files import container, key, tensor, text, u32, write_model, write_parts
from gguf_oracle import differences, expected

STRING, ARRAY, U32, I32, BOOL = (
    ValueType.STRING, ValueType.ARRAY, ValueType.U32, ValueType.I32, ValueType.BOOL,
)  # fmt: skip


def numbers(name: str, kind: int, items: Sequence[int]) -> bytes:
    packed = b"".join(bytes([item]) if kind == BOOL else u32(item) for item in items)
    return key(name, ARRAY, u32(kind) + struct.pack("<Q", len(items)) + packed)


def described(folder: Path, family: str, values: dict[str, int | Sequence[int]], *more: bytes) -> GgufFile:
    """A file without weights whose keys are these, each behind the family's name."""
    keys = [key("general.architecture", STRING, text(family))]
    for name, value in values.items():
        whole = f"{family}.{name}"
        if isinstance(value, int):
            keys.append(key(whole, U32, u32(value)))
        else:
            keys.append(numbers(whole, BOOL if name.endswith("pattern") else I32, value))
    path = folder / "shape.gguf"
    path.write_bytes(container([*keys, *more]))
    return inspect(path)


LLAMA_8B = {
    "block_count": 32,
    "embedding_length": 4096,
    "attention.head_count": 32,
    "attention.head_count_kv": 8,
}


@pytest.mark.parametrize(
    ("family", "values", "kv_bytes"),
    [
        ("llama", LLAMA_8B, 131_072),
        ("llama", LLAMA_8B | {"block_count": 80, "attention.key_length": 128, "attention.value_length": 128}, 327_680),
        (
            "deepseek2",
            {"block_count": 61, "embedding_length": 7168, "attention.head_count": 128, "attention.head_count_kv": 1,
             "attention.key_length": 576, "attention.value_length": 512, "attention.key_length_mla": 192,
             "attention.value_length_mla": 128},
            70_272,
        ),
        ("qwen3next", LLAMA_8B | {"full_attention_interval": 4}, 131_072 // 4),
        ("jamba", LLAMA_8B | {"block_count": 4, "attention.head_count_kv": [0, 8, 0, 8]}, 131_072 // 16),
        ("gemma3n", LLAMA_8B | {"attention.shared_kv_layers": 12}, 131_072 * 20 // 32),
        (
            "gemma4",
            {"block_count": 6, "embedding_length": 2816, "attention.head_count": 16,
             "attention.head_count_kv": [8, 8, 8, 8, 8, 2], "attention.key_length": 512, "attention.value_length": 512,
             "attention.key_length_swa": 256, "attention.value_length_swa": 256,
             "attention.sliding_window_pattern": [1, 1, 1, 1, 1, 0]},
            2 * (5 * 8 * 512 + 2 * 1024),
        ),
        ("mamba", {"block_count": 64, "embedding_length": 2560, "attention.head_count": 0}, 0),
        ("bert", LLAMA_8B, 0),
    ],
    ids=["TV-3b 8B", "TV-3b 70B", "TV-3b DeepSeek", "every 4th", "hybrid", "shared", "windows", "mamba", "bert"],
)  # fmt: skip
def test_that_a_token_of_context_takes_what_the_published_vectors_say(
    tmp_path: Path, family: str, values: dict[str, int | Sequence[int]], kv_bytes: int
) -> None:
    assert described(tmp_path, family, values).kv_bytes_per_token == kv_bytes


@pytest.mark.parametrize(
    "values",
    [
        {"block_count": 4_000_000_000},
        {"attention.head_count_kv": [8, 8, 8]},
        {"attention.head_count": 0},
        {"attention.key_length": 4_000_000_000},
    ],
)
def test_that_a_cache_is_not_computed_from_what_cannot_be(
    tmp_path: Path, values: dict[str, int | Sequence[int]]
) -> None:
    file = described(tmp_path, "llama", {"block_count": 2, "embedding_length": 64, "attention.head_count": 4} | values)
    assert file.kv_bytes_per_token is None


@pytest.mark.parametrize(
    ("keys", "role"),
    [
        ([key("general.architecture", STRING, text("clip"))], Role.PROJECTOR),
        ([key("general.type", STRING, text("adapter"))], Role.ADAPTER),
        ([key("general.type", STRING, text("imatrix"))], Role.IMPORTANCE),
        ([key("general.architecture", STRING, text("controlvector"))], Role.CONTROL_VECTOR),
        ([key("general.architecture", STRING, text("nomic-bert"))], Role.EMBEDDING),
        ([key("general.architecture", STRING, text("llama"))], Role.MODEL),
    ],
)
def test_that_a_file_says_what_it_is_for(tmp_path: Path, keys: list[bytes], role: Role) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(container(keys, [tensor("t", [8], 0, 0)], bytes(32)))
    file = inspect(path)
    assert file.role is role
    assert not file.usable


def test_that_of_a_mixture_only_the_working_experts_are_read_for_a_token(tmp_path: Path) -> None:
    keys = [
        key("general.architecture", STRING, text("qwen3moe")),
        key("qwen3moe.expert_count", U32, u32(128)),
        key("qwen3moe.expert_used_count", U32, u32(8)),
    ]
    tensors = [
        tensor("token_embd.weight", [32, 100], 0, 0),
        tensor("output.weight", [32, 100], 0, 12_800),
        tensor("blk.0.ffn_up_exps.weight", [32, 4, 128], 8, 25_600),
    ]
    path = tmp_path / "moe.gguf"
    path.write_bytes(container(keys, tensors, bytes(25_600 + 17_408)))
    file = inspect(path)
    assert file.experts is not None and (file.experts.count, file.experts.used) == (128, 8)
    assert file.read_bytes == 12_800 + 17_408 * 8 // 128
    assert file.as_json()["active_parameters"] == 3200 + 32 * 4 * 8


def test_that_a_tied_table_of_token_vectors_is_read_for_every_token(tmp_path: Path) -> None:
    keys = [key("general.architecture", STRING, text("gemma"))]
    path = tmp_path / "tied.gguf"
    path.write_bytes(container(keys, [tensor("token_embd.weight", [32, 100], 0, 0)], bytes(12_800)))
    assert inspect(path).read_bytes == 12_800


def test_that_the_label_of_a_mixed_quantization_is_shown_only_when_the_weights_agree(tmp_path: Path) -> None:
    for file_type, stored, label in ((15, 12, "Q4_K_M"), (27, 21, "IQ3_M"), (15, 8, "Q8_0"), (9999, 14, "Q6_K")):
        path = tmp_path / f"{file_type}-{stored}.gguf"
        data = bytes(1 << 12)
        path.write_bytes(
            container([key("general.file_type", U32, u32(file_type))], [tensor("t", [256, 4], stored, 0)], data)
        )
        assert inspect(path).quantization == label


def test_that_source_licence_rope_and_tokenizer_are_told(tmp_path: Path) -> None:
    file = described(
        tmp_path,
        "llama",
        LLAMA_8B | {"context_length": 131_072, "rope.scaling.original_context_length": 8192},
        key("llama.rope.freq_base", ValueType.F32, struct.pack("<f", 500_000)),
        key("llama.rope.scaling.type", STRING, text("yarn")),
        key("general.license.name", STRING, text("llama3.1")),
        key("general.base_model.count", U32, u32(1)),
        key("general.base_model.0.repo_url", STRING, text("https://huggingface.co/meta-llama/Llama-3.1-8B")),
        key("general.repo_url", STRING, text("https://huggingface.co/someone/tuned")),
        key("tokenizer.ggml.pre", STRING, text("llama-bpe")),
        key("tokenizer.ggml.tokens", ARRAY, u32(STRING) + struct.pack("<Q", 1) + text("a")),
    )
    assert (file.rope.freq_base, file.rope.scaling, file.rope.original_context) == (500_000, "yarn", 8192)
    assert file.licence == "llama3.1"
    assert file.origin.repository == "https://huggingface.co/someone/tuned"
    assert file.origin.bases == ("https://huggingface.co/meta-llama/Llama-3.1-8B",)
    assert file.tokenizer is not None and file.tokenizer.pre == "llama-bpe"


def test_that_the_fields_are_those_that_the_gguf_package_reads(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", layers=3, context=777)
    assert differences(inspect(path).as_json(), expected(path)) == []


# --- models in several files ---


@pytest.mark.parametrize("asked", [0, 2])
def test_that_any_part_describes_the_whole_model(tmp_path: Path, asked: int) -> None:
    paths = write_parts(tmp_path)
    file = inspect(paths[asked])
    assert file.path == paths[0]
    assert (file.name, file.parts, file.parameters) == ("Parted", 3, 96)
    assert file.bytes == sum(path.stat().st_size for path in paths)
    assert file.usable


def test_that_a_missing_part_is_named_and_the_model_is_not_loaded(tmp_path: Path) -> None:
    paths = write_parts(tmp_path, 4)
    paths[1].unlink()
    paths[3].unlink()
    file = inspect(paths[0])
    with pytest.raises(WorkbenchError, match="parts 2, 4 are not in its folder"):
        refuse_unsound(file)


def test_that_a_part_cut_short_is_named(tmp_path: Path) -> None:
    paths = write_parts(tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:-10])
    with pytest.raises(WorkbenchError, match="incomplete") as caught:
        inspect(paths[0])
    assert paths[2].name in caught.value.where


def test_that_a_renamed_part_says_that_the_others_are_missing(tmp_path: Path) -> None:
    path = write_parts(tmp_path)[0].rename(tmp_path / "renamed.gguf")
    assert any("2, 3" in problem.what for problem in inspect(path).problems)
