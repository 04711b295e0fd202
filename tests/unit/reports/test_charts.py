from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest
from workbench.analysis.chartlabels import Box
from workbench.analysis.chartspec import (
    OKABE_ITO,
    Axis,
    Band,
    Bar,
    Bars,
    Chart,
    Colour,
    Line,
    Marker,
    Point,
    Points,
    Region,
    Shape,
)
from workbench.reports.charts import svg
from workbench.reports.labels import spread, text_width, wrapped

from report_material import chart_of_costs, chart_of_swings, chart_of_tradeoffs

NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = ((752, 400), (348, 380))
ALL = (chart_of_tradeoffs, chart_of_costs, chart_of_swings)


def chart(*series: object, x: Axis | None = None, y: Axis | None = None) -> Chart:
    return Chart("T", "D", x or Axis("x"), y or Axis("y"), tuple(series))  # type: ignore[arg-type]


def drawn(spec: Chart, width: int = 752, height: int = 400) -> ET.Element:
    return ET.fromstring(svg(spec, width, height))


def texts(root: ET.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{NAMESPACE}text")]


def box_of(element: ET.Element) -> Box:
    words = "".join(element.itertext())
    size = float(element.get("font-size", "12"))
    wide = text_width(words, size, bold=element.get("font-weight") == "600")
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    left = {"start": x, "middle": x - wide / 2, "end": x - wide}[element.get("text-anchor", "start")]
    return Box(left, y - size * 0.8, wide, size)


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_that_no_two_texts_lie_on_each_other_and_none_leaves_the_picture(make, width, height):  # type: ignore[no-untyped-def]
    root = drawn(make(), width, height)
    boxes = [(box_of(e), "".join(e.itertext())) for e in root.iter(f"{NAMESPACE}text")]
    for (a, first), (b, second) in combinations(boxes, 2):
        assert a.overlap(b) == 0, f"{first!r} lies on {second!r}"
    for box, words in boxes:
        assert box.left >= -1 and box.right <= width + 1, f"{words!r} is cut off"


@pytest.mark.parametrize("make", ALL)
def test_that_a_chart_is_named_and_described_for_screen_readers(make):  # type: ignore[no-untyped-def]
    spec = make()
    root = drawn(spec)
    ids = (root.get("aria-labelledby") or "").split()
    named = {e.get("id"): e.text for e in root if e.tag in (f"{NAMESPACE}title", f"{NAMESPACE}desc")}
    assert root.get("role") == "img"
    assert [named[i] for i in ids] == [spec.title, spec.description]


def test_that_an_interval_reaches_exactly_from_its_low_to_its_high_value() -> None:
    spec = chart(
        Points("p", (Point("a", 5, 50, "a", y_low=25, y_high=75),)),
        x=Axis("", low=0, high=10),
        y=Axis("", low=0, high=100),
    )
    root = drawn(spec)
    ticks = [e for e in root.iter(f"{NAMESPACE}text") if e.get("text-anchor") == "end"]
    grid = {"".join(e.itertext()): float(e.get("y", "0")) - 4 for e in ticks}
    per_unit = (grid["0"] - grid["100"]) / 100
    interval = next(e for e in root.iter(f"{NAMESPACE}line") if e.get("stroke") == OKABE_ITO[Colour.BLUE])
    assert float(interval.get("y1", "0")) == pytest.approx(grid["0"] - 25 * per_unit, abs=0.2)
    assert float(interval.get("y2", "0")) == pytest.approx(grid["0"] - 75 * per_unit, abs=0.2)


def test_that_equal_factors_are_equal_distances_on_a_log_axis() -> None:
    spots = tuple(Point(str(v), v, 1, str(v)) for v in (100, 1_000, 10_000))
    root = drawn(chart(Points("p", spots), x=Axis("cost (each step is 3×)", "$", log=True)))
    xs = [float(e.get("cx", "0")) for e in root.iter(f"{NAMESPACE}circle")]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)
    assert {"$300", "$1k", "$3k"} <= set(texts(root))


