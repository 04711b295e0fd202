"""What a chart shows, free of how it is drawn.

The window draws a `Chart` with pyqtgraph, reports draw the same `Chart` as SVG. Values are in data units (a
log axis holds plain values, never logarithms); texts are ready to read; colours are roles, see `OKABE_ITO`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.analysis.words import rounded


class Colour(StrEnum):
    """A colour role. Never the only carrier of a meaning: a shape, a dash or a label says it too."""

    BLUE = "blue"
    VERMILION = "vermilion"
    GREEN = "green"
    ORANGE = "orange"
    PURPLE = "purple"
    SKY = "sky"
    NEUTRAL = "neutral"


# Okabe and Ito, "Color Universal Design" (2008). Neutral is the text's own muted tone and set by the drawer.
OKABE_ITO: dict[Colour, str] = {
    Colour.BLUE: "#0072b2",
    Colour.VERMILION: "#d55e00",
    Colour.GREEN: "#009e73",
    Colour.ORANGE: "#e69f00",
    Colour.PURPLE: "#cc79a7",
    Colour.SKY: "#56b4e9",
    Colour.NEUTRAL: "#6a727b",
}


class Shape(StrEnum):
    """The outline of a point."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    STAR = "star"
    CROSS = "cross"


_STYLES = (
    (Colour.BLUE, Shape.CIRCLE),
    (Colour.VERMILION, Shape.TRIANGLE),
    (Colour.GREEN, Shape.SQUARE),
    (Colour.ORANGE, Shape.DIAMOND),
    (Colour.PURPLE, Shape.STAR),
    (Colour.SKY, Shape.CROSS),
)


def style_of(index: int) -> tuple[Colour, Shape]:
    """Colour and shape of the series at `index`; both repeat after six."""
    return _STYLES[index % len(_STYLES)]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and the text beside it."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. `low` and `high` fix the range shown; None takes it from the data, see `Chart.range_x`.

    `label` says the quantity in words ("cost a month at 9,700 requests a day"). `unit` "$" leads the numbers;
    "%" means that the values are shares, 0.8 is written "80 %"; any other unit belongs into the label.
    For a log axis say the step in the label too (`log_label`).
    """

    label: str
    unit: str = ""
    log: bool = False
    ticks: tuple[Tick, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A thing at (x, y) with its interval on either axis.

    `id` is what a click selects ("" = not selectable); `label` is drawn when `labelled`; `detail` is the text
    on hover. `faint` draws it pale: it does not qualify, or is dominated.
    """

    id: str
    x: float
    y: float
    label: str
    x_low: float | None = None
    x_high: float | None = None
    y_low: float | None = None
    y_high: float | None = None
    labelled: bool = False
    faint: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one kind: one colour and one shape."""

    label: str
    points: tuple[Point, ...]
    colour: Colour = Colour.BLUE
    shape: Shape = Shape.CIRCLE


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline. `label` is drawn at its last point when `labelled`; a click selects `id` ("" = nothing)."""

    label: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    colour: Colour = Colour.BLUE
    dashed: bool = False
    labelled: bool = False
    id: str = ""

    def __post_init__(self) -> None:
        if len(self.xs) != len(self.ys):
            raise ValueError(f"line {self.label!r} has {len(self.xs)} x and {len(self.ys)} y values")


@dataclass(frozen=True, slots=True)
class Band:
    """The space between two polylines over the same x: an interval around a line."""

    label: str
    xs: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    colour: Colour = Colour.BLUE

    def __post_init__(self) -> None:
        if not len(self.xs) == len(self.lows) == len(self.highs):
            raise ValueError(f"band {self.label!r} has sides of different lengths")


@dataclass(frozen=True, slots=True)
class Region:
    """A shaded rectangle; a side that is None reaches the edge. "below the bar you set" is `y_high=0.75`."""

    label: str
    x_low: float | None = None
    x_high: float | None = None
    y_low: float | None = None
    y_high: float | None = None
    colour: Colour = Colour.NEUTRAL


@dataclass(frozen=True, slots=True)
class Marker:
    """A dashed line across the chart at one x (or, with `horizontal`, at one y), with words beside it."""

    label: str
    value: float
    horizontal: bool = False
    colour: Colour = Colour.NEUTRAL


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar from `low` over `base` to `high` on the x axis. A plain bar has low == base."""

    id: str
    label: str
    low: float
    high: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars around one base value, the first on top (a tornado, or plain bars from 0).

    The part below `base` is drawn in `low_colour`, the part above in `high_colour`; `low_label` and
    `high_label` say under the axis what either side means ("C cheaper", "A cheaper").
    """

    label: str
    bars: tuple[Bar, ...]
    base: float = 0.0
    low_label: str = ""
    high_label: str = ""
    low_colour: Colour = Colour.BLUE
    high_colour: Colour = Colour.VERMILION


