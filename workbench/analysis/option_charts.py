"""The pictures of the Options page: cost over time, what moves one option against another, where scores come from.

Source: methods.md sections 1.1, 2.2 and 2.5.
"""

from __future__ import annotations

import math

from workbench.analysis.chartspec import Axis, Bar, Bars, Chart, Colour, Line, Marker, style_of
from workbench.analysis.checks import FloatArray
from workbench.analysis.distributions import Distribution, pert_of
from workbench.analysis.montecarlo import tornado
from workbench.analysis.options import mean_month_factor
from workbench.analysis.words import count, score, usd
from workbench.domain.option import Crossover, Option, OptionSet, Strategy

_LONGEST_MONTHS = 60
# More words beside upright lines would cover each other.
_MOST_MARKS = 2


def charts(found: OptionSet) -> dict[str, Chart]:
    """The charts that the options allow, by name: cumulative, tornado, contributions. One without data is left out.

    With several options to compare with, "tornado/B" is the tornado against B; "tornado" is the first of them.
    """
    against = _tornados(found)
    made = {
        "cumulative": cumulative(found),
        "tornado": next(iter(against.values()), None),
        **({f"tornado/{rival}": chart for rival, chart in against.items()} if len(against) > 1 else {}),
        "contributions": contributions(found),
    }
    return {name: chart for name, chart in made.items() if chart is not None}


def cumulative(found: OptionSet) -> Chart | None:
    """Set-up and everything paid since, month by month, with the months at which lines cross."""
    months = max(found.horizon_months, _LONGEST_MONTHS)
    priced = [(row, item) for row, item in enumerate(found.options) if item.tco_usd]
    if not priced:
        return None
    lines = tuple(_line(item, row, months) for row, item in priced)
    shown_crossings, others = _crossings(found, months)
    marks = tuple(Marker(_overtakes(cross), cross.months or 0.0) for cross in shown_crossings)
    further = "".join(f" {_overtakes(cross)}." for cross in others)
    shown = sorted(priced[0][1].tco_usd)
    return Chart(
        title="Cumulative cost",
        description=" ".join(f"{item.id} has cost {usd(item.tco_usd[found.horizon_months])} after "
                             f"{found.horizon_months} months." for _, item in priced),
        x=Axis("months after the start", low=0, high=months),
        y=Axis("paid so far", unit="$", low=0),
        series=(*lines, *marks),
        note=f"Likely values, not discounted. A line starts at the cost of the set-up.{further}",
        columns=("option", *(count(month, "month") for month in shown)),
        rows=tuple((f"{item.id} · {item.name}", *(usd(item.tco_usd[month]) for month in shown)) for _, item in priced),
    )  # fmt: skip


def _crossings(found: OptionSet, months: int) -> tuple[list[Crossover], list[Crossover]]:
    """The soonest crossings of the recommended option, drawn with their words, and its others, which are only told.

    Without one of its own the soonest of all.
    """
    near = [cross for cross in found.crossovers if cross.months is not None and 0 < cross.months <= months]
    near.sort(key=lambda cross: cross.months or 0.0)
    own = [cross for cross in near if found.recommendation.option in (cross.a, cross.b)]
    return (own[:_MOST_MARKS], own[_MOST_MARKS:]) if own else (near[:1], [])


def _overtakes(cross: Crossover) -> str:
    return f"{cross.b} overtakes {cross.a} in month {math.ceil(cross.months or 0)}"


def _line(item: Option, row: int, months: int) -> Line:
    """Through every month whose total is known, so that growth bends it."""
    points = {0: item.figures["setup_usd"].likely, **{m: cost for m, cost in item.tco_usd.items() if m <= months}}
    xs = tuple(sorted(points))
    colour, _ = style_of(row)
    ys = tuple(points[month] for month in xs)
    return Line(item.id, tuple(map(float, xs)), ys, colour, labelled=True, id=item.id)


def _tornados(found: OptionSet) -> dict[str, Chart]:
    """What moves the recommended option against each other one, by the other's id: the bought one first."""
    leader = found.option(found.recommendation.option) or next(iter(found.options), None)
    if leader is None or not leader.tco_usd:
        return {}
    rivals = [item for item in found.options if item is not leader and item.tco_usd]
    rivals.sort(key=lambda item: item.draft.strategy is not Strategy.BUY)
    made = {item.id: tornado_chart(leader, item, found.horizon_months) for item in rivals}
    return {rival: chart for rival, chart in made.items() if chart is not None}


