"""From data to pixels, and what of a line is left inside a frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.analysis.chartlabels import Box


@dataclass(frozen=True, slots=True)
class Scale:
    """From data to pixels on one axis."""

    low: float
    high: float
    start: float
    end: float
    log: bool

    def __call__(self, value: float) -> float:
        low, high, at = (
            (math.log10(self.low), math.log10(self.high), math.log10(max(value, 1e-300)))
            if self.log
            else (self.low, self.high, value)
        )
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + min(max(share, -10.0), 11.0) * (self.end - self.start)

    def shows(self, value: float | None) -> bool:
        """Whether a value has a place on this axis at all."""
        return value is not None and math.isfinite(value) and (value > 0 or not self.log)

    def clamped(self, value: float) -> float:
        """The pixel of a value, kept on the axis."""
        first, last = sorted((self.start, self.end))
        return min(max(self(value) if self.shows(value) else self.start, first), last)


def pieces_inside(spots: Sequence[tuple[float, float]], box: Box) -> Iterator[list[tuple[float, float]]]:
    """The pieces of a polyline that lie inside a box."""
    piece: list[tuple[float, float]] = []
    for start, end in pairwise(spots):
        cut = _clipped(start, end, box)
        if cut is None or (piece and piece[-1] != cut[0]):
            if piece:
                yield piece
            piece = []
        if cut is not None:
            piece = [*piece, cut[1]] if piece else list(cut)
    if piece:
        yield piece


def _clipped(
    start: tuple[float, float], end: tuple[float, float], box: Box
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The part of a segment inside a box (Liang and Barsky, 1984); None if it misses the box."""
    (x0, y0), (x1, y1) = start, end
    dx, dy = x1 - x0, y1 - y0
    enter, leave = 0.0, 1.0
    for step, room in ((-dx, x0 - box.left), (dx, box.right - x0), (-dy, y0 - box.top), (dy, box.bottom - y0)):
        if step == 0:
            if room < 0:
                return None
            continue
        at = room / step
        enter, leave = (max(enter, at), leave) if step < 0 else (enter, min(leave, at))
    if enter > leave:
        return None
    first = start if enter == 0 else (x0 + enter * dx, y0 + enter * dy)
    return first, (end if leave == 1 else (x0 + leave * dx, y0 + leave * dy))
