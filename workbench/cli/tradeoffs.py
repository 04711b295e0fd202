"""`workbench tradeoffs`: monthly cost against quality, the front, mixes, and the picture as SVG."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.analysis.words import UNKNOWN_FIGURE, usd, usd_range
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.reports.figures import range_shape

if TYPE_CHECKING:
    from workbench.analysis.tradeoffs import Mix, TradePoint
    from workbench.app import Services
    from workbench.services.tradeoffs import TradeoffView

_WIDTH, _HEIGHT = 960, 560


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("tradeoffs", help="cost against quality: points, intervals, front and mixes")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument("--requests", type=float, metavar="N", help="requests a day (default: the scenario's)")
    command.add_argument("--quality-weight", type=float, metavar="W", help="how much quality counts")
    command.add_argument("--cost-weight", type=float, metavar="W", help="how much cost counts")
    command.add_argument("--svg", type=Path, metavar="FILE", help="write the picture")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the points and writes the picture when asked to."""
    if arguments.svg is not None:
        from workbench.reports.files import check_file

        check_file(arguments.svg, "The picture")
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    evidence = services.eval_results.evidence(scenario.id) if stored else None
    given = {"quality": arguments.quality_weight, "monthly_usd": arguments.cost_weight}
    weights = {key: value for key, value in given.items() if value is not None}
    view = services.tradeoffs.points(
        scenario, requests_per_day=arguments.requests, weights=weights or None, evidence=evidence
    )
    if arguments.svg is not None:
        write_svg(view, arguments.svg)
    if arguments.json:
        print(json.dumps(rounded(as_json(view, scenario.name)), ensure_ascii=False))
    else:
        _print(view)
        if arguments.svg is not None:
            say(f"\nThe picture is in {arguments.svg}.")
    return 0


def write_svg(view: TradeoffView, file: Path) -> None:
    """The chart as a file of its own. Raises WorkbenchError when it cannot be written."""
    from workbench.reports.charts import svg
    from workbench.reports.files import write_whole

    write_whole(file, svg(view.chart, _WIDTH, _HEIGHT).encode("utf-8"), "The picture")


def as_json(view: TradeoffView, name: str) -> dict[str, Any]:
    """The shape that cli.md promises; only points with a price and a score, the others by name."""
    scored = [point for point in view.points if point.cost_usd is not None and point.quality is not None]
    unplaced = [point for point in view.points if point.cost_usd is None or point.quality is None]
    return {
        "scenario": name,
        "sentence": view.sentence,
        "basis": view.basis_label,
        "requests_per_day": view.requests_per_day,
        "best": view.best,
        "knee": view.knee or None,
        "points": [_point(point) for point in scored],
        "mixes": [_mix(mix) for mix in view.mixes],
        "without_score_or_price": [{"model": point.model_id, "offer": point.offer} for point in unplaced],
    }


def _point(point: TradePoint) -> dict[str, Any]:
    cost, quality = point.cost_usd, point.quality
    return {
        "model": point.model_id,
        "offer": point.offer,
        "cost_usd_month": cost.likely if cost else None,
        "cost_range_usd_month": range_shape(cost) if cost else None,
        "quality": quality.value if quality else None,
        "low": quality.low if quality else None,
        "high": quality.high if quality else None,
        "value": point.score,
        "basis": quality.basis if quality else None,
        "pareto": point.pareto,
        "dominated_by": point.dominated_by or None,
        "kept": point.kept,
    }


def _mix(mix: Mix) -> dict[str, Any]:
    return {
        "weak": mix.weak,
        "strong": mix.strong,
        "share": mix.share,
        "cost_usd_month": mix.cost_usd_month,
        "quality": mix.quality,
    }


def _place(point: TradePoint, view: TradeoffView) -> str:
    if point.pareto:
        return "front, its knee" if point.id == view.knee else "front"
    names = {each.id: each.model_name for each in view.points}
    return f"beaten by {names[point.dominated_by]}" if point.dominated_by else ""


def _print(view: TradeoffView) -> None:
    say(f"{view.sentence}\n")
    rows = [
        (
            point.model_name,
            point.offer_name,
            usd(point.cost_usd.likely if point.cost_usd else None),
            usd_range(point.cost_usd),
            f"{point.quality.value:.0f}" if point.quality else UNKNOWN_FIGURE,
            f"{point.quality.low:.0f}–{point.quality.high:.0f}" if point.quality else UNKNOWN_FIGURE,
            UNKNOWN_FIGURE if point.score is None else f"{point.score * 100:.0f}",
            _place(point, view),
        )
        for point in view.points
        if point.kept
    ]
    if rows:
        columns = ("model", "where", "$ a month", "range", "quality", "interval", "value", "")
        print_table(columns, rows, right={2, 3, 4, 5, 6})
    say(f"\nQuality: {view.basis_label}.")
    say(view.order_words)
