"""What a person wants to know about a GGUF file: `inspect`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.domain.errors import Problems, WorkbenchError
from workbench.inference.local.gguf import kv
from workbench.inference.local.gguf.file import Experts, GgufFile, Origin, Role, Rope, Tokenizer
from workbench.inference.local.gguf.keys import Keys
from workbench.inference.local.gguf.layout import ArrayValue, Layout, read_layout
from workbench.inference.local.gguf.parts import Parts, find_parts
from workbench.inference.local.gguf.reading import shown
from workbench.inference.local.gguf.soundness import Severity, problems
from workbench.inference.local.gguf.weights import quantization, stored_weights

CLIP = "clip"
MOST_BASES = 8
OPEN_REPOSITORY = "https://huggingface.co/"


def inspect(path: Path) -> GgufFile:
    """Describe a file without loading it; for one part of a split model, the whole model.

    Raises `WorkbenchError` when it is no whole, well-formed GGUF file; what is wrong inside a well-formed
    one is listed in `problems`.
    """
    first = read_layout(path)
    parts = find_parts(path, first)
    layout = first if parts.first == path else read_layout(parts.first)
    others = [read_layout(other) for other in parts.others]
    return _described(path, parts, layout, [layout, *others])


def _described(path: Path, parts: Parts, layout: Layout, layouts: list[Layout]) -> GgufFile:
    keys = Keys(layout)
    tensors = [tensor for one in layouts for tensor in one.tensors]
    role = _role(keys, bool(tensors))
    experts = _experts(keys)
    weights = stored_weights(tensors, experts)
    parameters, weight_bytes = sum(w.parameters for w in weights), sum(w.bytes for w in weights)
    tokens = keys.list_length("tokenizer.ggml.tokens")
    return GgufFile(
        path=path if not parts.others else parts.first,
        bytes=sum(one.file_bytes for one in layouts),
        gguf_version=layout.version,
        role=role,
        architecture=keys.family,
        name=keys.text("general.name") or parts.stem,
        parameters=parameters,
        weight_bytes=weight_bytes,
        quantization=quantization(weights, keys.plain_count("general.file_type")),
        weights=weights,
        bits_per_weight=8 * weight_bytes / parameters if parameters else None,
        layers=keys.count("block_count"),
        width=_width(keys, role),
        heads=keys.count("attention.head_count"),
        kv_heads=kv.kv_heads(keys),
        kv_heads_by_layer=kv.kv_heads_by_layer(keys),
        head_dim=kv.head_dim(keys),
        context=keys.count("context_length"),
        sliding_window=keys.count("attention.sliding_window") or None,
        rope=_rope(keys),
        experts=experts,
        vocabulary=tokens if tokens is not None else keys.count("vocab_size"),
        tokenizer=_tokenizer(keys, tokens),
        chat_template=keys.whole_text("tokenizer.chat_template") is not None,
        licence=keys.text("general.license") or keys.text("general.license.name"),
        origin=_origin(keys),
        kv_bytes_per_token=kv.f16_bytes_per_token(keys),
        parts=parts.count,
        problems=problems(layout, role=role.value, missing=parts.missing, has_tensors=bool(tensors)),
    )


def all_keys(path: Path) -> dict[str, Any]:
    """Every key of a file with its value; of an array its item type and length. Raises `WorkbenchError`."""
    found: dict[str, Any] = {}
    for name, value in read_layout(path).keys.items():
        if isinstance(value, ArrayValue):
            found[name] = {"type": value.type.gguf_name, "count": value.count}
        else:
            found[name] = value if not isinstance(value, float) or math.isfinite(value) else str(value)
    return found


def refuse_unsound(file: GgufFile) -> None:
    """Raise for a file that must not be loaded, with every reason."""
    reasons = [
        WorkbenchError(p.what, where=p.where, mend=p.mend) for p in file.problems if p.severity is Severity.REFUSE
    ]
    if len(reasons) == 1:
        only = reasons[0]
        raise WorkbenchError(only.what, where=f"{shown(file.path)}, {only.where}", mend=only.mend)
    if reasons:
        raise Problems(
            f"This model has {len(reasons)} faults and is not loaded",
            reasons,
            where=shown(file.path),
            mend="Download another copy, or choose another file.",
        )


def _role(keys: Keys, has_tensors: bool) -> Role:
    told = keys.text("general.type")
    if told == "mmproj" or keys.family == CLIP:
        return Role.PROJECTOR
    if told == "adapter" or keys.has("adapter.type"):
        return Role.ADAPTER
    if told == "imatrix":
        return Role.IMPORTANCE
    if keys.family == "controlvector":
        return Role.CONTROL_VECTOR
    if not has_tensors:
        return Role.VOCABULARY
    if keys.family in kv.ENCODERS or keys.count("pooling_type"):
        return Role.EMBEDDING
    return Role.MODEL


def _width(keys: Keys, role: Role) -> int | None:
    """Of a model the length of its token vectors; of a projector the length of those it makes of a picture."""
    if role is not Role.PROJECTOR:
        return keys.count("embedding_length")
    return keys.count("vision.projection_dim") or keys.count("projection_dim") or keys.count("audio.projection_dim")


def _experts(keys: Keys) -> Experts | None:
    count = keys.count("expert_count")
    return Experts(count, keys.count("expert_used_count")) if count and count > 0 else None


def _rope(keys: Keys) -> Rope:
    factor = keys.number("rope.scaling.factor")
    if factor is None:
        factor = keys.number("rope.scale_linear")
    return Rope(
        keys.number("rope.freq_base"),
        keys.text(f"{keys.family}.rope.scaling.type"),
        factor,
        keys.count("rope.scaling.original_context_length"),
    )


def _tokenizer(keys: Keys, tokens: int | None) -> Tokenizer | None:
    if tokens is None:
        return None
    return Tokenizer(
        keys.text("tokenizer.ggml.model"),
        keys.text("tokenizer.ggml.pre"),
        tokens,
        keys.plain_count("tokenizer.ggml.bos_token_id"),
        keys.plain_count("tokenizer.ggml.eos_token_id"),
    )


def _origin(keys: Keys) -> Origin:
    bases = []
    for number in range(min(keys.plain_count("general.base_model.count") or 0, MOST_BASES)):
        place = f"general.base_model.{number}"
        bases.append(keys.text(f"{place}.repo_url") or keys.text(f"{place}.url") or keys.text(f"{place}.name"))
    repository = _first(
        keys.text(name) for name in ("general.source.repo_url", "general.repo_url", "general.source.url", "general.url")
    )
    hub = keys.text("general.source.huggingface.repository")
    return Origin(
        author=keys.text("general.author"),
        organization=keys.text("general.organization"),
        repository=repository or (f"{OPEN_REPOSITORY}{hub}" if hub else None),
        bases=tuple(base for base in bases if base),
        basename=keys.text("general.basename"),
        finetune=keys.text("general.finetune"),
        size_label=keys.text("general.size_label"),
        tags=keys.texts("general.tags"),
    )


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text for text in texts if text), None)
