"""What one token of context takes in memory, as llama.cpp lays it out for a model of this shape.

After llama.cpp's `llama-kv-cache.cpp` and `llama-hparams.cpp`: every layer with attention keeps keys and values of its
KV heads; latent attention (MLA) keeps keys only; recurrent layers and layers that share another's cache keep nothing.
Layers with a sliding window are counted in full: that is how the engine is started (`swa_full`), so that an earlier
prompt can be used again.
"""

from __future__ import annotations

from workbench.inference.local.gguf.keys import Keys

F16_BYTES = 2
#: bytes for each value of a cache type, with the scale of its block
CACHE_BYTES = {"f16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}
#: models that only remember a state of fixed size
RECURRENT = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
#: models that read a text as a whole and make vectors; they keep nothing between tokens
ENCODERS = frozenset(
    {
        "bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "neo-bert", "eurobert", "modern-bert",
        "gemma-embedding", "wavtokenizer-dec",
    }
)  # fmt: skip
MOST_LAYERS = 512
MOST_WIDTH = 1 << 20


def f16_bytes_per_token(keys: Keys) -> int | None:
    """Bytes for a token over all layers; None where the file does not say enough (or says what cannot be)."""
    if keys.family in RECURRENT | ENCODERS:
        return 0
    layers = keys.count("block_count")
    key_dim, value_dim = head_dim(keys, "key_length"), head_dim(keys, "value_length")
    heads = _per_layer(keys, layers)
    if layers is None or not heads or key_dim is None or value_dim is None:
        return None
    if max(heads) > MOST_WIDTH or not 0 <= key_dim <= MOST_WIDTH or not 0 <= value_dim <= MOST_WIDTH:
        return None
    latent = bool(keys.count("attention.key_length_mla") and keys.count("attention.value_length_mla"))
    windowed = _windowed(keys, layers)
    window_key = keys.count("attention.key_length_swa") or key_dim
    window_value = keys.count("attention.value_length_swa") or value_dim
    values = 0
    for layer, kv_heads in enumerate(heads):
        if kv_heads == 0 or not _has_cache(keys, layer, layers):
            continue
        key, value = (window_key, window_value) if windowed[layer] else (key_dim, value_dim)
        values += kv_heads * (key + (0 if latent else value))
    return values * F16_BYTES


def kv_heads(keys: Keys) -> int | None:
    """Heads that keep keys and values, of the layer that has most."""
    own = keys.count("attention.head_count_kv")
    return keys.count("attention.head_count") if own is None else own


def kv_heads_by_layer(keys: Keys) -> tuple[int, ...]:
    """The same of each layer, where the layers differ; else empty."""
    heads = _per_layer(keys, keys.count("block_count"))
    return heads if len(set(heads)) > 1 else ()


def head_dim(keys: Keys, length: str = "key_length") -> int | None:
    """Values of one head: as the file says, else its width shared among the heads."""
    own, width, heads = (
        keys.count(f"attention.{length}"),
        keys.count("embedding_length"),
        keys.count("attention.head_count"),
    )
    if own is not None:
        return own
    return width // heads if width and heads and heads > 0 else None


def _per_layer(keys: Keys, layers: int | None) -> tuple[int, ...]:
    """KV heads of each layer; empty when unknown or impossible."""
    if layers is None or not 1 <= layers <= MOST_LAYERS:
        return ()
    told = keys.counts("attention.head_count_kv") or keys.counts("attention.head_count")
    if not told or min(told) < 0:
        return ()
    if len(told) == 1:
        return told * layers
    return told if len(told) == layers else ()


def _windowed(keys: Keys, layers: int) -> tuple[bool, ...]:
    """Which layers see a sliding window only, where the file says so (as a list, or as a period)."""
    flags = keys.flags("attention.sliding_window_pattern")
    if len(flags) == layers:
        return flags
    period = keys.count("attention.sliding_window_pattern")
    if period and period > 0 and len(flags) <= 1:
        return tuple(layer % period < period - 1 for layer in range(layers))
    return (False,) * layers


def _has_cache(keys: Keys, layer: int, layers: int) -> bool:
    recurrent = keys.flags("attention.recurrent_layers")
    if len(recurrent) == layers and recurrent[layer]:
        return False
    interval = keys.count("full_attention_interval")
    if not recurrent and interval and interval > 0 and (layer + 1) % interval:
        return False
    shared = keys.count("attention.shared_kv_layers") or 0
    return layer < layers - shared
