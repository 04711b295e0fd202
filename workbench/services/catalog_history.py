"""Everything ever said about one model: shipped, imported, entered; in force, overtaken, undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing said, with its rank: shipped 0, an import by its place, one's own above all; None counts no more."""

    subject: Subject
    part: str
    fields: Fields
    rank: float | None
    line: HistoryLine


class CatalogHistory:
    """Reads the history of models of one data folder."""

    def __init__(self, *, catalog: CatalogService, changes: Callable[[], CatalogChanges]) -> None:
        self._catalog = catalog
        self._changes = changes

    def of(self, model_id: str) -> tuple[HistoryLine, ...]:
        """Newest first. Raises WorkbenchError when no catalog has the model."""
        model = self._catalog.model(model_id)
        shipped = self._catalog.shipped()
        said = list(_shipped_lines(shipped, shipped.model_by_id.get(model.id)))
        changes = self._changes()
        if changes.version():
            said += _quote_lines(changes.quotes(model.id), shipped)
            own = [*changes.own(model.id, ended=True), *_discounts(changes.own(ended=True), model)]
            said += [_own_line(fact) for fact in own]
        return tuple(sorted(_settled(said), key=lambda line: line.day, reverse=True))


def _settled(said: Sequence[_Said]) -> Iterator[HistoryLine]:
    """Each line with its state: in force is what gives at least one figure that nothing above it gives."""
    winners: dict[tuple[Subject, str, str], float] = {}
    for item in said:
        for name in item.fields if item.rank is not None else ():
            key = (item.subject, item.part, name)
            winners[key] = max(winners.get(key, -1.0), item.rank or 0.0)
    for item in said:
        wins = any(winners.get((item.subject, item.part, name)) == item.rank for name in item.fields)
        yield item.line if item.rank is None or wins else replace(item.line, state=REPLACED)


def _shipped_lines(shipped: Catalog, model: Model | None) -> Iterator[_Said]:
    from workbench.catalog.fields import offer_fields, score_fields

    if model is None:
        return

    def said(subject: Subject, part: str, about: str, fields: Fields, day: str, source: str) -> _Said:
        line = HistoryLine(day, about, _figures(subject, fields), source, Origin.CATALOG, IN_FORCE)
        return _Said(subject, part, fields, 0.0, line)

    for offer in model.offers:
        about = f"offer by {offer.part}"
        yield said(Subject.OFFER, offer.part, about, offer_fields(offer), offer.as_of, offer.source)
    for name, known in model.provenance.items():
        value = getattr(model, name, None)
        if isinstance(value, str | int | float):
            yield said(Subject.FACTS, "", "base facts", {name: value}, shipped.collected, known.source)
    for score in model.scores:
        about = f"score on {score.benchmark}"
        yield said(Subject.SCORE, score.benchmark, about, score_fields(score), score.as_of, score.source)


def _quote_lines(kept: Sequence[tuple[ImportRecord, Quote]], shipped: Catalog) -> Iterator[_Said]:
    ours = _shipped_days(shipped, kept[0][1].model_id) if kept else {}
    for place, (record, quote) in enumerate(kept, start=1):
        state, rank = IN_FORCE, float(place)
        if record.undone_at:
            state = UNDONE
        elif quote.is_overtaken_by(ours.get((quote.subject, quote.part), "")):
            state = OVERTAKEN
        elif quote.beside:
            state = BESIDE
        source = f"{quote.source}, imported on {record.at[:10]}"
        figures = _figures(quote.subject, quote.fields)
        line = HistoryLine(quote.as_of, _about(quote), figures, source, Origin.CATALOG, state)
        yield _Said(quote.subject, quote.part, quote.fields, rank if state == IN_FORCE else None, line)


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


def _own_line(fact: OwnFact) -> _Said:
    state = f"ended on {fact.ended_at[:10]}" if fact.ended_at else IN_FORCE
    note = f": {fact.note}" if fact.note else ""
    figures = _figures(fact.subject, fact.fields)
    line = HistoryLine(fact.entered_at[:10], about_own(fact), figures, f"entered by you{note}", Origin.YOURS, state)
    return _Said(fact.subject, fact.part, fact.fields, None if fact.ended_at else 1e9, line)


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
