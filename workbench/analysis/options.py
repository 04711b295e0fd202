"""Options side by side: costs over time, scores on fixed anchors, how firm the order is, and which one to take.

Source: methods.md sections 1.1 to 1.6 and 2.2. Limits remove options first; the additive model ranks what is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.analysis import ranking
from workbench.analysis.acceptability import acceptability, ranked_weights
from workbench.analysis.checks import FloatArray
from workbench.analysis.distributions import pert_of
from workbench.analysis.montecarlo import UncertainCost, cheapest_shares
from workbench.analysis.tco import CostLine, catch_up_months, cumulative_cost, tco
from workbench.domain.criterion import Criterion
from workbench.domain.figures import Figure
from workbench.domain.option import Crossover, DataFlow, Option, OptionDraft, Recommendation
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Reason

YEARS = (12, 24, 36, 48, 60)
SEED = 20_261_121
# From this many open questions on, the answer says that it rests on assumptions.
MANY_UNANSWERED = 10
_MONEY = frozenset({"setup_usd", "monthly_usd"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A draft with its figures and the limits they meet or break. `usage_usd_month`: see Option."""

    draft: OptionDraft
    figures: Mapping[str, Figure]
    reasons: tuple[Reason, ...]
    usage_usd_month: float = 0.0


@dataclass(frozen=True, slots=True)
class Horizon:
    """Over what costs are added up: months, yearly discount rate, growth of API bills per month."""

    months: int
    discount_rate: float
    growth_per_month: float = 0.0

    @property
    def shown_months(self) -> tuple[int, ...]:
        """The months for which totals are given: whole years, and the horizon itself."""
        return tuple(sorted({*YEARS, self.months}))


def ranking_criteria(criteria: Sequence[Criterion]) -> tuple[ranking.Criterion, ...]:
    """The scenario's criteria as the ranking takes them."""
    return tuple(ranking.Criterion(item.id, item.worst, item.best, item.points) for item in criteria)


def raw_table(
    options: Sequence[Mapping[str, Figure]], criteria: Sequence[Criterion], end: str = "likely"
) -> FloatArray:
    """Options x criteria in the criteria's units, NaN where a figure is not known; `end`: low, likely or high."""
    rows = [
        [getattr(figures[item.id].value, end) if item.id in figures else np.nan for item in criteria]
        for figures in options
    ]
    return np.array(rows, dtype=np.float64).reshape(len(options), len(criteria))


def importance_order(criteria: Sequence[Criterion], *, money_first: bool = False) -> tuple[int, ...]:
    """Positions of the criteria, most points first. Of equal ones money counts last, as it is the easiest to move."""

    def key(position: int) -> tuple[float, bool]:
        is_money = criteria[position].id in _MONEY
        return (-criteria[position].points, is_money is not money_first)

    return tuple(sorted(range(len(criteria)), key=key))


def best_probabilities(values: FloatArray, criteria: Sequence[Criterion], *, money_first: bool = False) -> FloatArray:
    """Share of 20,000 seeded draws in which each option scores best when only the order of the criteria is known."""
    draws = ranked_weights(importance_order(criteria, money_first=money_first), seed=SEED)
    return acceptability(values, draws, seed=SEED).share


def assess(
    resolved: Sequence[Resolved], criteria: Sequence[Criterion], horizon: Horizon, *, draws: bool = True
) -> tuple[Option, ...]:
    """The options with costs, scores and probabilities, in the order given.

    Without `draws` it takes a millisecond: the probabilities are then not known (NaN and None).
    """
    if not resolved:
        return ()
    tables = [item.figures for item in resolved]
    ranked = ranking.rank(raw_table(tables, criteria), ranking_criteria(criteria))
    lows, highs = _score_bounds(tables, criteria, ranked)
    chances = best_probabilities(ranked.values, criteria) if draws else np.full(len(resolved), np.nan)
    cheapest = _cheapest_probabilities(resolved, horizon) if draws else [None] * len(resolved)
    bars = ranked.bars
    return tuple(
        Option(
            draft=item.draft,
            figures=item.figures,
            tco_usd=_costs(item, horizon, discounted=False),
            tco_discounted_usd=_costs(item, horizon, discounted=True),
            reasons=item.reasons,
            score=float(ranked.scores[row]),
            score_low=float(lows[row]),
            score_high=float(highs[row]),
            contributions={criterion.id: float(bars[row, k]) for k, criterion in enumerate(criteria)},
            best_probability=float(chances[row]),
            cheapest_probability=cheapest[row],
            clipped=tuple(c.id for k, c in enumerate(criteria) if ranked.clipped[row, k]),
            usage_usd_month=item.usage_usd_month,
        )
        for row, item in enumerate(resolved)
    )


