"""The marks a chart is made of, as pieces of SVG text.

Colours are plain attributes in the light palette, so that any SVG reader shows them; the classes let a style sheet
turn ink and paper on a dark screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workbench.analysis.chartlabels import Box
from workbench.analysis.chartspec import OKABE_ITO, Band, Line, Points, Shape
from workbench.reports.written import escaped

SIZE = 12.0
INK, MUTED, GRID, PAPER = "#1b1f24", "#5c646d", "#e1e4e8", "#ffffff"
RADIUS = 5.5


def px(value: float) -> str:
    """A number as short as it can be with a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def words(
    x: float,
    y: float,
    text: str,
    *,
    size: float = SIZE,
    bold: bool = False,
    ink: str = "ink",
    anchor: str = "start",
    halo: bool = False,
) -> str:
    """A line of text; `ink` is "ink" or the muted "mut", `halo` keeps it readable over lines."""
    if not text:
        return ""
    colour = INK if ink == "ink" else MUTED
    classes = f"{ink} halo" if halo else ink
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += ' font-weight="600"' if bold else ""
    more += f' font-size="{px(size)}"' if size != SIZE else ""
    more += f' stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return f'<text class="{classes}" x="{px(x)}" y="{px(y)}" fill="{colour}"{more}>{escaped(text)}</text>'


def stroke(
    x0: float, y0: float, x1: float, y1: float, colour: str, *, width: float = 1.8, dash: str = "", kind: str = ""
) -> str:
    """A straight line."""
    more = f' stroke-dasharray="{dash}"' if dash else ""
    more += f' class="{kind}"' if kind else ""
    return (
        f'<line x1="{px(x0)}" y1="{px(y0)}" x2="{px(x1)}" y2="{px(y1)}" stroke="{colour}"'
        f' stroke-width="{px(width)}"{more}/>'
    )


def rectangle(box: Box, colour: str, *, opacity: float = 1.0, kind: str = "") -> str:
    """A filled rectangle."""
    more = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    more += f' class="{kind}"' if kind else ""
    return (
        f'<rect x="{px(box.left)}" y="{px(box.top)}" width="{px(box.width)}"'
        f' height="{px(box.height)}" fill="{colour}"{more}/>'
    )


def grid_line(x0: float, y0: float, x1: float, y1: float) -> str:
    """A quiet line behind the data."""
    return stroke(x0, y0, x1, y1, GRID, width=1, kind="grid")


def sample(item: Points | Line | Band, x: float, y: float) -> str:
    """The sample of a series in the key."""
    colour = OKABE_ITO[item.colour]
    match item:
        case Points():
            return symbol(item.shape, x, y, RADIUS, colour)
        case Line():
            return stroke(x - 8, y, x + 8, y, colour, width=2, dash="5 4" if item.dashed else "")
        case Band():
            return rectangle(Box(x - 8, y - 5, 16, 10), colour, opacity=0.2)


def symbol(shape: Shape, x: float, y: float, radius: float, colour: str) -> str:
    """The outline of a point, filled."""
    if shape is Shape.CIRCLE:
        return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(radius)}" fill="{colour}"/>'
    corners = " ".join(f"{px(x + dx * radius)},{px(y + dy * radius)}" for dx, dy in _OUTLINES[shape])
    return f'<polygon points="{corners}" fill="{colour}"/>'


def _star() -> Iterator[tuple[float, float]]:
    for i in range(10):
        reach = 1.25 if i % 2 == 0 else 0.52
        yield reach * math.sin(math.pi * i / 5), -reach * math.cos(math.pi * i / 5)


_OUTLINES: dict[Shape, Sequence[tuple[float, float]]] = {
    Shape.SQUARE: ((-0.92, -0.92), (0.92, -0.92), (0.92, 0.92), (-0.92, 0.92)),
    Shape.TRIANGLE: ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    Shape.DIAMOND: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    Shape.STAR: tuple(_star()),
    Shape.CROSS: (
        *((-0.4, -1.15), (0.4, -1.15), (0.4, -0.4), (1.15, -0.4), (1.15, 0.4), (0.4, 0.4)),
        *((0.4, 1.15), (-0.4, 1.15), (-0.4, 0.4), (-1.15, 0.4), (-1.15, -0.4), (-0.4, -0.4)),
    ),
}