def tornado_chart(option: Option, other: Option, months: int) -> Chart | None:
    """The difference in cost over `months`, one input at a time from its p10 to its p90; None without any range."""
    names = [(item, key) for item in (option, other) for key in ("setup_usd", "monthly_usd")]
    inputs: list[Distribution] = [pert_of(item.figures[key].value) for item, key in names]
    first, second = (months * mean_month_factor(item, months) for item in (option, other))

    def difference(rows: FloatArray) -> FloatArray:
        return rows[:, 0] + first * rows[:, 1] - rows[:, 2] - second * rows[:, 3]

    found = [bar for bar in tornado(difference, inputs) if bar.swing > 0]
    if not found:
        return None
    words = {"setup_usd": "set-up", "monthly_usd": "running cost"}
    labels = {k: f"{item.id}'s {words[key]}" for k, (item, key) in enumerate(names)}
    bars = tuple(
        Bar(
            id=f"{names[bar.input][0].id}.{names[bar.input][1]}",
            label=labels[bar.input],
            low=min(bar.at_p10, bar.at_p90),
            high=max(bar.at_p10, bar.at_p90),
            detail=f"{labels[bar.input]} at {usd(inputs[bar.input].quantile(0.1))}: {usd(bar.at_p10)}; "
            f"at {usd(inputs[bar.input].quantile(0.9))}: {usd(bar.at_p90)}",
        )
        for bar in found
    )
    return Chart(
        title=f"What moves {option.id} against {other.id}",
        description=f"{labels[found[0].input]} moves the difference over {months} months most, "
        f"from {usd(bars[0].low)} to {usd(bars[0].high)}.",
        x=Axis(f"{option.id} less {other.id} over {months} months", unit="$"),
        y=Axis(""),
        series=(Bars("difference", bars, found[0].base, f"{option.id} gains", f"{other.id} gains"),),
        note="Each input alone from its p10 to its p90, the others at their likely value.",
        columns=("input", "at p10", "at p90"),
        rows=tuple((labels[bar.input], usd(bar.at_p10), usd(bar.at_p90)) for bar in found),
    )


def contributions(found: OptionSet) -> Chart | None:
    """What carries the best score over the next: the difference of weight times value, criterion by criterion.

    The table holds what each criterion adds to each option's score. With one option the bars are its own.
    """
    if not found.options:
        return None
    ranked = sorted(found.options, key=lambda item: -item.score)
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    titles, ids = found.criterion_titles, list(found.options[0].contributions)
    edges = {name: best.contributions[name] - (second.contributions[name] if second else 0.0) for name in ids}
    bars = tuple(
        Bar(
            id=name,
            label=titles.get(name, name),
            low=min(0.0, edges[name]),
            high=max(0.0, edges[name]),
            detail=_edge_detail(titles.get(name, name), name, best, second),
        )
        for name in sorted(ids, key=lambda name: -abs(edges[name]))
    )
    title = f"What carries {best.id} over {second.id}" if second else f"Where {best.id}'s score comes from"
    lead = f"{best.id} scores {best.score:.3f}" + (f", {second.id} {second.score:.3f}." if second else ".")
    return Chart(
        title=title,
        description=f"{lead} {titles.get(bars[0].id, bars[0].id)} makes the largest difference.",
        x=Axis("difference in score"),
        y=Axis(""),
        series=(
            Bars(
                "contribution",
                bars,
                0.0,
                f"for {second.id}" if second else "",
                f"for {best.id}",
                low_colour=Colour.VERMILION,
                high_colour=Colour.BLUE,
            ),
        ),
        note="Weight times value. The bars together are the lead.",
        columns=("criterion", *(item.id for item in found.options)),
        rows=(
            *((titles.get(n, n), *(score(item.contributions[n]) for item in found.options)) for n in ids),
            ("score", *(f"{item.score:.3f}" for item in found.options)),
        ),
    )


def _edge_detail(title: str, name: str, best: Option, second: Option | None) -> str:
    own = f"{title} adds {score(best.contributions[name])} to {best.id}"
    return f"{own} and {score(second.contributions[name])} to {second.id}." if second else f"{own}."
