"""What the `gguf` package reads in a file, in the fields of `workbench library inspect --json`. Slow: for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
from gguf.constants import Keys

SCALAR_TYPES = {
    gguf.GGUFValueType.STRING: str,
    gguf.GGUFValueType.BOOL: bool,
    gguf.GGUFValueType.FLOAT32: float,
    gguf.GGUFValueType.FLOAT64: float,
}


def read_keys(reader: gguf.GGUFReader) -> dict[str, Any]:
    """Every key: the value, or for an array its item type and length."""
    found: dict[str, Any] = {}
    for name, field in reader.fields.items():
        if name.startswith("GGUF."):
            continue
        kind = field.types[0]
        if kind is gguf.GGUFValueType.ARRAY:
            found[name] = {"type": field.types[1].name, "count": len(field.data)}
        elif kind is gguf.GGUFValueType.STRING:
            found[name] = bytes(field.parts[field.data[0]]).decode("utf-8", "replace")
        else:
            found[name] = SCALAR_TYPES.get(kind, int)(field.parts[field.data[0]][0])
    return found


def expected(path: Path) -> dict[str, Any]:
    """The fields that follow from the file alone, by the package's reader and its names of the keys."""
    reader = gguf.GGUFReader(path)
    keys = read_keys(reader)
    family = keys.get(Keys.General.ARCHITECTURE, "")

    def own(name: str) -> Any:
        return keys.get(name.format(arch=family))

    heads, width = own(Keys.Attention.HEAD_COUNT), own(Keys.LLM.EMBEDDING_LENGTH)
    head_dim = own(Keys.Attention.KEY_LENGTH) or (width // heads if heads else None)
    layers = own(Keys.LLM.BLOCK_COUNT)
    told = own(Keys.Attention.HEAD_COUNT_KV)
    kv_heads = _items(reader, Keys.Attention.HEAD_COUNT_KV.format(arch=family), heads if told is None else told, layers)
    parameters = sum(int(tensor.n_elements) for tensor in reader.tensors)
    tokens = keys.get(Keys.Tokenizer.LIST)
    return {
        "bytes": path.stat().st_size,
        "gguf_version": int(reader.fields["GGUF.version"].parts[0][0]),
        "architecture": family,
        "name": keys.get(Keys.General.NAME) or path.stem,
        "parameters": parameters,
        "bits_per_weight": round(8 * sum(int(t.n_bytes) for t in reader.tensors) / parameters, 2)
        if parameters
        else None,
        "layers": layers,
        "width": width,
        "heads": heads,
        "kv_heads": max(kv_heads, default=None),
        "kv_heads_by_layer": kv_heads if len(set(kv_heads)) > 1 else None,
        "head_dim": head_dim,
        "context": own(Keys.LLM.CONTEXT_LENGTH),
        "sliding_window": own(Keys.Attention.SLIDING_WINDOW),
        "rope": {
            "freq_base": own(Keys.Rope.FREQ_BASE),
            "scaling": own(Keys.Rope.SCALING_TYPE),
            "factor": own(Keys.Rope.SCALING_FACTOR),
            "original_context": own(Keys.Rope.SCALING_ORIG_CTX_LEN),
        },
        "experts": {"count": own(Keys.LLM.EXPERT_COUNT), "used": own(Keys.LLM.EXPERT_USED_COUNT)}
        if own(Keys.LLM.EXPERT_COUNT)
        else None,
        "vocabulary": tokens["count"] if tokens else own(Keys.LLM.VOCAB_SIZE),
        "tokenizer": {
            "model": keys.get(Keys.Tokenizer.MODEL),
            "pre": keys.get(Keys.Tokenizer.PRE),
            "tokens": tokens["count"],
            "bos": keys.get(Keys.Tokenizer.BOS_ID),
            "eos": keys.get(Keys.Tokenizer.EOS_ID),
        }
        if tokens
        else None,
        "chat_template": bool(keys.get(Keys.Tokenizer.CHAT_TEMPLATE)),
        "licence": keys.get(Keys.General.LICENSE) or keys.get(Keys.General.LICENSE_NAME),
        "kv_bytes_per_token": _kv_bytes(reader, family, kv_heads, head_dim),
    }


def _items(reader: gguf.GGUFReader, name: str, told: Any, layers: int | None) -> list[int]:
    """A value for each layer."""
    if isinstance(told, dict):
        return [int(item) for item in reader.fields[name].contents()]
    return [told] * (layers or 0) if told is not None else []


def _kv_bytes(reader: gguf.GGUFReader, family: str, kv_heads: list[int], head_dim: int | None) -> int | None:
    """F16 keys and values over all layers, for the shapes that the compared files have."""
    if "bert" in family:
        return 0  # an encoder keeps nothing between tokens
    if not kv_heads or head_dim is None:
        return None
    pattern = reader.fields.get(Keys.Attention.SLIDING_WINDOW_PATTERN.format(arch=family))
    narrow = reader.fields.get(Keys.Attention.KEY_LENGTH_SWA.format(arch=family))
    windowed = pattern.contents() if pattern is not None and narrow is not None else [False] * len(kv_heads)
    dims = [narrow.contents() if seen and narrow is not None else head_dim for seen in windowed]
    return sum(2 * 2 * heads * dim for heads, dim in zip(kv_heads, dims, strict=True))


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """The fields of `theirs` that `ours` has otherwise, as "field: ours / theirs"."""
    return [f"{name}: {ours.get(name)!r} / {value!r}" for name, value in theirs.items() if ours.get(name) != value]
