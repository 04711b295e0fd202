"""`workbench adaptation`: the ladder from prompt to training, what each rung costs here, and gaps from two evals."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.analysis.words import UNKNOWN_FIGURE, usd, usd_range
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.details import GAPS
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.option import Adaptation, LadderRung


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("adaptation", help="how deep to adapt a model, and what each rung costs here")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument("--gap", choices=GAPS, help="measure this gap from two evals and keep it with the scenario")
    command.add_argument("--with", dest="better", metavar="EVAL", help="the eval with what closes the gap")
    command.add_argument("--without", dest="worse", metavar="EVAL", help="the same cases without it")
    command.add_argument("-m", "--model", default="", metavar="MODEL", help="a model both ran (default: the first)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the ladder; with --gap it is measured and stored first."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    if arguments.gap:
        if not (stored and arguments.better and arguments.worse):
            raise WorkbenchError(
                "A gap is measured from two evals of a stored scenario",
                where="--gap",
                mend="Give --with EVAL and --without EVAL, and a scenario from `workbench scenario list`.",
            )
        points = services.adaptation.measured(arguments.better, arguments.worse, model=arguments.model)
        scenario = services.adaptation.keep(scenario.id, arguments.gap, points)
    evidence = services.eval_results.evidence(scenario.id) if stored else None
    found = services.adaptation.ladder(scenario, evidence=evidence)
    if arguments.json:
        from workbench.reports.figures import value_shape

        shape = {"scenario": scenario.name, "adaptation": value_shape(found)}
        print(json.dumps(rounded(shape), ensure_ascii=False))
    else:
        _print(found)
    return 0


def _print(found: Adaptation) -> None:
    say(f"{found.technique.value}: {' '.join(found.reasons)}\n")
    columns = ("rung", "climb?", "rule", "gap, points", "set-up", "a month", "reckoned from")
    print_table(columns, [_row(rung) for rung in found.rungs], right={3, 4, 5})


def _row(rung: LadderRung) -> tuple[str, ...]:
    points = UNKNOWN_FIGURE
    if rung.points is not None:
        points = f"{rung.points.likely:.0f} ({rung.points.low:.0f} to {rung.points.high:.0f})"
    month = UNKNOWN_FIGURE if rung.monthly_usd is None else usd(rung.monthly_usd)
    return (rung.title, rung.state, rung.rule, points, usd_range(rung.setup_usd), month, rung.cost_note)
