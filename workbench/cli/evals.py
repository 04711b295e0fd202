"""`workbench eval`: the team's own cases on models, with intervals and verdicts on every pair."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import eval_judging, eval_results, eval_running
from workbench.cli.screen import say

if TYPE_CHECKING:
    from workbench.app import Services


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("eval", help="the team's own cases on models")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    eval_running.register(verbs)
    eval_judging.register(verbs)
    eval_results.register(verbs)
    export = verbs.add_parser("export", help="every answer of an eval with its score")
    export.add_argument("eval", help="its id")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="ends with .csv or .jsonl")
    export.set_defaults(run=run_export)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the file whole or not at all."""
    run = services.evals.find(arguments.eval)
    count = services.evals.export(run, arguments.output)
    if arguments.json:
        print(json.dumps({"file": str(arguments.output), "results": count}))
    else:
        say(f"Wrote {count} results to {arguments.output}.")
    return 0
