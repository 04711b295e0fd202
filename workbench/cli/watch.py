"""`workbench watch`: past decisions computed again with today's facts: which flip, and why."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.numbers import rounded
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.watch import Standing

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.services.conditions import Measured
    from workbench.services.watch import Watched, WatchReport


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "watch",
        help="past decisions computed again with today's catalog: which flip, and why",
        description="Computes every accepted decision again with today's facts and says whether it stands.",
    )
    command.add_argument("scenario", nargs="*", metavar="SCENARIO", help="names or ids in the store (default: all)")
    command.add_argument("--all", action="store_true", help="also what moved under decisions that stand")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, services: Services) -> int:
    """Prints how each accepted decision stands, those to look at first in front. Nothing is stored."""
    report = services.watch.look(services.watch.past(arguments.scenario))
    if arguments.json:
        print(json.dumps(rounded(_shape(report)), ensure_ascii=False))
    else:
        _print(report, services, everything=arguments.all)
    return 0


def tell_after_change(services: Services) -> None:
    """A line after a change of the catalog, when past decisions do not stand as they did; else nothing."""
    past = services.watch.past()
    if not past:
        return
    report = services.watch.look(past)
    if any(each.shift.standing in (Standing.FLIPPED, Standing.WEAKER) or each.fired for each in report.watched):
        from workbench.services.watch_words import answer

        say(f"\n{' '.join(answer(report)).strip()} 'workbench watch' says which, and why.")


def _print(report: WatchReport, services: Services, *, everything: bool) -> None:
    from workbench.services.watch_words import STANDING_WORDS, answer, says_why, sentence, trigger_words

    head, more = answer(report)
    say(f"{head} {more}".rstrip())
    offer_name = services.watch.offer_name
    for each in report.watched:
        quiet = each.shift.standing is Standing.UNCHANGED and not (each.fired or each.missed or each.review_is_due)
        if quiet and not everything:
            continue
        say(f"\n{each.scenario.name}: {STANDING_WORDS[each.shift.standing].lower()}. {sentence(each)}")
        rows = says_why(each, offer_name)
        if rows:
            decided = sum(change.decided for change in each.shift.changes)
            marks = ("*" if number < decided else "" for number in range(len(rows)))
            print_table(
                ("", "what moved", "then", "now"), [(m, *row) for m, row in zip(marks, rows, strict=True)], right={2, 3}
            )
            if decided:
                say("* decided it: put back, the decision stands as it did.")
        for trigger in each.fired:
            say(f"  Look again: {trigger_words(trigger)}.")
        for threshold in each.missed:
            say(f"  Does not hold: {trigger_words(threshold)}.")
        if each.review_is_due:
            say(f"  The review was due on {each.decision.review_on}.")
    quiet_ones = sum(each.shift.standing is Standing.UNCHANGED for each in report.watched)
    if quiet_ones and not everything:
        say(f"\n{quiet_ones:,} {'stands' if quiet_ones == 1 else 'stand'} unchanged; --all shows what moved.")


def _shape(report: WatchReport) -> dict[str, object]:
    return {
        "today": report.today,
        "catalog": {"collected": report.collected, "fingerprint": report.fingerprint},
        **{standing.value: report.count(standing) for standing in Standing},
        "decisions": [_decision(each) for each in report.watched],
    }


def _decision(each: Watched) -> dict[str, object]:
    from workbench.services.watch_words import sentence

    return {
        "scenario": each.scenario.id,
        "name": each.scenario.name,
        "option": each.decision.option,
        "decided_at": each.decision.decided_at,
        "standing": each.shift.standing.value,
        "sentence": sentence(each),
        "recommended": {"then": each.recommended_then, "now": each.recommended},
        "lead": {"then": each.shift.lead_before, "now": each.shift.lead_after},
        "changes": [
            {"kind": c.kind.value, "option": c.option, "name": c.name, "then": c.before, "now": c.after,
             "decided": c.decided}
            for c in each.shift.changes
        ],
        "prices": [
            {"offer": p.offer, "part": p.part, "then": p.before, "now": p.after, "unit": "USD per million tokens"}
            for p in each.prices
        ],
        "triggers": [_measured(trigger) for trigger in each.triggers],
        "thresholds": [_measured(threshold) for threshold in each.thresholds],
        "review_on": each.decision.review_on,
        "review_due": each.review_is_due,
    }  # fmt: skip


def _measured(found: Measured) -> dict[str, object]:
    """`is_so` null: nobody can tell, and `why` says what is missing."""
    return {"text": found.condition.text, "is_so": found.is_so, "value": found.value, "why": found.why}
