"""`workbench shortlist`: which models qualify, why the others do not, and what would let them in."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.analysis.lifecycle import DATED_RISKS, ENDS_TITLE
from workbench.analysis.words import UNKNOWN_FIGURE, usd, usd_range
from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.verdict import Shortlist, Verdict
from workbench.reports.figures import shortlist_shape
from workbench.services.wording import NOT_LEGAL_ADVICE, verdict_sentence

if TYPE_CHECKING:
    from workbench.app import Services


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("shortlist", help="which models qualify, and why the others do not")
    command.add_argument("scenario", metavar="SCENARIO", help="name or id in the store, or a scenario YAML file")
    command.add_argument("--excluded", action="store_true", help="list the excluded offers too")
    command.add_argument("--extended", action="store_true", help="also the models with thinner facts")
    command.add_argument(
        "--rules", action="store_true", help="list the rules that applied, and how often they excluded"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints the verdicts; exit code 0 also when nothing qualifies."""
    scenario, stored = services.scenarios.resolve(arguments.scenario)
    if arguments.extended:
        from workbench.services.shortlist import EXTENDED_FILTER

        scenario = replace(scenario, filters={**scenario.filters, EXTENDED_FILTER: True})
    evidence = services.eval_results.evidence(scenario.id) if stored else None
    found = services.shortlist.shortlist(scenario, evidence=evidence)
    if arguments.json:
        shape = {**shortlist_shape(found, scenario.name), "note": NOT_LEGAL_ADVICE}
        print(json.dumps(rounded(shape), ensure_ascii=False))
    else:
        _print(found, with_excluded=arguments.excluded)
        if arguments.rules:
            _print_rules(found)
    return 0


def _print(found: Shortlist, *, with_excluded: bool) -> None:
    say(found.sentence)
    for category in found.categories:
        say(f"  {category.id}  {category.title}: {category.reason}")
    say()
    shown = [verdict for verdict in found.verdicts if verdict.kept or with_excluded]
    rows = [
        (
            verdict.model_name,
            verdict.offer_name,
            usd(verdict.monthly_usd.likely) if verdict.monthly_usd else UNKNOWN_FIGURE,
            usd_range(verdict.monthly_usd),
            f"{verdict.quality.value:.0f}" if verdict.quality else UNKNOWN_FIGURE,
            verdict_sentence(verdict),
        )
        for verdict in shown
    ]
    if rows:
        print_table(("model", "where", "$ a month", "range", "quality", "verdict"), rows, right={2, 3, 4})
    if ends := _dated_risks(shown):
        say(f"\n{ENDS_TITLE}:")
        for line in ends:
            say(f"  {line}")
    if found.relaxations:
        say("\nWhat would let more in:")
        for item in found.relaxations:
            say(f"  {item.text}")
    if found.conflicts:
        say("\nWhat pulls against what:")
        for conflict in found.conflicts:
            say(f"  {conflict.title}: {conflict.text} {conflict.way_out}")
    if not with_excluded:
        hidden = sum(not verdict.kept for verdict in found.verdicts)
        say(f"\n{hidden} offers are excluded; --excluded shows them with their reasons. {NOT_LEGAL_ADVICE}")


def _dated_risks(shown: Sequence[Verdict]) -> list[str]:
    """What ends or gets another price within the plan, each model once."""
    lines = (
        f"{verdict.model_name}: {reason.text}"
        for verdict in shown
        for reason in verdict.reasons
        if verdict.kept and reason.warning and reason.rule in DATED_RISKS
    )
    return list(dict.fromkeys(lines))


def _print_rules(found: Shortlist) -> None:
    say("\nRules that applied, by tier; an offer counts as out for the first rule that excludes it.")
    rows = [
        (rule.id, str(rule.tier), rule.title, rule.effect, str(rule.kept), str(rule.warned), str(rule.excluded),
         str(rule.excluded_first))
        for rule in found.fired
    ]  # fmt: skip
    print_table(("rule", "tier", "what", "effect", "in", "check", "out", "out first"), rows, right={4, 5, 6, 7})