def reweighed(options: Sequence[Option], criteria: Sequence[Criterion]) -> tuple[Option, ...]:
    """The same options scored by other points: quick enough to follow a slider. What rests on draws stays as it was."""
    if not options:
        return ()
    tables = [item.figures for item in options]
    ranked = ranking.rank(raw_table(tables, criteria), ranking_criteria(criteria))
    lows, highs = _score_bounds(tables, criteria, ranked)
    bars = ranked.bars
    return tuple(
        replace(
            item,
            score=float(ranked.scores[row]),
            score_low=float(lows[row]),
            score_high=float(highs[row]),
            contributions={criterion.id: float(bars[row, k]) for k, criterion in enumerate(criteria)},
        )
        for row, item in enumerate(options)
    )


def _score_bounds(
    tables: Sequence[Mapping[str, Figure]], criteria: Sequence[Criterion], ranked: ranking.Ranking
) -> tuple[FloatArray, FloatArray]:
    """Scores with every figure at its worse and at its better end; a missing one may be anything."""
    scales = ranking_criteria(criteria)
    at_low, _ = ranking.value_scores(raw_table(tables, criteria, "low"), scales)
    at_high, _ = ranking.value_scores(raw_table(tables, criteria, "high"), scales)
    worse = np.nan_to_num(np.minimum(at_low, at_high), nan=0.0)
    better = np.nan_to_num(np.maximum(at_low, at_high), nan=1.0)
    return worse @ ranked.weights, better @ ranked.weights


def cost_line(item: Resolved | Option, horizon: Horizon) -> CostLine | None:
    """What an option costs at the start (USD) and each month; None when one of the two is not known.

    With growth, the part of the bill that is paid by use grows; own servers do not (methods.md 2.2, "Growth").
    """
    setup, monthly = item.figures.get("setup_usd"), item.figures.get("monthly_usd")
    if setup is None or monthly is None:
        return None
    growing = min(item.usage_usd_month, monthly.likely) if horizon.growth_per_month else 0.0
    return CostLine(setup.likely, monthly.likely - growing, growing, horizon.growth_per_month)


def cost_after(line: CostLine, months: int, annual_rate: float = 0.0) -> float:
    """Set-up and everything paid by the end of the month, in USD."""
    if not line.growing_usd_month:
        return tco(line.setup_usd, line.run_usd_month, months, annual_rate)
    return float(cumulative_cost(line, months, annual_rate)[-1])


def _costs(item: Resolved, horizon: Horizon, *, discounted: bool) -> dict[int, float]:
    line = cost_line(item, horizon)
    if line is None:
        return {}
    rate = horizon.discount_rate if discounted else 0.0
    return {months: cost_after(line, months, rate) for months in horizon.shown_months}


def _cheapest_probabilities(resolved: Sequence[Resolved], horizon: Horizon) -> list[float | None]:
    """Chance that each option costs least over the horizon, from the ranges of set-up and monthly cost."""
    lines = [cost_line(item, horizon) for item in resolved]
    known = [(row, line) for row, line in enumerate(lines) if line is not None]
    found: list[float | None] = [None] * len(resolved)
    if len(known) < 2:
        return found
    uncertain = [
        UncertainCost(
            pert_of(resolved[row].figures["setup_usd"].value),
            pert_of(resolved[row].figures["monthly_usd"].value.scaled(growth_factor(line, horizon.months))),
        )
        for row, line in known
    ]
    for (row, _), chance in zip(known, cheapest_shares(uncertain, horizon.months, seed=SEED), strict=True):
        found[row] = float(chance)
    return found


def growth_factor(line: CostLine, months: int) -> float:
    """How much more the average month costs than the first one; 1 without growth."""
    flat = (line.run_usd_month + line.growing_usd_month) * months
    return (cost_after(line, months) - line.setup_usd) / flat if line.growing_usd_month and flat else 1.0


def mean_month_factor(item: Option, months: int) -> float:
    """How much more an option's average month of the horizon costs than its first one; 1 without growth or costs."""
    total = item.tco_usd.get(months)
    if total is None:
        return 1.0
    flat = months * item.figures["monthly_usd"].likely
    return (total - item.figures["setup_usd"].likely) / flat if flat else 1.0


def crossovers(options: Sequence[Option], horizon: Horizon) -> tuple[Crossover, ...]:
    """For every two options: after how many months the one with the dearer set-up has cost no more.

    Pairs in which the cheaper set-up is also the cheaper to run never cross and have None.
    """
    lines = [(item.id, line) for item in options if (line := cost_line(item, horizon)) is not None]
    lines.sort(key=lambda entry: entry[1].setup_usd)
    return tuple(
        Crossover(cheap_id, dear_id, catch_up_months(cheap, dear), catch_up_months(cheap, dear, horizon.discount_rate))
        for position, (cheap_id, cheap) in enumerate(lines)
        for dear_id, dear in lines[position + 1 :]
        # without a set-up to earn back one is cheaper from the first day on
        if cheap.setup_usd != dear.setup_usd
    )


