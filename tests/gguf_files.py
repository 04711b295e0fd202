"""Small GGUF files for tests: real ones that llama.cpp loads and answers with, and parts to build broken
ones from."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np

TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ("<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
WIDTH, HEADS, FEED_FORWARD = 32, 4, 64


def vocabulary() -> tuple[list[bytes], list[float], list[int]]:
    """SentencePiece style: control tokens, 256 bytes, printable ASCII."""
    texts = [text.encode() for text in SPECIAL]
    kinds = [int(gguf.TokenType.UNKNOWN)] + [int(gguf.TokenType.CONTROL)] * (len(SPECIAL) - 1)
    texts += [f"<0x{byte:02X}>".encode() for byte in range(256)]
    kinds += [int(gguf.TokenType.BYTE)] * 256
    letters = ["▁", *(chr(code) for code in range(33, 127))]
    texts += [letter.encode() for letter in letters]
    kinds += [int(gguf.TokenType.NORMAL)] * len(letters)
    return texts, [-float(rank) for rank in range(len(texts))], kinds


def write_model(
    path: Path,
    *,
    seed: int = 1,
    layers: int = 1,
    width: int = WIDTH,
    heads: int = HEADS,
    feed_forward: int = FEED_FORWARD,
    context: int = 512,
    template: str | None = TEMPLATE,
    scale: float = 0.5,
    output: float | None = None,
    keys: dict[str, Any] | None = None,
    dtype: type[np.floating[Any]] = np.float16,
    end_token: int = 2,
) -> Path:
    """A random model of the llama architecture; `keys` overrides values such as `llama.block_count`.

    `output` fills the last matrix: with 0 all tokens are equally likely and the first one is always chosen, with
    NaN there is no number to choose by.
    """
    writer = gguf.GGUFWriter(path, "llama")
    overrides = keys or {}
    writer.add_name("Random test model")
    writer.add_license("CC0-1.0")
    writer.add_block_count(overrides.get("llama.block_count", layers))
    writer.add_context_length(context)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(overrides.get("llama.attention.head_count", heads))
    writer.add_head_count_kv(heads)
    writer.add_layer_norm_rms_eps(overrides.get("llama.attention.layer_norm_rms_epsilon", 1e-5))
    writer.add_rope_dimension_count(width // heads)
    writer.add_file_type(1)
    texts, scores, kinds = vocabulary()
    texts = overrides.get("tokenizer.ggml.tokens", texts)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(overrides.get("tokenizer.ggml.token_type", kinds))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(end_token)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    if template is not None:
        writer.add_chat_template(template)
    for name, weights in _weights(seed, len(scores), layers, width, feed_forward, scale):
        if output is not None and name == "output.weight":
            writer.add_tensor(name, np.full_like(weights, output))
        else:
            writer.add_tensor(name, weights if "norm" in name else weights.astype(dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _weights(seed: int, vocab: int, layers: int, width: int, feed_forward: int, scale: float) -> Any:
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray[Any, Any]:
        return (random.standard_normal((rows, columns)) * scale).astype(np.float32)

    yield "token_embd.weight", matrix(vocab, width)
    for layer in range(layers):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", np.ones(width, np.float32)
        for part in ("q", "k", "v", "output"):
            yield f"{block}.attn_{part}.weight", matrix(width, width)
        yield f"{block}.ffn_norm.weight", np.ones(width, np.float32)
        yield f"{block}.ffn_gate.weight", matrix(feed_forward, width)
        yield f"{block}.ffn_up.weight", matrix(feed_forward, width)
        yield f"{block}.ffn_down.weight", matrix(width, feed_forward)
    yield "output_norm.weight", np.ones(width, np.float32)
    yield "output.weight", matrix(vocab, width)


# --- bytes by hand, for files that no writer would make ---


def text(value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(raw)) + raw


def key(name: bytes | str, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


def u32(value: int) -> bytes:
    return struct.pack("<I", value)


def tensor(name: str, dims: Sequence[int], kind: int, offset: int) -> bytes:
    return text(name) + u32(len(dims)) + struct.pack(f"<{len(dims)}Q", *dims) + u32(kind) + struct.pack("<Q", offset)


def container(
    keys: Sequence[bytes] = (),
    tensors: Sequence[bytes] = (),
    data: bytes = b"",
    *,
    version: int = 3,
    key_count: int | None = None,
    tensor_count: int | None = None,
    alignment: int = 32,
) -> bytes:
    """A file around given keys and tensors; counts may lie."""
    head = b"GGUF" + struct.pack(
        "<IQQ",
        version,
        len(tensors) if tensor_count is None else tensor_count,
        len(keys) if key_count is None else key_count,
    )
    body = head + b"".join(keys) + b"".join(tensors)
    return body + b"\0" * (-len(body) % alignment) + data


def write_parts(folder: Path, count: int = 3) -> list[Path]:
    """A model in parts, as llama.cpp's gguf-split writes them: the keys stand in the first."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number in range(count):
        keys = [key("split.no", 2, struct.pack("<H", number)), key("split.count", 2, struct.pack("<H", count))]
        if number == 0:
            keys += [
                key("general.architecture", 8, text("llama")),
                key("general.name", 8, text("Parted")),
                key("llama.block_count", 4, u32(2)),
                key("tokenizer.ggml.tokens", 9, u32(8) + struct.pack("<Q", 1) + text("a")),
            ]
        path = folder / f"parted-{number + 1:05}-of-{count:05}.gguf"
        path.write_bytes(container(keys, [tensor(f"t{number}", [8, 4], 0, 0)], bytes(128)))
        paths.append(path)
    return paths


def ollama(folder: Path, name: str, model: Path, **more: object) -> Path:
    """Puts a model under a name as Ollama does; gives its blob."""
    digest = f"{len(name):02}" + "ab" * 31
    manifest = folder / "manifests" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    (folder / "blobs").mkdir(exist_ok=True)
    blob = folder / "blobs" / f"sha256-{digest}"
    shutil.copy(model, blob)
    kind = "application/vnd.ollama.image.model"
    layers = [{"mediaType": kind, "digest": f"sha256:{digest}", "size": blob.stat().st_size}]
    manifest.write_text(json.dumps({"schemaVersion": 2, "layers": layers} | more))
    return blob
