"""A reading against the catalog: what is new, changed, vanished, in disagreement, or the same.

Whether a different figure is a *change* or a *disagreement* depends on who said ours: a list that says something else
than before has changed; a list that was not among our sources disagrees. Nothing here changes the catalog.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workbench.catalog.diff_facts import facts_rows, score_rows
from workbench.catalog.diff_rows import Side, held_back
from workbench.catalog.fields import offer_fields
from workbench.catalog.importers import MARKS, Importer
from workbench.catalog.naming import Match, Names, Sure
from workbench.catalog.sanity import offer_warnings
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_diff import Diff, DiffRow, FieldChange, Held, RowKind
from workbench.domain.offer import Offer
from workbench.domain.quotes import Quote, Reading, Scalar, SourceRow, Subject

_OTHER_ROUTE = "another route to an offer already read"
# What needs a decision first comes first.
_ORDER = {
    RowKind.CHANGED: 0,
    RowKind.DISAGREES: 1,
    RowKind.VANISHED: 2,
    RowKind.NEW: 3,
    RowKind.UNKNOWN_MODEL: 4,
    RowKind.SAME: 5,
}
_SURENESS = {Sure.CITED: 0, Sure.SPELLING: 1, Sure.ALIKE: 2}


def diff(reading: Reading, importer: Importer, catalog: Catalog, before: Catalog | None = None) -> Diff:
    """Every row of the reading as what it would do to `catalog`, and what the reading no longer lists. `before` is the
    catalog without the lists taken in so far; None when there are none."""
    names = Names(catalog, before)
    side = Side(importer.id, MARKS[importer.id], reading.file, catalog, names)
    offers, other_routes = _best_offers(reading, names)
    rows = [_offer_row(side, provider, row, match) for (_, provider, _), (row, match) in offers.items()]
    rows += facts_rows(side, reading)
    rows += score_rows(side, reading)
    if reading.complete:
        rows += _vanished(side, reading, names)
    passed = Counter(dict(reading.passed_over))
    if other_routes:
        passed[_OTHER_ROUTE] += other_routes
    rows.sort(key=lambda row: (_ORDER[row.kind], row.model_id, row.subject, row.provider))
    return Diff(
        importer=importer.id,
        title=importer.title,
        file=reading.file,
        as_of=reading.as_of,
        rows=tuple(rows),
        entries=reading.entries,
        passed_over=tuple(passed.most_common()),
        problems=reading.problems,
        catalog_fingerprint=catalog.fingerprint,
    )


_OfferKey = tuple[str, str, str]


def _best_offers(reading: Reading, names: Names) -> tuple[dict[_OfferKey, tuple[SourceRow, Match | None]], int]:
    """For each model and provider the row that names it best, the shortest of equal ones; and how many were others."""
    best: dict[_OfferKey, tuple[SourceRow, Match | None]] = {}
    others = 0
    for row in reading.rows:
        if row.subject is not Subject.OFFER:
            continue
        match = names.match(row)
        model_id = match.model.id if match else names.new_model_id(row)
        key = (model_id, names.provider(row.provider), row.part)
        known = best.get(key)
        others += known is not None
        if known is None or _worse(known) > _worse((row, match)):
            best[key] = (row, match)
    return best, others


def _worse(found: tuple[SourceRow, Match | None]) -> tuple[int, int, int, str]:
    row, match = found
    return (_SURENESS[match.sure] if match else 3, row.model.count("/"), len(row.model), row.model)


def _offer_row(side: Side, provider: str, row: SourceRow, match: Match | None) -> DiffRow:
    model = match.model if match else None
    ours = side.offer(model, provider, row.part) if model else None
    said = side.said_of_offer(ours) if ours else {}
    held = offer_fields(ours) if ours else {}
    kind, changes = side.compared(row.fields, held, said) if model else (RowKind.UNKNOWN_MODEL, _all_new(row))
    if match and match.sure is Sure.ALIKE and kind is not RowKind.SAME and said == {} and held:
        kind = RowKind.DISAGREES
    warnings = [*offer_warnings(row.fields, ours, model), *side.older(row, ours.as_of if ours else "", kind)]
    model_id = model.id if model else side.names.new_model_id(row)
    part = f"{provider}#{row.part}" if row.part else provider
    quote = Quote(
        Subject.OFFER,
        model_id,
        part,
        row.fields,
        side.importer,
        side.source_text(row),
        row.as_of,
        beside=kind is RowKind.DISAGREES,
        over=ours.as_of if ours else "",
    )
    return DiffRow(
        id=f"offer:{model_id}:{part}",
        kind=kind,
        subject=Subject.OFFER,
        model_id=model_id,
        model_name=model.name if model else row.name,
        provider=provider,
        changes=changes,
        quote=quote,
        source_name=row.model,
        matched=match.sure.value if match else "",
        ours_source=side.ours_source(ours),
        warnings=tuple(warnings),
        held=_held(side, side.sure_of(row, match), provider, warnings),
    )


def _all_new(row: SourceRow) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, None, value) for name, value in row.fields.items())


def _held(side: Side, match: Match | None, provider: str, warnings: list[str]) -> Held:
    """Why a careful person would not take it: sure names and known providers only, nothing that looks wrong."""
    held = held_back(match, warnings)
    if held is Held.NOT and provider not in side.catalog.provider_by_id:
        return Held.PROVIDER
    return held


def _vanished(side: Side, reading: Reading, names: Names) -> Iterator[DiffRow]:
    """Offers that this list once gave and no longer lists, at providers it still lists."""
    listed_providers = {names.provider(provider) for provider, _ in reading.seen}
    listed = set(_listed_models(reading, names))
    for model in side.catalog.models:
        for offer in model.offers:
            if not offer.available or side.mark not in offer.source or offer.provider not in listed_providers:
                continue
            if (model.id, offer.provider) not in listed:
                yield _vanished_row(side, model.name, offer, reading)


def _listed_models(reading: Reading, names: Names) -> Iterator[tuple[str, str]]:
    for provider, name in reading.seen:
        match = names.match(SourceRow(Subject.OFFER, provider, name, name, {}, "", ""))
        if match is not None:
            yield match.model.id, names.provider(provider)


def _vanished_row(side: Side, name: str, offer: Offer, reading: Reading) -> DiffRow:
    fields: dict[str, Scalar] = {"available": False}
    source = f"{side.importer}: no longer in {reading.file} of {reading.as_of}"
    quote = Quote(
        Subject.OFFER, offer.model_id, offer.part, fields, side.importer, source, reading.as_of, over=offer.as_of
    )
    return DiffRow(
        id=f"offer:{offer.model_id}:{offer.part}",
        kind=RowKind.VANISHED,
        subject=Subject.OFFER,
        model_id=offer.model_id,
        model_name=name,
        provider=offer.provider,
        changes=(FieldChange("available", True, False),),
        quote=quote,
        source_name="",
        matched="",
        ours_source=side.ours_source(offer),
        held=Held.VANISHED,
    )
