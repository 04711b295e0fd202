"""What the inspector says of one model of the catalog: facts, offers, scores, each with its source and date."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis import words
from workbench.domain.catalog import Catalog
from workbench.domain.figures import Origin
from workbench.domain.model import Model
from workbench.domain.offer import Offer
from workbench.gui.catalog.model_words import KIND_WORDS, disagreements, prices_in_words
from workbench.gui.explanation import Explanation, InspectorAction, Row, Section
from workbench.gui.theme import Tone


def explanation(model: Model, catalog: Catalog, actions: tuple[InspectorAction, ...] = ()) -> Explanation:
    """Everything the catalog says of one model, with sources."""
    sections = (
        Section("Facts", tuple(_facts(model))),
        Section("Offers", tuple(_offer(offer, catalog) for offer in model.offers)),
        Section("Published scores", tuple(Row(text) for text in _scores(model, catalog))),
    )
    yours = ", yours" if model.origin is Origin.YOURS else ""
    return Explanation(
        model.name,
        f"{KIND_WORDS[model.kind]} · {model.lifecycle.status.value}{yours}",
        tuple(section for section in sections if section.rows),
        tuple(dict.fromkeys(_sources(model))),
        actions,
    )


def _sources(model: Model) -> Iterator[str]:
    for name, found in model.provenance.items():
        opened = "" if found.read else " (not opened)"
        day = f", as of {words.day(found.as_of)}" if found.as_of else ""
        yield f"{name.replace('_', ' ')}: {found.source}{opened}{day}"
    for offer in model.offers:
        yield f"{offer.provider}: {offer.source}, as of {words.day(offer.as_of)}"
    for score in model.scores:
        yield f"{score.benchmark}: {score.source}, as of {words.day(score.as_of)}"


def _facts(model: Model) -> Iterator[Row]:
    released = f", released {words.day(model.release_date)}" if model.release_date else ""
    yield Row(f"{'Open' if model.open_weights else 'Closed'} weights{released}")
    reads, makes = ", ".join(sorted(model.input_modalities)), ", ".join(sorted(model.output_modalities))
    yield Row(f"Takes {reads}; makes {makes}")
    if model.params_total_b is not None:
        active = f", {model.params_active_b:g} B active" if model.params_active_b != model.params_total_b else ""
        yield Row(f"{model.params_total_b:,g} B parameters{active if model.params_active_b else ''}")
    if model.context_tokens is not None:
        out = f", up to {model.max_output_tokens:,} out" if model.max_output_tokens else ""
        yield Row(f"{model.context_tokens:,} tokens of context{out}")
    licence = model.licence.name or "unknown licence"
    yield Row(f"{licence}: commercial use {model.licence.commercial_use.value}")
    for note in (model.licence.note, model.lifecycle.note, *model.notes):
        if note:
            yield Row(note)
    for name, found in model.provenance.items():
        if found.conflict:
            yield Row(f"{name.replace('_', ' ')}: {found.conflict}", Tone.CAUTION)
    if model.lifecycle.shutdown_date:
        after = f"; replaced by {model.lifecycle.replacement}" if model.lifecycle.replacement else ""
        yield Row(f"Shut down on {words.day(model.lifecycle.shutdown_date)}{after}", Tone.CAUTION)


def _offer(offer: Offer, catalog: Catalog) -> Row:
    provider = catalog.provider_by_id.get(offer.provider)
    name = provider.name if provider else offer.provider
    if offer.origin is Origin.YOURS:
        return Row(f"{name}: {prices_in_words(offer)} (yours, {words.day(offer.as_of)})", Tone.NEUTRAL, "edit")
    text = f"{name}: {prices_in_words(offer)} ({offer.confidence.value} confidence, {words.day(offer.as_of)})"
    if offer.quotes:
        return Row(f"{text}. Lists disagree: {disagreements(offer)}", Tone.CAUTION)
    return Row(text)


def _scores(model: Model, catalog: Catalog) -> Iterator[str]:
    for score in model.scores:
        benchmark = catalog.benchmark_by_id.get(score.benchmark)
        name = benchmark.name if benchmark else score.benchmark
        unit = " %" if score.unit == "percent" else f" {score.unit}"
        variant = f", {score.variant}" if score.variant else ""
        yours = ", yours" if score.origin is Origin.YOURS else ""
        yield f"{name}: {score.value:g}{unit} ({words.day(score.as_of)}{variant}{yours})"
