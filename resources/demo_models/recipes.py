"""What each demo model is: its sizes, its seed and how long it trains."""

from __future__ import annotations

from dataclasses import dataclass

from model import Shape

VOCABULARY = 864
TOKENIZER_SEED = 1
TOKENIZER_SAMPLES = 12_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """Training of one model in three stages.

    `copy_steps` of random tokens said twice; `single_steps` of the five tasks with one question each;
    `follow_up_steps` of the same with further questions on the same text. The rates are peaks, of the matrices and of
    all else; they fall over the last `decay_share` of the steps. `grown_from` names the model whose weights to start
    from; "demo-narrow" is the longer training of the small one, from which the medium one grows, and is not shipped.
    """

    name: str
    title: str
    shape: Shape
    seed: int
    copy_steps: int
    single_steps: int
    follow_up_steps: int
    matrix_rate: float = 0.02
    other_rate: float = 8e-3
    decay_share: float = 0.35
    batch: int = 32
    wired_for_copying: bool = True
    grown_from: str = ""

    @property
    def total_steps(self) -> int:
        return self.copy_steps + self.single_steps + self.follow_up_steps


NANO = Shape(layers=1, width=64, heads=2, feed_forward=160, vocabulary=VOCABULARY)
SMALL = Shape(layers=4, width=160, heads=5, feed_forward=480, vocabulary=VOCABULARY)
MEDIUM = Shape(layers=4, width=320, heads=10, feed_forward=960, vocabulary=VOCABULARY)
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("demo-nano", "Demo Nano", NANO, 11, 0, 1500, 0, wired_for_copying=False),
        Recipe("demo-small", "Demo Small", SMALL, 12, 100, 900, 800),
        Recipe("demo-narrow", "Demo Narrow", SMALL, 13, 0, 0, 2250, 0.012, 4e-3, 1.0, grown_from="demo-small"),
        Recipe("demo-medium", "Demo Medium", MEDIUM, 14, 0, 0, 30, 0.003, 1e-3, 1.0, grown_from="demo-narrow"),
    )
}
