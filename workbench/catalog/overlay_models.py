"""One accepted quote, or a person's own entries, laid over one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workbench.catalog.fields import (
    OTHERS,
    PRICES,
    but_for_rounding,
    model_fields,
    offer_fields,
    with_model_fields,
    with_offer_fields,
    with_score_fields,
)
from workbench.catalog.importers import MARKS
from workbench.domain.figures import Origin
from workbench.domain.model import (
    Capabilities,
    CommercialUse,
    Licence,
    Lifecycle,
    LifecycleStatus,
    Model,
    ModelKind,
    Provenance,
    Score,
    Tier,
)
from workbench.domain.offer import Confidence, Offer, PriceQuote, TokenPrices
from workbench.domain.provider import Benchmark
from workbench.domain.quotes import Fields, OwnFact, Quote, Scalar, Subject

YOURS = "entered by you"
_BETWEEN = "; "
_PRICE_NAMES = frozenset({*PRICES, *OTHERS})


def _is_price(field: str) -> bool:
    """Whether it is a price, be it of a batch, a price step or certain hours."""
    return field.rsplit(".", maxsplit=1)[-1] in _PRICE_NAMES


def blank_model(model_id: str, source: str, *, yours: bool) -> Model:
    """A model of which nothing is known yet but its id."""
    developer, _, name = model_id.partition("/")
    unknown = Licence(None, None, CommercialUse.UNKNOWN, None, None, False)
    return Model(
        id=model_id,
        name=name or model_id,
        developer=developer,
        family=name or model_id,
        kind=ModelKind.LLM,
        tier=Tier.CORE if yours else Tier.EXTENDED,
        named_in_seeds=False,
        input_modalities=frozenset({"text"}),
        output_modalities=frozenset({"text"}),
        open_weights=False,
        licence=unknown,
        lifecycle=Lifecycle(LifecycleStatus.UNKNOWN, None, None, source),
        release_date=None,
        knowledge_cutoff=None,
        context_tokens=None,
        max_output_tokens=None,
        params_total_b=None,
        params_active_b=None,
        params_source=None,
        architecture=None,
        self_host_memory=None,
        offers=(),
        capabilities=Capabilities(),
        speeds=(),
        scores=(),
        provenance={},
        origin=Origin.YOURS if yours else Origin.CATALOG,
    )


def with_offer(model: Model, quote: Quote, mark: str) -> Model:
    """The model with what a list says of one of its offers: instead of ours, or beside it."""
    provider, _, variant = quote.part.partition("#")
    ours = next((offer for offer in model.offers if offer.part == quote.part), None)
    if ours is None:
        empty = Offer(model.id, provider, TokenPrices(), quote.as_of, Confidence.MEDIUM, quote.source)
        made = with_offer_fields(replace(empty, variant=variant or None), quote.fields)
        return replace(model, offers=(*model.offers, made))
    if quote.is_overtaken_by(ours.as_of):
        return model
    quote = replace(quote, fields=but_for_rounding(quote.fields, offer_fields(ours)))
    made = _beside(ours, quote) if quote.beside else _instead(ours, quote, mark)
    return _with_offer_at(model, ours, made)


def _with_offer_at(model: Model, old: Offer, new: Offer) -> Model:
    return replace(model, offers=tuple(new if offer is old else offer for offer in model.offers))


def _instead(ours: Offer, quote: Quote, mark: str) -> Offer:
    """The list's figures take the place of ours. Other lists that were behind our figure now disagree with it."""
    made = with_offer_fields(ours, quote.fields)
    others = [part.strip() for part in ours.source.split(";") if part.strip() and mark not in part]
    held = offer_fields(ours)
    changed = [name for name in quote.fields if _is_price(name) and held.get(name) != quote.fields[name]]
    quotes = _quotes_after(ours, quote, changed, bool(others))
    disagree = bool(quotes)
    confirmed = not changed and bool(others) and not disagree
    level = Confidence.LOW if disagree else Confidence.HIGH if confirmed else Confidence.MEDIUM
    return replace(
        made,
        source="; ".join([quote.source, *others]) if not changed or disagree else quote.source,
        as_of=quote.as_of,
        confidence=level,
        quotes=quotes,
        availability_checked=True,
    )


