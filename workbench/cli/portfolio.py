"""`workbench portfolio`: all accepted decisions together, on the screen or as a report."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.cli.numbers import rounded
from workbench.cli.report import formats
from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.portfolio import Leaning, Portfolio


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "portfolio",
        help="all accepted decisions together: spend, traffic, concentration, endings, reviews",
        description="Puts all accepted decisions together. With -o it writes them as a report.",
    )
    command.add_argument(
        "-f", "--format", type=formats, default="html,md,json", metavar="LIST", help="as in `workbench report`"
    )
    command.add_argument("-o", "--out", type=Path, metavar="DIR", help="write the report into this folder")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the decisions together; with a folder writes the report and prints its files."""
    from workbench.reports.portfolio import figures

    if arguments.out is not None:
        from workbench.reports.files import check_folder

        check_folder(arguments.out)
    found = services.portfolio.read()
    files = () if arguments.out is None else services.portfolio.write(found, arguments.format, arguments.out)
    if arguments.json:
        shape = {**rounded(figures(found)["portfolio"]), "files": [str(file) for file in files]}
        print(json.dumps(shape, ensure_ascii=False))
        return 0
    if arguments.out is None:
        _print(found)
    for file in files:
        say(file)
    return 0


def _print(found: Portfolio) -> None:
    from workbench.reports.portfolio import answer

    say(" ".join(answer(found)).strip())
    if not found.decisions:
        return
    say()
    print_table(
        ("scenario", "decided for", "a month", "requests a month", "today"),
        [
            (d.scenario, d.option, words.usd(d.usd_month), words.rounded(d.requests_month), d.standing.lower())
            for d in found.decisions
        ],
        right={2, 3},
    )
    for title, leaning in (("developer", found.developers), ("provider", found.providers)):
        if leaning is not None:
            _print_leaning(title, leaning)
    for failure in found.failures:
        ratio = "—" if failure.ratio is None else f"{failure.ratio:.2f}"
        say(f"\n{failure.first} and {failure.second}: both wrong on {words.share(failure.wrong_both)} of "
            f"{failure.cases:,} cases, {ratio} times what chance would give ({failure.scenario}).")  # fmt: skip
    if found.endings:
        say("\nShutdown calendar")
        print_table(
            ("when", "model", "what happens", "decisions"),
            [(e.day, e.model, e.words, words.listed(e.scenarios)) for e in found.endings],
        )
    say("\nReviews")
    print_table(
        ("when", "scenario", "option", ""),
        [(r.day or "none agreed", r.scenario, r.option, "due" if r.is_due else "") for r in found.reviews],
    )


def _print_leaning(title: str, leaning: Leaning) -> None:
    spend = "" if leaning.effective_spend is None else f", by spend as {leaning.effective_spend:.2f}"
    say(f"\nBy {title}: by traffic as concentrated as {leaning.effective:.2f} equal ones{spend}")
    print_table(
        (title, "a month", "of the spend", "lost when down"),
        [
            (
                each.name,
                words.usd(each.usd_month),
                words.UNKNOWN_FIGURE if each.usd_share is None else words.share(each.usd_share),
                words.share(each.requests_share),
            )
            for each in leaning.slices
        ],
        right={1, 2, 3},
    )
