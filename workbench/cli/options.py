"""`workbench options`: options side by side, what each costs over time, which one to take and what would change it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.analysis.lifecycle import DATED_RISKS, ENDS_TITLE
from workbench.analysis.words import UNKNOWN_FIGURE, count, share, share_range, usd, usd_range
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.insight import span_of
from workbench.reports.figures import insights_shape, options_shape

if TYPE_CHECKING:
    from workbench.analysis.chartspec import Chart
    from workbench.app import Services
    from workbench.domain.figures import Figure
    from workbench.domain.insight import Acceptance, Section
    from workbench.domain.option import Option, OptionSet
    from workbench.reports.document import JsonValue


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("options", help="buy, build and blend side by side, and what would change the choice")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument(
        "--details", action="store_true", help="also what stands behind: second opinions, worth of knowing"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the options; those the workbench proposes as long as the scenario has none of its own."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    evidence = services.eval_results.evidence(scenario.id) if stored else None
    found = services.options.options(scenario, evidence=evidence)
    tornado = services.options.charts(found).get("tornado")
    if arguments.json:
        behind = services.options.insights(scenario, evidence=evidence)
        shape = {
            **options_shape(found, scenario.name),
            "insights": insights_shape(behind),
            "tornado": _tornado_shape(tornado),
        }
        print(json.dumps(rounded(shape), ensure_ascii=False))
        return 0
    _print(found, services.options.acceptances(found))
    if tornado is not None:
        say(f"\n{tornado.title}: {tornado.x.label}. {tornado.note}")
        print_table(tornado.columns, tornado.rows, right={1, 2})
    if arguments.details:
        behind = services.options.insights(scenario, evidence=evidence)
        for section in services.options.sections(behind, found):
            _print_section(section)
    return 0


def _tornado_shape(chart: Chart | None) -> dict[str, JsonValue] | None:
    """The difference in cost over the horizon at both ends of each input, the widest first; null without ranges."""
    if chart is None or chart.bars is None:
        return None
    bars = chart.bars
    rows: list[JsonValue] = [
        {"input": bar.id, "title": bar.label, "low_usd": bar.low, "high_usd": bar.high} for bar in bars.bars
    ]
    return {"title": chart.title, "difference": chart.x.label, "likely_usd": bars.base, "inputs": rows}


def _print_section(section: Section) -> None:
    say(f"\n{section.title}. {section.answer}")
    print_table(section.columns, section.rows, right=set(range(1, len(section.columns))))
    if section.note:
        say(f"  {section.note}")


def _print(found: OptionSet, draws: Sequence[Acceptance]) -> None:
    say(f"{found.recommendation.sentence} {found.recommendation.detail}\n")
    if found.options:
        print_table(
            ("", *(f"{option.id} · {option.draft.strategy.value}" for option in found.options)),
            _rows(found, draws),
            right=set(range(1, len(found.options) + 1)),
        )
        for option in found.options:
            say(f"{option.id}  {option.name}")
    _print_list(ENDS_TITLE, _dated_risks(found))
    _print_list("What would let one in", [item.text for item in found.relaxations])
    _print_list("What pulls against what", [f"{c.title}: {c.text} {c.way_out}" for c in found.conflicts])
    _print_list("Crossovers", [_crossing(item.a, item.b, item.months) for item in found.crossovers])
    _print_list("What would change our mind", [flip.text for flip in found.flips])
    _print_list("Break-even volume", [item.text for item in found.breakevens])
    _print_list(f"Adaptation: {found.adaptation.technique.value}", list(found.adaptation.reasons))
    _print_list("Worth knowing", list(found.notes))


def _dated_risks(found: OptionSet) -> list[str]:
    """What ends or gets another price within the plan, with the options that it concerns."""
    texts: dict[str, list[str]] = {}
    for option in found.options:
        for reason in option.reasons:
            if reason.warning and reason.rule in DATED_RISKS:
                texts.setdefault(reason.text, []).append(option.id)
    return [f"{', '.join(ids)}: {text}" for text, ids in texts.items()]


def _rows(found: OptionSet, draws: Sequence[Acceptance]) -> list[tuple[str, ...]]:
    options, months = found.options, found.horizon_months

    def row(title: str, cells: list[str]) -> tuple[str, ...]:
        return (title, *cells)

    return [
        row("set-up", [_money(option.figures.get("setup_usd")) for option in options]),
        row("a month", [_money(option.figures.get("monthly_usd")) for option in options]),
        row(count(months, "month"), [usd(option.tco_usd.get(months)) for option in options]),
        row("weeks", [_plain(option.figures.get("weeks")) for option in options]),
        row("quality", [_plain(option.figures.get("quality")) for option in options]),
        row("privacy", [_plain(option.figures.get("privacy")) for option in options]),
        row("independence", [_plain(option.figures.get("independence")) for option in options]),
        row("score", [f"{option.score:.3f}" for option in options]),
        row("best, of 20,000 draws", [_best_in(option, draws) for option in options]),
        row("cheapest, of 100,000 draws", [_chance(option.cheapest_probability) for option in options]),
        row("limits", [_limits(option) for option in options]),
    ]


def _money(figure: Figure | None) -> str:
    if figure is None:
        return UNKNOWN_FIGURE
    return usd(figure.likely) if figure.value.is_exact else f"{usd(figure.likely)} ({usd_range(figure.value)})"


def _plain(figure: Figure | None) -> str:
    return UNKNOWN_FIGURE if figure is None else f"{figure.likely:.0f}"


def _best_in(option: Option, draws: Sequence[Acceptance]) -> str:
    """With the order of the criteria known; in brackets the least and the most of all that may be known."""
    span = span_of(draws, option.id)
    likely = share(option.best_probability)
    return likely if span is None else f"{likely} ({share_range(*span)})"


def _chance(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else share(value)


def _limits(option: Option) -> str:
    return ", ".join(f"out: {reason.rule}" for reason in option.excluded_by) or "inside"


def _crossing(cheap: str, dear: str, months: float | None) -> str:
    if months is None:
        return f"{dear} never catches up with {cheap}."
    return f"{dear} has cost no more than {cheap} after {f'{months:.2f}'.removesuffix('.00')} months."


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        say(f"\n{title}")
        for line in lines:
            say(f"  {line}")
