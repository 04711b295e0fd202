"""`workbench catalog`: the facts about models, with source and date, and whether the files are sound."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli import catalog_changes, catalog_own
from workbench.cli.screen import say
from workbench.cli.tables import print_table
from workbench.domain.model import Model, ModelKind
from workbench.domain.numbers import digits
from workbench.domain.offer import Offer

if TYPE_CHECKING:
    from workbench.app import Services

_UNKNOWN = "—"


def register(nouns: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = nouns.add_parser(
        "catalog", help="the facts about models, with source and date, and whether they are sound"
    )
    verbs = command.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the models, all or those that match")
    listing.add_argument(
        "text",
        nargs="*",
        help="words that name, maker, provider, licence, kind, abilities or notes hold; a phrase in quotation marks",
    )
    listing.add_argument("--kind", choices=[kind.value for kind in ModelKind], help="only models of this kind")
    listing.add_argument("--open", action="store_true", help="only models with open weights")
    listing.set_defaults(run=run_list)
    show = verbs.add_parser("show", help="everything known about one model")
    show.add_argument("id", help="for example openai/gpt-4o")
    show.set_defaults(run=run_show)
    policy = verbs.add_parser("policy", help="what happens to data at each provider of a model, by account mode")
    policy.add_argument("id", help="for example openai/gpt-4o")
    policy.set_defaults(run=run_policy)
    check = verbs.add_parser("check", help="read a catalog folder and name every problem of every file")
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the catalog in use")
    check.set_defaults(run=run_check)
    catalog_changes.register(verbs)
    catalog_own.register(verbs)
    for name, verb in verbs.choices.items():
        if name == "own":  # its parts have their own
            continue
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_list(arguments: argparse.Namespace, services: Services) -> int:
    """Prints one line a model, with the prices of its cheapest offer that is still sold."""
    catalog = services.catalog.catalog()
    models = [
        model
        for model in services.catalog.find(" ".join(arguments.text))
        if (arguments.kind is None or model.kind == arguments.kind) and (model.open_weights or not arguments.open)
    ]
    if arguments.json:
        print(json.dumps({"collected": catalog.collected, "models": [_summary(model) for model in models]}))
        return 0
    print_table(
        ("model", "kind", "status", "context", "USD/M in", "USD/M out", "offers", "scores", "licence"),
        [_line(model) for model in models],
        right={3, 4, 5, 6, 7},
    )
    say(f"\n{len(models)} of {len(catalog.models)} models, facts of {catalog.collected}.", end=" ")
    say("Prices are those of the cheapest offer still sold.")
    return 0


def run_show(arguments: argparse.Namespace, services: Services) -> int:
    """Prints one model whole: every figure with its source and date."""
    from workbench.services.catalog import as_plain

    model = services.catalog.model(arguments.id)
    if arguments.json:
        print(json.dumps({"model": as_plain(model)}, ensure_ascii=False))
        return 0
    say(f"{model.name}  ({model.id})\n")
    print_table(("fact", "value", "source"), list(_facts(model)))
    if model.offers:
        say()
        print_table(
            ("offer", "USD/M in", "USD/M out", "cache read", "other prices", "as of", "confidence", "source"),
            [_offer_line(offer) for offer in model.offers],
            right={1, 2, 3},
        )
    if model.scores:
        say()
        print_table(
            ("benchmark", "value", "unit", "variant", "as of", "source"),
            [
                (score.benchmark, f"{score.value:g}", score.unit, score.variant or _UNKNOWN, score.as_of, score.source)
                for score in model.scores
            ],
            right={1},
        )
    for note in model.notes:
        say(f"\nNote: {note}")
    return 0


def run_policy(arguments: argparse.Namespace, services: Services) -> int:
    """Prints every clause with its source. Not legal advice."""
    found = services.catalog.policies(arguments.id)
    if arguments.json:
        rows = [dataclasses.asdict(each) for each in found]
        print(json.dumps({"model": services.catalog.model(arguments.id).id, "policies": rows}, ensure_ascii=False))
        return 0
    for each in found:
        factor = f", {each.price_factor:g} times the price" if each.price_factor != 1 else ""
        say(f"{each.provider}: {each.mode} ({each.how.partition(';')[0]}{factor})")
        print_table(
            ("clause", "says", "source", "as of"),
            [
                (item.title, item.text, f"{item.source}{'' if item.read else ' (not opened)'}", item.as_of)
                for item in each.clauses
            ],
        )
        say()
    say("Not legal advice.")
    return 0


def run_check(arguments: argparse.Namespace, services: Services) -> int:
    """Prints every problem; exit code 1 when there is one."""
    problems = services.catalog.check(arguments.folder)
    if arguments.json:
        print(json.dumps({"ok": not problems, "problems": [problem.as_dict() for problem in problems]}))
    elif problems:
        for problem in problems:
            say(problem)
        say(f"\n{len(problems)} problem{'s' if len(problems) > 1 else ''}.")
    else:
        say("No problem: every file is sound.")
    return 1 if problems else 0


def _summary(model: Model) -> dict[str, object]:
    offer = model.cheapest_offer
    return {
        "id": model.id,
        "name": model.name,
        "developer": model.developer,
        "kind": model.kind,
        "tier": model.tier,
        "status": model.lifecycle.status,
        "open_weights": model.open_weights,
        "licence": model.licence.name,
        "commercial_use": model.licence.commercial_use,
        "context_tokens": model.context_tokens,
        "offers": len(model.offers),
        "scores": len(model.scores),
        "cheapest": None if offer is None else offer.id,
        "input_usd_per_mtok": None if offer is None else offer.prices.input_usd_per_mtok,
        "output_usd_per_mtok": None if offer is None else offer.prices.output_usd_per_mtok,
    }


def _line(model: Model) -> tuple[str, ...]:
    offer = model.cheapest_offer
    return (
        model.id,
        model.kind,
        model.lifecycle.status,
        _count(model.context_tokens),
        _usd(None if offer is None else offer.prices.input_usd_per_mtok),
        _usd(None if offer is None else offer.prices.output_usd_per_mtok),
        str(len(model.offers)),
        str(len(model.scores)),
        model.licence.name or _UNKNOWN,
    )


def _facts(model: Model) -> Iterator[tuple[str, str, str]]:
    licence, lifecycle, layout, memory = model.licence, model.lifecycle, model.architecture, model.self_host_memory
    yield "kind", model.kind, ""
    yield "developer, family", f"{model.developer}, {model.family}", ""
    modalities = f"{', '.join(sorted(model.input_modalities))} to {', '.join(sorted(model.output_modalities))}"
    yield "modalities", modalities, _source(model, "modalities")
    yield "released", model.release_date or _UNKNOWN, _source(model, "release_date")
    yield "knowledge until", model.knowledge_cutoff or _UNKNOWN, _source(model, "knowledge_cutoff")
    yield "context, tokens", _count(model.context_tokens), _source(model, "context_tokens")
    yield "longest answer, tokens", _count(model.max_output_tokens), _source(model, "max_output_tokens")
    if model.embedding_dimensions is not None:
        yield "embedding dimensions", _count(model.embedding_dimensions), _source(model, "embedding_dimensions")
    yield "parameters, billions", _parameters(model), _source(model, "params")
    read = "" if licence.read else " (text not opened)"
    yield "licence", f"{licence.name or _UNKNOWN}; commercial use {licence.commercial_use}{read}", licence.source or ""
    until = f", shutdown {lifecycle.shutdown_date}" if lifecycle.shutdown_date else ""
    then = f", replaced by {lifecycle.replacement}" if lifecycle.replacement else ""
    yield "status", f"{lifecycle.status}{until}{then}", lifecycle.source or ""
    if layout is not None:
        cache = (
            "" if layout.kv_bytes_per_token_fp16 is None else f", {layout.kv_bytes_per_token_fp16:,} B of cache a token"
        )
        yield "architecture", f"{layout.layers} layers, {layout.hidden} wide{cache}", layout.source or ""
    if memory is not None:
        sizes = ", ".join(f"{gb:g} GB {precision}" for precision, gb in memory.gb_by_precision.items())
        yield "own hosting needs", sizes, f"{memory.source} ({memory.as_of})"
    for speed in model.speeds:
        figures = f"{speed.output_tokens_per_s:g} tokens/s, first token after {speed.ttft_s:g} s"
        yield f"speed, {speed.provider or 'provider not named'}", figures, f"{speed.source} ({speed.as_of})"
    if model.data_policy_text is not None:
        yield "data policy of its own", model.data_policy_text, model.data_policy_source or ""


def _source(model: Model, fact: str) -> str:
    known = model.provenance.get(fact)
    if known is None:
        return ""
    unread = "" if known.read else " (not opened)"
    conflict = f"; but {known.conflict}" if known.conflict else ""
    return f"{known.source}{unread}{conflict}"


def _parameters(model: Model) -> str:
    if model.params_total_b is None:
        return _UNKNOWN
    active = model.params_active_b
    part = "" if active is None or active == model.params_total_b else f", {active:g} active"
    return f"{model.params_total_b:g}{part}"


def _offer_line(offer: Offer) -> tuple[str, ...]:
    prices = offer.prices
    name = offer.id.partition("@")[2]
    return (
        name if offer.available else f"{name} (no longer sold)",
        _usd(prices.input_usd_per_mtok),
        _usd(prices.output_usd_per_mtok),
        _usd(prices.cache_read_usd_per_mtok),
        ", ".join(f"{key} {digits(usd)}" for key, usd in offer.other_usd) or _UNKNOWN,
        offer.as_of,
        f"{offer.confidence}{'; ' + '; '.join(offer.conflicts) if offer.conflicts else ''}",
        offer.source,
    )


def _usd(value: float | None) -> str:
    return _UNKNOWN if value is None else digits(value)


def _count(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"
