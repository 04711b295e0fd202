"""`workbench decide`: records or signs a decision, shows its history, or shows the one that the figures propose."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.decision import Condition, Consequence, Decision, DecisionStatus, Effect, Rejection, Risk
from workbench.domain.errors import WorkbenchError
from workbench.reports.figures import decision_shape

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.history import DecisionVersion
    from workbench.domain.scenario import Scenario
    from workbench.services.comparing import Difference

_TRIGGER = "in words, or measured: 'monthly-cost C above 2410', 'quality C below 75', 'shutdown MODEL'"
_THRESHOLD = "in words, or measured: 'quality C at-least 75', 'weeks C at-most 12'"


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "decide",
        help="record a decision, sign it, see its history",
        description="Records a decision. Without --option it shows what the figures propose and stores nothing.",
    )
    command.add_argument("scenario", help="a name or id in the store")
    command.add_argument("--option", metavar="ID", help="the option chosen")
    command.add_argument("--because", metavar="TEXT", help="why, in a sentence or two")
    command.add_argument(
        "--status",
        choices=[status.value for status in DecisionStatus],
        help="default: accepted, or proposed while it is not settled where data may go",
    )
    command.add_argument("--by", action="append", metavar="NAME", help="who decided; may be given again")
    command.add_argument("--consulted", action="append", metavar="NAME")
    command.add_argument("--informed", action="append", metavar="NAME")
    command.add_argument(
        "--risk", action="append", metavar="TEXT", help="'what | who watches it | what is done' (default: from figures)"
    )
    command.add_argument("--against", action="append", metavar="ID=TEXT", help="why not another option")
    command.add_argument("--consequence", action="append", metavar="TEXT", help="'good: …', 'bad: …' or '…'")
    command.add_argument("--trigger", action="append", metavar="TEXT", help=f"what would reopen it, {_TRIGGER}")
    command.add_argument("--threshold", action="append", metavar="TEXT", help=f"what the check must show, {_THRESHOLD}")
    command.add_argument("--dissent", metavar="TEXT", help="who disagreed, and why")
    command.add_argument("--confirmation", metavar="TEXT", help="how it will be checked")
    command.add_argument("--decided-at", metavar="DATE", help="year-month-day (default: today)")
    command.add_argument("--review-on", metavar="DATE", help="year-month-day (default: in a year)")
    command.add_argument("--sign", metavar="NAME", help="put a name under the recorded decision as it is")
    command.add_argument("--role", metavar="TEXT", default="", help="in which role it is signed")
    command.add_argument("--history", action="store_true", help="the recorded and signed states")
    command.add_argument("--diff", nargs=2, type=int, metavar=("N", "M"), help="what changed between two of them")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Records the decision; without an option only proposes one."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    if arguments.history or arguments.diff:
        return _history(scenario, arguments, services)
    if not (stored or arguments.option is arguments.because is arguments.sign is None):
        mend = f"Bring it in with `workbench scenario import {arguments.scenario}` first."
        raise WorkbenchError("A decision is recorded with a stored scenario", where=arguments.scenario, mend=mend)
    if arguments.option is None and arguments.because is None:
        if arguments.sign is None:
            _show(services.decisions.draft(scenario), arguments, scenario.id, recorded=False)
            return 0
    else:
        proposed = services.decisions.draft(scenario)
        decision = _decision(scenario, arguments, proposed, services)
        still_open = services.decisions.unsettled(scenario, decision) if arguments.status is None else ""
        if still_open:
            decision = replace(decision, status=DecisionStatus.PROPOSED)
        scenario = services.decisions.record(scenario, decision)
        if still_open:
            say(f"Recorded as proposed, since it is not settled: {still_open}", file=sys.stderr)
            edit = f"workbench scenario edit {arguments.scenario} third_party=…"
            say(f"Say who may: {edit}, or add --status accepted.", file=sys.stderr)
    if arguments.sign is not None:
        scenario = services.decisions.sign(scenario, arguments.sign, arguments.role)
    if scenario.decision is not None:
        _show(scenario.decision, arguments, scenario.id, recorded=True)
    return 0


def _decision(scenario: Scenario, arguments: argparse.Namespace, proposed: Decision, services: Services) -> Decision:
    """What was given on the command line, over what the figures propose; texts only where the option is the same."""
    same = arguments.option in (None, proposed.option)

    def conditions(given: Sequence[str] | None, *, as_limit: bool = False) -> tuple[Condition, ...]:
        return services.decisions.conditions(scenario, given, as_limit=as_limit) if given else ()

    base = proposed if same else replace(proposed, risks=(), triggers=(), thresholds=(), rejections=(), consequences=())
    return replace(
        base,
        option=arguments.option or "",
        because=arguments.because or "",
        status=DecisionStatus(arguments.status or DecisionStatus.ACCEPTED),
        decided_at=arguments.decided_at or proposed.decided_at,
        review_on=arguments.review_on or proposed.review_on,
        deciders=tuple(arguments.by or proposed.deciders),
        consulted=tuple(arguments.consulted or proposed.consulted),
        informed=tuple(arguments.informed or proposed.informed),
        risks=tuple(map(_risk, arguments.risk or ())) or base.risks,
        dissent=arguments.dissent or "",
        triggers=conditions(arguments.trigger) or base.triggers,
        confirmation=arguments.confirmation or proposed.confirmation,
        thresholds=conditions(arguments.threshold, as_limit=True) or base.thresholds,
        rejections=tuple(map(_rejection, arguments.against or ())) or base.rejections,
        consequences=tuple(map(_consequence, arguments.consequence or ())) or base.consequences,
    )


def _risk(text: str) -> Risk:
    what, owner, mitigation = (part.strip() for part in (*text.split("|", 2), "", "")[:3])
    return Risk(what, owner, mitigation)


def _rejection(text: str) -> Rejection:
    option, sign, why = text.partition("=")
    if not sign:
        raise WorkbenchError(f"{text!r} is not ID=TEXT", where="--against", mend='Write it like B="It takes too long".')
    return Rejection(option.strip(), why.strip())


def _consequence(text: str) -> Consequence:
    head, sign, rest = text.partition(":")
    known = {effect.value: effect for effect in Effect}
    if sign and head.strip().lower() in known:
        return Consequence(rest.strip(), known[head.strip().lower()])
    return Consequence(text.strip())


def _history(scenario: Scenario, arguments: argparse.Namespace, services: Services) -> int:
    versions = services.decisions.history(scenario.id)
    if arguments.diff:
        first, second = (_version(versions, number) for number in arguments.diff)
        found = services.decisions.changes_between(first.scenario, second.scenario)
        if arguments.json:
            rows = [{"part": d.part, "what": d.what, "before": d.before, "after": d.after} for d in found]
            print(json.dumps({"scenario": scenario.id, "differences": rows}, ensure_ascii=False))
        else:
            print_differences(found)
        return 0
    if arguments.json:
        listed = [{"version": n, "at": v.at.isoformat(), "why": v.why} for n, v in enumerate(versions, 1)]
        print(json.dumps({"scenario": scenario.id, "versions": listed}, ensure_ascii=False))
    elif versions:
        rows_shown = [(str(n), f"{v.at:%Y-%m-%d %H:%M}", v.why) for n, v in enumerate(versions, 1)]
        print_table(("version", "when (UTC)", "why"), rows_shown, right={0})
    else:
        say("Nothing is recorded yet.")
    return 0


def _version(versions: Sequence[DecisionVersion], number: int) -> DecisionVersion:
    if not 1 <= number <= len(versions):
        mend = f"There are {len(versions)}; list them with --history." if versions else "Record the decision first."
        raise WorkbenchError(f"There is no version {number}", where="--diff", mend=mend)
    return versions[number - 1]


def print_differences(found: Sequence[Difference]) -> None:
    """Prints differences under their headings."""
    from workbench.services.comparing import in_a_line

    if not found:
        say("Nothing differs.")
    part = ""
    for difference in found:
        if difference.part != part:
            part = difference.part
            say(part)
        say(f"  {difference.what}: {in_a_line(difference)}")


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
        ("Why not the others", [f"{each.option}: {each.why}" for each in decision.rejections]),
        ("Consequences", [f"{each.effect.value}: {each.text}" for each in decision.consequences]),
        ("Risks", [risk.text for risk in decision.risks]),
        ("What the check must show", [each.text for each in decision.thresholds]),
        ("Looked at again if", [each.text for each in decision.triggers]),
        ("Signed by", [f"{each.name}, {each.signed_at}, {each.digest}" for each in decision.sign_offs]),
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
