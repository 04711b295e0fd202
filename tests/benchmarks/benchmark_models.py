"""Models for benchmarks: only speed matters, so they may talk nonsense for ever."""

from __future__ import annotations

from pathlib import Path

UNUSED_TOKEN = 5
TEMPLATE = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"


def write_large(path: Path) -> Path:
    """About 0.4 billion random weights in Q8_0: 24 layers, width 1,024, feed-forward 4,096; only speed matters.

    The blocks are seeded random bytes with one small scale, so that nothing overflows.
    """
    import gguf
    import numpy as np

    from gguf_files import SPECIAL, vocabulary

    layers, width, feed_forward = 24, 1024, 4096
    random = np.random.default_rng(7)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Random 0.4 B")
    writer.add_block_count(layers)
    writer.add_context_length(2048)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(16)
    writer.add_head_count_kv(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // 16)
    texts, scores, kinds = vocabulary()
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)

    def add(name: str, rows: int, columns: int, silent: int = 0) -> None:
        blocks = random.integers(0, 256, (rows, columns // 32, 34), dtype=np.uint8)
        blocks[:, :, :2] = np.frombuffer(np.float16(0.0003).tobytes(), np.uint8)
        blocks[:silent, :, 2:] = 0
        writer.add_tensor(name, blocks.reshape(rows, -1), raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    add("token_embd.weight", len(texts), width)
    for layer in range(layers):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", np.ones(width, np.float32))
        for part in ("q", "k", "v", "output"):
            add(f"{block}.attn_{part}.weight", width, width)
        writer.add_tensor(f"{block}.ffn_norm.weight", np.ones(width, np.float32))
        add(f"{block}.ffn_gate.weight", feed_forward, width)
        add(f"{block}.ffn_up.weight", feed_forward, width)
        add(f"{block}.ffn_down.weight", width, feed_forward)
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    # only printable tokens are ever likely: create_completion stalls on invalid UTF-8, and the end token would end it
    add("output.weight", len(texts), width, silent=len(SPECIAL) + 256)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_endless(source: Path, path: Path) -> Path:
    """A copy of a model that never ends its answer: its end tokens get other names, and `eos` another number.

    Speed is the same; only an answer of a given length can be timed.
    """
    raw = source.read_bytes()
    for name, other in ((b"<|im_end|>", b"<|im_fin|>"), (b"<|endoftext|>", b"<|endofbook|>")):
        raw = raw.replace(name, other)
    for key in (b"tokenizer.ggml.eos_token_id", b"tokenizer.ggml.eot_token_id"):
        at = raw.find(key)
        if at >= 0:
            at += len(key) + 4
            raw = raw[:at] + UNUSED_TOKEN.to_bytes(4, "little") + raw[at + 4 :]
    path.write_bytes(raw)
    return path
