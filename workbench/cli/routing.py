"""`workbench routing`: what your eval says of splitting traffic, and a blend as a gateway's configuration."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE, rounded, share, usd
from workbench.cli.numbers import rounded as rounded_shape
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError
from workbench.services.eval_words import ends_words

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.routing import Frontier, RoutingPlan, RoutingStudy
    from workbench.services.routing import RoutingService


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("routing", help="split traffic between models: what your eval says, and a plan")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument("--option", default="", metavar="ID", help="the option to plan (default: the chosen one)")
    command.add_argument("--weak", default="", metavar="MODEL", help="the cheaper model of the study")
    command.add_argument("--strong", default="", metavar="MODEL", help="the stronger model of the study")
    command.add_argument("--eval", default="", metavar="ID", help="the eval to study (default: the newest)")
    command.add_argument("--format", default="", metavar="KIND", help="print the plan as litellm, gateway or yaml")
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the plan into this file")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints study and plan, or the plan alone in one of its forms."""
    if arguments.output is not None:
        from workbench.reports.files import check_file

        if arguments.output.exists():
            raise WorkbenchError("There is a file already", where=str(arguments.output), mend="Choose another name.")
        check_file(arguments.output, "The plan")
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    results, routing = services.eval_results, services.routing
    evidence = results.evidence(scenario.id) if stored else None
    plan = routing.plan(scenario, arguments.option, evidence=evidence)
    if arguments.format or arguments.output is not None:
        return _write(plan, arguments, routing)
    study = routing.study(scenario, run_id=arguments.eval, weak=arguments.weak, strong=arguments.strong)
    run = results.find(arguments.eval) if arguments.eval else routing.newest(scenario.id) if stored else None
    frontier = routing.frontier(run) if run is not None else None
    if arguments.json:
        from workbench.reports.figures import value_shape

        shape = {
            "scenario": scenario.name,
            "plan": value_shape(plan),
            "study": value_shape(study),
            "frontier": value_shape(frontier),
            "pairs": [value_shape(each) for each in routing.studies(run)] if run is not None else [],
        }
        print(json.dumps(rounded_shape(shape), ensure_ascii=False))
        return 0
    _print_plan(plan)
    if study is None:
        say("\nNo eval of yours has two models and 20 cases yet: run one to see what routing wins.")
    else:
        _print_study(study)
    if frontier is not None:
        _print_frontier(frontier)
    return 0


def _write(plan: RoutingPlan, arguments: argparse.Namespace, routing: RoutingService) -> int:
    kind = arguments.format or "yaml"
    text = routing.text(plan, kind)
    if arguments.output is None:
        print(json.dumps({"format": kind, "text": text}, ensure_ascii=False) if arguments.json else text, end="")
        return 0
    written = routing.export(plan, kind, arguments.output)
    say(json.dumps({"file": str(written)}) if arguments.json else f"Written: {written}")
    return 0


def _print_plan(plan: RoutingPlan) -> None:
    say(f"Option {plan.option}: what is not known to be clean, or hard, goes to “{plan.default.alias}”.\n")
    rows = [
        (r.alias, r.model_id, r.provider, share(r.share), "leaves" if r.leaves else "stays", r.role)
        for r in plan.routes
    ]
    print_table(("route", "model", "at", "share", "data", "answers"), rows, right={3})
    for note in plan.notes:
        say(f"  {note}")


def _print_frontier(found: Frontier) -> None:
    """All models of the eval together."""
    from workbench.analysis.routing_frontier import frontier_words, price_words

    say(f"\n{frontier_words(found, [model.model_id for model in found.models])}")
    rows = [
        (
            model.model_id,
            f"{share(model.quality)} ({ends_words(model.low, model.high)})",
            price_words(model.price, found.unit),
            "yes" if model.on_hull else "no",
        )
        for model in found.models
    ]
    print_table(("model", "right", "a case", "on the frontier"), rows, right={1, 2})


def _print_study(found: RoutingStudy) -> None:
    """Each router in a row, the cascade, which is one point and not a line, in a sentence below."""
    from workbench.analysis.routing_chart import cascade_words

    say(f"\n{found.sentence}")
    say(
        f"{found.cases} cases of “{found.eval_name}”: {found.strong} {share(found.strong_quality)} right, "
        f"{found.weak} {share(found.weak_quality)}; {found.only_strong} only the first, {found.only_weak} the second."
    )
    rows = [
        (
            router.name,
            share(router.qualities[len(router.qualities) // 5]),
            UNKNOWN_FIGURE if router.recovered is None else rounded(router.recovered, 2),
            UNKNOWN_FIGURE if router.half_at is None else share(router.half_at),
            UNKNOWN_FIGURE if router.most_at is None else share(router.most_at),
            router.explained,
        )
        for router in found.routers
    ]
    print_table(("router", "right at 20 %", "area", "half at", "four fifths at", ""), rows, right={1, 2, 3, 4})
    say(f"The cascade asks the weaker model first. {cascade_words(found.cascade)}")
    if found.usd_per_right:
        say(f"The stronger model pays where a right answer is worth more than {usd(found.usd_per_right)}.")
    if found.shared_failures is not None:
        say(f"All models of the eval fail together {rounded(found.shared_failures, 2)} times as often as by chance.")
