"""A chart as PNG, for formats that cannot show SVG: the picture of `charts.svg`, painted with Pillow.

It reads no other SVG than ours: lines, shapes and words with plain attributes. No Qt, so that the command line needs
none. Letters that no font at hand has are boxes here; the words beside the picture say them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Wide faces first: the margins of a chart are measured for them.
_FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("verdana.ttf", "verdanab.ttf"),
    ("Verdana.ttf", "Verdana Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
)
_SMOOTH = 2
_DASH = (5.0, 4.0)


@dataclass(frozen=True, slots=True)
class Png:
    """The bytes of a PNG and its size in pixels."""

    content: bytes
    width: int
    height: int


@lru_cache(maxsize=32)
def png(svg: str, *, scale: int = 2) -> Png:
    """The picture, `scale` pixels for each of the SVG's; remembered, since several formats show the same."""
    from PIL import Image, ImageDraw

    root = ElementTree.fromstring(svg)
    width, height = (float(root.get(name, "1")) for name in ("width", "height"))
    zoom = scale * _SMOOTH
    image = Image.new("RGB", (round(width * zoom), round(height * zoom)), "#ffffff")
    draw = ImageDraw.Draw(image, "RGBA")
    for element in root:
        _paint(draw, element, zoom, 1.0)
    small = image.reduce(_SMOOTH)
    out = BytesIO()
    small.save(out, "PNG", compress_level=6)
    return Png(out.getvalue(), small.width, small.height)


def _paint(draw: ImageDraw.ImageDraw, element: ElementTree.Element, zoom: int, opacity: float) -> None:
    def at(name: str) -> float:
        return float(element.get(name, "0")) * zoom

    match element.tag.rpartition("}")[2]:
        case "g":
            for child in element:
                _paint(draw, child, zoom, opacity * float(element.get("opacity", "1")))
        case "rect":
            left, top = at("x"), at("y")
            if at("width") >= 1 and at("height") >= 1:
                box = (left, top, left + at("width") - 1, top + at("height") - 1)
                draw.rectangle(box, fill=_colour(element, "fill", opacity))
        case "line":
            ends = [(at("x1"), at("y1")), (at("x2"), at("y2"))]
            _line(draw, ends, element, zoom, opacity)
        case "polyline":
            _line(draw, _points(element, zoom), element, zoom, opacity)
        case "polygon":
            points = _points(element, zoom)
            if len(points) > 2:
                draw.polygon(points, fill=_colour(element, "fill", opacity))
        case "circle":
            x, y, r = at("cx"), at("cy"), at("r")
            fill = None if element.get("fill") == "none" else _colour(element, "fill", opacity)
            ring = _colour(element, "stroke", opacity) if element.get("stroke") else None
            draw.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=ring, width=max(1, round(at("stroke-width"))))
        case "text":
            _words(draw, element, zoom, opacity)


def _words(draw: ImageDraw.ImageDraw, element: ElementTree.Element, zoom: int, opacity: float) -> None:
    size = float(element.get("font-size", "12")) * zoom
    place = (float(element.get("x", "0")) * zoom, float(element.get("y", "0")) * zoom)
    anchor = {"middle": "ms", "end": "rs"}.get(element.get("text-anchor", ""), "ls")
    halo = float(element.get("stroke-width", "0")) * zoom / 2 if element.get("stroke") else 0.0
    draw.text(
        place,
        element.text or "",
        font=_font(round(size), bold=element.get("font-weight") == "600"),
        fill=_colour(element, "fill", opacity),
        anchor=anchor,
        stroke_width=round(halo),
        stroke_fill=_colour(element, "stroke", opacity) if halo else None,
    )


def _line(
    draw: ImageDraw.ImageDraw,
    points: list[tuple[float, float]],
    element: ElementTree.Element,
    zoom: int,
    opacity: float,
) -> None:
    width = max(1, round(float(element.get("stroke-width", "1")) * zoom))
    colour = _colour(element, "stroke", opacity)
    if element.get("stroke-dasharray"):
        for piece in _dashes(points, zoom):
            draw.line(piece, fill=colour, width=width)
    elif len(points) > 1:
        draw.line(points, fill=colour, width=width, joint="curve")


def _dashes(points: list[tuple[float, float]], zoom: int) -> list[list[tuple[float, float]]]:
    """The drawn pieces of a dashed polyline."""
    pieces: list[list[tuple[float, float]]] = []
    place, period = 0.0, sum(_DASH) * zoom
    for (x0, y0), (x1, y1) in pairwise(points):
        length = math.hypot(x1 - x0, y1 - y0)
        if length == 0:
            continue
        start = -(place % period)
        while start < length:
            a, b = max(start, 0.0), min(start + _DASH[0] * zoom, length)
            if b > a:
                ends = [(x0 + (x1 - x0) * at / length, y0 + (y1 - y0) * at / length) for at in (a, b)]
                pieces.append(ends)
            start += period
        place += length
    return pieces


def _points(element: ElementTree.Element, zoom: int) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in element.get("points", "").split())
    return [(float(x) * zoom, float(y) * zoom) for x, y in pairs]


def _colour(element: ElementTree.Element, name: str, opacity: float) -> tuple[int, int, int, int]:
    text = element.get(name, "#000000")
    if not text.startswith("#"):
        return (0, 0, 0, 0)
    alpha = opacity * float(element.get(f"{name}-opacity", "1"))
    red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return (red, green, blue, round(255 * alpha))


@cache
def _font(size: int, *, bold: bool) -> Font:
    from PIL import ImageFont

    for face in _faces():
        return ImageFont.truetype(face[bold], size)
    return ImageFont.load_default(size)


@cache
def _faces() -> tuple[tuple[str, str], ...]:
    """The first pair of faces that this machine has; none: Pillow's own letters."""
    from PIL import ImageFont

    for plain, heavy in _FACES:
        try:
            found = tuple(str(ImageFont.truetype(name, 10).path) for name in (plain, heavy))
        except OSError:
            continue
        return ((found[0], found[1]),)
    return ()
