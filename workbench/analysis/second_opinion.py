"""The options ranked in other ways: other weights, other methods, unknown weights, unknown costs.

Source: methods.md sections 1.1, 1.3, 1.6 and 1.7. Never the headline: two of the methods change their mind when an
option is added that nobody would take (1.4). Arrays are options x criteria.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.analysis import ranking, robustness
from workbench.analysis.acceptability import acceptability, ranked_weights, swing_band_weights, uniform_weights
from workbench.analysis.checks import FloatArray
from workbench.analysis.options import SEED, importance_order, leader_of, ranking_criteria, raw_table
from workbench.domain.criterion import Criterion
from workbench.domain.insight import Acceptance, Opinion, Regret
from workbench.domain.option import Option

BAND = 0.2
STATES = ("all costs come low", "all costs as likely", "all costs come high")


def opinions(options: Sequence[Option], criteria: Sequence[Criterion]) -> tuple[Opinion, ...]:
    """By your points, equal weights, two weightings of the order alone, TOPSIS and PROMETHEE II; the limits left out.

    () with fewer than two options whose figures are all known: what is missing has no place in these methods.
    """
    known = [item for item in options if all(criterion.id in item.figures for criterion in criteria)]
    if len(known) < 2:
        return ()
    raw, scales = raw_table([item.figures for item in known], criteria), ranking_criteria(criteria)
    values, _ = ranking.value_scores(raw, scales)
    points = ranking.criterion_weights(scales)
    order, size = importance_order(criteria), len(criteria)
    more = [criterion.best > criterion.worst for criterion in criteria]
    centroid = ranking.weights_by_rank(order, ranking.rank_order_centroid(size))
    by_rank = ranking.weights_by_rank(order, ranking.rank_sum(size))
    found = (
        ("your points", "The scores above.", values @ points),
        ("equal weights", "Every criterion counts the same.", values @ np.full(size, 1 / size)),
        ("order only, steep", "Rank-order centroid: the first criterion counts most by far.", values @ centroid),
        ("order only, flat", "Rank sum: weights fall evenly from first to last.", values @ by_rank),
        ("TOPSIS", "Closeness to the best and distance from the worst.", ranking.topsis(raw, points, more)),
        ("PROMETHEE II", "Wins less losses, pair by pair.", ranking.promethee(raw, points, more)),
    )
    headline = _winner(known, values @ points)
    return tuple(
        Opinion(name, explained, _by_id(known, scores), _winner(known, scores), _winner(known, scores) == headline)
        for name, explained, scores in found
    )


def acceptances(options: Sequence[Option], criteria: Sequence[Criterion]) -> tuple[Acceptance, ...]:
    """Shares of draws in which each option is best, from knowing nothing of the weights to knowing your points."""
    if len(options) < 2:
        return ()
    scales = ranking_criteria(criteria)
    tables = [item.figures for item in options]
    values, _ = ranking.value_scores(raw_table(tables, criteria), scales)
    ends = [ranking.value_scores(raw_table(tables, criteria, end), scales)[0] for end in ("low", "high")]
    low, high = np.fmin(*ends), np.fmax(*ends)
    ranked = ranked_weights(importance_order(criteria), seed=SEED)
    points = [criterion.points for criterion in criteria]
    found = (
        ("no preference at all", uniform_weights(len(criteria), seed=SEED), None),
        ("the order of your criteria", ranked, None),
        ("your points, give or take 20 %", swing_band_weights(points, BAND, seed=SEED), None),
        ("the order, and figures anywhere in their ranges", ranked, high),
    )
    return tuple(
        _acceptance(basis, options, criteria, low if upper is not None else values, draws, upper)
        for basis, draws, upper in found
    )


def _acceptance(
    basis: str,
    options: Sequence[Option],
    criteria: Sequence[Criterion],
    values: FloatArray,
    draws: FloatArray,
    upper: FloatArray | None,
) -> Acceptance:
    result = acceptability(values, draws, values_high=upper, seed=SEED)
    central = {
        item.id: {c.id: float(result.central_weights[row, k]) for k, c in enumerate(criteria)}
        for row, item in enumerate(options)
        if result.share[row] > 0
    }
    return Acceptance(basis, _by_id(options, result.share), _by_id(options, result.mc_error), central)


def regret(options: Sequence[Option], months: int, factor: Mapping[str, float]) -> Regret | None:
    """What each option costs more than the cheapest over the horizon in three states of all costs together.

    `factor` stretches an option's monthly cost for growth. None with fewer than two priced options.
    """
    priced = [item for item in options if {"setup_usd", "monthly_usd"} <= item.figures.keys()]
    if len(priced) < 2:
        return None
    payoff = np.array([[-_cost(item, end, months, factor) for end in ("low", "likely", "high")] for item in priced])
    result = robustness.regret(payoff)
    rows = {item.id: tuple(float(v) for v in result.table[row]) for row, item in enumerate(priced)}
    return Regret(STATES, rows, _by_id(priced, result.largest), priced[result.choice].id)


def _cost(item: Option, end: str, months: int, factor: Mapping[str, float]) -> float:
    setup, monthly = item.figures["setup_usd"].value, item.figures["monthly_usd"].value
    return float(getattr(setup, end) + months * factor.get(item.id, 1.0) * getattr(monthly, end))


def _by_id(options: Sequence[Option], values: FloatArray) -> dict[str, float]:
    return {item.id: float(values[row]) for row, item in enumerate(options)}


def _winner(options: Sequence[Option], scores: FloatArray) -> str:
    return options[int(np.argmax(scores))].id


def agreement(found: Sequence[Opinion], options: Sequence[Option]) -> str:
    """One sentence: how many of the other ways agree with the score, and what that means for the recommendation."""
    others = [item for item in found if item.name != "your points"]
    if not others:
        return ""
    headline = next(item.winner for item in found if item.name == "your points")
    agree = [item for item in others if item.agrees]
    leader = leader_of(options)
    tail = ""
    if leader is not None and leader.id != headline:
        tail = f" The limits choose {leader.id} all the same."
    if len(agree) == len(others):
        return f"All {len(others)} other ways of ranking also put {headline} first.{tail}"
    against = ", ".join(f"{item.name} ({item.winner})" for item in others if not item.agrees)
    return f"{len(agree)} of {len(others)} other ways put {headline} first; not so {against}.{tail}"
