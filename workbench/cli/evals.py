"""`workbench eval`: the team's own cases on local models, with intervals and verdicts on every pair."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE
from workbench.cli.numbers import rounded
from workbench.cli.prompt import stored_scenario
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.reports.figures import eval_shape, pair_shape
from workbench.services.eval_words import pair_words

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSet, EvalSummary


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("eval", help="the team's own cases on local models")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    start = verbs.add_parser("run", help="run a data set on models")
    start.add_argument("data", type=Path, help="a CSV, TSV or JSONL file with the columns input and expected")
    start.add_argument("-m", "--model", action="extend", nargs="+", required=True, metavar="MODEL")
    start.add_argument(
        "--scorer", action="extend", nargs="+", metavar="NAME", help="default: contains; a case may name its own"
    )
    start.add_argument("-s", "--scenario", help="keep the results as evidence of this scenario")
    start.add_argument("--system", default="", help="the system prompt")
    start.add_argument("--name", default="", help="what the eval is called")
    start.set_defaults(run=run_start)
    resume = verbs.add_parser("resume", help="go on with an interrupted eval")
    resume.add_argument("eval", help="its id")
    resume.add_argument("data", type=Path, help="the same data set")
    resume.add_argument(
        "-m", "--model", action="extend", nargs="+", metavar="MODEL", help="those of its files not in the library"
    )
    resume.set_defaults(run=run_resume)
    results = verbs.add_parser("results", help="an eval's figures; without an id the list of evals")
    results.add_argument("eval", nargs="?")
    results.add_argument("-s", "--scenario", help="only evals of this scenario")
    results.set_defaults(run=run_results)
    plan = verbs.add_parser("plan", help="how many cases tell two models apart")
    plan.add_argument("data", type=Path, nargs="?", help="a data set: what its number of cases can show")
    plan.add_argument("--difference", type=float, default=0.1, help="the smallest difference that matters (0.1)")
    plan.add_argument("--disagree", type=float, default=0.25, help="share of cases the models disagree on (0.25)")
    plan.set_defaults(run=run_plan)
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


def run_start(arguments: argparse.Namespace, services: Services) -> int:
    data = services.evals.dataset(arguments.data)
    run = services.evals.new_run(
        data,
        arguments.model,
        scorers=arguments.scorer or ("contains",),
        scenario_id=stored_scenario(services, arguments.scenario),
        name=arguments.name,
        system=arguments.system,
    )
    return _run_and_show(arguments, services, run, data, arguments.model)


def run_resume(arguments: argparse.Namespace, services: Services) -> int:
    run = services.evals.find(arguments.eval)
    data = services.evals.dataset(arguments.data)
    return _run_and_show(arguments, services, run, data, arguments.model or [])


def _run_and_show(
    arguments: argparse.Namespace, services: Services, run: EvalRun, data: EvalSet, models: list[str]
) -> int:
    try:
        finished = asyncio.run(_run(services, run, data, models))
    except KeyboardInterrupt:
        if not arguments.json:
            again = f"workbench eval resume {run.id} {arguments.data}"
            say(f"What was answered is kept. To go on: {again}", file=sys.stderr)
        raise
    show(finished, services.evals.summary(finished), as_json=arguments.json)
    return 0


async def _run(services: Services, run: EvalRun, data: EvalSet, models: list[str]) -> EvalRun:
    from workbench.evals.runner import Progress, RunEvent

    def report(event: RunEvent) -> None:
        if isinstance(event, Progress) and sys.stderr.isatty():
            print(f"\r{event.done} of {event.total} answers", end="", file=sys.stderr, flush=True)

    try:
        return await services.evals.run(run, data, models=models, on_event=report)
    finally:
        if sys.stderr.isatty():
            print(file=sys.stderr)
        await services.evals.stop()


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


def run_plan(arguments: argparse.Namespace, services: Services) -> int:
    """How many cases are enough, and what the cases at hand can show."""
    plan = services.evals.plan(difference=arguments.difference, disagree=arguments.disagree)
    cases = len(services.evals.dataset(arguments.data).cases) if arguments.data else None
    shown = services.evals.detectable(cases, disagree=arguments.disagree) if cases else None
    if arguments.json:
        print(json.dumps({"cases_needed": plan, "cases": cases, "detectable_difference": shown}))
        return 0
    points = f"{arguments.difference * 100:g} points"
    say(
        f"{plan} cases show a difference of {points} 4 times in 5, when the models disagree on "
        f"{arguments.disagree:.0%} of them.".replace("%", " %")
    )
    if cases and shown is not None:
        say(f"{arguments.data.name} has {cases}: enough for differences of {shown * 100:.0f} points or more.")
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
