"""Ollama's models: a manifest for each name and tag, and the files it names by their hash in `blobs`.

The blob of the layer `application/vnd.ollama.image.model` is a GGUF file without its ending; it is referenced as it
lies.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_MANIFEST_BYTES = 1 << 20
MOST_MANIFESTS = 5000
LAYER = "application/vnd.ollama.image."
DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
DEFAULT_HOST, DEFAULT_OWNER, DEFAULT_TAG = "registry.ollama.ai", "library", "latest"


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A name as `ollama list` shows it, the model's blob, that of its projector, and the sizes the manifest gives."""

    name: str
    blob: Path
    sha256: str
    bytes: int | None
    projector: Path | None


def ollama_models(folder: Path) -> Iterator[OllamaModel]:
    """The models of an Ollama folder (the one that holds `manifests` and `blobs`), by name.

    A manifest that cannot be read or names no model is passed over: it is Ollama's to mend.
    """
    root = folder / "manifests"
    for place in _manifests(root):
        layers = _layers(place)
        model = layers.get("model")
        if model is None:
            continue
        digest, size = model
        projector = layers.get("projector")
        yield OllamaModel(
            _name(place.relative_to(root)),
            _blob(folder, digest),
            digest,
            size,
            _blob(folder, projector[0]) if projector else None,
        )


def unfinished_blobs(folder: Path) -> Iterator[Path]:
    """Downloads that Ollama has begun: `blobs/sha256-…-partial` (beside them lie numbered notes of each piece)."""
    try:
        places = sorted((folder / "blobs").iterdir())
    except OSError:
        return
    yield from (place for place in places if place.name.endswith("-partial"))


def _manifests(root: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(root):
        folders.sort()
        depth = len(Path(place).relative_to(root).parts)
        if depth >= 3:  # host / owner / model / tag
            folders.clear()
            found += [Path(place) / name for name in sorted(names)]
        if len(found) >= MOST_MANIFESTS:
            return found[:MOST_MANIFESTS]
    return found


def _layers(place: Path) -> dict[str, tuple[str, int | None]]:
    """Hash and size of each kind of layer; empty when it is no manifest."""
    try:
        with place.open("rb") as stream:
            content = json.loads(stream.read(MOST_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    layers = content.get("layers") if isinstance(content, dict) else None
    found: dict[str, tuple[str, int | None]] = {}
    for layer in layers if isinstance(layers, list) else []:
        if not isinstance(layer, dict):
            continue
        kind, digest, size = layer.get("mediaType"), layer.get("digest"), layer.get("size")
        match = DIGEST.fullmatch(digest) if isinstance(digest, str) else None
        if isinstance(kind, str) and kind.startswith(LAYER) and match:
            found.setdefault(kind.removeprefix(LAYER), (match[1], size if isinstance(size, int) else None))
    return found


def _blob(folder: Path, digest: str) -> Path:
    """The name since 2024, or the one before (with a colon) where it is still there."""
    new, old = folder / "blobs" / f"sha256-{digest}", folder / "blobs" / f"sha256:{digest}"
    return old if not new.exists() and old.exists() else new


def _name(place: Path) -> str:
    """registry.ollama.ai/library/llama3.2/3b as "llama3.2:3b"; of others host and owner stay in front."""
    *owners, model, tag = place.parts
    if owners[:1] == [DEFAULT_HOST]:
        owners = owners[1:]
        if owners == [DEFAULT_OWNER]:
            owners = []
    return "/".join([*owners, f"{model}:{tag}"])
