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


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("demo-nano", "Demo Nano", Shape(1, 64, 2, 160, VOCABULARY), 11, 0, 1500, other_rate=3e-3),
        Recipe("demo-small", "Demo Small", Shape(4, 160, 5, 480, VOCABULARY, look_back_heads=2), 12, 200, 2000),
        Recipe("demo-medium", "Demo Medium", Shape(5, 320, 5, 832, VOCABULARY, look_back_heads=2), 13, 200, 4000),
    )
}
