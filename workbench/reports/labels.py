"""Words in a chart: how wide they are about to be, how they break into lines, what they would cover."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from workbench.analysis.chartlabels import Box

# Advance widths in em of a wide sans-serif (DejaVu Sans), so that a narrower font only leaves more air.
_WIDTHS = {
    **dict.fromkeys("iljI|!.,:;'", 0.32),
    **dict.fromkeys("ftr()[]{}/\\- \u00a0", 0.40),
    **dict.fromkeys("mwMW%@—", 0.92),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&", 0.69),
}
_BOLD = 1.09
_LINE_HEIGHT = 1.25


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide `text` is at a font size, in the size's unit; a little too wide rather than too narrow."""
    ems = sum(_WIDTHS.get(c, 1.0 if unicodedata.east_asian_width(c) in "WF" else 0.61) for c in text)
    return ems * size * (_BOLD if bold else 1.0)


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """`text`, cut with an ellipsis where it does not fit into `room`."""
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(text + "…", size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """`text` in lines no wider than `room`, broken at spaces; a single longer word is cut."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, room, bold=bold))
    return lines


def between(left: float, top: float, right: float, bottom: float) -> Box:
    """The box with these sides; one the wrong way round is empty."""
    return Box(left, top, max(right - left, 0.0), max(bottom - top, 0.0))


def least_hidden(boxes: Iterable[Box], taken: Sequence[Box]) -> Box:
    """The box that covers least of what is there already; the earlier one where two do."""
    return min(boxes, key=lambda box: sum(box.overlap(other) for other in taken))


def along(points: Sequence[tuple[float, float]], *, step: float = 6.0, thick: float = 3.0) -> Iterable[Box]:
    """Small boxes along a polyline, so that labels keep off it."""
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) / step))
        for i in range(count + 1):
            x, y = x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count
            yield Box(x - thick / 2, y - thick / 2, thick, thick)


def spread(wanted: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """Middles of labels of one height, as near as possible to where they are wanted, none on another.

    Between `low` and `high`; in the order given by `wanted`, which need not be sorted.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    edge = low
    for i in order:
        placed[i] = max(wanted[i], edge + height / 2)
        edge = placed[i] + height / 2
    edge = max(high, low + height * len(wanted))
    for i in reversed(order):
        placed[i] = min(placed[i], edge - height / 2)
        edge = placed[i] - height / 2
    return placed


def line_height(size: float) -> float:
    """Height of one line of text at a font size."""
    return size * _LINE_HEIGHT
