"""`workbench team`: scenarios shared with others over a PostgreSQL database."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.errors import GuardRefusal, WorkbenchError

if TYPE_CHECKING:
    from workbench.app import Services
    from workbench.services.team import MergeView, SharedRow, Synced

_MOST = 65_536


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser("team", help="share scenarios with others over a PostgreSQL database")
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    connect = verbs.add_parser("connect", help="go to a team store; its password is asked for, never an argument")
    connect.add_argument("address", metavar="ADDRESS", help="postgresql://user@host/database, without a password")
    connect.add_argument(
        "--set-up", action="store_true", help="make the tables where there are none, bring older ones up to date"
    )
    connect.add_argument("--no-password", action="store_true", help="the server wants none")
    _finish(connect, run_connect)
    _finish(verbs.add_parser("disconnect", help="forget the address and its password"), run_disconnect)
    _finish(verbs.add_parser("status", help="every scenario here and there, and what would be copied"), run_status)
    share = verbs.add_parser("share", help="put scenarios into the team store and keep them shared")
    share.add_argument("scenario", nargs="+", metavar="SCENARIO")
    share.add_argument("--move", action="store_true", help="the team store holds them: changes are made there first")
    share.add_argument("--without-texts", action="store_true", help="prompts, answers and cases stay here")
    _finish(share, run_share)
    fetch = verbs.add_parser("fetch", help="take scenarios of the team in here, and keep them shared")
    fetch.add_argument("scenario", nargs="+", metavar="SCENARIO")
    _finish(fetch, run_fetch)
    sync = verbs.add_parser("sync", help="bring shared scenarios to the same state on both sides")
    sync.add_argument("scenario", nargs="*", metavar="SCENARIO", help="default: all that are shared")
    _finish(sync, run_sync)
    merge = verbs.add_parser("merge", help="what both sides changed, part by part; with picks it is merged")
    merge.add_argument("scenario", metavar="SCENARIO")
    merge.add_argument("--mine", nargs="*", default=[], metavar="PART", help="parts that count as they are here")
    merge.add_argument("--theirs", nargs="*", default=[], metavar="PART", help="parts that count as they are there")
    merge.add_argument("--all-mine", action="store_true", help="every part that both changed, as it is here")
    merge.add_argument("--all-theirs", action="store_true", help="every part that both changed, as it is there")
    _finish(merge, run_merge)
    stop = verbs.add_parser("stop", help="stop sharing a scenario; it stays on both sides")
    stop.add_argument("scenario", metavar="SCENARIO")
    _finish(stop, run_stop)


def _finish(parser: argparse.ArgumentParser, run: object) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run_connect(arguments: argparse.Namespace, services: Services) -> int:
    """Tries the address before anything is kept."""
    password = "" if arguments.no_password else _password()
    kept = services.team.connect(arguments.address, password, set_up=arguments.set_up)
    if arguments.json:
        print(json.dumps({"place": services.team.address, "password_in": kept}, ensure_ascii=False))
    else:
        say(f"Connected: {services.team.address}\nPassword: {kept}")
    return 0


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password of the team store: ")
    return sys.stdin.read(_MOST).rstrip("\r\n")


def run_disconnect(arguments: argparse.Namespace, services: Services) -> int:
    """Scenarios stay on both sides."""
    services.team.disconnect()
    print(json.dumps({"place": ""})) if arguments.json else say("Forgotten. Scenarios stay on both sides.")
    return 0


def run_status(arguments: argparse.Namespace, services: Services) -> int:
    """What is here and there; when the server is away, what is known here."""
    from workbench.services.team_words import carried

    view = services.team.view()
    if arguments.json:
        shape = {"place": view.place, "away": view.away, "scenarios": [_row(row) for row in view.rows]}
        print(json.dumps(shape, ensure_ascii=False))
        return 0
    say(view.place)
    if view.away:
        say(f"{view.away}\nHeld scenarios can be read and not changed meanwhile.")
    print_table(
        ("scenario", "shared", "state", "would be copied", ""),
        [(row.name, _shared(row), row.meeting.value, carried(row), row.stays) for row in view.rows],
    )
    return 0


def run_share(arguments: argparse.Namespace, services: Services) -> int:
    """A scenario both sides have and changed is left alone."""
    ids = _ids(services, arguments.scenario)
    return _tell(services.team.share(ids, move=arguments.move, with_texts=not arguments.without_texts), arguments)


def run_fetch(arguments: argparse.Namespace, services: Services) -> int:
    """Takes the team's copies in."""
    return _tell(services.team.fetch(_ids(services, arguments.scenario)), arguments)


