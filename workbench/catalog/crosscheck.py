"""Rules between files: ids that must be unique, names that must exist elsewhere, figures that must fit their benchmark.

Like `rules`, they look at plain values, so that one bad field hides nothing. A list that could not be read is not
checked against: one broken providers.yaml is one problem, not two hundred.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.catalog.document import Document, KeyPath
from workbench.catalog.finding import Finding, first
from workbench.catalog.rules import number, rows
from workbench.domain.numbers import digits

MODELS = "models/"
_LISTS = ("developers", "providers", "hardware", "benchmarks")
# A benchmark's `range` is where scores were seen so far; a new best may pass it by this much.
_SLACK = {"elo": 60.0}
_SLACK_OTHERWISE = 5.0
Known = Mapping[str, Mapping[str, Any]]


def findings(documents: Mapping[str, Document]) -> Iterator[tuple[Document, Finding]]:
    """Everything that does not fit together. `documents` by file name, each a block of fields."""
    known = {kind: _rows_by_id(documents.get(f"{kind}.yaml"), kind) for kind in _LISTS}
    for kind in _LISTS:
        document = documents.get(f"{kind}.yaml")
        if document is not None:
            for finding in first(_repeated_ids(document, kind)):
                yield document, finding
    providers = documents.get("providers.yaml")
    if providers is not None:
        for finding in first(_modes(providers, known["developers"])):
            yield providers, finding
    ranges = documents.get("market_ranges.yaml")
    if ranges is not None:
        for finding in first(_market_ranges(ranges, known["hardware"])):
            yield ranges, finding
    models = {name: document for name, document in documents.items() if name.startswith(MODELS)}
    yield from _repeated_models(models)
    for name, document in models.items():
        for finding in first(_model(name, document.value, known)):
            yield document, finding


def _model(name: str, model: Mapping[str, Any], known: Mapping[str, Known | None]) -> Iterator[Finding]:
    yield from _own_place(name, model)
    yield from _reroute(model)
    yield from _reference(("developer",), model.get("developer"), known["developers"], "developer", "developers.yaml")
    for field in ("offers", "speed"):
        for place, row in rows(model, field):
            path = (*place, "provider")
            yield from _reference(path, row.get("provider"), known["providers"], "provider", "providers.yaml")
    for place, score in rows(model, "quality"):
        path = (*place, "benchmark")
        yield from _reference(path, score.get("benchmark"), known["benchmarks"], "benchmark", "benchmarks.yaml")
        benchmark = (known["benchmarks"] or {}).get(str(score.get("benchmark")))
        if benchmark is not None:
            yield from _fits(place, score, benchmark)


def _own_place(name: str, model: Mapping[str, Any]) -> Iterator[Finding]:
    identity, developer = model.get("id"), model.get("developer")
    if not isinstance(identity, str):
        return
    expected = f"{MODELS}{identity}.yaml"
    if name != expected:
        yield Finding(("id",), f"The id '{identity}' does not belong in this file", f"Name the file {expected}.")
    if isinstance(developer, str) and identity.split("/")[0] != developer:
        yield Finding(
            ("developer",), f"The id '{identity}' does not begin with the developer '{developer}'", "Make them agree."
        )


def _reroute(model: Mapping[str, Any]) -> Iterator[Finding]:
    """A reroute says to whom and from when, and never to itself."""
    lifecycle = model.get("lifecycle")
    state = lifecycle if isinstance(lifecycle, dict) else {}
    target, start = state.get("rerouted_to"), state.get("rerouted_from")
    if (target is None) != (start is None):
        path = ("lifecycle", "rerouted_from" if start is None else "rerouted_to")
        yield Finding(path, "A reroute needs both: to which model, and from when", "Give both, or neither.")
    if isinstance(target, str) and target == model.get("id"):
        yield Finding(("lifecycle", "rerouted_to"), "The model is rerouted to itself", "Name the other model.")


def _fits(place: KeyPath, score: Mapping[str, Any], benchmark: Mapping[str, Any]) -> Iterator[Finding]:
    unit = benchmark.get("unit")
    if score.get("unit") != unit:
        yield Finding((*place, "unit"), f"The benchmark is in {unit}, the score is not", f"Write {unit}.")
        return
    value, ends = number(score.get("value")), benchmark.get("range")
    if value is None or not isinstance(ends, list) or len(ends) != 2:
        return
    low, high = number(ends[0]), number(ends[1])
    slack = _SLACK.get(str(unit), _SLACK_OTHERWISE)
    if low is not None and high is not None and not low - slack <= value <= high + slack:
        yield Finding(
            (*place, "value"),
            f"{digits(value)} lies outside what {score['benchmark']} gives ({digits(low)} to {digits(high)})",
            "Check the figure; if it is right, widen the benchmark's range.",
        )


def _modes(document: Document, developers: Known | None) -> Iterator[Finding]:
    """A provider's account modes have ids of their own, and name developers that exist."""
    for place, provider in rows(document.value, "providers"):
        seen: set[str] = set()
        for inner, mode in rows(provider, "modes"):
            path = (*place, *inner)
            name = str(mode.get("id")).casefold()
            if name in seen or name == "standard":
                yield Finding((*path, "id"), f"The mode '{name}' is taken", "Give each mode an id of its own.")
            seen.add(name)
            named = mode.get("developers")
            for index, developer in enumerate(named if isinstance(named, list) else []):
                yield from _reference(
                    (*path, "developers", index), developer, developers, "developer", "developers.yaml"
                )