def test_that_kinds_of_points_differ_in_shape_as_well_as_in_colour() -> None:
    looks = enumerate(zip(Shape, Colour, strict=False))
    kinds = [Points(s.value, (Point(s.value, i, i, s.value),), c, s) for i, (s, c) in looks]
    root = drawn(chart(*kinds))
    marks = [e for e in root.iter() if e.get("fill") in OKABE_ITO.values()]
    outlines = {(e.tag, len((e.get("points") or "").split())) for e in marks}
    assert len(outlines) >= 5  # square and diamond have four corners each


def test_that_text_in_a_chart_never_becomes_markup() -> None:
    evil = "<script>alert(1)</script>\x00\ud800&\"'"
    spec = Chart(
        evil,
        evil,
        Axis(evil),
        Axis(evil),
        (
            Points(evil, (Point("a", 1, 1, evil, labelled=True, detail=evil),)),
            Line(evil, (0, 1), (0, 1), labelled=True),
            Region(evil, y_high=1),
            Marker(evil, 0.5),
        ),
        note=evil,
    )
    root = drawn(spec)
    assert not list(root.iter(f"{NAMESPACE}script")) and not list(root.iter("script"))
    assert "<script" not in svg(spec, 400, 300)


def test_that_values_without_a_place_are_left_out_and_the_rest_is_drawn() -> None:
    spots = tuple(Point(str(i), x, 1, str(i)) for i, x in enumerate((math.nan, -3.0, 0.0, 10.0, 100.0)))
    root = drawn(chart(Points("p", spots), Line("l", (math.inf, 10, 100), (1, 2, 3)), x=Axis("", log=True)))
    assert len(list(root.iter(f"{NAMESPACE}circle"))) == 2
    assert "nan" not in ET.tostring(root, encoding="unicode") and "inf" not in ET.tostring(root, encoding="unicode")


def test_that_a_line_is_cut_at_the_edge_of_a_fixed_axis() -> None:
    spec = chart(Line("l", (0, 10), (0, 1_000)), x=Axis("", low=0, high=10), y=Axis("", low=0, high=100))
    points = next(drawn(spec).iter(f"{NAMESPACE}polyline")).get("points", "").split()
    xs = [float(p.split(",")[0]) for p in points]
    assert xs[-1] - xs[0] == pytest.approx((752 - xs[0] - 4) / 10, rel=0.1)


def test_that_a_bar_chart_is_as_high_as_its_bars_need() -> None:
    few, many = (chart(Bars("", tuple(Bar(str(i), f"input {i}", -i, i) for i in range(n)))) for n in (2, 8))
    heights = [float(drawn(spec).get("height", "0")) for spec in (few, many)]
    assert heights[1] - heights[0] == pytest.approx(6 * 44)


def test_that_an_empty_chart_still_is_a_picture_with_its_title() -> None:
    assert "T" in texts(drawn(chart()))
    assert "T" in texts(drawn(chart(Bars("", ()))))


def test_that_a_band_and_its_line_share_the_same_place() -> None:
    months = (0.0, 1.0, 2.0)
    spec = chart(Band("b", months, (1, 2, 3), (3, 4, 5)), Line("l", months, (2, 3, 4)))
    root = drawn(spec)
    band = [tuple(map(float, p.split(","))) for p in next(root.iter(f"{NAMESPACE}polygon")).get("points", "").split()]
    line = [tuple(map(float, p.split(","))) for p in next(root.iter(f"{NAMESPACE}polyline")).get("points", "").split()]
    assert line[0][1] == pytest.approx((band[0][1] + band[-1][1]) / 2, abs=0.2)


def test_that_the_picture_refers_to_nothing_outside_itself() -> None:
    for make in ALL:
        text = svg(make(), 752, 400).replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|href|@import|<image|<foreignObject", text)


def test_that_the_dark_palette_is_for_screens_only() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in svg(chart_of_costs(), 752, 400)


def test_that_labels_at_one_edge_are_spread_without_overlap_and_stay_in_order() -> None:
    placed = spread([50, 51, 52, 200], 15, 0, 205)
    gaps = [b - a for a, b in pairwise(placed)]
    assert min(gaps) >= 15 and max(placed) <= 205 - 7.5


def test_that_wrapped_lines_fit_their_room_and_lose_no_word() -> None:
    text = "cost a month at 9,700 requests a day (each step is 3×)"
    lines = wrapped(text, 12, 120)
    assert " ".join(lines) == text and len(lines) > 1
    assert all(text_width(line, 12) <= 120 for line in lines)
