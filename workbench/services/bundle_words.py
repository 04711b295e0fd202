"""Bundles in words: the sentences that window and command line share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from workbench.analysis import words
from workbench.domain.numbers import digits
from workbench.services.bundle_merging import Count, Merge, Standing

if TYPE_CHECKING:
    from workbench.reports.bundle.seals import Signature
    from workbench.services.bundle_parts import Content
    from workbench.services.bundles import Preview, Verified

_MOST_PRICES = 6
_SIGNED = "decision.signed."


def file_size(count: int) -> str:
    """ "84 kB"; never 0."""
    return f"{max(1, round(count / 1000)):,} kB" if count < 1_000_000 else f"{count / 1e6:,.1f} MB"


def held(content: Content) -> str:
    """ "the scenario with its decision, 2 evals with 300 results, …"."""
    decision = "the scenario with its decision" if content.scenario.decision else "the scenario"
    parts = [decision]
    if content.runs:
        parts.append(f"{words.count(len(content.runs), 'eval')} with {words.count(len(content.results), 'result')}")
    if content.comparisons:
        parts.append(words.count(len(content.comparisons), "comparison"))
    if content.votes:
        parts.append(words.count(len(content.votes), "vote"))
    if content.versions:
        parts.append(f"{words.count(len(content.versions), 'earlier state')} of the decision")
    if content.data is not None:
        parts.append(f"the eval data {content.data.name}")
    if content.reports:
        parts.append(words.count(len(content.reports), "report"))
    parts.append(f"the facts on {words.count(len(content.catalog.models), 'model')}")
    hidden = "; of cases, prompts and answers only hashes" if content.redacted else ""
    return words.listed(parts) + hidden


def facts(preview: Preview) -> Iterator[str]:
    """From when it is, and what is newer here."""
    manifest, content = preview.opened.manifest, preview.opened.content
    yield (
        f"Made on {words.day(manifest.made_at[:10])} by version {manifest.generator}, "
        f"computed for {words.day(manifest.computed_on)}."
    )
    there, here = content.catalog.collected, preview.facts_here
    newer = "the same day's" if there == here else "newer" if here > there else "older"
    yield f"Its facts are of {words.day(there)}; yours are {newer}{'' if there == here else f', of {words.day(here)}'}."
    for price in preview.prices[:_MOST_PRICES]:
        yield f"{price.offer}, {price.part} a million tokens: {_usd(price.there)} there, {_usd(price.here)} here."
    if len(preview.prices) > _MOST_PRICES:
        yield f"{words.count(len(preview.prices) - _MOST_PRICES, 'more price')} of the options differ."
    ours = preview.merge.ours
    if preview.merge.standing is Standing.BESIDE and ours is not None:
        yield f"You have a scenario of this id: {_which_is_newer(ours.updated_at, content.scenario.updated_at)}."
    if preview.merge.stricter:
        yield "Your answers to who may see the data are stricter than the sender's: the copy keeps yours."


def _which_is_newer(here: datetime, there: datetime) -> str:
    """ "yours is newer, changed here on 3 May 2026, there on 1 May 2026"; of one day with the time."""
    days = [words.day(at.date().isoformat()) for at in (here, there)]
    if days[0] == days[1]:
        days = [f"{day} at {at:%H:%M} UTC" for day, at in zip(days, (here, there), strict=True)]
    newer = "yours is newer" if here >= there else "the bundle's is newer"
    return f"{newer}, changed here on {days[0]}, there on {days[1]}"


def rows(merge: Merge) -> list[tuple[str, str, str, str]]:
    """Part, held, new here, and here with other content, which stays."""
    scenario = (
        "scenario",
        "1",
        "1" if merge.arrival.scenario is not None else "0",
        "1" if merge.standing is Standing.BESIDE else "0",
    )
    named = (
        ("evals", merge.evals),
        ("results", merge.results),
        ("sets of cases", merge.data_sets),
        ("scores by hand", merge.marks),
        ("comparisons", merge.comparisons),
        ("votes", merge.votes),
        ("states of the decision", merge.versions),
    )
    return [scenario, *(_row(name, count) for name, count in named if count.held)]


def sentence(merge: Merge, name: str, *, done: bool) -> str:
    """What an import does, or did, with the scenario."""
    more = _more(merge)
    if merge.standing in (Standing.SAME, Standing.IN_BIN) and merge.ours is not None:
        name = merge.ours.name
    match merge.standing:
        case Standing.NEW:
            return f"“{name}” {'came in' if done else 'would come in'} as a new scenario{more}."
        case Standing.BESIDE:
            kept = "Yours stays as it is; the bundle's"
            return f"{kept} {'came in' if done else 'would come in'} beside it as a copy{more}."
        case Standing.IN_BIN:
            return f"“{name}” lies in the bin here and {'was' if done else 'would be'} taken out of it{more}."
        case Standing.SAME:
            if not merge.arrival.is_empty:
                return f"“{name}” is here already{more}."
    return f"“{name}” is here already, with everything that is in the bundle: nothing {'was' if done else 'is'} new."


def _more(merge: Merge) -> str:
    named = (
        (merge.evals, "eval", ""),
        (merge.results, "result", ""),
        (merge.data_sets, "set of cases", "sets of cases"),
        (merge.marks, "score by hand", "scores by hand"),
        (merge.comparisons, "comparison", ""),
        (merge.votes, "vote", ""),
        (merge.versions, "earlier state", ""),
    )
    parts = [words.count(count.new, one, many) for count, one, many in named if count.new]
    return f", with {words.listed(parts)}" if parts else ""


def signature_words(signature: Signature | None) -> str:
    """Who signed, by fingerprint."""
    if signature is None:
        return "It is not signed."
    if not signature.holds:
        return f"Its signature by {signature.fingerprint} does not hold: it was changed after it was signed."
    return f"Signed by {signature.fingerprint}. Compare this with what the sender tells you."


def verified_sentence(found: Verified) -> str:
    """The outcome of a computation from the bundle's own inputs."""
    if not found.recomputed:
        return f"Nothing could be computed again. {found.why}"
    if found.ok:
        return f"All {found.figures:,} figures follow from the bundle's inputs."
    if not found.differences:
        return found.why
    signed = [each.path.removeprefix(_SIGNED) for each in found.differences if each.path.startswith(_SIGNED)]
    if len(signed) == len(found.differences):
        after = f"but the record was changed after {words.listed(signed)} signed it"
        return f"All other figures follow from the bundle's inputs, {after}."
    many = words.count(len(found.differences), "figure")
    verb = "does" if len(found.differences) == 1 else "do"
    return f"{many} of {found.figures:,} {verb} not follow from the bundle's inputs, made by version {found.generator}."


def _row(name: str, count: Count) -> tuple[str, str, str, str]:
    return (name, f"{count.held:,}", f"{count.new:,}", f"{count.differ:,}")


def _usd(value: float | None) -> str:
    return words.UNKNOWN_FIGURE if value is None else f"${digits(value)}"
