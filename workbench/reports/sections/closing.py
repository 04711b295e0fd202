"""Privacy, assumptions and limits, and what a reader needs to compute everything again."""

from __future__ import annotations

from workbench.analysis import words
from workbench.analysis.words import day
from workbench.domain.option import DataFlow
from workbench.domain.questions import QUESTIONS
from workbench.domain.requirements import DataRule
from workbench.reports.document import (
    Block,
    Cell,
    Column,
    Facts,
    Item,
    Length,
    Listing,
    Paragraph,
    Part,
    Section,
    SectionId,
    Source,
    Table,
    Verbatim,
)
from workbench.reports.material import Material

_RULE_WORDS = {
    DataRule.LOCAL_ONLY: "Nothing of this scenario's data may leave the machine; the workbench refuses every call out.",
    DataRule.MIXED: "Cases marked as sensitive stay on the machine; only the others may go to a hosted model.",
    DataRule.FREE: "The data may go to a hosted model on the conditions named in the requirements.",
}
_FLOW_WORDS = {
    DataFlow.ALL_LEAVES: "sends every request to a third party.",
    DataFlow.CLEAN_LEAVES: "sends only requests without sensitive text to a third party.",
    DataFlow.NOTHING_LEAVES: "sends no request to a third party.",
}
_LIMITS = (
    "This report is not legal advice. Where it names a law, a contract or a licence, have a lawyer read it.",
    "Prices, speeds and scores are those of the dates given and change without notice.",
    "A benchmark is a first guess; an eval of the team's own cases speaks for those cases only.",
    "Probabilities are shares of random draws over the ranges entered; they are no forecast of what ranges leave out.",
)


def privacy(material: Material, length: Length) -> Section:
    """What may leave, what the options would send, and what has left so far."""
    rule = material.requirements.data_rule
    blocks: list[Block] = [Paragraph(_RULE_WORDS[rule], lead="The rule:")]
    if material.outflow.sentence:
        blocks.append(Paragraph(material.outflow.sentence, lead="So far:"))
    if length is Length.FULL and material.option_set.options:
        flows = (Item(_FLOW_WORDS[o.draft.data_flow], f"Option {o.id}") for o in material.option_set.options)
        blocks.append(Listing(tuple(flows)))
    return Section(SectionId.PRIVACY, "Privacy", tuple(blocks))


def limits(material: Material) -> Section:
    """What was assumed because nobody answered, notes of the computation, and what this report is not."""
    parts: list[Part] = []
    assumed = [QUESTIONS[q] for q in QUESTIONS if q in material.requirements.unknown and q != "job"]
    if assumed:
        told = tuple(Item(question.unknown, f"{question.title}") for question in assumed)
        parts.append(Part("Assumed, because nobody has answered", (Listing(told),)))
    if material.option_set.notes:
        notes = tuple(Item(note) for note in material.option_set.notes)
        parts.append(Part("Notes of the computation", (Listing(notes),)))
    blocks = (Listing(tuple(Item(text) for text in _LIMITS)),)
    return Section(SectionId.LIMITS, "Assumptions and limits", blocks, tuple(parts))


def sources(material: Material, command: str) -> Section:
    """Prices with source and date, then the versions, hashes and seed behind every figure."""
    parts: list[Part] = []
    if prices := _prices(material):
        parts.append(Part("Prices of the models in the options", prices))
    facts = [
        ("Scenario", f"{material.scenario.name}, id {material.scenario.id}"),
        ("Workbench", f"version {material.version}"),
        ("Catalog", f"of {day(material.catalog.collected)}, fingerprint {material.catalog.fingerprint}"),
        ("Seed of all draws", str(material.seed)),
    ]
    facts += [(f"Cases of {e.run.name}", f"SHA-256 {e.run.dataset_hash}, run {e.run.id}") for e in material.evals]
    again = (
        Paragraph("The same version with the same catalog and seed gives the same figures."),
        Facts(tuple(facts)),
        Verbatim("Command", command),
    )
    parts.append(Part("How to compute it again", again))
    return Section(SectionId.SOURCES, "Sources and how to compute it again", (), tuple(parts))


def _prices(material: Material) -> tuple[Block, ...]:
    used = {(role.model_id, role.offer) for option in material.option_set.options for role in option.draft.models}
    rows = []
    for model_id, provider in sorted(used):
        model = material.catalog.model_by_id.get(model_id)
        offers = [offer for offer in model.offers if offer.provider == provider] if model else []
        for offer in offers[:1]:
            host = material.catalog.provider_by_id.get(provider)
            prices = offer.prices
            rows.append(
                (
                    Cell(material.model_name(model_id), note=host.name if host else provider),
                    Cell(words.usd(prices.input_usd_per_mtok)),
                    Cell(words.usd(prices.output_usd_per_mtok)),
                    Cell(day(offer.as_of), note=f"confidence {offer.confidence}"),
                    Cell(offer.source),
                )
            )
    if not rows:
        return ()
    columns = (
        Column("Model"),
        Column("Input", unit="USD per million tokens", right=True),
        Column("Output", unit="USD per million tokens", right=True),
        Column("As of"),
        Column("Source"),
    )
    return (Table(columns, tuple(rows)), Source("Sources are addresses or titles as recorded in the catalog."))
