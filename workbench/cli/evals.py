"""`workbench eval`: the team's own cases on models, with intervals and verdicts on every pair."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import eval_data, eval_judging, eval_results, eval_running
from workbench.cli.screen import say
from workbench.domain.errors import WorkbenchError
from workbench.services.eval_words import mind_words

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
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="ends with .csv, .jsonl, .xlsx or .html"
    )
    export.set_defaults(run=run_export)
    save = verbs.add_parser("save", help="the eval as a file that `eval run` repeats anywhere, with an exit code")
    save.add_argument("eval", help="its id")
    save.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="ends with .yaml")
    save.set_defaults(run=run_save)
    eval_data.register(verbs)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the file whole or not at all."""
    run = services.eval_results.find(arguments.eval)
    count = services.eval_files.export(run, arguments.output)
    if arguments.json:
        print(json.dumps({"file": str(arguments.output), "results": count}))
    else:
        say(f"Wrote {count} results to {arguments.output}.")
        if told := mind_words(services.eval_files.sensitive_in(run)):
            say(told)
    return 0


def run_save(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the eval and its cases."""
    if arguments.output.suffix.lower() not in (".yaml", ".yml"):
        raise WorkbenchError("An eval is a YAML file", where=str(arguments.output), mend="Let its name end with .yaml.")
    run = services.eval_results.find(arguments.eval)
    cases = services.eval_files.save(run, arguments.output)
    sensitive = services.eval_files.sensitive_in(run)
    if arguments.json:
        print(json.dumps({"file": str(arguments.output), "cases": str(cases), "sensitive": sensitive}))
        return 0
    say(f"Wrote {arguments.output} and its cases, {cases.name}. Repeat it with: workbench eval run {arguments.output}")
    if told := mind_words(sensitive):
        say(told)
    return 0