def leader_of(options: Sequence[Option]) -> Option | None:
    """The option to take: the best score among those inside every limit; None when none is."""
    inside = [item for item in options if not item.excluded_by]
    return max(inside, key=lambda item: (item.score, item.score_high), default=None)


def because_of(options: Sequence[Option]) -> str:
    """ "constraints" when exactly one option is inside the limits, "score" when the best score overall is inside, else
    "both": the limits removed a better score and the score chose among the rest."""
    inside = [item for item in options if not item.excluded_by]
    if len(inside) <= 1:
        return "constraints"
    best = max(options, key=lambda item: item.score)
    return "score" if not best.excluded_by else "both"


def recommend(options: Sequence[Option], requirements: Requirements) -> Recommendation:
    """The option to take and what carried it, in sentences. Empty option id when none is inside the limits.

    While it is open who may process the data, an option that sends any away is taken with that reserve.
    """
    found = _by_limits_and_score(options)
    leader = next((item for item in options if item.id == found.option), None)
    if leader is not None and requirements.data_is_open and leader.draft.data_flow is not DataFlow.NOTHING_LEAVES:
        found = _with_reserve(found, leader, options)
    unanswered = len(requirements.unknown)
    if unanswered >= MANY_UNANSWERED:
        rest = f"{unanswered} questions have no answer yet, so assumptions stand behind these figures."
        found = replace(found, detail=f"{found.detail} {rest}".strip())
    return found


def _with_reserve(found: Recommendation, leader: Option, options: Sequence[Option]) -> Recommendation:
    own = leader_of([item for item in options if item.draft.data_flow is DataFlow.NOTHING_LEAVES])
    otherwise = f"if it may not, {own.id} is the one to take" if own else "if it may not, no option here is left"
    head = f"Not settled: {leader.id}, the {leader.draft.strategy.value} option, leads if your data may go to it."
    detail = f"You have not said yet whether another company may process the data; {otherwise}."
    return replace(found, sentence=head, detail=f"{detail} {found.detail}".strip())


def _by_limits_and_score(options: Sequence[Option]) -> Recommendation:
    leader = leader_of(options)
    if not options:
        head = "There is no option, and the shortlist has no model to propose one from."
        return Recommendation("", "constraints", head, "Loosen a limit, or add an option of your own.")
    if leader is None:
        text = " ".join(_why_out(item) for item in options)
        return Recommendation("", "constraints", "No option is inside your limits.", text)
    because = because_of(options)
    name = f"{leader.id}, the {leader.draft.strategy.value} option,"
    rivals = sorted((item for item in options if item is not leader), key=lambda item: -item.score)
    if because == "constraints":
        head = f"{name} is the only option inside your limits."
        detail = " ".join([*(_why_out(item) for item in rivals), *_on_points(leader, rivals)])
    elif because == "score":
        ahead = "scores as well as any" if _is_level(leader, rivals) else "scores best"
        head = f"{name} {ahead}, and it is inside your limits."
        detail = " ".join([*_on_points(leader, rivals), *(_why_out(item) for item in rivals if item.excluded_by)])
    else:
        head = f"{name} scores best of those inside your limits."
        detail = " ".join([*(_why_out(item) for item in rivals if item.excluded_by), *_on_points(leader, rivals)])
    return Recommendation(leader.id, because, head, detail)


def _why_out(item: Option) -> str:
    text = item.excluded_by[0].text
    named = ": " in text  # what begins with the name of a model keeps its capital
    return f"{item.id} is out: {text if named else text[:1].lower() + text[1:]}"


def _on_points(leader: Option, rivals: Sequence[Option]) -> list[str]:
    """How far ahead or behind the leader is by score alone, and whether that matters."""
    if not rivals:
        return []
    next_best = rivals[0]
    gap = leader.score - next_best.score
    if _is_level(leader, rivals):
        return [f"On points alone {leader.id} and {next_best.id} are level ({leader.score:.3f})."]
    if gap < 0:
        return [f"On points alone {next_best.id} would lead ({_scores(next_best.score, leader.score)})."]
    numbers = _scores(leader.score, next_best.score)
    how = "by a hair" if gap < 0.03 else "clearly" if gap > 0.1 else ""
    tail = ": the limits carry this decision, not the score" if all(item.excluded_by for item in rivals) else ""
    return [f"On points alone {leader.id} leads {next_best.id} {how + ' ' if how else ''}({numbers}){tail}."]


def _is_level(leader: Option, rivals: Sequence[Option]) -> bool:
    """Whether the next best scores the same but for rounding."""
    return bool(rivals) and math.isclose(leader.score, rivals[0].score, abs_tol=1e-9)


def _scores(first: float, second: float) -> str:
    """Two scores with as many digits as tell them apart, three to six."""
    digits = next((n for n in range(3, 6) if f"{first:.{n}f}" != f"{second:.{n}f}"), 6)
    return f"{first:.{digits}f} to {second:.{digits}f}"
