"""Byte-level BPE as llama.cpp does it for a `gpt2` vocabulary with the `gpt-2` pre-tokenizer.

Two rules are ours, and both make copying easier. No merge joins a space to a capital letter or a digit, so that a
name or a number has the same tokens after a space as at the start of an answer. And the first merges are the pairs of
digits, with none longer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

DIGITS = "0123456789"
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
END_OF_TEXT, START, END = range(3)
SPLIT = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[A-Za-z]+| ?\d+| ?[^\sA-Za-z\d]+|\s+(?!\S)|\s+")


@lru_cache(maxsize=1)
def byte_letters() -> tuple[str, ...]:
    """The printable letter by which a GPT-2 vocabulary writes each of the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in set(plain)]
    letters = {byte: chr(byte) for byte in plain} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    return tuple(letters[byte] for byte in range(256))


SPACE = byte_letters()[32]


@dataclass(slots=True)
class Tokenizer:
    """Encodes ASCII text. Ids: the special tokens, the 256 bytes, then one token per merge."""

    merges: tuple[tuple[str, str], ...]
    tokens: tuple[str, ...] = field(init=False)
    _ids: dict[str, int] = field(init=False)
    _ranks: dict[tuple[str, str], int] = field(init=False)
    _cache: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = (*SPECIAL_TOKENS, *byte_letters(), *(left + right for left, right in self.merges))
        self._ids = {token: index for index, token in enumerate(self.tokens)}
        self._ranks = {pair: rank for rank, pair in enumerate(self.merges)}

    def encode(self, text: str) -> list[int]:
        return [token for piece in SPLIT.findall(text) for token in self._encode_piece(piece)]

    def decode(self, ids: Iterable[int]) -> str:
        letters = {letter: byte for byte, letter in enumerate(byte_letters())}
        text = "".join(self.tokens[index] for index in ids if index >= len(SPECIAL_TOKENS))
        return bytes(letters[letter] for letter in text).decode("utf-8", errors="replace")

    def _encode_piece(self, piece: str) -> list[int]:
        if piece not in self._cache:
            self._cache[piece] = [self._ids[part] for part in self._merged(piece)]
        return self._cache[piece]

    def _merged(self, piece: str) -> list[str]:
        parts = [byte_letters()[byte] for byte in piece.encode()]
        while len(parts) > 1:
            pairs = [(self._ranks.get(pair, len(self._ranks)), i) for i, pair in enumerate(pairwise(parts))]
            rank, index = min(pairs)
            if rank == len(self._ranks):
                break
            parts[index : index + 2] = [parts[index] + parts[index + 1]]
        return parts

    def save(self, path: Path) -> None:
        path.write_text(json.dumps([list(pair) for pair in self.merges]) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        return cls(tuple((left, right) for left, right in json.loads(path.read_text(encoding="utf-8"))))


def train_tokenizer(texts: Iterable[str], merge_count: int) -> Tokenizer:
    """Pairs of digits, then merges by frequency; ties go to the pair that sorts first, so that each run agrees."""
    pieces = Counter(piece for text in texts for piece in SPLIT.findall(text))
    words = {piece: [byte_letters()[byte] for byte in piece.encode()] for piece in pieces}
    merges = [(left, right) for left in DIGITS for right in DIGITS]
    for parts in words.values():
        for pair in merges:
            _apply_merge(parts, pair)
    while len(merges) < merge_count:
        counts: Counter[tuple[str, str]] = Counter()
        for piece, parts in words.items():
            for pair in pairwise(parts):
                if _may_merge(*pair):
                    counts[pair] += pieces[piece]
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for parts in words.values():
            _apply_merge(parts, best)
    return Tokenizer(tuple(merges))


def _may_merge(left: str, right: str) -> bool:
    return (left != SPACE or right[0].islower()) and not right[0].isdigit()


def _apply_merge(parts: list[str], pair: tuple[str, str]) -> None:
    index = 0
    while index < len(parts) - 1:
        if (parts[index], parts[index + 1]) == pair:
            parts[index : index + 2] = ["".join(pair)]
        index += 1
