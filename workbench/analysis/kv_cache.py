"""The key/value cache of a catalog model from its architecture, never from its parameter count.

Source: methods.md section 3.2. Grouped heads, latent attention (MLA), layers that see only a window or a chunk, layers
that share a cache, and layers without one (linear attention: a constant state, left out). Sizes in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.analysis import checks
from workbench.analysis.capacity import KvCache
from workbench.domain.model import Architecture


@dataclass(frozen=True, slots=True)
class CacheShape:
    """What one sequence keeps: `growing` bytes per token of the whole context and `windowed` bytes per token of the
    last `window` tokens. `exact` is False when only a published growth per token is known, not the layers."""

    growing: float
    windowed: float = 0.0
    window: int = 0
    exact: bool = True

    def bytes_at(self, context_tokens: float) -> float:
        """Size for one sequence: `growing*ctx + windowed*min(ctx, window)`."""
        context = checks.number(context_tokens, "Context", low=0.0)
        return self.growing * context + self.windowed * min(context, self.window)


def cache_shape(architecture: Architecture | None, *, element_bytes: float = 2.0) -> CacheShape | None:
    """The shape at `element_bytes` per element (2 for F16, 1 for FP8); None when no source gives what it takes."""
    if architecture is None:
        return None
    parts = _layers(architecture, element_bytes)
    if parts is not None:
        full, windowed = parts
        return CacheShape(full.bytes_per_token, windowed.bytes_per_token if windowed else 0.0,
                          windowed.window if windowed else 0)  # fmt: skip
    if architecture.kv_bytes_per_token_fp16 is None:
        return None
    return CacheShape(architecture.kv_bytes_per_token_fp16 * element_bytes / 2.0, exact=False)


def _layers(found: Architecture, element_bytes: float) -> tuple[KvCache, KvCache | None] | None:
    """The layers that keep the whole context and those that keep a window; None when a figure is missing."""
    if found.layers is None or found.kv_method is None:
        return None
    if found.kv_method == "mla":
        if found.kv_lora_rank is None or found.rope_head_dim is None:
            return None
        width = found.kv_lora_rank + found.rope_head_dim
        return KvCache(found.layers, element_bytes=element_bytes, latent_width=width), None
    if found.kv_heads is None or found.head_dim is None:
        return None
    # Without a count of full-attention layers a window is no help: all layers may keep everything.
    full = found.full_attention_layers if found.full_attention_layers is not None else found.layers
    kept = found.layers - (found.kv_shared_layers or 0)
    whole = KvCache(
        min(full, kept), found.global_kv_heads or found.kv_heads, found.global_head_dim or found.head_dim, element_bytes
    )
    rest = max(0, kept - full)
    if not rest or not found.sliding_window:
        return whole, None
    return whole, KvCache(0, found.kv_heads, found.head_dim, element_bytes, rest, found.sliding_window)
