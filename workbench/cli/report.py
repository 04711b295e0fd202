"""`workbench report`: the decision report as files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.screen import say
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("report", help="the decision report as HTML, Markdown or JSON")
    command.add_argument("scenario", help="a name or id in the store, or a scenario YAML file")
    command.add_argument(
        "-f",
        "--format",
        type=_formats,
        default=("html", "md", "json"),
        metavar="LIST",
        help="html, md, json, separated by commas (default: all)",
    )
    command.add_argument("-o", "--out", type=Path, default=Path(), metavar="DIR", help="the folder (default: here)")
    command.add_argument("--length", choices=("full", "page"), default="full", help="page: one sheet of paper")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the files and prints their paths."""
    scenario, _ = services.scenarios.resolve(arguments.scenario)
    files = services.reports.write(scenario, arguments.format, arguments.out, length=arguments.length)
    if arguments.json:
        print(json.dumps({"scenario": scenario.id, "files": [str(file) for file in files]}, ensure_ascii=False))
    else:
        for file in files:
            say(file)
    return 0


def _formats(text: str) -> tuple[str, ...]:
    from workbench.services.reports import checked_formats

    try:
        return checked_formats(text.split(","))
    except WorkbenchError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
