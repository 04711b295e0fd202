"""The catalog as it counts here: the shipped facts, the imports that were accepted over them, a person's own on top.

The shipped catalog is never touched. A quote that is older than the shipped figure has been overtaken by a catalog
update and is history; a person's own entry always counts.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from workbench.catalog.importers import MARKS
from workbench.catalog.overlay_models import blank_model, with_facts, with_offer, with_own, with_score
from workbench.catalog.overlay_own import discounted, own_hardware, unknown_provider
from workbench.domain.catalog import Catalog
from workbench.domain.model import Model
from workbench.domain.provider import Benchmark, Developer, Provider
from workbench.domain.quotes import OwnFact, Quote, Subject


def effective(shipped: Catalog, quotes: Sequence[Quote], own: Sequence[OwnFact]) -> Catalog:
    """`shipped` with the accepted quotes, oldest first, and the person's own entries in force."""
    if not quotes and not own:
        return shipped
    models = dict(shipped.model_by_id)
    _take_quotes(models, quotes, shipped)
    _take_own(models, own)
    discounts = [fact for fact in own if fact.subject is Subject.DISCOUNT]
    made = tuple(discounted(model, discounts) for model in models.values())
    hardware = own_hardware(shipped.hardware, [fact for fact in own if fact.subject is Subject.HARDWARE])
    return replace(
        shipped,
        models=made,
        developers=(*shipped.developers, *_new_developers(made, shipped)),
        providers=(*shipped.providers, *_new_providers(made, shipped)),
        benchmarks=(*shipped.benchmarks, *_new_benchmarks(made, shipped)),
        hardware=hardware,
        fingerprint=_fingerprint(shipped.fingerprint, quotes, own),
    )


def _take_quotes(models: dict[str, Model], quotes: Sequence[Quote], shipped: Catalog) -> None:
    for quote in quotes:
        model = models.get(quote.model_id)
        if model is None:
            model = blank_model(quote.model_id, quote.source, yours=False)
        match quote.subject:
            case Subject.OFFER:
                models[quote.model_id] = with_offer(model, quote, MARKS.get(quote.importer, quote.importer))
            case Subject.FACTS:
                known = quote.model_id in shipped.model_by_id
                overtaken = known and quote.is_overtaken_by(shipped.collected)
                models[quote.model_id] = model if overtaken else with_facts(model, quote)
            case Subject.SCORE:
                models[quote.model_id] = with_score(model, quote, shipped.benchmark_by_id)


def _take_own(models: dict[str, Model], own: Iterable[OwnFact]) -> None:
    by_model: dict[str, list[OwnFact]] = defaultdict(list)
    for fact in own:
        if fact.subject in (Subject.OFFER, Subject.FACTS, Subject.SCORE):
            by_model[fact.target].append(fact)
    for model_id, facts in by_model.items():
        model = models.get(model_id) or blank_model(model_id, "entered by you", yours=True)
        models[model_id] = with_own(model, facts)


def _new_developers(models: Iterable[Model], shipped: Catalog) -> list[Developer]:
    ids = dict.fromkeys(model.developer for model in models if model.developer not in shipped.developer_by_id)
    return [Developer(name, name.replace("-", " ").title(), None) for name in ids]


def _new_providers(models: Iterable[Model], shipped: Catalog) -> list[Provider]:
    known = shipped.provider_by_id
    sold: dict[str, str] = {}
    for model in models:
        for offer in model.offers:
            if offer.provider not in known:
                sold.setdefault(offer.provider, offer.as_of)
    return [unknown_provider(name, as_of) for name, as_of in sold.items()]


def _new_benchmarks(models: Iterable[Model], shipped: Catalog) -> list[Benchmark]:
    """Releases that the catalog does not list yet, described as its newest release of the same benchmark is."""
    from workbench.catalog.diff_facts import release_of

    known = shipped.benchmark_by_id
    fresh = dict.fromkeys(
        (score.benchmark, score.as_of) for model in models for score in model.scores if score.benchmark not in known
    )
    made: dict[str, Benchmark] = {}
    for name, as_of in fresh:
        like = release_of(known, name)
        if like and name not in made:
            day = name[len(name.rsplit("-20", maxsplit=1)[0]) + 1 :]
            title = f"{known[like].name.split(' 20')[0]} {day}"
            made[name] = replace(known[like], id=name, name=title, as_of=as_of)
    return list(made.values())


def _fingerprint(shipped: str, quotes: Sequence[Quote], own: Sequence[OwnFact]) -> str:
    digest = hashlib.sha256(shipped.encode())
    items: list[Quote | OwnFact] = [*quotes, *own]
    for item in items:
        digest.update(repr(_plain(item)).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _plain(item: Quote | OwnFact) -> tuple[object, ...]:
    fields: Mapping[str, object] = item.fields
    if isinstance(item, Quote):
        head: tuple[object, ...] = (item.subject, item.model_id, item.part, item.source, item.as_of, item.beside)
    else:
        head = (item.subject, item.target, item.part, item.note)
    return (*head, tuple(fields.items()))
