"""Batches of token ids with a weight for each token that is to be predicted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from chat import answer_tokens, follow_up_tokens, prompt_tokens
from generator import EARLY_SHARES, LATE_SHARES, TASKS, Sample, training_sample, validation_sample
from tokenizer import END_OF_TEXT, SPECIAL_TOKENS, Tokenizer
from torch import Tensor

PROMPT_WEIGHT = 0.05
USUAL_ANSWER_TOKENS = 8  # tokens of shorter answers weigh more, so that JSON does not drown one-word labels
LENGTH_STEP = 8  # few different lengths: the matrix library keeps a plan for each
FIRST_TOKEN_FACTOR = 4.0  # in the last stage: where an answer starts is harder to learn than how it goes on
MOST_FOLLOW_UPS = 3
SYSTEM_PROMPTS = ("You are a helpful assistant.", "Answer briefly.", "You are the assistant of a company.")
SYSTEM_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Batch:
    """`inputs`, `targets` and `weights` are (batch, length); a weight of zero leaves a target out of the loss."""

    inputs: Tensor
    targets: Tensor
    weights: Tensor


def copy_batches(rng: random.Random, size: int, vocabulary: int) -> Iterator[Batch]:
    """Endless batches of a few random tokens said twice: the shortest way to learn to look back and copy."""
    while True:
        half = rng.randint(4, 20)
        rows = [rng.choices(range(len(SPECIAL_TOKENS), vocabulary), k=half) * 2 for _ in range(size)]
        yield _batch(rows, [[0.0] * half + [1.0] * half] * size)


def task_batches(
    rng: random.Random, size: int, tokenizer: Tokenizer, follow_up: bool, sorted_batches: int = 8
) -> Iterator[Batch]:
    """Endless batches of the five tasks; samples of like length share a batch, so that little of it is padding.

    With `follow_up` a conversation asks on about the same text, which teaches more from each text read.
    """
    while True:
        samples = [_training_row(rng, tokenizer, follow_up) for _ in range(size * sorted_batches)]
        rows = sorted(samples, key=lambda row: len(row[0]))
        chunks = [rows[start : start + size] for start in range(0, len(rows), size)]
        rng.shuffle(chunks)
        for chunk in chunks:
            yield _batch([tokens for tokens, _ in chunk], [weights for _, weights in chunk])


def validation_batches(rng: random.Random, size: int, tokenizer: Tokenizer) -> Iterator[tuple[list[str], Batch]]:
    """Endless held-out batches with the task of each row, all tasks equally often."""
    while True:
        tasks = [TASKS[index % len(TASKS)] for index in range(size)]
        rows = [_row(tokenizer, validation_sample(rng, task)) for task in tasks]
        yield tasks, _batch([tokens for tokens, _ in rows], [weights for _, weights in rows])


def _training_row(rng: random.Random, tokenizer: Tokenizer, follow_up: bool) -> tuple[list[int], list[float]]:
    system = rng.choice(SYSTEM_PROMPTS) if rng.random() < SYSTEM_SHARE else ""
    sample = training_sample(rng, LATE_SHARES if follow_up else EARLY_SHARES)
    if not follow_up:
        return _row(tokenizer, sample, system)
    tokens, weights = _row(tokenizer, sample, system, FIRST_TOKEN_FACTOR)
    for question, answer in sample.follow_ups[:MOST_FOLLOW_UPS]:
        between = follow_up_tokens(tokenizer, question)
        answered = answer_tokens(tokenizer, answer)
        tokens += between + answered
        weights += [PROMPT_WEIGHT] * len(between) + _answer_weights(len(answered), FIRST_TOKEN_FACTOR)
    return tokens, weights


def _row(
    tokenizer: Tokenizer, sample: Sample, system: str = "", first_factor: float = 1.0
) -> tuple[list[int], list[float]]:
    prompt = prompt_tokens(tokenizer, sample.prompt, system)
    answer = answer_tokens(tokenizer, sample.answer)
    return prompt + answer, [PROMPT_WEIGHT] * len(prompt) + _answer_weights(len(answer), first_factor)


def _answer_weights(length: int, first_factor: float) -> list[float]:
    weight = (USUAL_ANSWER_TOKENS / length) ** 0.5
    return [weight * first_factor] + [weight] * (length - 1)


def _batch(rows: list[list[int]], weights: list[list[float]]) -> Batch:
    length = -(-max(map(len, rows)) // LENGTH_STEP) * LENGTH_STEP + 1
    tokens = torch.tensor([row + [END_OF_TEXT] * (length - len(row)) for row in rows])
    weight = torch.tensor([row + [0.0] * (length - len(row)) for row in weights])
    return Batch(tokens[:, :-1], tokens[:, 1:], weight[:, 1:])
