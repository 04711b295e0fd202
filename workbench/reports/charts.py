"""A chart as SVG text: the same `Chart` that the window draws, for reports and for export.

Colours are plain attributes in the light palette, so that any SVG reader shows them; a style sheet inside the
picture turns ink and paper on a dark screen, never in print. Text stays text. No script, no reference outside.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from workbench.analysis.chartlabels import Box, LabelWish, place_labels
from workbench.analysis.chartspec import (
    OKABE_ITO,
    Axis,
    Band,
    Bars,
    Chart,
    Colour,
    Line,
    Marker,
    Point,
    Points,
    Region,
    ticks_for,
)
from workbench.reports.labels import along, between, least_hidden, line_height, shortened, spread, text_width, wrapped
from workbench.reports.marks import (
    MUTED,
    PAPER,
    RADIUS,
    SIZE,
    grid_line,
    px,
    rectangle,
    sample,
    stroke,
    symbol,
    words,
)
from workbench.reports.scale import Scale, pieces_inside
from workbench.reports.written import escaped

_FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif'
_BAR_ROW, _BAR_THICK = 44.0, 14.0
_MANY_BARS, _LOW_BAR_THICK = 8, 9.0
_STYLE = (
    ".wb text{font-variant-numeric:tabular-nums}"
    "@media screen and (prefers-color-scheme:dark){"
    ".wb .ink{fill:#e6e9ec}.wb .mut{fill:#a4abb3}.wb .halo{stroke:#16191d}.wb .grid{stroke:#31373e}"
    ".wb .rule{stroke:#a4abb3}.wb .fog{fill:#a4abb3}.wb .paper{fill:#16191d}}"
)


def svg(chart: Chart, width: int, height: int, *, standalone: bool = True) -> str:
    """`chart` as an `<svg>` element of this size in pixels; a chart of bars is as high as its bars need.

    `standalone` draws the title, the note and the paper as well; a report writes those around the picture.
    """
    return _Drawing(chart, float(width), float(height), standalone=standalone).text()


class _Drawing:
    """One chart being written: measures the margins, then draws from back to front."""

    def __init__(self, chart: Chart, width: float, height: float, *, standalone: bool) -> None:
        self.chart, self.width, self.standalone = chart, width, standalone
        self.out: list[str] = []
        low_x, high_x = chart.range_x
        low_y, high_y = chart.range_y
        self.ticks_x = ticks_for(chart.x, low_x, high_x)
        self.ticks_y = () if chart.bars else ticks_for(chart.y, low_y, high_y)
        top, foot = self._top(), self._foot()
        left, right = self._left(), width - self._right()
        self.height = (
            top + foot + max(len(chart.bars.bars), 1) * _BAR_ROW if chart.bars else max(height, top + foot + 80)
        )
        self.plot = between(left, top, right, self.height - foot)
        self.x = Scale(low_x, high_x, left, right, chart.x.log)
        self.y = Scale(low_y, high_y, self.plot.bottom, top, chart.y.log)
        self.taken: list[Box] = []

    def text(self) -> str:
        """The whole element."""
        self._words_above()
        if self.chart.bars is not None:
            self._bar_chart(self.chart.bars)
        else:
            self._regions()
            self._grid()
            self._xy_chart()
        self._words_below()
        return "\n".join((self._opening(), *self.out, "</svg>\n"))

    # --- margins -------------------------------------------------------------------------------------------------

    def _title_lines(self) -> list[str]:
        return wrapped(self.chart.title, 15, self.width - 4, bold=True) if self.standalone else []

    def _note_lines(self) -> list[str]:
        return wrapped(self.chart.note, SIZE, self.width - 4) if self.standalone else []

    def _axis_lines(self, axis: Axis) -> list[str]:
        return wrapped(axis.label, SIZE, self.width - 4)

    def _top(self) -> float:
        lines = len(self._axis_lines(self.chart.y)) if self.chart.bars is None else 0
        key = len(self._key_rows()) * (line_height(SIZE) + 4)
        vertical = any(isinstance(s, Marker) and not s.horizontal for s in self.chart.series)
        markers = line_height(SIZE) if vertical and self.chart.bars is not None else 0.0
        return len(self._title_lines()) * line_height(15) + key + lines * line_height(SIZE) + markers + 12

    def _foot(self) -> float:
        bars = self.chart.bars
        sides = 1 if bars and (bars.low_label or bars.high_label) else 0
        lines = 1 + sides + len(self._axis_lines(self.chart.x)) + len(self._note_lines())
        return lines * line_height(SIZE) + 10

    def _left(self) -> float:
        widest = max((text_width(t.label, SIZE) for t in self.ticks_y), default=0.0)
        return min(widest, self.width * 0.35) + (10 if self.ticks_y else 2)

    def _right(self) -> float:
        last = max((text_width(t.label, SIZE) / 2 for t in self.ticks_x[-1:]), default=0.0)
        return max(last, 4.0, *(text_width(name, SIZE, bold=True) + 12 for _, name in self._line_names()))

    def _line_names(self) -> list[tuple[Line, str]]:
        """The lines with a name at their end, and the name as far as there is room for it."""
        named = [s for s in self.chart.series if isinstance(s, Line) and s.labelled and s.xs]
        return [(line, shortened(line.label, SIZE, self.width * 0.3, bold=True)) for line in named]

    def _key_rows(self) -> list[list[tuple[Points | Line | Band, str, float]]]:
        """What needs a key (kinds of points, unnamed lines, bands), in rows that fit; each with its width."""
        kinds = [s for s in self.chart.series if isinstance(s, Points) and s.points and s.label]
        others = [s for s in self.chart.series if isinstance(s, Line | Band) and s.label and s.xs]
        quiet = [s for s in others if isinstance(s, Band) or not s.labelled]
        seen: set[str] = set()
        rows: list[list[tuple[Points | Line | Band, str, float]]] = []
        for item in (*(kinds if len(kinds) > 1 else ()), *quiet):
            if item.label in seen:
                continue
            seen.add(item.label)
            name = shortened(item.label, SIZE, self.width - 40)
            wide = 24 + text_width(name, SIZE) + 16
            if not rows or sum(w for *_, w in rows[-1]) + wide > self.width:
                rows.append([])
            rows[-1].append((item, name, wide))
        return rows

    # --- words around the plot -----------------------------------------------------------------------------------

    def _opening(self) -> str:
        chart = self.chart
        key = hashlib.sha256(repr((chart.title, chart.description, self.width)).encode()).hexdigest()[:8]
        size = (px(self.width), px(self.height))
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="wb" viewBox="0 0 {size[0]} {size[1]}"'
            f' width="{size[0]}" height="{size[1]}" role="img" aria-labelledby="t{key} d{key}"'
            f' font-family="{escaped(_FONT)}" font-size="{px(SIZE)}">',
            f'<title id="t{key}">{escaped(chart.title)}</title>',
            f'<desc id="d{key}">{escaped(chart.description)}</desc>',
            f"<style>{_STYLE}</style>",
        ]
        if self.standalone:
            lines.append(rectangle(Box(0, 0, self.width, self.height), PAPER, kind="paper"))
        return "\n".join(lines)

    def _words_above(self) -> None:
        at = 0.0
        for line in self._title_lines():
            at += line_height(15)
            self.out.append(words(2, at - 4, line, size=15, bold=True))
        for row in self._key_rows():
            at += line_height(SIZE) + 4
            left = 2.0
            for item, name, wide in row:
                self.out.append(sample(item, left + 8, at - 4))
                self.out.append(words(left + 22, at, name, ink="mut"))
                left += wide
        if self.chart.bars is None:
            for line in self._axis_lines(self.chart.y):
                at += line_height(SIZE)
                self.out.append(words(2, at + 2, line, ink="mut"))

    def _words_below(self) -> None:
        at = self.plot.bottom + line_height(SIZE) + 3
        last = -math.inf
        for tick in self.ticks_x:
            wide = text_width(tick.label, SIZE)
            middle = min(max(self.x(tick.value), wide / 2), self.width - wide / 2)
            if middle - wide / 2 > last + 8:
                self.out.append(words(middle, at, tick.label, ink="mut", anchor="middle"))
                last = middle + wide / 2
        bars = self.chart.bars
        if bars and (bars.low_label or bars.high_label):
            at += line_height(SIZE)
            half = self.plot.width / 2
            low, high = (shortened(w, SIZE, half, bold=True) for w in (bars.low_label, bars.high_label))
            self.out.append(words(self.plot.left, at, f"← {low}" if low else "", bold=True))
            self.out.append(words(self.plot.right, at, f"{high} →" if high else "", bold=True, anchor="end"))
        for line in self._axis_lines(self.chart.x):
            at += line_height(SIZE)
            self.out.append(words((self.plot.left + self.plot.right) / 2, at, line, ink="mut", anchor="middle"))
        for line in self._note_lines():
            at += line_height(SIZE)
            self.out.append(words(2, at, line, ink="mut"))

    # --- points and lines ----------------------------------------------------------------------------------------

    def _grid(self) -> None:
        plot = self.plot
        for tick in self.ticks_y:
            y = self.y(tick.value)
            self.out.append(grid_line(plot.left, y, plot.right, y))
            label = shortened(tick.label, SIZE, plot.left - 8)
            self.out.append(words(plot.left - 8, y + 4, label, ink="mut", anchor="end"))
        for tick in self.ticks_x:
            self.out.append(grid_line(self.x(tick.value), plot.bottom, self.x(tick.value), plot.bottom + 4))

    def _regions(self) -> None:
        plot = self.plot
        for region in (s for s in self.chart.series if isinstance(s, Region)):
            left = plot.left if region.x_low is None else self.x.clamped(region.x_low)
            right = plot.right if region.x_high is None else self.x.clamped(region.x_high)
            top = plot.top if region.y_high is None else self.y.clamped(region.y_high)
            bottom = plot.bottom if region.y_low is None else self.y.clamped(region.y_low)
            shade = between(left, top, right, bottom)
            kind = "fog" if region.colour is Colour.NEUTRAL else ""
            self.out.append(rectangle(shade, OKABE_ITO[region.colour], opacity=0.09, kind=kind))

    def _xy_chart(self) -> None:
        chart = self.chart
        for band in (s for s in chart.series if isinstance(s, Band)):
            self._band(band)
        for line in (s for s in chart.series if isinstance(s, Line)):
            self._line(line)
        spots = [(series, point) for series in chart.series if isinstance(series, Points) for point in series.points]
        shown = [(s, p) for s, p in spots if self.x.shows(p.x) and self.y.shows(p.y)]
        for series, point in sorted(shown, key=lambda pair: not pair[1].faint):
            self._point(series, point)
        self._line_labels()
        self._region_labels()
        self._markers()
        self._point_labels([p for _, p in sorted(shown, key=lambda pair: pair[1].faint) if p.labelled])

    def _band(self, band: Band) -> None:
        sides = [
            (self.x.clamped(x), self.y.clamped(low), self.y.clamped(high))
            for x, low, high in zip(band.xs, band.lows, band.highs, strict=True)
            if self.x.shows(x) and self.y.shows(low) and self.y.shows(high)
        ]
        outline = [(x, high) for x, _, high in sides] + [(x, low) for x, low, _ in reversed(sides)]
        path = " ".join(f"{px(x)},{px(y)}" for x, y in outline)
        self.out.append(f'<polygon points="{path}" fill="{OKABE_ITO[band.colour]}" fill-opacity="0.15"/>')

    def _line(self, line: Line) -> None:
        spots = [(self.x(x), self.y(y)) for x, y in zip(line.xs, line.ys, strict=True) if self._has_place(x, y)]
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        for piece in pieces_inside(spots, self.plot):
            self.taken.extend(along(piece))
            path = " ".join(f"{px(x)},{px(y)}" for x, y in piece)
            self.out.append(
                f'<polyline points="{path}" fill="none" stroke="{OKABE_ITO[line.colour]}" stroke-width="2"'
                f' stroke-linejoin="round"{dash}/>'
            )

    def _has_place(self, x: float, y: float) -> bool:
        return self.x.shows(x) and self.y.shows(y)

    def _point(self, series: Points, point: Point) -> None:
        x, y = self.x.clamped(point.x), self.y.clamped(point.y)
        parts = [f"<title>{escaped(': '.join(t for t in (point.label, point.detail) if t))}</title>"]
        colour = OKABE_ITO[series.colour]
        if point.y_low is not None and point.y_high is not None:
            low, high = self.y.clamped(point.y_low), self.y.clamped(point.y_high)
            parts.append(stroke(x, low, x, high, colour))
            self.taken.extend([between(x - 3, high, x + 3, low)])
        if point.x_low is not None and point.x_high is not None:
            low, high = self.x.clamped(point.x_low), self.x.clamped(point.x_high)
            parts.append(stroke(low, y, high, y, colour))
            self.taken.extend([between(low, y - 3, high, y + 3)])
        parts.append(symbol(series.shape, x, y, RADIUS, colour))
        self.taken.extend([Box(x - RADIUS - 1, y - RADIUS - 1, 2 * RADIUS + 2, 2 * RADIUS + 2)])
        pale = ' opacity="0.38"' if point.faint else ""
        self.out.append(f"<g{pale}>{''.join(parts)}</g>")

    # --- labels --------------------------------------------------------------------------------------------------

    def _point_labels(self, points: Sequence[Point]) -> None:
        """Names beside their points where there is room; the others are in the table and in the text on hover."""
        names = [shortened(point.label, SIZE, self.plot.width * 0.45, bold=True) for point in points]
        widths = [text_width(name, SIZE, bold=True) + 4 for name in names]
        wishes = [
            LabelWish(self.x.clamped(point.x), self.y.clamped(point.y), wide, line_height(SIZE))
            for point, wide in zip(points, widths, strict=True)
        ]
        frame = between(self.plot.left, self.plot.top, self.width, self.plot.bottom)
        for name, box in zip(names, place_labels(wishes, self.taken, frame), strict=True):
            if box is not None:
                self.out.append(words(box.left, box.bottom - 4, name, bold=True, halo=True))

    def _line_labels(self) -> None:
        names = self._line_names()
        ends = [self.y.clamped(line.ys[-1]) for line, _ in names]
        high = line_height(SIZE)
        for (line, name), y in zip(names, spread(ends, high, self.plot.top - 6, self.plot.bottom + 6), strict=True):
            x = self.x.clamped(line.xs[-1]) + 8
            wide = text_width(name, SIZE, bold=True)
            self.out.append(words(x, y + 4, name, bold=True, halo=True))
            self.taken.extend([Box(x, y - high / 2, wide, high)])

    def _region_labels(self) -> None:
        high = line_height(SIZE)
        for region in (s for s in self.chart.series if isinstance(s, Region) and s.label):
            right = self.plot.right if region.x_high is None else self.x.clamped(region.x_high)
            left = self.plot.left if region.x_low is None else self.x.clamped(region.x_low)
            top = self.plot.top if region.y_high is None else self.y.clamped(region.y_high)
            name = shortened(region.label, SIZE, max(right - left - 12, 0))
            wide = text_width(name, SIZE)
            bottom = self.plot.bottom if region.y_low is None else self.y.clamped(region.y_low)
            corners = [(right - wide - 6, top + 4), (left + 6, top + 4), (right - wide - 6, bottom - high - 2)]
            box = least_hidden((Box(x, y, wide, high) for x, y in corners), self.taken)
            self.out.append(words(box.left, box.bottom - 4, name, ink="mut", halo=True))
            self.taken.extend([box])

    def _markers(self) -> None:
        """Markers with their words. From right to left, so that a lower label never crosses a line further right."""
        markers = [s for s in self.chart.series if isinstance(s, Marker)]
        for marker in sorted(markers, key=lambda m: (m.horizontal, -m.value)):
            scale, plot = (self.y if marker.horizontal else self.x), self.plot
            if not scale.shows(marker.value):
                continue
            at = scale.clamped(marker.value)
            box = self._marker_box(marker, at)
            ends = (plot.left, at, plot.right, at) if marker.horizontal else (at, box.top, at, plot.bottom)
            kind = "rule" if marker.colour is Colour.NEUTRAL else ""
            self.out.append(stroke(*ends, OKABE_ITO[marker.colour], width=1.2, dash="3 3", kind=kind))
            name = shortened(marker.label, SIZE, box.width + 1)
            self.out.append(words(box.left, box.bottom - 4, name, ink="mut", halo=True))
            self.taken.extend([box, between(ends[0] - 1, ends[1] - 1, ends[2] + 1, ends[3] + 1)])

    def _marker_box(self, marker: Marker, at: float) -> Box:
        """Where a marker's words hide least: beside its line, in one of the upper rows."""
        plot, high = self.plot, line_height(SIZE)
        wide = min(text_width(marker.label, SIZE), (plot.width) * 0.7)
        if marker.horizontal:
            spots = [(plot.right - wide - 4, at - high), (plot.left + 6, at - high)]
        else:
            sides = [x for x in (at - wide - 6, at + 6) if x >= plot.left and x + wide <= self.width]
            spots = [(x, plot.top + row * high) for row in range(8) for x in sides or [plot.left + 4]]
        return least_hidden((Box(x, y, wide, high) for x, y in spots), self.taken)

    # --- bars ----------------------------------------------------------------------------------------------------

    def _bar_chart(self, bars: Bars) -> None:
        plot = self.plot
        for tick in self.ticks_x:
            self.out.append(grid_line(self.x(tick.value), plot.top, self.x(tick.value), plot.bottom))
        row = (plot.bottom - plot.top) / max(len(bars.bars), 1)
        thick = _LOW_BAR_THICK if len(bars.bars) > _MANY_BARS else _BAR_THICK
        base = self.x.clamped(bars.base)
        self.out.append(stroke(base, plot.top, base, plot.bottom, MUTED, width=1.2, kind="rule"))
        self._bar_markers()
        for place, bar in enumerate(bars.bars):
            top = plot.top + place * row + max((row - 20 - thick) / 2, 0)
            name = shortened(bar.label, SIZE, plot.width, bold=True)
            self.out.append(words(plot.left + 2, top + 11, name, bold=True, halo=True))
            self.out.append(f"<g><title>{escaped(bar.detail or bar.label)}</title>")
            for end, colour in ((bar.low, bars.low_colour), (bar.high, bars.high_colour)):
                left, right = sorted((base, self.x.clamped(end)))
                if right - left > 0:
                    self.out.append(rectangle(Box(left, top + 16, right - left, thick), OKABE_ITO[colour]))
            self.out.append("</g>")

    def _bar_markers(self) -> None:
        for marker in (s for s in self.chart.series if isinstance(s, Marker)):
            at, wide = self.x.clamped(marker.value), text_width(marker.label, SIZE)
            middle = min(max(at, self.plot.left + wide / 2), self.plot.right - wide / 2)
            line = (at, self.plot.top, at, self.plot.bottom)
            self.out.append(stroke(*line, OKABE_ITO[marker.colour], width=1.2, dash="3 3"))
            self.out.append(words(middle, self.plot.top - 4, marker.label, ink="mut", anchor="middle", halo=True))
