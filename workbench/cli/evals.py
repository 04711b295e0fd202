"""`workbench eval`: the team's own cases on models, with intervals and verdicts on every pair."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE
from workbench.cli import eval_running
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.reports.figures import eval_shape, pair_shape
from workbench.services.eval_words import pair_words

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSummary


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("eval", help="the team's own cases on models")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    eval_running.register(verbs)
    results = verbs.add_parser("results", help="an eval's figures; without an id the list of evals")
    results.add_argument("eval", nargs="?")
    results.add_argument("-s", "--scenario", help="only evals of this scenario")
    results.set_defaults(run=run_results)
    compare = verbs.add_parser("compare", help="two models of an eval, in a sentence")
    compare.add_argument("eval", help="its id")
    compare.add_argument("a")
    compare.add_argument("b")
    compare.set_defaults(run=run_compare)
    export = verbs.add_parser("export", help="every answer of an eval with its score")
    export.add_argument("eval", help="its id")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="ends with .csv or .jsonl")
    export.set_defaults(run=run_export)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_results(arguments: argparse.Namespace, services: Services) -> int:
    if arguments.eval:
        run = services.evals.find(arguments.eval)
        show(run, services.evals.summary(run), as_json=arguments.json)
        return 0
    scenario_id = services.scenarios.load(arguments.scenario).id if arguments.scenario else None
    runs = services.evals.runs(scenario_id)
    if arguments.json:
        rows = [{"eval": run.id, "name": run.name, "status": run.status, "cases": run.case_count} for run in runs]
        print(json.dumps({"evals": rows}, ensure_ascii=False))
        return 0
    print_table(
        ("eval", "name", "status", "cases", "started (UTC)"),
        [(run.id, run.name, run.status, str(run.case_count), f"{run.started_at:%Y-%m-%d %H:%M}") for run in runs],
        right={3},
    )
    return 0


def run_compare(arguments: argparse.Namespace, services: Services) -> int:
    """One pair of an eval, under every scorer."""
    run = services.evals.find(arguments.eval)
    pairs = services.evals.compare(run, arguments.a, arguments.b)
    if arguments.json:
        print(json.dumps(rounded({"eval": run.id, "pairs": [pair_shape(pair) for pair in pairs]}), ensure_ascii=False))
        return 0
    for pair in pairs:
        say(f"{pair_words(pair, str)} ({pair.n} cases, scored by {pair.scorer}).")
    return 0


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the file whole or not at all."""
    run = services.evals.find(arguments.eval)
    count = services.evals.export(run, arguments.output)
    if arguments.json:
        print(json.dumps({"file": str(arguments.output), "results": count}))
    else:
        say(f"Wrote {count} results to {arguments.output}.")
    return 0


def show(run: EvalRun, summary: EvalSummary, *, as_json: bool) -> None:
    """Prints an eval's figures, as JSON or as two tables."""
    if as_json:
        print(json.dumps(rounded(eval_shape(run, summary)), ensure_ascii=False))
        return
    say(f"{run.name}: {summary.case_count} cases, {run.status} (eval {run.id})\n")
    print_table(
        ("model", "scorer", "right", "95 % interval", "n", "errors", "first token p50, s", "tokens/s"),
        [
            (
                model.model_id,
                model.scorer,
                _percent(model.mean),
                _interval(_percent, model.low, model.high),
                str(model.n),
                str(model.errors),
                UNKNOWN_FIGURE if model.ttft_p50_s is None else f"{model.ttft_p50_s:.3f}",
                UNKNOWN_FIGURE if model.tokens_per_s is None else f"{model.tokens_per_s:,.0f}",
            )
            for model in summary.models
        ],
        right={2, 4, 5, 6, 7},
    )
    if summary.pairs:
        say()
        print_table(
            ("a", "b", "difference", "95 % interval", "p, adjusted", "a is"),
            [
                (
                    pair.a,
                    pair.b,
                    _points(pair.difference),
                    _interval(_points, pair.low, pair.high),
                    UNKNOWN_FIGURE if pair.p_adjusted is None else f"{pair.p_adjusted:.2g}",
                    pair.verdict,
                )
                for pair in summary.pairs
            ],
            right={2, 4},
        )


def _interval(written: Callable[[float | None], str], low: float | None, high: float | None) -> str:
    return UNKNOWN_FIGURE if low is None else f"{written(low)} to {written(high)}"


def _percent(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else f"{value * 100:.1f} %"


def _points(value: float | None) -> str:
    return UNKNOWN_FIGURE if value is None else f"{value * 100:+.1f} points"
