"""`workbench eval`: the team's own cases on local models, with intervals and verdicts on every pair."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.prompt import stored_scenario
from workbench.cli.tables import print_table
from workbench.services.eval_words import pair_words

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.evals import EvalRun, EvalSet, EvalSummary, PairSummary


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("eval", help="the team's own cases on local models")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    start = verbs.add_parser("run", help="run a data set on models")
    start.add_argument("data", type=Path, help="a CSV, TSV or JSONL file with the columns input and expected")
    start.add_argument("-m", "--model", action="append", required=True, metavar="MODEL")
    start.add_argument("--scorer", action="append", metavar="NAME", help="default: contains; a case may name its own")
    start.add_argument("-s", "--scenario", help="keep the results as evidence of this scenario")
    start.add_argument("--system", default="", help="the system prompt")
    start.add_argument("--name", default="", help="what the eval is called")
    start.set_defaults(run=run_start)
    resume = verbs.add_parser("resume", help="go on with an interrupted eval")
    resume.add_argument("eval", help="its id")
    resume.add_argument("data", type=Path, help="the same data set")
    resume.add_argument("-m", "--model", action="append", metavar="MODEL", help="models that are not in the library")
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
    finished = asyncio.run(_run(services, run, data, models))
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
        ("eval", "name", "status", "cases", "started"),
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
    print(
        f"{plan} cases show a difference of {points} 4 times in 5, when the models disagree on "
        f"{arguments.disagree:.0%} of them.".replace("%", " %")
    )
    if cases and shown is not None:
        print(f"{arguments.data.name} has {cases}: enough for differences of {shown * 100:.0f} points or more.")
    return 0


def run_compare(arguments: argparse.Namespace, services: Services) -> int:
    """One pair of an eval, under every scorer."""
    run = services.evals.find(arguments.eval)
    pairs = services.evals.compare(run, arguments.a, arguments.b)
    if arguments.json:
        print(json.dumps({"eval": run.id, "pairs": [pair_json(pair) for pair in pairs]}, ensure_ascii=False))
        return 0
    for pair in pairs:
        print(f"{pair_words(pair, str)} ({pair.n} cases, scored by {pair.scorer}).")
    return 0


def run_export(arguments: argparse.Namespace, services: Services) -> int:
    """Writes the file whole or not at all."""
    run = services.evals.find(arguments.eval)
    count = services.evals.export(run, arguments.output)
    if arguments.json:
        print(json.dumps({"file": str(arguments.output), "results": count}))
    else:
        print(f"Wrote {count} results to {arguments.output}.")
    return 0


def eval_json(run: EvalRun, summary: EvalSummary) -> dict[str, Any]:
    """The shape `eval results` of cli.md; shares and differences in 0 to 1."""
    models = [
        {
            "model": model.model_id,
            "scorer": model.scorer,
            "n": model.n,
            "mean": model.mean,
            "low": model.low,
            "high": model.high,
            "errors": model.errors,
            "withheld": model.withheld,
            "ttft_s": {"p50": model.ttft_p50_s, "p95": model.ttft_p95_s},
            "tokens_per_s": model.tokens_per_s,
            "cost_usd": model.cost_usd,
        }
        for model in summary.models
    ]
    pairs = [pair_json(pair) for pair in summary.pairs]
    return {
        "eval": run.id,
        "name": run.name,
        "status": run.status,
        "cases": summary.case_count,
        "models": models,
        "pairs": pairs,
    }


def pair_json(pair: PairSummary) -> dict[str, Any]:
    """One pair in the shape of `eval results`."""
    return {
        "a": pair.a,
        "b": pair.b,
        "scorer": pair.scorer,
        "n": pair.n,
        "difference": pair.difference,
        "low": pair.low,
        "high": pair.high,
        "p": pair.p,
        "p_adjusted": pair.p_adjusted,
        "verdict": pair.verdict,
    }


def show(run: EvalRun, summary: EvalSummary, *, as_json: bool) -> None:
    """Prints an eval's figures, as JSON or as two tables."""
    if as_json:
        print(json.dumps(eval_json(run, summary), ensure_ascii=False))
        return
    print(f"{run.name}: {summary.case_count} cases, {run.status} (eval {run.id})\n")
    print_table(
        ("model", "scorer", "right", "95 % interval", "n", "errors", "first token p50, s", "tokens/s"),
        [
            (
                model.model_id,
                model.scorer,
                _percent(model.mean),
                f"{_percent(model.low)} to {_percent(model.high)}",
                str(model.n),
                str(model.errors),
                "—" if model.ttft_p50_s is None else f"{model.ttft_p50_s:.3f}",
                "—" if model.tokens_per_s is None else f"{model.tokens_per_s:,.0f}",
            )
            for model in summary.models
        ],
        right={2, 4, 5, 6, 7},
    )
    if summary.pairs:
        print()
        print_table(
            ("a", "b", "difference", "95 % interval", "p, adjusted", "a is"),
            [
                (
                    pair.a,
                    pair.b,
                    _points(pair.difference),
                    f"{_points(pair.low)} to {_points(pair.high)}",
                    "—" if pair.p_adjusted is None else f"{pair.p_adjusted:.2g}",
                    pair.verdict,
                )
                for pair in summary.pairs
            ],
            right={2, 4},
        )


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f} %"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:+.1f} points"