def run_sync(arguments: argparse.Namespace, services: Services) -> int:
    """Conflicts are named and left alone; exit code 1 while there are any."""
    ids = _ids(services, arguments.scenario) if arguments.scenario else None
    return _tell(services.team.sync(ids), arguments)


def run_merge(arguments: argparse.Namespace, services: Services) -> int:
    """Without picks it only shows; with enough of them it stores one scenario of both on both sides."""
    (scenario_id,) = _ids(services, [arguments.scenario])
    view = services.team.merge_view(scenario_id)
    picks = {**dict.fromkeys(arguments.mine, "mine"), **dict.fromkeys(arguments.theirs, "theirs")}
    if arguments.all_mine or arguments.all_theirs:
        rest = "mine" if arguments.all_mine else "theirs"
        picks = {**{part.path: rest for part in view.open_parts}, **picks}
    if picks or not view.open_parts:
        return _tell((services.team.merge(view, picks),), arguments)
    _show_merge(view, as_json=arguments.json)
    return 1


def run_stop(arguments: argparse.Namespace, services: Services) -> int:
    """Both copies stay."""
    (scenario_id,) = _ids(services, [arguments.scenario])
    services.team.stop_sharing(scenario_id)
    print(json.dumps({"scenario": scenario_id})) if arguments.json else say("No longer shared; it stays on both sides.")
    return 0


def _ids(services: Services, refs: Iterable[str]) -> tuple[str, ...]:
    from workbench.services.team import names_to_ids

    return names_to_ids(services.team.view(counted=False), list(refs))


def _tell(done: Iterable[Synced], arguments: argparse.Namespace) -> int:
    """Prints what became of each; 1 with a conflict, 3 when the guard refused one."""
    found = list(done)
    if arguments.json:
        shape = [{"scenario": d.id, "name": d.name, "what": d.what, "why": d.why, "rows": d.rows} for d in found]
        print(json.dumps({"scenarios": shape}, ensure_ascii=False))
    else:
        for each in found:
            say(f"{each.name}: {each.what}{f' ({each.why})' if each.why else ''}")
        if not found:
            say("No scenario is shared yet: workbench team share NAME")
    if any(each.what == "refused" for each in found):
        return GuardRefusal.exit_code
    return WorkbenchError.exit_code if any(each.what == "conflict" for each in found) else 0


def _show_merge(view: MergeView, *, as_json: bool) -> None:
    if as_json:
        parts = [{"part": p.path, "title": p.title, "before": p.base, "mine": p.mine, "theirs": p.theirs,
                  "pick": p.pick or None} for p in view.parts]  # fmt: skip
        print(json.dumps({"scenario": view.id, "parts": parts}, ensure_ascii=False))
        return
    say(f"{view.name}: both sides changed {len(view.open_parts)} of the same parts. Pick with --mine and --theirs.")
    for part in view.parts:
        say(f"\n{part.path}: {part.title}{f' (taken: {part.pick})' if part.pick else ''}")
        for whose, text in (("before", part.base), ("mine", part.mine), ("theirs", part.theirs)):
            say(f"  {whose:<7} {text or words.UNKNOWN_FIGURE}")


def _shared(row: SharedRow) -> str:
    return "held by the team" if row.held else "shared" if row.shared else "no"


def _row(row: SharedRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "state": row.meeting.value,
        "shared": row.shared,
        "held": row.held,
        "with_texts": row.with_texts,
        "may_go": row.may_go,
        "stays": row.stays,
        "carries": row.carries,
        "bytes": row.bytes_out,
    }
