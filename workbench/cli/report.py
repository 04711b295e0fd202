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
    command = nouns.add_parser("report", help="the decision report in the formats that people read")
    command.add_argument("scenario", nargs="?", help="a name or id in the store, or a scenario YAML file")
    command.add_argument(
        "-f",
        "--format",
        type=formats,
        default=("html", "md", "json"),
        metavar="LIST",
        help="formats, separated by commas, or all (default: html,md,json)",
    )
    command.add_argument("-o", "--out", type=Path, default=Path(), metavar="DIR", help="the folder (default: here)")
    command.add_argument("--length", choices=("full", "page"), default="full", help="page: one sheet of paper")
    command.add_argument("--language", choices=("en", "de"), default="en", help="what the report is written in")
    command.add_argument("--leave-out", default="", metavar="LIST", help="sections to leave out, by their ids")
    command.add_argument("--redact", default="", metavar="LIST", help="what to withhold: cases, names, prices")
    command.add_argument(
        "--evidence-annex",
        action="store_true",
        help="adds the headings of EU AI Act Annex IV and NIST AI RMF; no claim of compliance",
    )
    command.add_argument("--brand", metavar="NAME", help="whose report it is (default: as in the settings)")
    command.add_argument("--colour", metavar="#RRGGBB", help="the accent colour")
    command.add_argument("--logo", type=Path, metavar="FILE", help="a PNG or JPEG picture for the head")
    command.add_argument("--schema", action="store_true", help="print the JSON Schema of the JSON format")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run, wrong_usage=command.error)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the files and prints their paths."""
    if arguments.schema:
        say(services.reports.schema())
        return 0
    if arguments.scenario is None:
        arguments.wrong_usage("no scenario was named: name one, or a scenario YAML file")
    choices = services.reports.choices(
        leave_out=_listed(arguments.leave_out),
        redact=_listed(arguments.redact),
        language=arguments.language,
        evidence_annex=arguments.evidence_annex,
        brand=arguments.brand,
        colour=arguments.colour,
        logo=arguments.logo,
    )
    scenario, _ = services.scenarios.resolve(arguments.scenario)
    files = services.reports.write(scenario, arguments.format, arguments.out, length=arguments.length, choices=choices)
    if arguments.json:
        print(json.dumps({"scenario": scenario.id, "files": [str(file) for file in files]}, ensure_ascii=False))
    else:
        for file in files:
            say(file)
    return 0


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip().lower()))


def formats(text: str) -> tuple[str, ...]:
    """For argparse: known formats from a list with commas; an unknown one is wrong usage."""
    from workbench.services.reports import checked_formats

    try:
        return checked_formats(text.split(","))
    except WorkbenchError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
