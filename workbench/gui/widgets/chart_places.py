"""From data to plot coordinates: log axes, selectable places, the colours of series. No drawing here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.analysis.chartspec import OKABE_ITO, Axis, Bars, Chart, Colour, Line, Point, Points
from workbench.gui.theme import Look

_ON_DARK = {Colour.BLUE: "#3d9bd9", Colour.VERMILION: "#f07c2e", Colour.GREEN: "#21b98c"}


@dataclass(frozen=True, slots=True)
class Place:
    """A selectable thing at plot coordinates, with the words for hover and screen readers."""

    id: str
    x: float
    y: float
    words: str


def series_colour(look: Look, colour: Colour) -> str:
    """The colour a role is drawn in: Okabe-Ito, lightened on dark ground where 3:1 asks for it."""
    if colour is Colour.NEUTRAL:
        return look.muted
    return _ON_DARK.get(colour, OKABE_ITO[colour]) if look.dark else OKABE_ITO[colour]


def on_axis(axis: Axis, value: float) -> float:
    """A data value in plot coordinates: its decimal logarithm on a log axis (nan for 0 or less)."""
    if not axis.log:
        return value
    return math.log10(value) if value > 0 else math.nan


def places_of(chart: Chart) -> tuple[Place, ...]:
    """Everything with an id, in reading order: points from left to right, bars from the top, then line ends."""
    points = sorted(_point_places(chart), key=lambda p: (p.x, p.y))
    return (*points, *_bar_places(chart), *_line_places(chart))


def nearest(places: Sequence[tuple[Place, float, float]], x: float, y: float, reach: float) -> Place | None:
    """The place whose pixel position is nearest to (x, y) within `reach` pixels."""
    best = min(places, key=lambda p: math.hypot(p[1] - x, p[2] - y), default=None)
    return best[0] if best is not None and math.hypot(best[1] - x, best[2] - y) <= reach else None


def hover_words(point: Point) -> str:
    """What is said of a point: its label, then its detail."""
    return "\n".join(part for part in (point.label, point.detail) if part)


def _point_places(chart: Chart) -> Iterator[Place]:
    for series in chart.series:
        if isinstance(series, Points):
            for point in series.points:
                if point.id or point.detail:
                    x, y = on_axis(chart.x, point.x), on_axis(chart.y, point.y)
                    if math.isfinite(x) and math.isfinite(y):
                        yield Place(point.id, x, y, hover_words(point))


def _bar_places(chart: Chart) -> Iterator[Place]:
    bars = chart.bars
    for row, bar in enumerate(bars.bars if isinstance(bars, Bars) else ()):
        words = "\n".join(part for part in (bar.label, bar.detail) if part)
        yield Place(bar.id, on_axis(chart.x, (bar.low + bar.high) / 2), float(row), words)


def _line_places(chart: Chart) -> Iterator[Place]:
    for series in chart.series:
        if isinstance(series, Line) and series.id and series.xs:
            yield Place(series.id, on_axis(chart.x, series.xs[-1]), on_axis(chart.y, series.ys[-1]), series.label)


def is_shown(chart: Chart, point: Point) -> bool:
    """Whether the axes can show it: a log axis has no place for 0."""
    return math.isfinite(on_axis(chart.x, point.x)) and math.isfinite(on_axis(chart.y, point.y))


def intervals(chart: Chart, point: Point, x: float, y: float) -> list[tuple[float, float, float, float]]:
    """The interval lines of a point that is drawn at (x, y), in plot coordinates."""
    lines = []
    if point.y_low is not None and point.y_high is not None:
        shift = y - on_axis(chart.y, point.y)
        lines.append((x, on_axis(chart.y, point.y_low) + shift, x, on_axis(chart.y, point.y_high) + shift))
    if point.x_low is not None and point.x_high is not None:
        shift = x - on_axis(chart.x, point.x)
        lines.append((on_axis(chart.x, point.x_low) + shift, y, on_axis(chart.x, point.x_high) + shift, y))
    return [line for line in lines if all(math.isfinite(v) for v in line)]
