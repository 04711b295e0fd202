"""What each demo model is: its sizes, its seed and how long it trains."""

from __future__ import annotations

from dataclasses import dataclass

from model import Shape

VOCABULARY = 864
TOKENIZER_SEED = 1
TOKENIZER_SAMPLES = 12_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """Training of one model. `copy_steps` come first (random tokens said twice), then `steps` of the five tasks."""

    name: str
    title: str
    shape: Shape
    seed: int
    copy_steps: int
    steps: int
    batch: int = 32
    matrix_rate: float = 0.02
    other_rate: float = 8e-3
    decay_share: float = 0.35
    wired_for_copying: bool = True


NANO = Shape(layers=1, width=64, heads=2, feed_forward=160, vocabulary=VOCABULARY)
SMALL = Shape(layers=4, width=160, heads=5, feed_forward=480, vocabulary=VOCABULARY)
MEDIUM = Shape(layers=5, width=320, heads=5, feed_forward=832, vocabulary=VOCABULARY)
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("demo-nano", "Demo Nano", NANO, seed=11, copy_steps=0, steps=1500, wired_for_copying=False),
        Recipe("demo-small", "Demo Small", SMALL, seed=12, copy_steps=100, steps=1500),
        Recipe("demo-medium", "Demo Medium", MEDIUM, seed=13, copy_steps=150, steps=1900),
    )
}
