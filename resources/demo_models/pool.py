"""Words and phrasings in two disjoint parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "held_out"]


@dataclass(frozen=True, slots=True)
class Pool:
    """Words or phrasings in two disjoint parts: one for training, one for the eval set only.

    The empty phrasing ("no greeting") may be in both.
    """

    train: tuple[str, ...]
    held_out: tuple[str, ...]

    def __post_init__(self) -> None:
        shared = set(self.train) & set(self.held_out) - {""}
        if shared:
            raise ValueError(f"in both parts of a pool: {sorted(shared)}")

    def part(self, split: Split) -> tuple[str, ...]:
        return self.train if split == "train" else self.held_out
