"""`workbench decide`: records a decision, or shows the one that the figures propose."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.cli.screen import say
from workbench.domain.decision import Decision, DecisionStatus, Risk
from workbench.domain.errors import WorkbenchError
from workbench.reports.figures import decision_shape

if TYPE_CHECKING:
    from workbench.app import Services


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "decide",
        help="record a decision",
        description="Records a decision. Without --option it shows what the figures propose and stores nothing.",
    )
    command.add_argument("scenario", help="a name or id in the store")
    command.add_argument("--option", metavar="ID", help="the option chosen")
    command.add_argument("--because", metavar="TEXT", help="why, in a sentence or two")
    command.add_argument("--status", choices=[status.value for status in DecisionStatus], default="accepted")
    command.add_argument("--by", action="append", metavar="NAME", help="who decided; may be given again")
    command.add_argument("--consulted", action="append", metavar="NAME")
    command.add_argument("--informed", action="append", metavar="NAME")
    command.add_argument("--risk", action="append", metavar="TEXT", help="default: the risks that the figures show")
    command.add_argument("--trigger", action="append", metavar="TEXT", help="what would reopen it")
    command.add_argument("--dissent", metavar="TEXT", help="who disagreed, and why")
    command.add_argument("--confirmation", metavar="TEXT", help="how it will be checked")
    command.add_argument("--decided-at", metavar="DATE", help="year-month-day (default: today)")
    command.add_argument("--review-on", metavar="DATE", help="year-month-day (default: in a year)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Records the decision; without an option only proposes one."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    proposed = services.decisions.draft(scenario)
    if arguments.option is None and arguments.because is None:
        _show(proposed, arguments, scenario.id, recorded=False)
        return 0
    if not stored:
        mend = f"Bring it in with `workbench scenario import {arguments.scenario}` first."
        raise WorkbenchError("A decision is recorded with a stored scenario", where=arguments.scenario, mend=mend)
    saved = services.decisions.record(scenario, _decision(arguments, proposed))
    if saved.decision is not None:
        _show(saved.decision, arguments, saved.id, recorded=True)
    return 0


def _decision(arguments: argparse.Namespace, proposed: Decision) -> Decision:
    """What was given on the command line, over what the figures propose; texts only where the option is the same."""
    same = arguments.option in (None, proposed.option)
    risks = [Risk(text) for text in arguments.risk] if arguments.risk else proposed.risks if same else ()
    triggers = arguments.trigger or (proposed.triggers if same else ())
    return replace(
        proposed,
        option=arguments.option or "",
        because=arguments.because or "",
        status=DecisionStatus(arguments.status),
        decided_at=arguments.decided_at or proposed.decided_at,
        review_on=arguments.review_on or proposed.review_on,
        deciders=tuple(arguments.by or proposed.deciders),
        consulted=tuple(arguments.consulted or proposed.consulted),
        informed=tuple(arguments.informed or proposed.informed),
        risks=tuple(risks),
        triggers=tuple(triggers),
        dissent=arguments.dissent or "",
        confirmation=arguments.confirmation or proposed.confirmation,
    )


def _show(decision: Decision, arguments: argparse.Namespace, scenario_id: str, *, recorded: bool) -> None:
    if arguments.json:
        shape = {"scenario": scenario_id, "recorded": recorded, "decision": decision_shape(decision)}
        print(json.dumps(shape, ensure_ascii=False))
        return
    if not decision.option:
        say("No option is inside the limits, so there is nothing to propose.")
        return
    say(f"{decision.option}, {decision.status.value}: {decision.because}")
    for title, lines in (
        ("Risks", [risk.text for risk in decision.risks]),
        ("Looked at again if", decision.triggers),
    ):
        if lines:
            say(f"\n{title}")
            for line in lines:
                say(f"  - {line}")
    if decision.review_on:
        say(f"\nReview on {decision.review_on}")
    if decision.deciders:
        say(f"Decided by {words.listed(decision.deciders)}")
    if not recorded:
        say("\nProposed from the figures; nothing is recorded. Record it with --option and --because.")
