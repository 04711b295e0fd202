"""Everything ever said about one model: shipped, imported, entered; in force, overtaken, undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.domain.catalog import Catalog
from workbench.domain.catalog_fields import title_of, write_field
from workbench.domain.figures import Origin
from workbench.domain.model import Model
from workbench.domain.quotes import Fields, ImportRecord, OwnFact, Quote, Scalar, Subject

if TYPE_CHECKING:
    from workbench.services.catalog import CatalogService
    from workbench.store.catalog_changes import CatalogChanges

IN_FORCE, BESIDE, OVERTAKEN, UNDONE, REPLACED = "in force", "beside it", "overtaken", "undone", "replaced"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing said. `about` says of what ("offer by openai"), `figures` are titles with values in words."""

    day: str
    about: str
    figures: tuple[tuple[str, str], ...]
    source: str
    origin: Origin
    state: str

    @property
    def words(self) -> str:
        """The figures in one line."""
        return ", ".join(f"{title} {value}" for title, value in self.figures)


class CatalogHistory:
    """Reads the history of models of one data folder."""

    def __init__(self, *, catalog: CatalogService, changes: Callable[[], CatalogChanges]) -> None:
        self._catalog = catalog
        self._changes = changes

    def of(self, model_id: str) -> tuple[HistoryLine, ...]:
        """Newest first. Raises WorkbenchError when no catalog has the model."""
        model = self._catalog.model(model_id)
        shipped = self._catalog.shipped()
        lines = list(_shipped_lines(shipped, shipped.model_by_id.get(model.id)))
        changes = self._changes()
        if changes.version():
            kept = changes.quotes(model.id)
            own = [*changes.own(model.id, ended=True), *_discounts(changes.own(ended=True), model)]
            lines += _quote_lines(kept, shipped)
            lines += [_own_line(fact, model) for fact in own]
        return tuple(sorted(lines, key=lambda line: line.day, reverse=True))


def _shipped_lines(shipped: Catalog, model: Model | None) -> Iterator[HistoryLine]:
    from workbench.catalog.fields import offer_fields, score_fields

    if model is None:
        return
    for offer in model.offers:
        figures = _figures(Subject.OFFER, offer_fields(offer))
        yield _line(offer.as_of, f"offer by {offer.part}", figures, offer.source)
    for name, known in model.provenance.items():
        value = getattr(model, name, None)
        if isinstance(value, str | int | float):
            yield _line(shipped.collected, "base facts", _figures(Subject.FACTS, {name: value}), known.source)
    for score in model.scores:
        figures = _figures(Subject.SCORE, score_fields(score))
        yield _line(score.as_of, f"score on {score.benchmark}", figures, score.source)


def _line(day: str, about: str, figures: tuple[tuple[str, str], ...], source: str) -> HistoryLine:
    return HistoryLine(day, about, figures, source, Origin.CATALOG, IN_FORCE)


def _quote_lines(kept: Sequence[tuple[ImportRecord, Quote]], shipped: Catalog) -> Iterator[HistoryLine]:
    """Of the rows about one thing the last that is not undone counts."""
    last: dict[tuple[Subject, str], Quote] = {}
    for record, quote in kept:
        if not record.undone_at:
            last[quote.subject, quote.part] = quote
    ours = _shipped_days(shipped, kept[0][1].model_id) if kept else {}
    for record, quote in kept:
        state = BESIDE if quote.beside else IN_FORCE
        if record.undone_at:
            state = UNDONE
        elif quote.is_overtaken_by(ours.get((quote.subject, quote.part), "")):
            state = OVERTAKEN
        elif last[quote.subject, quote.part] is not quote and quote.subject is not Subject.FACTS:
            state = REPLACED
        source = f"{quote.source}, imported on {record.at[:10]}"
        yield HistoryLine(
            quote.as_of, _about(quote), _figures(quote.subject, quote.fields), source, Origin.CATALOG, state
        )


def _shipped_days(shipped: Catalog, model_id: str) -> dict[tuple[Subject, str], str]:
    model = shipped.model_by_id.get(model_id)
    if model is None:
        return {}
    days = {(Subject.OFFER, offer.part): offer.as_of for offer in model.offers}
    days |= {(Subject.SCORE, score.benchmark): score.as_of for score in model.scores}
    return {**days, (Subject.FACTS, ""): shipped.collected}


def _discounts(own: Sequence[OwnFact], model: Model) -> list[OwnFact]:
    providers = {offer.provider for offer in model.offers}
    found = [fact for fact in own if fact.subject is Subject.DISCOUNT and fact.target in providers]
    return [fact for fact in found if fact.part in ("", model.id)]


def _own_line(fact: OwnFact, model: Model) -> HistoryLine:
    state = f"ended on {fact.ended_at[:10]}" if fact.ended_at else IN_FORCE
    note = f": {fact.note}" if fact.note else ""
    figures = _figures(fact.subject, fact.fields)
    return HistoryLine(fact.entered_at[:10], about_own(fact), figures, f"entered by you{note}", Origin.YOURS, state)


def _about(quote: Quote) -> str:
    return {
        Subject.OFFER: f"offer by {quote.part}",
        Subject.SCORE: f"score on {quote.part}",
    }.get(quote.subject, "base facts")


def about_own(fact: OwnFact) -> str:
    """What an own entry is about, in words."""
    match fact.subject:
        case Subject.OFFER:
            return f"offer by {fact.part}"
        case Subject.SCORE:
            return f"score on {fact.part}"
        case Subject.DISCOUNT:
            return f"discount at {fact.target}" + (f" on {fact.part}" if fact.part else "")
        case Subject.HARDWARE:
            return "hardware"
    return "base facts"


def _figures(subject: Subject, fields: Fields | Mapping[str, Scalar]) -> tuple[tuple[str, str], ...]:
    return tuple((title_of(subject, name), write_field(value)) for name, value in fields.items() if name != "available")
