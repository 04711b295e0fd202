"""`workbench spend`: what providers' models cost so far, and the caps that are checked before anything is sent."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.services.spend import Spent


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("spend", help="what providers' models cost, and the caps on it")
    verbs = command.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    status = verbs.add_parser("status", help="spent and left, today and for a scenario, by model")
    status.add_argument("-s", "--scenario", help="of this scenario")
    status.set_defaults(run=show)
    cap = verbs.add_parser("cap", help="set a cap in US dollars")
    which = cap.add_mutually_exclusive_group(required=True)
    which.add_argument("--day", action="store_true", help="for each day")
    which.add_argument("--scenario", metavar="NAME", help="for this scenario")
    which.add_argument("--scenarios", action="store_true", help="for each scenario that has none of its own")
    cap.add_argument("usd", type=float, metavar="USD", help="0 lets nothing through that costs anything")
    cap.set_defaults(run=set_cap)
    settle = verbs.add_parser("settle", help="count calls that were under way when the program ended as paid for")
    settle.set_defaults(run=settle_all)
    for verb in (status, cap, settle):
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def show(arguments: argparse.Namespace, services: Services) -> int:
    spend = services.spend
    scenario = services.scenarios.load(arguments.scenario) if arguments.scenario else None
    today, of_scenario = spend.today(), spend.of_scenario(scenario.id) if scenario else None
    models, doubt = spend.by_model(scenario.id if scenario else None), spend.in_doubt()
    if arguments.json:
        rows = [{"provider": row[0], "model": row[1], "calls": row[2], "usd": row[3]} for row in models]
        values: dict[str, Any] = {"today": _as_json(today), "models": rows, "in_doubt": len(doubt)}
        if of_scenario is not None:
            values["scenario"] = _as_json(of_scenario)
        print(json.dumps(values, ensure_ascii=False))
        return 0
    say(f"Today: {_words(today)}")
    if scenario is not None and of_scenario is not None:
        say(f"{scenario.name}: {_words(of_scenario)}")
    if doubt:
        say(f"{len(doubt)} calls were under way when the program ended: workbench spend settle")
    if models:
        print_table(
            ("provider", "model", "calls", "US$"),
            [[row[0], row[1], str(row[2]), f"{row[3]:.4f}"] for row in models],
            right={2, 3},
        )
    return 0


def set_cap(arguments: argparse.Namespace, services: Services) -> int:
    if arguments.day:
        services.spend.set_day_cap(arguments.usd)
        now = services.spend.today()
    elif arguments.scenarios:
        services.spend.set_scenario_cap(arguments.usd)
        now = None
    else:
        scenario = services.scenarios.load(arguments.scenario)
        services.spend.set_scenario_cap(arguments.usd, scenario.id)
        now = services.spend.of_scenario(scenario.id)
    if arguments.json:
        print(json.dumps({"cap_usd": arguments.usd} if now is None else _as_json(now)))
    else:
        say(f"The cap is ${arguments.usd:.2f}." if now is None else _words(now))
    return 0


def settle_all(arguments: argparse.Namespace, services: Services) -> int:
    count = services.spend.settle()
    if arguments.json:
        print(json.dumps({"settled": count}))
    else:
        say(f"{count} calls count with the most they may have cost; their questions may be asked again.")
    return 0


def _as_json(spent: Spent) -> dict[str, float]:
    return {"spent_usd": spent.usd, "cap_usd": spent.cap_usd, "left_usd": spent.left_usd}


def _words(spent: Spent) -> str:
    return f"${spent.usd:.4f} of ${spent.cap_usd:.2f} spent, ${spent.left_usd:.2f} left"
