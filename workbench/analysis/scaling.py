"""Scaling laws, training cost and the emergence demonstration: a teaching view, not product quality.

Source: methods.md sections 7.1 to 7.3 (Kaplan 2001.08361; Chinchilla 2203.15556; re-fit Besiroglu 2404.10102;
Schaeffer 2304.15004). Loss in nats per token; compute in FLOP.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.checks import FloatArray, Numbers

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class LossFit:
    """`L = e + a/N^alpha + b/D^beta`."""

    e: float
    a: float
    b: float
    alpha: float
    beta: float


# The constants as printed contradict the paper's own "20 tokens per parameter"; use the re-fit.
PRINTED_2022 = LossFit(1.69, 406.4, 410.7, 0.34, 0.28)
UNROUNDED_2022 = LossFit(1.6934, 406.4, 410.7, 0.3392, 0.2849)
REFIT_2024 = LossFit(1.8172, 482.01, 2085.43, 0.3478, 0.3658)


@dataclass(frozen=True, slots=True)
class OptimalRun:
    """Parameters, tokens and loss of the best use of a compute budget."""

    params: float
    tokens: float
    loss: float

    @property
    def tokens_per_param(self) -> float:
        """Tokens for each parameter."""
        return self.tokens / self.params


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """Compute, GPU hours and dollars of a training run; `high` values are three times, for small or failed runs."""

    flop: float
    gpu_hours: float
    usd: float
    gpu_hours_high: float
    usd_high: float


def kaplan_loss_of_params(params: float) -> float:
    """Kaplan 2020, `L(N) = (8.8e13/N)^.076`, N without embeddings."""
    return float((8.8e13 / checks.positive(params, "Parameters")) ** 0.076)


def kaplan_loss_of_tokens(tokens: float) -> float:
    """Kaplan 2020, `L(D) = (5.4e13/D)^.095`."""
    return float((5.4e13 / checks.positive(tokens, "Tokens")) ** 0.095)


def kaplan_loss_of_compute(petaflop_days: float) -> float:
    """Kaplan 2020, `L(C) = (3.1e8 PF-days/C)^.050`."""
    return float((3.1e8 / checks.positive(petaflop_days, "Compute")) ** 0.050)


def loss(params: float, tokens: float, fit: LossFit = REFIT_2024) -> float:
    """Expected loss of a model of `params` trained on `tokens`."""
    n, d = checks.positive(params, "Parameters"), checks.positive(tokens, "Tokens")
    return float(fit.e + fit.a / n**fit.alpha + fit.b / d**fit.beta)


def optimal_run(flop: float, fit: LossFit = REFIT_2024) -> OptimalRun:
    """Best parameters and tokens under `C = 6ND`: `N = G(C/6)^(beta/(alpha+beta))`, `D = (C/6)/N`."""
    per_six = checks.positive(flop, "Compute") / 6
    total = fit.alpha + fit.beta
    g = (fit.alpha * fit.a / (fit.beta * fit.b)) ** (1 / total)
    params = g * per_six ** (fit.beta / total)
    tokens = per_six ** (fit.alpha / total) / g
    return OptimalRun(params, tokens, loss(params, tokens, fit))


def training_flop(active_params: float, tokens: float) -> float:
    """`6 * N_active * D`."""
    return 6 * checks.positive(active_params, "Active parameters") * checks.positive(tokens, "Tokens")


def training_cost(
    active_params: float, tokens: float, *, usd_per_gpu_hour: float, peak_flops: float = 989e12, mfu: float = 0.4
) -> TrainingCost:
    """Compute cost of the final run alone: no staff, data or failed runs. Good to -15 % for large runs, up to three
    times too low for small ones, hence the high values."""
    flop = training_flop(active_params, tokens)
    speed = checks.positive(peak_flops, "Peak FLOPS") * checks.positive(mfu, "Compute efficiency", high=1.0)
    hours = flop / speed / 3600
    usd = hours * checks.number(usd_per_gpu_hour, "Price of a GPU hour", low=0.0)
    return TrainingCost(flop, hours, usd, 3 * hours, 3 * usd)


def implied_mfu(flop: float, gpu_hours: float, peak_flops: float = 989e12) -> float:
    """Share of peak speed a reported run used: `FLOP/(hours * 3600 * peak)`."""
    hours = checks.positive(gpu_hours, "GPU hours")
    return checks.positive(flop, "Compute") / (hours * 3600 * checks.positive(peak_flops, "Peak FLOPS"))


def petaflop_days(flop: float) -> float:
    """Compute in petaflop days (1e15 FLOP a second for a day)."""
    return checks.positive(flop, "Compute") / (1e15 * SECONDS_PER_DAY)


def exact_match(token_accuracy: Numbers, answer_tokens: int) -> FloatArray:
    """`p^L`: a score that seems to jump while the accuracy per token rises smoothly."""
    p = checks.vector(token_accuracy, "Accuracy per token", low=0.0, high=1.0)
    return np.asarray(p ** checks.count(answer_tokens, "Answer length", low=1))