def _quotes_after(ours: Offer, quote: Quote, changed: Sequence[str], has_others: bool) -> tuple[PriceQuote, ...]:
    """The disagreements that remain: this list's earlier words give way to its present ones."""
    kept = [item for item in ours.quotes if item.source != quote.importer or item.field not in quote.fields]
    held = offer_fields(ours)
    if has_others:
        for name in changed:
            if name in held and not any(item.field == name for item in kept):
                others = [each for each in lists_in(ours.source) if each != quote.importer]
                kept += [PriceQuote(name, each, float(held[name]), ours.as_of) for each in others]
    said = {name: float(usd) for name, usd in quote.fields.items() if _is_price(name)}
    fresh = [PriceQuote(name, quote.importer, usd, quote.as_of) for name, usd in said.items()]
    together = [*kept, *(item for item in fresh if any(other.field == item.field for other in kept))]
    return _disagreeing(together)


def lists_in(source: str) -> tuple[str, ...]:
    """The lists that a source text names, by importer id; the catalog itself where it names none of them."""
    found = tuple(name for name, mark in MARKS.items() if mark in source)
    return found or ("the catalog",)


def _disagreeing(quotes: Sequence[PriceQuote]) -> tuple[PriceQuote, ...]:
    """Those of the quotes whose price has more than one value."""
    values: dict[str, set[float]] = {}
    for quote in quotes:
        values.setdefault(quote.field, set()).add(quote.usd)
    return tuple(quote for quote in quotes if len(values[quote.field]) > 1)


def _beside(ours: Offer, quote: Quote) -> Offer:
    """Our figures stay; the list's stand beside them, and what only the list gives is taken in."""
    held = offer_fields(ours)
    missing = {name: value for name, value in quote.fields.items() if name not in held}
    differing = {
        name: float(value)
        for name, value in quote.fields.items()
        if _is_price(name) and name in held and held[name] != value
    }
    quotes = [item for item in ours.quotes if item.source != quote.importer]
    for name, usd in differing.items():
        if not any(item.field == name for item in quotes):
            quotes += [PriceQuote(name, each, float(held[name]), ours.as_of) for each in lists_in(ours.source)]
        quotes.append(PriceQuote(name, quote.importer, usd, quote.as_of))
    return replace(
        with_offer_fields(ours, missing),
        quotes=_disagreeing(quotes),
        confidence=Confidence.LOW if differing else ours.confidence,
    )


def with_facts(model: Model, quote: Quote) -> Model:
    """The model with base facts of a list: instead of ours, or named beside ours as a conflict."""
    quote = replace(quote, fields=but_for_rounding(quote.fields, model_fields(model)))
    if quote.beside:
        held = model_fields(model)
        missing = {name: value for name, value in quote.fields.items() if name not in held}
        made = with_model_fields(model, missing, source=quote.source, as_of=quote.as_of)
        said = {name: value for name, value in quote.fields.items() if name in held}
        return _noted(made, missing, quote.source, quote.as_of, Origin.CATALOG, _conflicting(made, said, quote))
    made = with_model_fields(model, quote.fields, source=quote.source, as_of=quote.as_of)
    return _noted(made, quote.fields, quote.source, quote.as_of, Origin.CATALOG, made.provenance)


def _words_beside(importer: str, value: Scalar) -> str:
    said = ("yes" if value else "no") if isinstance(value, bool) else value
    return f"{importer} says {said}"


def stands_beside(model: Model, importer: str, field: str, value: Scalar) -> bool:
    """Whether this list's figure was kept beside ours already."""
    known = model.provenance.get(_provenance_key(field))
    words = f"{_words_beside(importer, value)} ("
    return bool(known and known.conflict and any(part.startswith(words) for part in known.conflict.split(_BETWEEN)))


def _noted(
    model: Model, fields: Iterable[str], source: str, as_of: str, origin: Origin, known: Mapping[str, Provenance]
) -> Model:
    """The model with the source of each of `fields`."""
    provenance = dict(known)
    for name in fields:
        provenance[_provenance_key(name)] = Provenance(source, True, None, as_of, origin)
    return replace(model, provenance=provenance)


