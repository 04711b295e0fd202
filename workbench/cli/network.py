"""`workbench network`: what left this machine, and what may."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.screen import say
from workbench.cli.tables import print_table

if TYPE_CHECKING:
    from workbench.app import Services

Run = Callable[[argparse.Namespace, "Services"], int]


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("network", help="what left this machine, and what may")
    verbs = command.add_subparsers(dest="verb", metavar="COMMAND", required=True)
    _add(verbs, "status", "the switch, allowed hosts, proxy, and how much went where", status)
    _add(verbs, "offline", "nothing goes further than this machine", lambda a, s: _switch(a, s, True))
    _add(verbs, "online", "the opposite", lambda a, s: _switch(a, s, False))
    for name, run, words in (
        ("allow", allow, "let a server in your own network be called"),
        ("forget", forget, "no more"),
    ):
        _add(verbs, name, words, run).add_argument("host", metavar="HOST", help="its name or address")
    proxy = _add(verbs, "proxy", "the way out: http://host:port, or none", set_proxy)
    proxy.add_argument("address", metavar="URL", help="http://host:port; none for a direct way")
    ledger = _add(verbs, "ledger", "every call, newest first", show_ledger)
    ledger.add_argument("-s", "--scenario", help="of this scenario only")
    ledger.add_argument("--words", default="", metavar="TEXT", help="in host, provider, purpose or reason")
    ledger.add_argument("-n", type=_count, default=40, metavar="N", help="how many (40)")
    ledger.add_argument("-o", "--output", type=Path, metavar="FILE", help="write all of them to a .csv or .json file")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _add(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, words: str, run: Run
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=words)
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run)
    return verb


def status(arguments: argparse.Namespace, services: Services) -> int:
    policy, outflow = services.privacy.policy(), services.privacy.outflow()
    if arguments.json:
        values = {
            "offline": policy.offline,
            "allowed_hosts": sorted(policy.private_hosts),
            "proxy": policy.proxy,
            "outflow": [asdict(row) for row in outflow],
        }
        print(json.dumps(values, ensure_ascii=False))
        return 0
    say(
        "Offline: nothing goes further than this machine."
        if policy.offline
        else "Online: only what you ask for goes out."
    )
    say(f"Allowed in your own network: {', '.join(sorted(policy.private_hosts)) or 'no host'}.")
    say(f"Proxy: {policy.proxy or 'none'}.")
    if not outflow:
        say("No call to another machine was made.")
        return 0
    rows = [[row.host, str(row.calls), f"{row.bytes_out:,}", f"{row.bytes_in:,}", str(row.refused)] for row in outflow]
    print_table(("host", "calls", "bytes out", "bytes in", "refused"), rows, right={1, 2, 3, 4})
    return 0


def _switch(arguments: argparse.Namespace, services: Services, offline: bool) -> int:
    services.privacy.set_offline(offline)
    return status(arguments, services)


def allow(arguments: argparse.Namespace, services: Services) -> int:
    services.privacy.allow_host(arguments.host)
    return status(arguments, services)


def forget(arguments: argparse.Namespace, services: Services) -> int:
    services.privacy.forget_host(arguments.host)
    return status(arguments, services)


def set_proxy(arguments: argparse.Namespace, services: Services) -> int:
    services.privacy.set_proxy("" if arguments.address == "none" else arguments.address)
    return status(arguments, services)


def show_ledger(arguments: argparse.Namespace, services: Services) -> int:
    scenario_id = services.scenarios.load(arguments.scenario).id if arguments.scenario else None
    if arguments.output is not None:
        count = services.privacy.export(arguments.output, scenario_id=scenario_id, words=arguments.words)
        print(json.dumps({"file": str(arguments.output), "rows": count})) if arguments.json else say(f"{count} rows.")
        return 0
    calls = services.privacy.ledger(scenario_id=scenario_id, words=arguments.words, limit=arguments.n)
    if arguments.json:
        print(json.dumps({"calls": [asdict(call) for call in calls]}, ensure_ascii=False))
        return 0
    rows = [
        [
            call.at[:19].replace("T", " "),
            call.host,
            call.purpose.value,
            call.outcome.value,
            f"{call.bytes_out:,}",
            f"{call.bytes_in:,}",
            call.why,
        ]
        for call in calls
    ]
    print_table(("when (UTC)", "host", "what for", "outcome", "out", "in", "why"), rows, right={4, 5})
    return 0
