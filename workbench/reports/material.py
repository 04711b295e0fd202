"""What a report is made of: computed values handed over by the services, nothing looked up here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from workbench.analysis.chartspec import Chart
from workbench.domain.catalog import Catalog
from workbench.domain.evals import CaseResult, EvalRun, EvalSummary
from workbench.domain.evidence import Comparison
from workbench.domain.insight import Section
from workbench.domain.option import Option, OptionSet
from workbench.domain.requirements import Requirements
from workbench.domain.routing import RoutingPlan
from workbench.domain.scenario import Scenario
from workbench.domain.verdict import Reason, Shortlist
from workbench.domain.votes import Preferences

_SELF_HOST = "self-host:"


@dataclass(frozen=True, slots=True)
class EvalEvidence:
    """One eval of the team's own cases with what follows from it, a chart for each scorer, and every result.

    `notes` are a heading and a sentence each: how many cases it takes, how it ended, what its judge is worth.
    """

    run: EvalRun
    summary: EvalSummary
    charts: tuple[Chart, ...] = ()
    results: tuple[CaseResult, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outflow:
    """What left this machine for the scenario. `sentence` states it; None = nobody counted."""

    sentence: str
    sent_bytes: int | None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of one scenario, computed with one catalog.

    `charts` by name: "tradeoffs", "cumulative", "tornado", "contributions", "break-even", "acceptability", "routing";
    what is missing is left out of the report. `knee` says where money begins to buy little; "" where nothing bends.
    `behind` is what stands behind the recommendation, in words and tables. `quality_sentence` and `quality_basis` say
    what the trade-off chart shows and what its quality axis rests on. `reason_text` and `limit_name` are the one
    wording of reasons and of limits. `made_on` is an ISO date; `seed` that of every draw behind a probability.
    """

    scenario: Scenario
    requirements: Requirements
    shortlist: Shortlist
    option_set: OptionSet
    catalog: Catalog
    outflow: Outflow
    version: str
    made_on: str
    seed: int
    charts: Mapping[str, Chart] = field(default_factory=dict)
    quality_sentence: str = ""
    quality_basis: str = ""
    knee: str = ""
    reason_text: Callable[[Reason], str] = attrgetter("text")
    limit_name: Callable[[str], str] = str
    evals: tuple[EvalEvidence, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    preferences: Preferences | None = None
    plan: RoutingPlan | None = None
    behind: tuple[Section, ...] = ()

    @property
    def chosen(self) -> Option | None:
        """The option decided for, else the recommended one; None when there is neither."""
        decision = self.scenario.decision
        wanted = decision.option if decision and decision.option else self.option_set.recommendation.option
        return self.option(wanted)

    def option(self, option_id: str) -> Option | None:
        """The option with that id."""
        return next((option for option in self.option_set.options if option.id == option_id), None)

    def model_name(self, model_id: str) -> str:
        """The model's name in the catalog, else on the shortlist (a local file), else its id."""
        if model := self.catalog.model_by_id.get(model_id):
            return model.name
        return next((v.model_name for v in self.shortlist.verdicts if v.model_id == model_id), model_id)

    def offer_name(self, model_id: str, offer: str) -> str:
        """What a person calls the offer: as on the shortlist, else the provider's or the server's name, else its id."""
        for verdict in self.shortlist.verdicts:
            if verdict.model_id == model_id and verdict.offer == offer:
                return verdict.offer_name
        if provider := self.catalog.provider_by_id.get(offer):
            return provider.name
        hardware_id, _, count = offer.removeprefix(_SELF_HOST).rpartition("x")
        if offer.startswith(_SELF_HOST) and (hardware := self.catalog.hardware_by_id.get(hardware_id)):
            return f"own servers ({hardware.name if count == '1' else f'{count} × {hardware.name}'})"
        return offer
