"""The picture of routing: quality along the share that goes to the strong model.

Source: methods.md section 4.1.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.analysis.chartspec import Axis, Chart, Colour, Line, Marker, Point, Points, Series, Shape
from workbench.analysis.words import UNKNOWN_FIGURE, listed, share
from workbench.domain.routing import Cascade, Router, RoutingStudy

_COLOURS = {"random": Colour.NEUTRAL, "length": Colour.ORANGE, "topics": Colour.BLUE, "oracle": Colour.GREEN}


def routing_chart(found: RoutingStudy, name_of: Callable[[str], str] = str) -> Chart:
    """One line a router, the cascade as a point, the strong model's quality as a level; a table twin. Models are called
    by `name_of`."""
    strong = name_of(found.strong)
    lines: list[Series] = [
        Line(
            router.name, router.shares, router.qualities, _COLOURS.get(router.id, Colour.PURPLE),
            dashed=router.id in ("random", "oracle"), labelled=False, id=router.id,
        )
        for router in found.routers
    ]  # fmt: skip
    cascade = found.cascade
    point = Point(
        "cascade", cascade.escalated, cascade.quality, "cascade", labelled=True, detail=cascade_words(cascade)
    )
    lines.append(Points("cascade, verifier assumed", (point,), Colour.PURPLE, Shape.DIAMOND))
    lines.append(Marker(f"{strong} alone", found.strong_quality, horizontal=True))
    values = [value for router in found.routers for value in router.qualities]
    low, high = min(values), max(values)
    pad = max(0.02, 0.08 * (high - low))
    return Chart(
        title="Routing by your own results",
        description=found.sentence,
        x=Axis(f"share of requests to {strong}", unit="%", low=0, high=1),
        y=Axis("right answers", unit="%", low=max(0.0, low - pad), high=min(1.0, high + pad)),
        series=tuple(lines),
        note=f"{found.cases} cases both models answered; “{found.eval_name}”. {_legend(found)}",
        columns=("router", "right at 20 %", "half the gap at", "four fifths at", "area", "interval"),
        rows=(*(_row(router) for router in found.routers), _cascade_row(cascade)),
    )


def cascade_words(cascade: Cascade) -> str:
    """What the cascade assumes, and what comes of it."""
    return (
        f"A verifier that accepts {share(cascade.accepts_right)} of the right and {share(cascade.accepts_wrong)} of "
        f"the wrong answers (assumed) sends {share(cascade.escalated)} on: {share(cascade.quality)} right."
    )


def _legend(found: RoutingStudy) -> str:
    """Which line is which, and what the diamond is; learned rules are told to be fair."""
    looks = {"random": "grey and dashed", "length": "orange", "topics": "blue", "oracle": "green and dashed"}
    named = [f"{looks.get(router.id, 'purple')} the {router.name.lower()}" for router in found.routers]
    diamond = "The diamond is the cascade: the weaker model first, and what an assumed verifier doubts goes on."
    return f"In {listed(named)}. {diamond} Learned rules are judged on other cases."


def _row(router: Router) -> tuple[str, ...]:
    interval = UNKNOWN_FIGURE
    if router.recovered_low is not None and router.recovered_high is not None:
        interval = f"{router.recovered_low:.2f}–{router.recovered_high:.2f}"
    return (
        router.name,
        share(router.qualities[len(router.qualities) // 5]),
        UNKNOWN_FIGURE if router.half_at is None else share(router.half_at),
        UNKNOWN_FIGURE if router.most_at is None else share(router.most_at),
        UNKNOWN_FIGURE if router.recovered is None else f"{router.recovered:.2f}",
        interval,
    )


def _cascade_row(cascade: Cascade) -> tuple[str, ...]:
    """The diamond: one point, right answers at the share that goes on, where a router has a line."""
    at = f"{share(cascade.quality)} at {share(cascade.escalated)}"
    return ("Cascade, verifier assumed", at, *[UNKNOWN_FIGURE] * 4)