def _market_ranges(document: Document, hardware: Known | None) -> Iterator[Finding]:
    for place, row in rows(document.value, "market_ranges"):
        yield from _reference((*place, "hardware"), row.get("hardware"), hardware, "hardware", "hardware.yaml")
        for seller in ("hyperscaler", "specialist", "longtail"):
            ends = row.get(seller)
            low, high = (number(end) for end in ends) if isinstance(ends, list) and len(ends) == 2 else (None, None)
            if low is not None and high is not None and low > high:
                what = f"The range {digits(low)} to {digits(high)} is the wrong way round"
                yield Finding((*place, seller), what, "Swap them.")


def _repeated_ids(document: Document, kind: str) -> Iterator[Finding]:
    first: dict[str, tuple[KeyPath, str]] = {}
    for place, row in rows(document.value, kind):
        identity = row.get("id")
        if not isinstance(identity, str):
            continue
        path = (*place, "id")
        earlier = first.setdefault(identity.casefold(), (path, identity))
        if earlier[0] != path:
            yield Finding(path, _twice(identity, earlier[1], f"line {document.line_of(earlier[0])}"), "Keep one.")


def _repeated_models(models: Mapping[str, Document]) -> Iterator[tuple[Document, Finding]]:
    first: dict[str, tuple[Document, str]] = {}
    for document in models.values():
        identity = document.value.get("id")
        if not isinstance(identity, str):
            continue
        earlier, spelt = first.setdefault(identity.casefold(), (document, identity))
        if earlier is not document:
            place = f"{earlier.label}, line {earlier.line_of(('id',))}"
            yield document, Finding(("id",), _twice(identity, spelt, place), "Keep one of the two files.")


def _twice(identity: str, spelt: str, place: str) -> str:
    if identity == spelt:
        return f"The id '{identity}' is taken ({place})"
    return f"The id '{identity}' differs only in case from '{spelt}' ({place})"


def _reference(path: KeyPath, name: object, known: Known | None, kind: str, file: str) -> Iterator[Finding]:
    if known is None or not isinstance(name, str) or name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    guess = f"Write '{close[0]}' if that was meant, or add" if close else "Add"
    yield Finding(path, f"No {kind} has the id '{name}'", f"{guess} it to {file}.")


def _rows_by_id(document: Document | None, kind: str) -> Known | None:
    if document is None or not isinstance(document.value.get(kind), list):
        return None
    return {str(row.get("id")): row for _, row in rows(document.value, kind)}
