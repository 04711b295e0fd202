"""Random models of real shapes in several storage types: only their speed means anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from gguf_files import TEMPLATE, vocabulary

KINDS = {
    "F32": gguf.GGMLQuantizationType.F32,
    "F16": gguf.GGMLQuantizationType.F16,
    "Q8_0": gguf.GGMLQuantizationType.Q8_0,
    "Q4_0": gguf.GGMLQuantizationType.Q4_0,
    "Q4_K": gguf.GGMLQuantizationType.Q4_K,
    "Q6_K": gguf.GGMLQuantizationType.Q6_K,
}
SCALE = np.float16(0.002).tobytes()
UNUSED_TOKEN = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a llama model; `parameters` follow from it."""

    layers: int
    width: int
    feed_forward: int
    heads: int
    kv_heads: int
    tokens: int = 32_000

    @property
    def parameters(self) -> int:
        kv_width = self.width // self.heads * self.kv_heads
        layer = 2 * self.width * self.width + 2 * self.width * kv_width + 3 * self.width * self.feed_forward
        return self.layers * layer + 2 * self.tokens * self.width


#: near GPT-2 small, Qwen2.5 0.5B, and Llama 3.2 1B
TENTH = Shape(12, 768, 2048, 12, 12)
HALF = Shape(24, 896, 4864, 14, 2, 100_000)
ONE = Shape(16, 2048, 8192, 32, 8, 64_000)


def write_random(path: Path, shape: Shape, kind: str, *, context: int = 2048) -> Path:
    """A whole file whose blocks are random bytes with one small scale, so that nothing overflows."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(f"Random {shape.parameters / 1e9:.2f} B {kind}")
    writer.add_block_count(shape.layers)
    writer.add_context_length(context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    _write_vocabulary(writer, shape.tokens)
    for name, array, raw in _tensors(shape, kind):
        writer.add_tensor(name, array, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_vocabulary(writer: gguf.GGUFWriter, tokens: int) -> None:
    texts, scores, kinds = vocabulary()
    more = tokens - len(texts)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts + [f"▁w{number}".encode() for number in range(more)])
    writer.add_token_scores(scores + [-1000.0 - number for number in range(more)])
    writer.add_token_types(kinds + [int(gguf.TokenType.NORMAL)] * more)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(UNUSED_TOKEN)
    writer.add_chat_template(TEMPLATE)


def _tensors(shape: Shape, kind: str) -> Any:
    random = np.random.default_rng(7)
    kv_width = shape.width // shape.heads * shape.kv_heads

    def matrix(name: str, rows: int, columns: int) -> tuple[str, np.ndarray[Any, Any], Any]:
        if kind in ("F16", "F32"):
            values = (random.standard_normal((rows, columns), dtype=np.float32) * 0.02).astype(
                np.float16 if kind == "F16" else np.float32
            )
            return name, values, None
        block, size = gguf.GGML_QUANT_SIZES[KINDS[kind]]
        raw = random.integers(0, 256, (rows, columns // block, size), dtype=np.uint8)
        scale = np.frombuffer(SCALE, np.uint8)
        if kind == "Q6_K":
            raw[:, :, -2:] = scale
        else:
            raw[:, :, :2] = scale
        if kind == "Q4_K":
            raw[:, :, 2:4] = scale
        return name, raw.reshape(rows, -1), KINDS[kind]

    def norm(name: str) -> tuple[str, np.ndarray[Any, Any], Any]:
        return name, np.ones(shape.width, np.float32), None

    yield matrix("token_embd.weight", shape.tokens, shape.width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        yield norm(f"{block}.attn_norm.weight")
        yield matrix(f"{block}.attn_q.weight", shape.width, shape.width)
        yield matrix(f"{block}.attn_k.weight", kv_width, shape.width)
        yield matrix(f"{block}.attn_v.weight", kv_width, shape.width)
        yield matrix(f"{block}.attn_output.weight", shape.width, shape.width)
        yield norm(f"{block}.ffn_norm.weight")
        yield matrix(f"{block}.ffn_gate.weight", shape.feed_forward, shape.width)
        yield matrix(f"{block}.ffn_up.weight", shape.feed_forward, shape.width)
        yield matrix(f"{block}.ffn_down.weight", shape.width, shape.feed_forward)
    yield norm("output_norm.weight")
    yield matrix("output.weight", shape.tokens, shape.width)
