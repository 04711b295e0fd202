"""The report of one scenario as a tree: the decision first, then what it rests on."""

from __future__ import annotations

from workbench.analysis.words import day
from workbench.reports.document import Document, Length, Section
from workbench.reports.figures import figures_of
from workbench.reports.material import Material
from workbench.reports.sections import change, closing, context, decision, evidence, money, options, shortlist


def build(material: Material, length: Length = Length.FULL) -> Document:
    """Everything the report says, in the order in which it is read.

    Values are taken as handed over and never computed again, so every format shows the same figures.
    """
    scenario = material.scenario
    return Document(
        title=f"Model decision: {scenario.name}",
        subtitle=material.requirements.job,
        length=length,
        facts=decision.heading_facts(material, length),
        sections=_page(material) if length is Length.PAGE else _full(material),
        figures=figures_of(material),
        footer=_footer(material),
    )


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


def _full(material: Material) -> tuple[Section, ...]:
    length = Length.FULL
    return (
        decision.decision(material, length),
        context.context(material, length),
        context.drivers(material),
        options.options(material, length),
        money.cost_and_quality(material),
        money.cost_over_time(material, length),
        change.flips(material, length),
        options.weighing(material),
        decision.consequences(material),
        shortlist.shortlist(material, length),
        evidence.evidence(material, length),
        closing.privacy(material, length),
        options.adaptation(material),
        decision.confirmation(material, length),
        closing.limits(material),
        closing.sources(material, _command(material)),
        shortlist.every_verdict(material),
    )


def _command(material: Material) -> str:
    return f"workbench report {material.scenario.id} -f html,md,json -o DIR"


def _footer(material: Material) -> str:
    catalog = material.catalog
    parts = (
        f"Model Selection Workbench {material.version}",
        f"made {day(material.made_on)}",
        f"catalog of {day(catalog.collected)} ({catalog.fingerprint[:12]})",
        f"scenario {material.scenario.id}",
        "not legal advice",
    )
    return ", ".join(parts)
