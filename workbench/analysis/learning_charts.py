"""The pictures of Learn, computed: one compute budget spent in many ways, two yardsticks, prices, shares.

Source: methods.md sections 2.3, 2.4 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import checks
from workbench.analysis.breakeven import RULE_OF_THUMB, BreakEven, SelfHosting, self_host_usd_month
from workbench.analysis.chartspec import (
    Axis,
    Bar,
    Bars,
    Chart,
    Colour,
    Line,
    Marker,
    Point,
    Points,
    Region,
    Shape,
    Tick,
    log_label,
)
from workbench.analysis.concentration import Concentration
from workbench.analysis.scaling import OptimalRun, exact_match, loss, optimal_run, training_flop
from workbench.analysis.words import listed, rounded, share, usd, usd_short
from workbench.domain.errors import WorkbenchError
from workbench.domain.workload import DAYS_PER_MONTH

CURVE_POINTS = 81
# The curve runs from a tenth of to ten times the parameters on it.
REACH = 16.0
# Price of a million tokens on one marketplace, closed and open models (Nagle and Yue 2025, methods.md 2.4).
CLOSED_USD_PER_MTOK, OPEN_USD_PER_MTOK = 1.86, 0.23
# The invented models of the emergence demonstration: each four times larger, each less often wrong by the token.
SMALLEST_PARAMS, LARGEST_PARAMS, STEP = 1e8, 1.6384e12, 4.0
SMALLEST_MODEL_ERROR, ERROR_EXPONENT = 0.5, 0.45


@dataclass(frozen=True, slots=True)
class ScaledModel:
    """One invented model: size, share of right tokens, share of answers that are right as a whole."""

    params: float
    token_accuracy: float
    exact: float


def large_number(value: float) -> str:
    """ "8.0 billion", "15 trillion": parameters and tokens in words; the value must be positive."""
    checks.positive(value, "Number")
    for size, word in ((1e15, "quadrillion"), (1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size * 0.9995:
            return f"{rounded(value / size)} {word}"
    return rounded(value)


def scaling_chart(params: float, tokens: float) -> Chart:
    """Loss against parameters for every way to spend the compute of one run; the run and the best split on it."""
    flop = training_flop(params, tokens)
    best = optimal_run(flop)
    ends = sorted((params, best.params))
    xs = np.geomspace(ends[0] / REACH, ends[1] * REACH, CURVE_POINTS)
    ys = [loss(float(n), flop / 6 / float(n)) for n in xs]
    yours = loss(params, tokens)
    rows = tuple(_run_row(*row) for row in (("Your run", params, tokens, yours), _best_row(best)))
    return Chart(
        title="The same compute, spent in different ways",
        description=f"Your run reaches a loss of {yours:.3f}; the best split of the same compute {best.loss:.3f}.",
        x=Axis(
            "parameters (each step is 10×; to the right: larger model, less data)",
            log=True,
            ticks=_sizes(),
        ),
        y=Axis("loss (lower is better)"),
        series=(
            Line("same compute", tuple(float(n) for n in xs), tuple(ys), Colour.NEUTRAL),
            Points(
                "best split", (_run_point("best", "Best split", best.params, best.loss),), Colour.GREEN, Shape.SQUARE
            ),
            Points("your run", (_run_point("yours", "Your run", params, yours),), Colour.BLUE),
        ),
        columns=("Run", "Parameters", "Training tokens", "Tokens for each parameter", "Loss"),
        rows=rows,
    )


def _best_row(best: OptimalRun) -> tuple[str, float, float, float]:
    return "Best split", best.params, best.tokens, best.loss


def _run_row(name: str, params: float, tokens: float, reached: float) -> tuple[str, ...]:
    return name, large_number(params), large_number(tokens), rounded(tokens / params), f"{reached:.3f}"


def _run_point(id: str, label: str, params: float, reached: float) -> Point:
    detail = f"{label}: {large_number(params)} parameters, loss {reached:.3f}"
    return Point(id, params, reached, label, labelled=True, detail=detail)


def scaled_models(answer_tokens: int) -> tuple[ScaledModel, ...]:
    """The invented models scored on an answer of this length, the smallest first."""
    steps = round(np.log(LARGEST_PARAMS / SMALLEST_PARAMS) / np.log(STEP))
    params = SMALLEST_PARAMS * STEP ** np.arange(steps + 1)
    right = 1 - SMALLEST_MODEL_ERROR * (params / SMALLEST_PARAMS) ** -ERROR_EXPONENT
    whole = exact_match(right, answer_tokens)
    return tuple(ScaledModel(float(n), float(p), float(e)) for n, p, e in zip(params, right, whole, strict=True))


def emergence_chart(answer_tokens: int) -> Chart:
    """The same models on both yardsticks: right tokens (smooth) and answers right as a whole (seems to jump)."""
    models = scaled_models(answer_tokens)
    xs = tuple(model.params for model in models)
    smooth, sharp = tuple(m.token_accuracy for m in models), tuple(m.exact for m in models)
    return Chart(
        title="Two yardsticks for the same models",
        description=(
            f"Right tokens rise from {share(smooth[0])} to {share(smooth[-1])}; whole answers of "
            f"{answer_tokens} tokens from {share(sharp[0])} to {share(sharp[-1])}."
        ),
        x=Axis("parameters of the invented models (each step is 10×)", log=True, ticks=_sizes()),
        y=Axis("share that is right", unit="%", low=0.0, high=1.05),
        series=(
            Line("", xs, smooth, Colour.BLUE),
            Line("", xs, sharp, Colour.VERMILION, dashed=True),
            _scores("token", "single tokens", models, smooth, Colour.BLUE, Shape.CIRCLE),
            _scores("whole", "whole answers", models, sharp, Colour.VERMILION, Shape.TRIANGLE),
        ),
        columns=("Parameters", "Right tokens", f"Whole answers of {answer_tokens} tokens"),
        rows=tuple((large_number(m.params), share(m.token_accuracy), share(m.exact)) for m in models),
    )


def _scores(
    id: str, label: str, models: Sequence[ScaledModel], values: Sequence[float], colour: Colour, shape: Shape
) -> Points:
    middle = len(models) // 2
    points = (
        Point(
            f"{id}-{place}",
            model.params,
            value,
            label,
            labelled=place == middle,
            detail=f"{large_number(model.params)} parameters: {label} right {share(value)}",
        )
        for place, (model, value) in enumerate(zip(models, values, strict=True))
    )
    return Points(label, tuple(points), colour, shape)


def mix_usd_per_mtok(open_share: float) -> float:
    """Price of a million tokens when this share goes to open models, at the two marketplace prices."""
    part = checks.number(open_share, "Share of open models", low=0.0, high=1.0)
    return part * OPEN_USD_PER_MTOK + (1 - part) * CLOSED_USD_PER_MTOK


def break_even_chart(api_usd_request: float, hosting: SelfHosting, found: BreakEven) -> Chart:
    """Monthly cost of the API and of own servers against requests a day, with the rule of thumb shaded."""
    volumes = np.geomspace(1e4, 3e7, CURVE_POINTS)
    api = tuple(float(v) * DAYS_PER_MONTH * api_usd_request for v in volumes)
    own = tuple(self_host_usd_month(float(v), hosting) for v in volumes)
    xs = tuple(float(v) for v in volumes)
    low, high = RULE_OF_THUMB
    mark = () if found.requests_per_day is None else (Marker("break-even", found.requests_per_day),)
    picked = range(0, CURVE_POINTS, 16)
    cheap, dear = 1e3, max(*api, *own)
    return Chart(
        title="From which volume own servers cost less",
        description=break_even_sentence(found),
        x=Axis(log_label("requests a day", xs[0], xs[-1]), log=True, low=xs[0], high=xs[-1]),
        y=Axis(log_label("cost a month", cheap, dear), unit="$", log=True, low=cheap, high=dear),
        series=(
            Region("rule of thumb: 1M to 10M", x_low=low, x_high=high),
            Line("API", xs, api, Colour.BLUE, labelled=True),
            Line("own servers", xs, own, Colour.VERMILION, dashed=True, labelled=True),
            *mark,
        ),
        columns=("Requests a day", "API, a month", "Own servers, a month"),
        rows=tuple((rounded(xs[i], 2), usd_short(api[i]), usd_short(own[i])) for i in picked),
    )


def break_even_sentence(found: BreakEven) -> str:
    """What the break-even says, and what the rule of thumb is worth here."""
    if found.requests_per_day is None:
        return "Own servers never cost less: a full server costs more than the tokens it replaces."
    where = {
        "below the rule": "The rule of thumb would have told you to wait far too long.",
        "within the rule": "Here the rule of thumb of one to ten million holds.",
        "above the rule": "Beyond ten million: the rule of thumb is too optimistic here.",
        "never": "",
    }[found.rule_of_thumb]
    return f"Own servers cost less from {rounded(found.requests_per_day, 2)} requests a day on. {where}".strip()


def concentration_chart(names: Sequence[str], found: Concentration) -> Chart:
    """What share of the traffic is lost when one vendor is down, the largest on top."""
    if len(names) != len(found.shares):
        raise WorkbenchError("Every share needs a vendor's name", where="Vendors")
    order = sorted(range(len(names)), key=lambda i: -found.shares[i])
    bars = tuple(
        Bar(names[i], names[i], 0.0, float(found.shares[i]), f"{names[i]}: {share(float(found.shares[i]))}")
        for i in order
    )
    lost = listed([f"{names[i]} {share(float(found.shares[i]))}" for i in order])
    return Chart(
        title="Traffic lost when one vendor is down",
        description=f"Lost with each vendor: {lost}.",
        x=Axis("share of the traffic lost", unit="%", low=0.0, high=1.06, ticks=_quarters()),
        y=Axis(""),
        series=(Bars("traffic lost", bars, high_colour=Colour.BLUE),),
        columns=("Vendor down", "Traffic lost"),
        rows=tuple((names[i], share(float(found.shares[i]))) for i in order),
    )


def _sizes() -> tuple[Tick, ...]:
    """Powers of ten from a thousand to 10,000 trillion, in letters."""
    letters = ((1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T"))
    return tuple(Tick(size * step, f"{step}{letter}") for size, letter in letters for step in (1, 10, 100))


def _quarters() -> tuple[Tick, ...]:
    return tuple(Tick(q / 4, share(q / 4)) for q in range(5))


def mix_sentence(open_share: float) -> str:
    """What a mix costs by the token, against everything on closed models."""
    price = mix_usd_per_mtok(open_share)
    saved = 1 - price / CLOSED_USD_PER_MTOK
    if saved <= 0:
        return f"All on closed models: {usd(CLOSED_USD_PER_MTOK)} for a million tokens."
    return f"{usd(price)} for a million tokens: {saved * 100:.1f} % less than all on closed models."