def _conflicting(model: Model, said: Fields, quote: Quote) -> dict[str, Provenance]:
    """The sources of the facts, with what this list says of them now beside what others say."""
    by_key: dict[str, list[str]] = {}
    for name, value in said.items():
        by_key.setdefault(_provenance_key(name), []).append(f"{_words_beside(quote.importer, value)} ({quote.as_of})")
    provenance = dict(model.provenance)
    for key, parts in by_key.items():
        known = provenance.get(key) or Provenance("the shipped catalog", True, None, None, Origin.CATALOG)
        others = known.conflict.split(_BETWEEN) if known.conflict else []
        others = [part for part in others if not part.startswith(f"{quote.importer} says ")]
        provenance[key] = replace(known, conflict=_BETWEEN.join([*others, *parts]))
    return provenance


def _provenance_key(field: str) -> str:
    """The catalog gives one source for both modalities, and one for both parameter counts."""
    if field.endswith("modalities"):
        return "modalities"
    return "params" if field.startswith("params_") else field


def with_score(model: Model, quote: Quote, benchmarks: Mapping[str, Benchmark]) -> Model:
    """The model with a published score, in place of an older one on the same benchmark."""
    ours = next((score for score in model.scores if score.benchmark == quote.part), None)
    if ours is not None and (quote.beside or quote.is_overtaken_by(ours.as_of)):
        return model
    known = benchmarks.get(quote.part)
    unit = known.unit if known else "percent"
    base = ours or Score(quote.part, 0.0, unit, None, quote.as_of, quote.source)
    made = replace(with_score_fields(base, quote.fields), as_of=quote.as_of, source=quote.source)
    rest = tuple(score for score in model.scores if score.benchmark != quote.part)
    return replace(model, scores=(*rest, made))


def with_own(model: Model, facts: Sequence[OwnFact]) -> Model:
    """The model with everything the person entered about it."""
    for fact in facts:
        match fact.subject:
            case Subject.FACTS:
                model = _own_facts(model, fact)
            case Subject.OFFER:
                model = _own_offer(model, fact)
            case Subject.SCORE:
                model = _own_score(model, fact)
    return model


def _own_facts(model: Model, fact: OwnFact) -> Model:
    day, source = fact.entered_at[:10], source_of(fact)
    fields: Fields = fact.fields
    made = with_model_fields(model, fields, source=source, as_of=day)
    return _noted(made, fields, source, day, Origin.YOURS, made.provenance)


def source_of(fact: OwnFact) -> str:
    """How an own entry names itself wherever a source is shown."""
    return f"{YOURS}: {fact.note}" if fact.note else YOURS


def _own_offer(model: Model, fact: OwnFact) -> Model:
    provider, _, variant = fact.part.partition("#")
    day, source = fact.entered_at[:10], source_of(fact)
    ours = next((offer for offer in model.offers if offer.part == fact.part), None)
    base = ours or Offer(model.id, provider, TokenPrices(), day, Confidence.HIGH, source, variant=variant or None)
    if any(map(_is_price, fact.fields)) and not any(name.startswith("scheduled_change.") for name in fact.fields):
        # Who enters a price pays that one; what was announced of the list's price is no longer about it.
        base = replace(base, scheduled_change=None)
    made = replace(
        with_offer_fields(base, fact.fields),
        source=source if ours is None else f"{source}; the rest from {ours.source}",
        as_of=day,
        confidence=Confidence.HIGH,
        quotes=tuple(item for item in base.quotes if item.field not in fact.fields),
        availability_checked=True,
        origin=Origin.YOURS,
    )
    return _with_offer_at(model, ours, made) if ours else replace(model, offers=(*model.offers, made))


def _own_score(model: Model, fact: OwnFact) -> Model:
    day = fact.entered_at[:10]
    unit = str(fact.fields.get("unit", "percent"))
    base = Score(fact.part, 0.0, unit, None, day, source_of(fact), origin=Origin.YOURS)
    known = next((score for score in model.scores if score.benchmark == fact.part), None)
    base = replace(base, unit=known.unit) if known else base
    made = with_score_fields(base, {name: value for name, value in fact.fields.items() if name != "unit"})
    rest = tuple(score for score in model.scores if score.benchmark != fact.part)
    return replace(model, scores=(*rest, made))
