"""Train one demo model: `python train.py demo-small --work DIR`. Started again, it goes on from its last checkpoint.

The work folder holds the checkpoints and a log of one JSON line per validation. `export.py` makes the GGUF file.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from batches import PROMPT_WEIGHT, Batch, copy_batches, task_batches, validation_batches
from copying import wire_copying
from generator import training_sample
from growth import grow
from model import Decoder
from recipes import RECIPES, TOKENIZER_SAMPLES, TOKENIZER_SEED, VOCABULARY, Recipe
from tokenizer import SPECIAL_TOKENS, Tokenizer, train_tokenizer
from torch import Tensor
from torch.nn import functional as F

TOKENIZER_FILE = Path(__file__).with_name("tokenizer.json")
VALIDATE_EVERY = 250
WARM_UP_STEPS = 60


def load_tokenizer() -> Tokenizer:
    """The shipped tokenizer, trained now if it is not there yet (a quarter of a minute)."""
    if not TOKENIZER_FILE.exists():
        rng = random.Random(TOKENIZER_SEED)
        samples = (training_sample(rng) for _ in range(TOKENIZER_SAMPLES))
        texts = (f"{sample.prompt}\n{sample.answer}\nsystem\nuser\nassistant\n" for sample in samples)
        train_tokenizer(texts, VOCABULARY - 256 - len(SPECIAL_TOKENS)).save(TOKENIZER_FILE)
    return Tokenizer.load(TOKENIZER_FILE)


@dataclass(slots=True)
class Run:
    """A training run in memory; `save` and `load` keep all of it that the next step depends on."""

    recipe: Recipe
    model: Decoder
    optimizers: tuple[torch.optim.Optimizer, ...]
    rates: tuple[float, ...]
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def start(cls, recipe: Recipe, work: Path) -> Run:
        torch.manual_seed(recipe.seed)
        model = Decoder(recipe.shape)
        if recipe.grown_from:
            grow(model, torch.load(work / f"{recipe.grown_from}.pt")["model"])
        elif recipe.wired_for_copying:
            wire_copying(model)
        matrices = [p for block in model.blocks for p in block.parameters() if p.dim() == 2]
        chosen = {id(p) for p in matrices}
        others = [p for p in model.parameters() if id(p) not in chosen]
        muon = torch.optim.Muon(matrices, lr=recipe.matrix_rate, momentum=0.95, weight_decay=0.0)
        adam = torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        return cls(recipe, model, (muon, adam), (recipe.matrix_rate, recipe.other_rate))

    def save(self, path: Path) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
        }
        temporary = path.with_suffix(".part")
        torch.save(state, temporary)
        temporary.replace(path)

    def load(self, path: Path) -> None:
        state = torch.load(path)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]


def rate_factor(step: int, total: int, decay_share: float) -> float:
    """Learning rate over its peak: a short warm-up, a long plateau, a straight line down to 2 %."""
    left = (total - step) / (total * decay_share)
    return min(1.0, (step + 1) / WARM_UP_STEPS, max(0.02, left))


def batches_of(run: Run, tokenizer: Tokenizer) -> Iterator[tuple[int, Batch]]:
    """The rest of the run's batches with their step. A resumed run draws from a fresh seed, not from the start."""
    recipe = run.recipe
    rng = random.Random(f"{recipe.seed}/{run.step}")
    copying = copy_batches(rng, 2 * recipe.batch, VOCABULARY)
    single = task_batches(rng, recipe.batch, tokenizer, follow_up=False)
    follow_up = task_batches(rng, recipe.batch, tokenizer, follow_up=True)
    for step in range(run.step, recipe.total_steps):
        if step < recipe.copy_steps:
            yield step, next(copying)
        elif step < recipe.copy_steps + recipe.single_steps:
            yield step, next(single)
        else:
            yield step, next(follow_up)


def forward(model: Decoder, inputs: Tensor) -> Tensor:
    """Logits, computed in bfloat16 where that is safe."""
    with torch.autocast("cpu", torch.bfloat16):
        logits: Tensor = model(inputs)
    return logits.float()


def loss_of(model: Decoder, batch: Batch) -> Tensor:
    """Mean cross-entropy over the weighted targets."""
    losses = F.cross_entropy(forward(model, batch.inputs).flatten(0, 1), batch.targets.flatten(), reduction="none")
    return (losses * batch.weights.flatten()).sum() / batch.weights.sum()


def train_step(run: Run, step: int, batch: Batch) -> float:
    factor = rate_factor(step, run.recipe.total_steps, run.recipe.decay_share)
    for optimizer, rate in zip(run.optimizers, run.rates, strict=True):
        optimizer.zero_grad()
        for group in optimizer.param_groups:
            group["lr"] = rate * factor
    loss = loss_of(run.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
    for optimizer in run.optimizers:
        optimizer.step()
    return loss.item()


@torch.no_grad()
def accuracy_by_task(model: Decoder, batches: list[tuple[list[str], Batch]]) -> dict[str, float]:
    """Share of answers that greedy decoding gives in full: each token is the most likely one after those before it."""
    right: dict[str, list[bool]] = defaultdict(list)
    for tasks, batch in batches:
        hit = forward(model, batch.inputs).argmax(-1) == batch.targets
        for task, whole in zip(tasks, (hit | (batch.weights <= PROMPT_WEIGHT)).all(1).tolist(), strict=True):
            right[task].append(whole)
    return {task: sum(hits) / len(hits) for task, hits in right.items()}


def train(run: Run, tokenizer: Tokenizer, checkpoint: Path) -> None:
    """Train to the end, with a validation and a checkpoint every 250 steps."""
    validation = list(islice(validation_batches(random.Random(99), 64, tokenizer), 4))
    began, losses = time.monotonic() - run.seconds, []
    for step, batch in batches_of(run, tokenizer):
        losses.append(train_step(run, step, batch))
        run.step, run.seconds = step + 1, time.monotonic() - began
        if run.step % 50 == 0:
            print(f"{run.step} {run.seconds:.0f} s, loss {sum(losses[-50:]) / 50:.3f}", flush=True)
        if run.step % VALIDATE_EVERY == 0 or run.step == run.recipe.total_steps:
            accuracy = accuracy_by_task(run.model, validation)
            run.history.append({"step": run.step, "seconds": round(run.seconds), "accuracy": accuracy})
            print(json.dumps(run.history[-1]), "mean", round(sum(accuracy.values()) / len(accuracy), 3), flush=True)
            run.save(checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.work / f"{arguments.model}.pt"
    run = Run.start(RECIPES[arguments.model], arguments.work)
    if checkpoint.exists():
        run.load(checkpoint)
    print(f"{arguments.model}: {run.model.parameter_count()} parameters, from step {run.step}", flush=True)
    train(run, load_tokenizer(), checkpoint)


if __name__ == "__main__":
    main()
