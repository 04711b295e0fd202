"""`workbench catalog own`: the models, prices, discounts, hardware and scores that a person entered."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.cli.watch import tell_after_change
from workbench.domain.catalog_fields import title_of, write_field
from workbench.domain.errors import WorkbenchError
from workbench.domain.quotes import OwnFact, Subject

if TYPE_CHECKING:
    from workbench.app import Services


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    own = verbs.add_parser("own", help="your own models, prices, discounts, hardware and scores, kept above every list")
    parts = own.add_subparsers(dest="part", metavar="WHAT", required=True)
    listing = parts.add_parser("list", help="everything you entered")
    listing.set_defaults(run=run_own_list)
    for name, target, words in (
        ("model", "MODEL", "a model of your own, or a base fact you know better"),
        ("offer", "MODEL", "a price of your own: --provider names who sells it"),
        ("score", "MODEL", "a score of your own: --benchmark names the benchmark"),
        ("hardware", "HARDWARE", "a machine of your own, or what one costs you"),
        ("discount", "PROVIDER", "a negotiated discount: share=0.2; --model limits it to one model"),
    ):
        part = parts.add_parser(name, help=words)
        part.add_argument("target", metavar=target)
        part.add_argument("figures", nargs="+", metavar="FIGURE=VALUE", help="for example input_usd_per_mtok=2.1")
        part.add_argument("--note", default="", help="why, or where it is from")
        if name == "offer":
            part.add_argument("--provider", required=True, help="the provider's id; add #variant for a second offer")
        if name == "score":
            part.add_argument("--benchmark", required=True)
        if name == "discount":
            part.add_argument("--model", default="")
        part.set_defaults(run=run_own_enter)
    remove = parts.add_parser("remove", help="take an entry back: the catalog's figures count again")
    remove.add_argument("entry", metavar="ENTRY", help="its id, or the beginning of it")
    remove.set_defaults(run=run_own_remove)
    for part in parts.choices.values():
        part.add_argument("--json", action="store_true", help="print one JSON object")


def run_own_list(arguments: argparse.Namespace, services: Services) -> int:
    facts = services.catalog_own.all()
    if arguments.json:
        print(json.dumps({"own": [_own_json(fact) for fact in facts]}, ensure_ascii=False))
        return 0
    if not facts:
        say("You have entered nothing of your own yet. 'workbench catalog own --help' shows how.")
        return 0
    print_table(
        ("entry", "about", "of", "figures", "note", "entered"),
        [(f.id[:13], f.target, f.part or f.subject, _figures(f), f.note, f.entered_at[:10]) for f in facts],
    )
    return 0


def run_own_enter(arguments: argparse.Namespace, services: Services) -> int:
    """Enters figures; what is wrong with any of them is said at once and nothing is kept."""
    subject = {"model": Subject.FACTS}.get(arguments.part) or Subject(arguments.part)
    part = {
        Subject.OFFER: lambda: arguments.provider,
        Subject.SCORE: lambda: arguments.benchmark,
        Subject.DISCOUNT: lambda: arguments.model,
    }.get(subject, lambda: "")()
    figures: dict[str, str] = {}
    for pair in arguments.figures:
        name, sign, value = pair.partition("=")
        if not sign:
            mend = "Write it as input_usd_per_mtok=2.1."
            raise WorkbenchError(f"'{pair}' is no figure with a value", where=arguments.target, mend=mend)
        figures[name.strip()] = value
    fact, _ = services.catalog_own.enter_text(subject, arguments.target, part, figures, arguments.note)
    if arguments.json:
        print(json.dumps({"entered": _own_json(fact)}, ensure_ascii=False))
    else:
        say(f"Kept as yours: {fact.target} {fact.part}".rstrip() + f", {_figures(fact)}.")
        tell_after_change(services)
    return 0


def run_own_remove(arguments: argparse.Namespace, services: Services) -> int:
    found = [fact for fact in services.catalog_own.all() if fact.id.startswith(arguments.entry)]
    if len(found) != 1:
        what = "No entry of yours begins so" if not found else f"{len(found)} entries of yours begin so"
        raise WorkbenchError(what, where=arguments.entry, mend="'workbench catalog own list' lists them.")
    fact, _ = services.catalog_own.take_back(found[0].id)
    if arguments.json:
        print(json.dumps({"removed": _own_json(fact)}, ensure_ascii=False))
    else:
        say(f"Taken back: {fact.target} {fact.part}".rstrip() + ". The catalog's own figures count again.")
        tell_after_change(services)
    return 0


def _figures(fact: OwnFact) -> str:
    return ", ".join(f"{title_of(fact.subject, name)} {write_field(value)}" for name, value in fact.fields.items())


def _own_json(fact: OwnFact) -> dict[str, object]:
    return {
        "id": fact.id,
        "subject": fact.subject,
        "target": fact.target,
        "part": fact.part or None,
        "fields": dict(fact.fields),
        "note": fact.note or None,
        "entered_at": fact.entered_at,
    }
