"""`workbench doctor`: what this machine has, and the one line that installs what is missing."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.screen import say

if TYPE_CHECKING:
    from workbench.app import Services


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("doctor", help="what this machine has, and what is missing")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Exit code 0 when the window can start and local models can run, else 1."""
    from workbench.services.doctor import examine

    report = examine(services.paths)
    if arguments.json:
        print(json.dumps(report.as_dict(), ensure_ascii=False))
        return 0 if report.ok else 1
    width = max(len(row.name) for row in report.rows)
    for row in report.rows:
        say(f"{'ok' if row.ok else '!!'}  {row.name:<{width}}  {row.found}")
        if row.mend:
            say(f"    {'':<{width}}  {row.mend}")
    return 0 if report.ok else 1
