"""The report of one scenario as a tree: the decision first, then what it rests on."""

from __future__ import annotations

from workbench.analysis import words
from workbench.analysis.words import day
from workbench.reports.choices import PLAIN, Choices, Language, Redaction
from workbench.reports.document import Document, Length, Section
from workbench.reports.figures import figures_of
from workbench.reports.material import Material
from workbench.reports.redaction import people_of, without_cases, without_names
from workbench.reports.sections import (
    behind,
    change,
    closing,
    context,
    decision,
    evidence,
    frameworks,
    money,
    options,
    shortlist,
)


def build(material: Material, length: Length = Length.FULL, choices: Choices = PLAIN) -> Document:
    """Everything the report says, in the order in which it is read, without what `choices` leave out or withhold.

    Values are taken as handed over and never computed again, so every format shows the same figures.
    """
    people = people_of(material.scenario.decision)
    if Redaction.CASES in choices.redact:
        material = without_cases(material)
    scenario = material.scenario
    sections = _page(material) if length is Length.PAGE else _full(material, choices)
    document = Document(
        title=f"Model decision: {scenario.name}",
        subtitle=material.requirements.job,
        length=length,
        facts=decision.heading_facts(material, length),
        sections=tuple(section for section in sections if section.id not in choices.leave_out),
        figures=figures_of(material, choices.leave_out),
        footer=_footer(material, choices),
        brand=choices.brand,
    )
    if Redaction.PRICES in choices.redact:
        from workbench.reports.price_redaction import without_prices

        document = without_prices(document, _names(material))
    if Redaction.NAMES in choices.redact:
        document = without_names(document, people)
    if choices.language is Language.GERMAN:
        from workbench.reports.german import in_german, said_by_people

        hosts = {provider.name for provider in material.catalog.providers}
        runs = {found.run.name for found in material.evals}
        return in_german(document, said_by_people(scenario) | _model_names(material) | hosts | runs)
    return document


def _page(material: Material) -> tuple[Section, ...]:
    """What fits on one sheet of paper."""
    length = Length.PAGE
    return (
        decision.decision(material, length),
        options.options(material, length),
        money.cost_over_time(material, length),
        change.flips(material, length),
        evidence.evidence(material, length),
        closing.privacy(material, length),
        decision.confirmation(material, length),
    )


def _full(material: Material, choices: Choices) -> tuple[Section, ...]:
    length = Length.FULL
    found = (
        decision.decision(material, length),
        context.context(material, length),
        context.drivers(material),
        options.options(material, length),
        money.cost_and_quality(material),
        money.cost_over_time(material, length),
        change.flips(material, length),
        evidence.evidence(material, length),
        closing.privacy(material, length),
        decision.consequences(material),
        options.adaptation(material),
        decision.confirmation(material, length),
        closing.limits(material),
        options.weighing(material),
        *behind.behind(material),
        shortlist.shortlist(material, length),
        evidence.prompts(material),
        evidence.cases(material),
        closing.sources(material, _command(material)),
        shortlist.every_verdict(material),
    )
    if not choices.evidence_annex:
        return found
    titles = {section.id: section.title for section in found if section.id not in choices.leave_out}
    return (*found, frameworks.eu_ai_act(material, titles), frameworks.nist(material, titles))


def _names(material: Material) -> frozenset[str]:
    """What is called by a name that may hold digits, and the horizon, which is no result of prices."""
    offers = {verdict.offer_name for verdict in material.shortlist.verdicts}
    options = {option.name for option in material.option_set.options}
    return _model_names(material) | offers | options | {words.count(material.option_set.horizon_months, "month")}


def _model_names(material: Material) -> frozenset[str]:
    models = (name for model in material.catalog.models for name in (model.name, model.id))
    return frozenset((*models, *(verdict.model_name for verdict in material.shortlist.verdicts)))


def _command(material: Material) -> str:
    return f"workbench report {material.scenario.id} -f all -o DIR"


def _footer(material: Material, choices: Choices) -> str:
    catalog = material.catalog
    parts = (
        f"Model Selection Workbench {material.version}",
        f"made {day(material.made_on)}",
        f"catalog of {day(catalog.collected)} ({catalog.fingerprint[:12]})",
        f"scenario {material.scenario.id}",
        "not legal advice",
        *_kept_back(choices),
    )
    return ", ".join(parts)


def _kept_back(choices: Choices) -> tuple[str, ...]:
    """What a reader should know is not in this copy."""
    told = []
    if choices.leave_out:
        told.append(f"left out: {words.listed(sorted(choices.leave_out))}")
    if choices.redact:
        told.append(f"withheld: {words.listed(sorted(choices.redact))}")
    return tuple(told)
