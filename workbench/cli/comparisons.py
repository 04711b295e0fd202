"""`workbench comparisons`: what was asked side by side, blind votes on it, and how the models stand in them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from workbench.cli.numbers import rounded
from workbench.cli.prompt import as_json, stored_scenario
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.domain.votes import Ballot, Preferences

KEYS = {"a": "left", "b": "right", "t": "tie"}


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("comparisons", help="what was asked side by side, and blind votes on it")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, about in (
        ("list", "the history of a scenario, newest first"),
        ("show", "one comparison by its id or link"),
        ("vote", "judge the pairs that wait, without knowing whose they are"),
        ("reveal", "show the names of a blind comparison; no more votes on it"),
        ("standing", "how the models stand in the votes (Bradley-Terry, with 95 %% intervals)"),
    ):
        verb = verbs.add_parser(name, help=about)
        if name in ("show", "reveal"):
            verb.add_argument("id", help="id or workbench://comparison/ link")
        else:
            verb.add_argument("scenario", help="a name or id in the store")
        if name == "list":
            verb.add_argument("--search", default="", metavar="WORDS", help="only those that hold every word")
        if name == "vote":
            verb.add_argument("--rater", default="me", metavar="NAME", help="who votes (me)")
            verb.add_argument("--reveal", action="store_true", help="show the names once every pair is judged")
        verb.add_argument("--json", action="store_true", help="print one JSON object")
        verb.set_defaults(run=run)


def run_list(arguments: argparse.Namespace, services: Services) -> int:
    heads = services.playground.heads(_scenario(arguments, services), words=arguments.search)
    if arguments.json:
        shape = [
            {
                "id": head.id,
                "at": head.at,
                "prompt": head.prompt,
                "models": list(head.models),
                "votes": head.votes,
                "blind": head.blind,
                "continues": head.continues or None,
            }
            for head in heads
        ]
        print(json.dumps({"comparisons": shape}, ensure_ascii=False))
    else:
        rows = [(h.id, h.at[:16].replace("T", " "), ", ".join(h.models), str(h.votes), h.prompt[:60]) for h in heads]
        print_table(("id", "asked (UTC)", "models", "votes", "prompt"), rows, right={3})
    return 0


def run_show(arguments: argparse.Namespace, services: Services) -> int:
    found = services.playground.comparison(arguments.id)
    if arguments.json:
        shape = {
            "id": found.id,
            "at": found.at,
            "system": found.system,
            "prompt": found.prompt,
            "attachments": [attachment.name for attachment in found.attachments],
            "continues": found.continues or None,
            "blind": found.blind,
            "answers": [as_json(answer) for answer in found.answers],
        }
        print(json.dumps(rounded(shape), ensure_ascii=False))
        return 0
    say(found.prompt)
    for answer in found.answers:
        say(f"\n── {answer.model}\n{answer.text or answer.error_what}")
    return 0


def run_vote(arguments: argparse.Namespace, services: Services) -> int:
    """Asks on the terminal; with --json it only lists the pairs that wait."""
    from workbench.domain.votes import Choice

    scenario_id = _scenario(arguments, services)
    ballots = services.votes.ballots(scenario_id, rater=arguments.rater)
    if arguments.json:
        print(json.dumps({"waiting": [_ballot(ballot) for ballot in ballots]}, ensure_ascii=False))
        return 0
    if not ballots:
        say("No pair waits for your vote. Ask with: workbench prompt TEXT -m MODEL MODEL -s SCENARIO --blind")
        return 0
    for number, ballot in enumerate(ballots, 1):
        say(f"\n═ {number} of {len(ballots)}\n{ballot.prompt}")
        say(f"\n── A\n{ballot.left_text}\n\n── B\n{ballot.right_text}\n")
        choice = _ask()
        if choice is None:
            say("Stopped; what is left waits.")
            return 0
        services.votes.vote(ballot, Choice(choice), rater=arguments.rater)
    if arguments.reveal:
        for comparison_id in dict.fromkeys(ballot.comparison_id for ballot in ballots):
            shown = services.votes.reveal(comparison_id)
            say(f"{comparison_id}: {', '.join(answer.model for answer in shown.answers)}")
    return 0


def _ask() -> str | None:
    """left, right or tie; None when the person stops."""
    while True:
        try:
            said = input("Which is better? a, b, t for no difference, q to stop: ").strip().lower()
        except EOFError:
            return None
        if said == "q":
            return None
        if said in KEYS:
            return KEYS[said]


def run_reveal(arguments: argparse.Namespace, services: Services) -> int:
    services.votes.reveal(arguments.id.removeprefix("workbench://comparison/"))
    return run_show(arguments, services)


def run_standing(arguments: argparse.Namespace, services: Services) -> int:
    found = services.votes.preferences(_scenario(arguments, services))
    if arguments.json:
        print(json.dumps(rounded(_standing(found)), ensure_ascii=False))
        return 0
    if found is None:
        say("No votes on revealed answers yet.")
        return 0
    rows = [
        (
            row.model,
            f"{row.elo:+.0f}",
            f"{row.low:+.0f} to {row.high:+.0f}",
            str(row.votes),
            str(row.wins),
            str(row.ties),
        )
        for row in found.models
    ]
    print_table(("model", "Elo", "95 %", "votes", "won", "ties"), rows, right={1, 3, 4, 5})
    if found.repeats:
        say(f"Shown twice: {found.repeats} pairs, the same said again in {found.steady}.")
    if found.virtual_ties:
        say("A model never lost or never won: half a win was added to both sides of every pair.")
    return 0


def _standing(found: Preferences | None) -> dict[str, Any]:
    if found is None:
        return {"models": [], "votes": 0}
    return {
        "models": [
            {
                "model": r.model,
                "elo": r.elo,
                "low": r.low,
                "high": r.high,
                "votes": r.votes,
                "wins": r.wins,
                "ties": r.ties,
            }
            for r in found.models
        ],
        "votes": found.votes,
        "ties": found.ties,
        "raters": list(found.raters),
        "repeats": found.repeats,
        "steady": found.steady,
        "virtual_ties": found.virtual_ties,
        "chances": [list(row) for row in found.chances],
    }


def _ballot(ballot: Ballot) -> dict[str, Any]:
    sides = {"left": ballot.left_text, "right": ballot.right_text}
    return {"comparison": ballot.comparison_id, "prompt": ballot.prompt, **sides, "repeat": ballot.repeat}


def _scenario(arguments: argparse.Namespace, services: Services) -> str:
    found = stored_scenario(services, arguments.scenario)
    if found is None:
        raise WorkbenchError(
            "Comparisons belong to a scenario in the store", where=arguments.scenario, mend="Import it."
        )
    return found


VERBS = {"list": run_list, "show": run_show, "vote": run_vote, "reveal": run_reveal, "standing": run_standing}


def run(arguments: argparse.Namespace, services: Services) -> int:
    """The verb's own exit code."""
    return VERBS[arguments.verb](arguments, services)
