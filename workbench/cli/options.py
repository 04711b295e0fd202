"""`workbench options`: options side by side, what each costs over time, which one to take and what would change it."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from workbench.analysis.words import UNKNOWN_FIGURE, share, usd, usd_range
from workbench.cli.numbers import estimate, number
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.figures import Figure
    from workbench.domain.option import Option, OptionSet


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("options", help="buy, build and blend side by side, and what would change the choice")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the options; those the workbench proposes as long as the scenario has none of its own."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    evidence = services.evals.evidence(scenario.id) if stored else None
    found = services.options.options(scenario, evidence=evidence)
    if arguments.json:
        print(json.dumps(as_json(found, scenario.name), ensure_ascii=False))
    else:
        _print(found)
    return 0


def as_json(found: OptionSet, name: str) -> dict[str, Any]:
    """The shape that cli.md promises."""
    return {
        "scenario": name,
        "scenario_id": found.scenario_id,
        "horizon_months": found.horizon_months,
        "discount_rate": found.discount_rate,
        "options": [_option(option) for option in found.options],
        "recommended": found.recommendation.option,
        "because": found.recommendation.because,
        "recommendation": {"sentence": found.recommendation.sentence, "detail": found.recommendation.detail},
        "crossovers": [
            {
                "a": cross.a,
                "b": cross.b,
                "months": number(cross.months),
                "months_discounted": number(cross.months_discounted),
            }
            for cross in found.crossovers
        ],
        "flips": [
            {
                "input": flip.input,
                "option": flip.option,
                "now": number(flip.now),
                "at": number(flip.at),
                "winner": flip.winner,
                "text": flip.text,
            }
            for flip in found.flips
        ],
        "breakeven": [
            {
                "offer": item.offer,
                "self_host": item.self_host,
                "requests_per_day": number(item.requests_per_day, 1),
                "text": item.text,
            }
            for item in found.breakevens
        ],
        "adaptation": {"technique": found.adaptation.technique.value, "reasons": list(found.adaptation.reasons)},
        "notes": list(found.notes),
    }


def _option(option: Option) -> dict[str, Any]:
    figures = option.figures
    return {
        "id": option.id,
        "name": option.name,
        "strategy": option.draft.strategy.value,
        "setup_usd": _likely(figures.get("setup_usd")),
        "monthly_usd": _likely(figures.get("monthly_usd")),
        "weeks": _likely(figures.get("weeks")),
        "score": number(option.score),
        "score_low": number(option.score_low),
        "score_high": number(option.score_high),
        "best_probability": number(option.best_probability),
        "cheapest_probability": number(option.cheapest_probability),
        "tco_usd": {str(months): number(cost, 2) for months, cost in option.tco_usd.items()},
        "tco_discounted_usd": {str(months): number(cost, 2) for months, cost in option.tco_discounted_usd.items()},
        "excluded_by": [reason.rule for reason in option.excluded_by],
        "reasons": [
            {"rule": r.rule, "tier": r.tier, "kept": r.kept, "warning": r.warning, "text": r.text, "source": r.source}
            for r in option.reasons
        ],
        "contributions": {name: number(value) for name, value in option.contributions.items()},
        "figures": {
            name: {
                **(estimate(figure.value) or {}),
                "origin": figure.origin.value,
                "source": figure.source,
                "as_of": figure.as_of,
            }
            for name, figure in figures.items()
        },
    }


def _likely(figure: Figure | None) -> float | int | None:
    return None if figure is None else number(figure.likely, 2)


def _print(found: OptionSet) -> None:
    print(f"{found.recommendation.sentence} {found.recommendation.detail}\n")
    if found.options:
        print_table(
            ("", *(f"{option.id} · {option.draft.strategy.value}" for option in found.options)),
            _rows(found),
            right=set(range(1, len(found.options) + 1)),
        )
        for option in found.options:
            print(f"{option.id}  {option.name}")
    _print_list("Crossovers", [_crossing(item.a, item.b, item.months) for item in found.crossovers])
    _print_list("What would change our mind", [flip.text for flip in found.flips])
    _print_list("Break-even volume", [item.text for item in found.breakevens])
    _print_list(f"Adaptation: {found.adaptation.technique.value}", list(found.adaptation.reasons))
    _print_list("Worth knowing", list(found.notes))


def _rows(found: OptionSet) -> list[tuple[str, ...]]:
    options, months = found.options, found.horizon_months

    def row(title: str, cells: list[str]) -> tuple[str, ...]:
        return (title, *cells)

    return [
        row("set-up", [_money(option.figures.get("setup_usd")) for option in options]),
        row("a month", [_money(option.figures.get("monthly_usd")) for option in options]),
        row(f"{months} months", [usd(option.tco_usd.get(months)) for option in options]),
        row("weeks", [_plain(option.figures.get("weeks")) for option in options]),
        row("quality", [_plain(option.figures.get("quality")) for option in options]),
        row("privacy", [_plain(option.figures.get("privacy")) for option in options]),
        row("independence", [_plain(option.figures.get("independence")) for option in options]),
        row("score", [f"{option.score:.3f}" for option in options]),
        row("best, of 20,000 draws", [share(option.best_probability) for option in options]),
        row("cheapest, of 20,000 draws", [_chance(option.cheapest_probability) for option in options]),
        row("limits", [_limits(option) for option in options]),
    ]


def _money(figure: Figure | None) -> str:
    if figure is None:
        return UNKNOWN_FIGURE
    return usd(figure.likely) if figure.value.is_exact else f"{usd(figure.likely)} ({usd_range(figure.value)})"


def _plain(figure: Figure | None) -> str:
    return UNKNOWN_FIGURE if figure is None else f"{figure.likely:.0f}"


def _chance(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else share(value)


def _limits(option: Option) -> str:
    return ", ".join(f"out: {reason.rule}" for reason in option.excluded_by) or "inside"


def _crossing(cheap: str, dear: str, months: float | None) -> str:
    if months is None:
        return f"{dear} never catches up with {cheap}."
    return f"{dear} has cost no more than {cheap} after {months:.2f} months."


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        print(f"\n{title}")
        for line in lines:
            print(f"  {line}")
