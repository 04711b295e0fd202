"""The picture of cost against quality.

Source: methods.md sections 1.1 and 4.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from workbench.analysis.chartspec import Axis, Chart, Colour, Line, Point, Points, Region, Series, Shape, log_label
from workbench.analysis.quality_axis import OWN_EVAL
from workbench.analysis.tradeoffs import Mix, TradePoint, best_of, front_of, stands_apart
from workbench.analysis.words import UNKNOWN_FIGURE, rounded, share, usd, usd_range
from workbench.domain.numbers import digits
from workbench.domain.requirements import Requirements
from workbench.domain.verdict import Hosting

_STYLES = {
    Hosting.API: ("hosted", Colour.VERMILION, Shape.TRIANGLE),
    Hosting.SELF_HOST: ("own servers", Colour.GREEN, Shape.SQUARE),
    Hosting.LOCAL_FILE: ("this machine", Colour.BLUE, Shape.CIRCLE),
}
# Height of the strip for models without a score, in points of quality.
_MARGIN = 8.0
_MOST_LABELS = 8
# Excluded points are drawn up to this many times the cost of the dearest kept one.
_REACH = 3.0
# Of fewer requests a day a fraction is told: half a request is not none.
_WHOLE_VOLUME = 10.0


def tradeoff_chart(
    found: Sequence[TradePoint],
    mixes: Sequence[Mix],
    requirements: Requirements,
    requests_per_day: float,
    basis: str,
) -> Chart:
    """Scatter with intervals, the front as a line, mixes as dashed curves, unscored models in a strip at the foot."""
    everything, found = found, _in_reach(found)
    scored = [point for point in found if point.quality is not None and point.cost_usd is not None]
    unscored = [point for point in found if point.quality is None and point.cost_usd is not None and point.kept]
    floor = min((point.quality.low for point in scored if point.quality), default=0.0)
    top = max((point.quality.high for point in scored if point.quality), default=100.0)
    foot = 10.0 * math.floor(floor / 10.0)
    low = foot - _MARGIN if unscored else foot
    series: list[Series] = []
    bar = requirements.quality_target
    if bar is not None and bar > foot:
        series.append(Region(f"below the bar you set ({rounded(bar)})", y_low=foot, y_high=min(bar, 100.0)))
    if unscored:
        series.append(Region("no independent score", y_high=foot))
    series += _lines(found, mixes, requirements)
    labelled = _labelled(found)
    for hosting, (name, colour, shape) in _STYLES.items():
        group = [point for point in found if point.hosting is hosting and point.cost_usd is not None]
        shown = [point for point in group if point.quality is not None or point.kept]
        for label, outline, members in (
            (name, shape, [point for point in shown if not _is_measured(point)]),
            (f"{name}, your eval", Shape.STAR, [point for point in shown if _is_measured(point)]),
        ):
            if members:
                marks = tuple(_mark(point, foot, labelled) for point in members)
                series.append(Points(label, marks, colour, outline))
    front = front_of(found)
    return Chart(
        title="Monthly cost against quality",
        description=_description(front, len(scored), len(unscored)),
        x=_cost_axis(found, requests_per_day),
        y=Axis("quality, 0 to 100", low=low, high=min(100.0, 10.0 * math.ceil((max(top, bar or 0.0) + 2) / 10.0))),
        series=tuple(series),
        note=basis,
        columns=("model", "where", "$ a month", "range", "quality", "interval", "front", "leaves"),
        rows=tuple(_row(point) for point in everything),
    )


def _is_measured(point: TradePoint) -> bool:
    return point.quality is not None and point.quality.basis == OWN_EVAL


def _in_reach(found: Sequence[TradePoint]) -> list[TradePoint]:
    """Without the excluded points that cost far more than anything kept: they would only squeeze the rest."""
    dearest = max((point.cost_usd.likely for point in found if point.kept and point.cost_usd), default=None)
    if dearest is None:
        return list(found)
    return [p for p in found if p.kept or p.cost_usd is None or p.cost_usd.likely <= _REACH * dearest]


def _cost_axis(found: Sequence[TradePoint], requests_per_day: float) -> Axis:
    """Wide enough for every likely cost and for the intervals of what is on the front."""
    volume = digits(round(requests_per_day) if requests_per_day >= _WHOLE_VOLUME else requests_per_day)
    label = f"cost a month at {volume} {'request' if volume == '1' else 'requests'} a day"
    costs = [point.cost_usd for point in found if point.cost_usd is not None and point.cost_usd.likely > 0]
    if not costs:
        return Axis(label, "$", log=True)
    ends = [point.cost_usd for point in front_of(found) if point.cost_usd is not None]
    low = min([cost.likely for cost in costs] + [cost.low for cost in ends if cost.low > 0])
    high = max([cost.likely for cost in costs] + [cost.high for cost in ends])
    low, high = low / 1.3, high * 1.3
    return Axis(log_label(label, low, high), "$", log=True, low=low, high=high)


def _lines(found: Sequence[TradePoint], mixes: Sequence[Mix], requirements: Requirements) -> list[Series]:
    lines: list[Series] = []
    fronts = {"front": front_of(found)}
    if stands_apart(requirements):
        fronts = {
            "front of your own models": front_of(found, leaves=False),
            "front of hosted models": front_of(found, leaves=True),
        }
    for label, front in fronts.items():
        if len(front) > 1:
            xs = tuple(point.cost_usd.likely for point in front if point.cost_usd)
            ys = tuple(point.quality.value for point in front if point.quality)
            lines.append(Line(label, xs, ys, Colour.SKY))
    for (weak, strong), group in groupby(mixes, key=lambda mix: (mix.weak, mix.strong)):
        line = list(group)
        xs, ys = tuple(mix.cost_usd_month for mix in line), tuple(mix.quality for mix in line)
        label = f"mix, up to {share(line[-1].share)} to the stronger"
        lines.append(Line(label, xs, ys, Colour.ORANGE, dashed=True, id=f"{weak}|{strong}"))
    return lines


def _labelled(found: Sequence[TradePoint]) -> set[str]:
    """The fronts, thinned from their middle when long, the best-valued point of each, and what was measured."""
    chosen = {point.id for point in found if _is_measured(point)}
    for leaves in (False, True):
        front = front_of(found, leaves=leaves)
        step = max(1, math.ceil(len(front) / _MOST_LABELS))
        chosen |= {point.id for point in front[::step]} | {point.id for point in front[-1:]}
        best = best_of(front)
        chosen |= {best.id} if best else set()
    return chosen


def _mark(point: TradePoint, foot: float, labelled: set[str]) -> Point:
    cost, quality = point.cost_usd, point.quality
    if cost is None:
        raise ValueError("a point without a price has no place")
    return Point(
        id=point.id,
        x=cost.likely,
        y=quality.value if quality else foot - _MARGIN / 2,
        label=point.model_name,
        # The range of cost is drawn for the front only: a hundred crossing lines would hide what they mean.
        x_low=cost.low if point.pareto and cost.low > 0 else None,
        x_high=cost.high if point.pareto else None,
        y_low=quality.low if quality else None,
        y_high=quality.high if quality else None,
        labelled=point.id in labelled,
        faint=not point.pareto,
        detail=detail(point),
    )


def detail(point: TradePoint) -> str:
    """What a point says of itself on hover."""
    cost = f"{usd(point.cost_usd.likely)} a month ({usd_range(point.cost_usd)})" if point.cost_usd else "no price"
    found = point.quality
    score = f"quality {found.value:.0f} ({found.low:.0f}–{found.high:.0f}), {found.label}" if found else "no score"
    text = f"{point.model_name}, {point.offer_name}: {cost}; {score}."
    if not point.kept:
        return f"{text} Out: {point.why_out}"
    if point.dominated_by:
        return f"{text} {point.dominated_by.split('@')[0]} is at least as good for no more."
    return f"{text} On the front." if point.pareto else text


def _row(point: TradePoint) -> tuple[str, ...]:
    quality = point.quality
    return (
        point.model_name,
        point.offer_name,
        usd(point.cost_usd.likely if point.cost_usd else None),
        usd_range(point.cost_usd),
        f"{quality.value:.0f}" if quality else UNKNOWN_FIGURE,
        f"{quality.low:.0f}–{quality.high:.0f}" if quality else UNKNOWN_FIGURE,
        "front" if point.pareto else "" if point.kept else "out",
        "all" if point.leaves else "nothing",
    )


def _description(front: Sequence[TradePoint], scored: int, unscored: int) -> str:
    if not front:
        return f"{scored} models with a score, none of them inside the limits."
    names = ", ".join(
        f"{point.model_name} ({usd(point.cost_usd.likely if point.cost_usd else None)}, "
        f"{point.quality.value if point.quality else 0:.0f})"
        for point in front
    )
    tail = f" {unscored} models without an independent score stand at the foot." if unscored else ""
    return f"The front from cheap to good: {names}.{tail}"
