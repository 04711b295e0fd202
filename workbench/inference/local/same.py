"""Which model files have the same content, so that one model in three folders is shown as one.

Two names of one file, and files whose programs named them by their hash, are the same for certain. Of others of the
same size the beginning, the end and sixty places between are compared: a model is gigabytes long, and two models that
differ anywhere differ in their weights everywhere.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from workbench.inference.local.discover import Found
from workbench.inference.local.walk import Spotted

BEGINNING_BYTES = 1 << 18
ENDING_BYTES = 1 << 16
SAMPLES = 60
SAMPLE_BYTES = 4096
HASH_NAME = re.compile(r"^(?:sha256[-:])?([0-9a-f]{64})$")


Fingerprint = Callable[[Path, Spotted], bytes | None]


def copies(found: Sequence[Found], fingerprint_of: Fingerprint | None = None) -> dict[int, int]:
    """For each entry whose content stood earlier in the list: its place, and that of the first with this content."""
    by_size: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(found):
        if item.spotted is not None and not item.unfinished and item.spotted.bytes:
            by_size[item.spotted.bytes].append(place)
    same: dict[int, int] = {}
    for places in by_size.values():
        if len(places) > 1:
            same |= _among(found, places, fingerprint_of or (lambda path, _: fingerprint(path)))
    return same


def _among(found: Sequence[Found], places: list[int], fingerprint_of: Fingerprint) -> dict[int, int]:
    """Among entries of one size: first by what is certain, then by samples."""

    def sampled(item: Found) -> bytes | None:
        return None if item.spotted is None else fingerprint_of(item.path, item.spotted)

    same: dict[int, int] = {}
    for key_of in (_file_identity, _known_hash, sampled):
        left = [place for place in places if place not in same]
        if len(left) < 2:
            break
        first: dict[Hashable, int] = {}
        for place in left:
            key = key_of(found[place])
            if key is None:
                continue
            if key in first:
                same[place] = first[key]
            else:
                first[key] = place
    return same


def _file_identity(item: Found) -> Hashable | None:
    identity = item.spotted.identity if item.spotted else (0, 0)
    return identity if identity[1] else None


def _known_hash(item: Found) -> str | None:
    """The hash in the name of the file that a link leads to, as Ollama and Hugging Face write it."""
    match = HASH_NAME.match(os.path.basename(os.path.realpath(item.path)))  # noqa: PTH119 - realpath never raises
    return item.sha256 or (match[1] if match else None)


def fingerprint(path: Path) -> bytes | None:
    """A hash of size, beginning, end and samples; of a small file of all of it. None when it cannot be read."""
    digest = hashlib.blake2b(digest_size=20)
    try:
        with path.open("rb", buffering=0) as stream:
            size = os.fstat(stream.fileno()).st_size
            digest.update(size.to_bytes(8, "little"))
            digest.update(stream.read(BEGINNING_BYTES))
            between = size - BEGINNING_BYTES - ENDING_BYTES
            for number in range(SAMPLES if between > 0 else 0):
                stream.seek(BEGINNING_BYTES + between * number // SAMPLES)
                digest.update(stream.read(SAMPLE_BYTES))
            if size > BEGINNING_BYTES:
                stream.seek(max(BEGINNING_BYTES, size - ENDING_BYTES))
                digest.update(stream.read(ENDING_BYTES))
    except (OSError, ValueError):
        return None
    return digest.digest()