Series = Points | Line | Band | Region | Marker | Bars


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of numbers with its words.

    `title` names it, `description` says in a sentence what can be seen (read aloud by screen readers), `note`
    stands below it. `columns` and `rows` are the same data as a table, texts ready to read.
    Bars take the whole chart: they are not mixed with other series but markers.
    """

    title: str
    description: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    note: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                cells = f"{len(row)} of {len(self.columns)} cells"
                raise ValueError(f"chart {self.title!r}: a table row has {cells}")

    @property
    def range_x(self) -> tuple[float, float]:
        """Lowest and highest x to show, with a margin where the axis does not fix them."""
        return _axis_range(self.x, (v for s in self.series for v in _xs(s)))

    @property
    def range_y(self) -> tuple[float, float]:
        """Lowest and highest y to show; bars lie at y = 0, 1, 2 … from the top and fill -0.5 to n - 0.5."""
        bars = self.bars
        if bars is not None:
            return -0.5, max(len(bars.bars), 1) - 0.5
        return _axis_range(self.y, (v for s in self.series for v in _ys(s)))

    @property
    def bars(self) -> Bars | None:
        """The bars, if this is a bar chart."""
        return next((s for s in self.series if isinstance(s, Bars)), None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing but frames (regions, markers) is in it."""
        return not any(
            (isinstance(s, Points) and s.points)
            or (isinstance(s, Line | Band) and s.xs)
            or (isinstance(s, Bars) and s.bars)
            for s in self.series
        )


def _xs(series: Series) -> Iterator[float]:
    match series:
        case Points(points=points):
            for point in points:
                yield from (v for v in (point.x, point.x_low, point.x_high) if v is not None)
        case Line(xs=xs) | Band(xs=xs):
            yield from xs
        case Marker(value=value, horizontal=False):
            yield value
        case Bars(bars=bars, base=base):
            yield base
            for bar in bars:
                yield from (bar.low, bar.high)
        case _:
            return


def _ys(series: Series) -> Iterator[float]:
    match series:
        case Points(points=points):
            for point in points:
                yield from (v for v in (point.y, point.y_low, point.y_high) if v is not None)
        case Line(ys=ys):
            yield from ys
        case Band(lows=lows, highs=highs):
            yield from lows
            yield from highs
        case Marker(value=value, horizontal=True):
            yield value
        case _:
            return


def _axis_range(axis: Axis, values: Iterable[float]) -> tuple[float, float]:
    """The range of an axis: fixed ends as given, open ends from the data with 6 % of air.

    On a log axis values of 0 or less cannot be shown and are passed over.
    """
    shown = [v for v in values if math.isfinite(v) and (v > 0 or not axis.log)]
    low, high = (min(shown), max(shown)) if shown else ((1.0, 10.0) if axis.log else (0.0, 1.0))
    if axis.log:
        air = max((math.log10(high) - math.log10(low)) * 0.06, 0.05)
        low, high = low / 10**air, high * 10**air
    else:
        air = (high - low) * 0.06 or abs(high) * 0.1 or 0.5
        low, high = low - air, high + air
    return (low if axis.low is None else axis.low), (high if axis.high is None else axis.high)


def linear_ticks(low: float, high: float, *, about: int = 5) -> tuple[float, ...]:
    """Round values (1, 2, 2.5 or 5 times a power of ten) from `low` to `high`, roughly `about` of them."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return (low,)
    raw = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0)), key=lambda s: abs(s - raw))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def log_label(words: str, low: float, high: float) -> str:
    """The label of a log axis from low to high: what it shows, and how far its ticks are apart."""
    return f"{words} (each step is {10 if _in_tens(low, high) else 3}×)"


def _in_tens(low: float, high: float) -> bool:
    return math.log10(high / low) > 4


def log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Values 1, 3, 10, 30 … within a positive range; only powers of ten when it spans over four of them."""
    if not 0 < low < high:
        return (low,) if low > 0 else ()
    steps = (1.0,) if _in_tens(low, high) else (1.0, 3.0)
    exponents = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    candidates = (float(f"{m}e{e}") for e in exponents for m in steps)
    return tuple(v for v in candidates if low * 0.999 <= v <= high * 1.001)


def short_number(value: float) -> str:
    """A number for an axis: 0, 0.25, 300, 1k, 2.5k, 3M. At most three digits are kept."""
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{rounded(value / size)}{suffix}"
    return rounded(value)


def ticks_for(axis: Axis, low: float, high: float) -> tuple[Tick, ...]:
    """The ticks an axis was given, or round ones for its range, in its unit (see `Axis`)."""
    if axis.ticks:
        return tuple(t for t in axis.ticks if low <= t.value <= high)
    values = log_ticks(low, high) if axis.log else linear_ticks(low, high)
    return tuple(Tick(v, _with_unit(v, axis.unit)) for v in values)


def _with_unit(value: float, unit: str) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    if unit == "%":
        return f"{sign}{short_number(abs(value) * 100)} %"
    return f"{sign}{'$' if unit == '$' else ''}{short_number(abs(value))}"
