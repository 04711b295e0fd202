"""What any number of models come to together, from one eval: alone, mixed at random, and routed by one who knows.

Source: methods.md section 4.2. Scores in [0, 1] per case (rows) and model (columns); the price of a case is in USD or,
where money says nothing, in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from workbench.analysis import checks, routing, statistics
from workbench.analysis.budget_routing import within_budget
from workbench.analysis.chartspec import Axis, Chart, Colour, Line, Point, Points
from workbench.analysis.checks import FloatArray
from workbench.analysis.words import count, listed, seconds, share, usd
from workbench.domain.routing import Budget, Frontier, FrontierModel

Unit = Literal["USD", "s"]
STEPS = 20
EXACT = 1e-9
#: to the right of the dearest model there is room for words
WORDS_ROOM = 1.2


def frontier(
    models: Sequence[str],
    scores: FloatArray,
    prices: FloatArray,
    *,
    unit: Unit = "USD",
    clusters: Sequence[object] | None = None,
) -> Frontier:
    """The frontier of two or more models on the cases all of them have a score for; `clusters` as for mean_score."""
    table = checks.matrix(scores, "Scores", low=0.0, high=1.0, columns=len(models))
    costs = checks.matrix(prices, "Prices", low=0.0, columns=len(models))
    means, prices_each = table.mean(axis=0), costs.mean(axis=0)
    hull = routing.mixture_hull(prices_each, means)
    found = []
    for place, model in enumerate(models):
        interval = statistics.mean_score(table[:, place], clusters)
        found.append(
            FrontierModel(model, float(prices_each[place]), interval.point, interval.low, interval.high, place in hull)
        )
    least, most = float(costs.min(axis=1).mean()), float(costs.max(axis=1).mean())
    steps = np.linspace(least, most, STEPS + 1) if most > least else np.array([least])
    plans = [(float(step), within_budget(table, costs, float(step))) for step in steps]
    return Frontier(
        cases=len(table),
        unit=unit,
        models=tuple(found),
        hull=tuple(models[place] for place in hull),
        budgets=tuple(Budget(step, plan.quality, plan.cost_usd) for step, plan in plans),
        oracle=float(table.max(axis=1).mean()),
        average_quality=routing.average_quality(prices_each, means),
    )


def frontier_words(found: Frontier, names: Sequence[str]) -> str:
    """The frontier in a sentence; `names` are those of its models."""
    by_id = {model.model_id: name for model, name in zip(found.models, names, strict=True)}
    best = max(found.models, key=lambda model: model.quality)
    beaten = [by_id[model.model_id] for model in found.models if not model.on_hull]
    told = [
        f"One who knew every answer would get {share(found.oracle)} right with these models, "
        f"{by_id[best.model_id]} alone gets {share(best.quality)}: {_gain_words(found)}."
    ]
    if beaten:
        mix = listed([by_id[model] for model in found.hull], "and")
        verb = "lies" if len(beaten) == 1 else "lie"
        told.append(f"{listed(beaten)} {verb} below what {mix} give for the same price, as far as these cases tell.")
    return " ".join(told)


def _gain_words(found: Frontier) -> str:
    """What routing can win; where it rounds to no point at all, that it is less than one."""
    gain = found.oracle - max(model.quality for model in found.models)
    if gain < EXACT:
        return f"routing can win no right answer, only save {'money' if found.unit == 'USD' else 'time'}"
    points = round(gain * 100)
    return f"routing can win {count(points, 'point') if points else 'less than one point'} at most"


def frontier_chart(found: Frontier, names: Sequence[str]) -> Chart:
    """Right answers against the price of a case: every model with its interval, random mixes, and the oracle."""
    priced = {model.model_id: model for model in found.models}
    edge = [priced[model] for model in found.hull]
    points = tuple(
        Point(
            model.model_id, model.price, model.quality, name, y_low=model.low, y_high=model.high, labelled=True,
            faint=not model.on_hull,
            detail=f"{name}: {share(model.quality)} right, {price_words(model.price, found.unit)} a case",
        )
        for model, name in zip(found.models, names, strict=True)
    )  # fmt: skip
    oracle = Line(
        "routed by one who knows", tuple(b.cost_usd for b in found.budgets), tuple(b.quality for b in found.budgets),
        Colour.GREEN, dashed=True, labelled=True, id="oracle",
    )  # fmt: skip
    mixes = Line(
        "random mixes", tuple(model.price for model in edge), tuple(model.quality for model in edge), Colour.NEUTRAL,
        labelled=len(edge) > 1, id="hull",
    )  # fmt: skip
    low = min(model.low for model in found.models)
    most = WORDS_ROOM * max(model.price for model in found.models) or None
    unit = "$" if found.unit == "USD" else "s"
    return Chart(
        title="What these models come to together",
        description=frontier_words(found, names),
        x=Axis("price of a case" if found.unit == "USD" else "seconds for an answer", unit=unit, low=0.0, high=most),
        y=Axis("right answers", unit="%", low=max(0.0, low - 0.03), high=1.0),
        series=(mixes, oracle, Points("models alone, with 95 % interval", points)),
        note=f"{count(found.cases, 'case')} that all of them have a score for.",
        columns=("Model", "Right", "A case", "On the frontier"),
        rows=tuple(
            (
                name,
                f"{share(model.quality)} ({model.low * 100:.0f} to {model.high * 100:.0f})",
                price_words(model.price, found.unit),
                "yes" if model.on_hull else "no",
            )
            for model, name in zip(found.models, names, strict=True)
        ),
    )


def price_words(price: float, unit: str) -> str:
    """ "$0.0021" or "0.45 s"."""
    return usd(price) if unit == "USD" else seconds(price)
