"""`workbench compare`: two decisions, or two states of one, side by side: inputs, evidence, outcome."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.bundle import asked_for
from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.services.side_by_side import Side, SideBySide

_WIDEST = 48


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("compare", help="two decisions, or two states of one, side by side")
    what = "a name or id in the store; NAME@2 for its second recorded state; a scenario YAML file; a .mswb bundle"
    command.add_argument("first", metavar="FIRST", help=what)
    command.add_argument("second", metavar="SECOND", help="the same")
    command.add_argument("--all", action="store_true", help="also the lines that are the same on both sides")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints what differs, part by part; exit code 0 also when much does."""
    left, right = (_side(ref, services) for ref in (arguments.first, arguments.second))
    found = services.side_by_side.compare(left, right)
    if arguments.json:
        print(json.dumps(_shape(found, left, right), ensure_ascii=False))
    else:
        _print(found, everything=arguments.all)
    return 0


def _side(ref: str, services: Services) -> Side:
    locked = ref.casefold().endswith(".mswb") and services.bundles.needs_passphrase(Path(ref).expanduser())
    return services.side_by_side.find(ref, asked_for(f"The passphrase of {ref}: ") if locked else None)


def _shape(found: SideBySide, left: Side, right: Side) -> dict[str, object]:
    return {
        "left": {"title": found.left, "scenario": left.scenario.id},
        "right": {"title": found.right, "scenario": right.scenario.id},
        "sentence": found.sentence,
        "parts": [
            {
                "part": part.title,
                "lines": [
                    {"what": line.what, "left": line.left, "right": line.right, "differs": line.differs}
                    for line in part.lines
                ],
            }
            for part in found.parts
        ],
    }


def _print(found: SideBySide, *, everything: bool) -> None:
    say(found.sentence)
    for part in found.parts:
        lines = [line for line in part.lines if everything or line.differs]
        if not lines:
            continue
        say(f"\n{part.title}")
        print_table(("", found.left, found.right), [(line.what, _cut(line.left), _cut(line.right)) for line in lines])
    same = sum(not line.differs for part in found.parts for line in part.lines)
    if same and not everything:
        say(f"\n{same} lines are the same; --all shows them.")


def _cut(text: str) -> str:
    line = "; ".join(text.splitlines())
    return (line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…") or "—"
