"""What both halves of a diff share: the catalog's side, and how figures are compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.catalog.fields import offer_fields, same
from workbench.catalog.naming import Match, Names, Sure
from workbench.domain.catalog import Catalog
from workbench.domain.catalog_diff import FieldChange, Held, RowKind
from workbench.domain.model import Model
from workbench.domain.offer import Offer
from workbench.domain.quotes import Fields, Scalar, SourceRow


@dataclass(frozen=True, slots=True)
class Side:
    """The catalog as one import meets it: `mark` is what its sources hold when this list is among them."""

    importer: str
    mark: str
    file: str
    catalog: Catalog
    names: Names

    def offer(self, model: Model, provider: str, variant: str) -> Offer | None:
        """The catalog's offer of that provider and variant."""
        wanted = variant or None
        return next((o for o in model.offers if o.provider == provider and o.variant == wanted), None)

    def said_of_offer(self, offer: Offer) -> dict[str, Scalar]:
        """What this list said of the offer when the catalog last took it in; {} when it never did."""
        if self.mark not in offer.source and not any(quote.source == self.importer for quote in offer.quotes):
            return {}
        said = offer_fields(offer) if self.mark in offer.source else {}
        return {**said, **{quote.field: quote.usd for quote in offer.quotes if quote.source == self.importer}}

    def compared(self, theirs: Fields, ours: Fields, said: Fields) -> tuple[RowKind, tuple[FieldChange, ...]]:
        """The kind of the row and the figures that differ. A figure the list said before is no news."""
        changes, kind = [], RowKind.SAME
        for name, value in theirs.items():
            held, before = ours.get(name), said.get(name)
            if same(name, value, held) or (before is not None and same(name, value, before)):
                continue
            changes.append(FieldChange(name, held, value))
            if before is not None:
                kind = RowKind.CHANGED
            elif held is not None and kind is not RowKind.CHANGED:
                kind = RowKind.DISAGREES
            elif kind is RowKind.SAME:
                kind = RowKind.NEW
        return kind, tuple(changes)

    def sure_of(self, row: SourceRow, match: Match | None) -> Match | None:
        """The match, no longer a guess where a person has taken this row for this model before."""
        if match is not None and match.sure is Sure.ALIKE and self.names.was_taken(row, match):
            return Match(match.model, Sure.CITED)
        return match

    def older(self, row: SourceRow, ours_as_of: str, kind: RowKind) -> list[str]:
        """Says that the catalog's figure is from a later day."""
        if kind is RowKind.SAME or not ours_as_of or row.as_of >= ours_as_of:
            return []
        return [f"It is of {row.as_of}, the catalog's figure of {ours_as_of}."]

    def source_text(self, row: SourceRow) -> str:
        """The source as the catalog writes it: list, key, and the address the list cites."""
        origin = f" (origin {row.origin})" if row.origin.startswith("https://") else ""
        where = f" provider={row.provider} model={row.model}" if row.provider else f" {row.place}"
        return f"{self.mark} {self.file}{where}{origin}"

    def ours_source(self, offer: Offer | None) -> str:
        """Where our figure is from."""
        return "" if offer is None else f"{offer.source}, as of {offer.as_of}"


def held_back(match: Match | None, warnings: Sequence[str]) -> Held:
    """Why a row is not proposed whatever it is about."""
    if warnings:
        return Held.WRONG
    if match is None:
        return Held.MODEL
    return Held.ALIKE if match.sure is Sure.ALIKE else Held.NOT
