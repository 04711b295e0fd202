"""Pictures of what stands behind the options: the break-even volume, and how often each option is best.

Source: methods.md sections 1.6 and 2.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from workbench.analysis.breakeven import RULE_OF_THUMB
from workbench.analysis.chartspec import Axis, Bar, Bars, Chart, Colour, Line, Marker, Region, Series, log_label
from workbench.analysis.checks import FloatArray
from workbench.analysis.words import UNKNOWN_FIGURE, rounded, share, usd_each
from workbench.domain.insight import Acceptance, FleetCost, Insights, VolumePoint
from workbench.domain.option import OptionSet
from workbench.domain.workload import DAYS_PER_MONTH

_POINTS = 120


def insight_charts(found: Insights, options: OptionSet, requests_per_day: float) -> dict[str, Chart]:
    """The pictures that have data, by name: break-even, acceptability."""
    made = {
        "break-even": breakeven_chart(found.volumes, requests_per_day),
        "acceptability": acceptability_chart(found.acceptances, options),
    }
    return {name: chart for name, chart in made.items() if chart is not None}


def breakeven_chart(points: Sequence[VolumePoint], requests_per_day: float) -> Chart | None:
    """Monthly cost over the volume: an API's straight line against servers that come in steps; both axes in tens.

    Own servers are the cheapest kind at each volume, as many copies as it asks for. Of several pairs the one that
    crosses first; the others stand in the table. None without a pair.
    """
    if not points or requests_per_day <= 0:
        return None
    crossing = [item for item in points if item.requests_per_day]
    first = min(crossing, key=lambda item: item.requests_per_day or math.inf, default=points[0])
    marks = [requests_per_day, *([first.requests_per_day] if first.requests_per_day else [])]
    low, high = min(marks) / 20, max(marks) * 20
    volumes = np.geomspace(low, high, _POINTS)
    api = volumes * DAYS_PER_MONTH * first.usd_request
    own = np.min([_cost_of(fleet, volumes) for fleet in first.fleets], axis=0)
    series: list[Series] = [
        Line("API", tuple(map(float, volumes)), tuple(map(float, api)), Colour.VERMILION, labelled=True),
        Line(
            "own servers", tuple(map(float, volumes)), tuple(map(float, own)), Colour.GREEN, dashed=True, labelled=True
        ),
        Marker(f"you: {rounded(requests_per_day, 2)}", requests_per_day),
    ]
    if first.requests_per_day:
        series.append(Marker(f"break-even: {rounded(first.requests_per_day, 2)}", first.requests_per_day))
    if high > RULE_OF_THUMB[0]:
        top = min(RULE_OF_THUMB[1], high)
        series.insert(0, Region("rule of thumb: 1 to 10 million", x_low=RULE_OF_THUMB[0], x_high=top))
    costs = [float(v) for v in (*api, *own) if v > 0]
    cheap, dear = min(costs) / 1.3, max(costs) * 1.3
    return Chart(
        title="What a month costs at each volume",
        description=_breakeven_words(first, requests_per_day),
        x=Axis(log_label("requests a day", low, high), log=True, low=low, high=high),
        y=Axis(log_label("cost a month", cheap, dear), unit="$", log=True, low=cheap, high=dear),
        series=tuple(series),
        note=f"{first.offer} against {first.self_host}. Own servers are the cheapest kind at each volume. "
        f"Holds for {first.holds_under}.",
        columns=("own servers", "against", "a request", "requests a day", "rule of thumb"),
        rows=tuple(_volume_row(item) for item in points),
    )


def _cost_of(fleet: FleetCost, volumes: FloatArray) -> FloatArray:
    """USD a month at each volume (requests a day), in whole copies."""
    copies = np.maximum(fleet.smallest_replicas, np.ceil(volumes / fleet.requests_per_day_of_replica - 1e-9))
    return copies * fleet.replica_usd_month + fleet.fixed_usd_month


def _breakeven_words(point: VolumePoint, now: float) -> str:
    if point.requests_per_day is None:
        return f"{point.self_host} never costs less than {point.offer}."
    side = "below" if now < point.requests_per_day else "above"
    return f"Own servers cost less from {rounded(point.requests_per_day, 2)} requests a day on; you are {side} that."


def _volume_row(item: VolumePoint) -> tuple[str, ...]:
    volume = "never" if item.requests_per_day is None else rounded(item.requests_per_day, 2)
    return (item.self_host, item.offer, usd_each(item.usd_request), volume, item.rule_of_thumb)


def acceptability_chart(found: Sequence[Acceptance], options: OptionSet) -> Chart | None:
    """One bar an option: how often it is best when only the order of the criteria is known; all bases in the table."""
    if not found:
        return None
    shown = next((item for item in found if item.basis.startswith("the order of")), found[0])
    names = sorted(shown.share, key=lambda name: -shown.share[name])
    titles = {option.id: option.name for option in options.options}
    bars = tuple(
        Bar(
            id=name,
            label=f"{name}: {share(shown.share[name])}",
            low=0.0,
            high=shown.share[name],
            detail=f"{titles.get(name, name)} is best in {share(shown.share[name])} of the draws, "
            f"give or take {shown.error[name] * 196:.1f} points.",
        )
        for name in names
    )
    return Chart(
        title="Share of the draws that each option wins",
        description=f"{names[0]} is best in {share(shown.share[names[0]])} of the draws; known: {shown.basis}.",
        x=Axis("share of 20,000 draws", unit="%", low=0, high=1),
        y=Axis(""),
        series=(Bars("acceptability", bars, 0.0, "", "", high_colour=Colour.BLUE),),
        note=f"Known: {shown.basis}. The table has the other cases. Limits are left out.",
        columns=("what is known", *names),
        rows=tuple((item.basis, *(_cell(item, name) for name in names)) for item in found),
    )


def _cell(item: Acceptance, name: str) -> str:
    return share(item.share[name]) if name in item.share else UNKNOWN_FIGURE
