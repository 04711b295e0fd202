"""Texts that are nearly the same, among many: MinHash finds candidates, the words themselves decide."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workbench.evals.scorers.text import words

SHINGLE = 3
MOST_WORDS = 2000
HASHES, BANDS = 64, 16
ALIKE = 0.8
#: members of a bucket that the others are compared with
COMPARED = 4
PRIME = (1 << 31) - 1


def alike_groups(texts: Sequence[str], *, least: float = ALIKE) -> list[list[int]]:
    """Places of texts of which each shares at least `least` of its runs of three words with another of its group.

    Groups of two and more, in the order of their first text. Time grows with the number of texts, not with its square.
    """
    sets = [_shingles(text) for text in texts]
    parents = list(range(len(texts)))
    for bucket in _buckets(sets):
        compared: list[int] = []
        for place in bucket:
            same = next((other for other in compared if _jaccard(sets[place], sets[other]) >= least), None)
            if same is not None:
                _join(parents, same, place)
            elif len(compared) < COMPARED:
                compared.append(place)
    groups: dict[int, list[int]] = {}
    for place in range(len(texts)):
        groups.setdefault(_root(parents, place), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _shingles(text: str) -> NDArray[np.uint32]:
    """The runs of three words as numbers, each once, in order. A shorter text is one run."""
    found = words(text)[:MOST_WORDS]
    runs = [" ".join(found[place : place + SHINGLE]) for place in range(max(1, len(found) - SHINGLE + 1))]
    return np.array(sorted({zlib.crc32(run.encode()) for run in runs}), np.uint32)


def _buckets(sets: Sequence[NDArray[np.uint32]]) -> list[list[int]]:
    """Places that fall together in one of the bands."""
    drawn = random.Random(7)
    factors = np.array([drawn.randrange(1, PRIME) for _ in range(HASHES)], np.uint64)[:, None]
    terms = np.array([drawn.randrange(PRIME) for _ in range(HASHES)], np.uint64)[:, None]
    tables: list[dict[bytes, list[int]]] = [{} for _ in range(BANDS)]
    rows = HASHES // BANDS
    for place, numbers in enumerate(sets):
        least = ((factors * (numbers.astype(np.uint64) % PRIME)[None, :] + terms) % PRIME).min(axis=1).astype(np.uint32)
        for band, table in enumerate(tables):
            table.setdefault(least[band * rows : (band + 1) * rows].tobytes(), []).append(place)
    return [bucket for table in tables for bucket in table.values() if len(bucket) > 1]


def _jaccard(one: NDArray[np.uint32], two: NDArray[np.uint32]) -> float:
    common = len(np.intersect1d(one, two, assume_unique=True))
    return common / (len(one) + len(two) - common)


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _join(parents: list[int], one: int, two: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, two)))
    parents[second] = first
