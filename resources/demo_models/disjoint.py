"""Prove that the sample eval set shares no phrasing, name or value with training: `python disjoint.py`.

The training side is sampled many times over; whatever phrasing, name, number, amount or date it drew must not be
among those that the eval set drew. Within a pool the two parts are kept apart by `Pool` itself.
"""

from __future__ import annotations

import random

from draw import Draw
from generator import draw_training_sample, eval_set

TRAINING_SAMPLES = 100_000


def drawn_in_training(samples: int, seed: int = 0) -> set[str]:
    """Every phrasing, name and value that so many training samples drew."""
    draw = Draw(random.Random(seed), "train")
    for _ in range(samples):
        draw_training_sample(draw)
    return draw.used


def shared_with_training(samples: int = TRAINING_SAMPLES) -> list[str]:
    """What the eval set and that many training samples have in common; it should be nothing."""
    _, drawn_in_eval = eval_set()
    return sorted(drawn_in_eval & drawn_in_training(samples))


def main() -> None:
    shared = shared_with_training()
    if shared:
        raise SystemExit("Training has seen: " + "; ".join(shared))
    _, drawn = eval_set()
    print(f"None of the {len(drawn)} phrasings, names and values of the eval set is in {TRAINING_SAMPLES} samples.")


if __name__ == "__main__":
    main()
