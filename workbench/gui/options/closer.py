"""The second, slower look at a set of options: what stands behind it, and what the own eval says of routing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.chartspec import Chart
from workbench.domain.insight import Insights, Section
from workbench.domain.option import OptionSet

if TYPE_CHECKING:
    from workbench.domain.evidence import Evidence
    from workbench.domain.scenario import Scenario
    from workbench.services.options import OptionService
    from workbench.services.routing import RoutingService

ROUTING = "routing"


@dataclass(frozen=True, slots=True)
class Closer:
    """What the second look brings, for the options it was made of."""

    found: OptionSet
    insights: Insights
    sections: tuple[Section, ...]
    charts: Mapping[str, Chart]


def look_closer(
    options: OptionService, routing: RoutingService, scenario: Scenario, found: OptionSet, evidence: Evidence | None
) -> Closer:
    """Takes some tenths of a second: in a pool, after the first look is on screen."""
    insights = options.insights(scenario, evidence=evidence, found=found)
    charts = dict(options.insight_charts(insights, found, requests_per_day(options, scenario, evidence)))
    sections = list(options.sections(insights, found))
    study = routing.study(scenario)
    if study is not None:
        chart = routing.chart(study)
        charts[ROUTING] = chart
        sections.append(
            Section(ROUTING, "Routing, on your eval", study.sentence, chart.columns, chart.rows, chart.note, ROUTING)
        )
    return Closer(found, insights, tuple(sections), charts)


def requests_per_day(options: OptionService, scenario: Scenario, evidence: Evidence | None) -> float:
    """Where the workload stands on the break-even picture."""
    return options.requirements(scenario, evidence=evidence).workload.requests_per_day.likely
