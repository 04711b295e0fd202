"""What a person can do with options: have them proposed, compare them, ask what would change the recommendation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.analysis.chartspec import Chart
from workbench.analysis.conflicts import option_conflicts
from workbench.analysis.criteria import criteria_in_force, fitting_criteria
from workbench.analysis.ladder import scenario_ladder
from workbench.analysis.option_charts import charts
from workbench.analysis.option_figures import resolve, usage_usd_month
from workbench.analysis.option_flips import flips
from workbench.analysis.option_limits import option_reasons
from workbench.analysis.option_notes import notes
from workbench.analysis.option_relaxing import option_relaxations
from workbench.analysis.options import Horizon, Resolved, assess, crossovers, recommend, reweighed
from workbench.analysis.selfhost import rentable_servers
from workbench.analysis.strategy import break_evens, proposal_notes, propose, strategy_notes
from workbench.domain.criterion import Criterion
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Evidence
from workbench.domain.figures import Estimate, Figure, Origin
from workbench.domain.insight import Acceptance, Insights, Section
from workbench.domain.numbers import digits
from workbench.domain.option import FIGURES, Adaptation, OptionDraft, OptionSet, Technique, most_of
from workbench.domain.questions import DETAILS, QUESTIONS, check_answer, requirements_from
from workbench.domain.requirements import Requirements
from workbench.domain.scenario import AnswerValue, Scenario
from workbench.services.shortlist import Matched, ShortlistService

# How a change of a criterion's points is named in `what_if`.
WEIGHT = "weight."
# More points than this draw every share to one.
MOST_POINTS = 1e6


class OptionService:
    """Options of a scenario with their figures, limits, scores and flips, computed from the scenario each time."""

    def __init__(self, *, shortlist: ShortlistService) -> None:
        self._shortlist = shortlist

    def options(self, scenario: Scenario, *, evidence: Evidence | None = None) -> OptionSet:
        """Everything about the scenario's options; about the proposed ones as long as it has none of its own."""
        matched = self._shortlist.matched(scenario, evidence=evidence)
        drafts = scenario.options or self._propose(scenario, matched)
        requirements = matched.requirements
        resolved = [self._resolved(draft, matched) for draft in drafts]
        criteria = criteria_in_force(scenario, requirements)
        if not scenario.options:
            criteria = fitting_criteria(criteria, requirements, [item.figures for item in resolved])
        growth = requirements.workload.growth_per_month
        horizon = Horizon(requirements.horizon_months, requirements.discount_rate, growth)
        found = assess(resolved, criteria, horizon)
        volumes = break_evens(drafts, requirements, matched.matching, rentable_servers(matched.catalog))
        advice = recommend(found, requirements)
        chosen = next((item.draft for item in found if item.id == advice.option), found[0].draft if found else None)
        assumed = () if scenario.options else proposal_notes(drafts, requirements, matched.axis)
        return OptionSet(
            scenario_id=scenario.id,
            options=found,
            recommendation=advice,
            crossovers=crossovers(found, horizon),
            flips=flips(found, criteria, requirements),
            breakevens=volumes,
            adaptation=scenario_ladder(requirements, matched.matching, matched.axis, chosen, evidence),
            notes=(*assumed, *notes(found, criteria, requirements), *strategy_notes(requirements, volumes, drafts)),
            horizon_months=requirements.horizon_months,
            discount_rate=requirements.discount_rate,
            criteria=criteria,
            conflicts=option_conflicts(found, requirements, volumes),
            relaxations=option_relaxations(found, requirements),
        )

    def standing(
        self, scenario: Scenario, *, evidence: Evidence | None = None, requirements: Requirements | None = None
    ) -> OptionSet:
        """The scenario's own options as they stand: the same figures, limits, scores and advice as in `options`.

        Nothing is drawn and nothing else is looked for, so that it takes some milliseconds: probabilities are not
        known, crossovers, flips and notes are empty. A scenario without options of its own gets those of `options`.
        `requirements`: those of its answers, when at hand.
        """
        if not scenario.options:
            return self.options(scenario, evidence=evidence)
        models = {role.model_id for draft in scenario.options for role in draft.models}
        matched = self._shortlist.matched_among(scenario, models, evidence=evidence, requirements=requirements)
        requirements = matched.requirements
        horizon = Horizon(
            requirements.horizon_months, requirements.discount_rate, requirements.workload.growth_per_month
        )
        resolved = [self._resolved(draft, matched) for draft in scenario.options]
        found = assess(resolved, scenario.criteria, horizon, draws=False)
        return OptionSet(
            scenario_id=scenario.id,
            options=found,
            recommendation=recommend(found, requirements),
            crossovers=(),
            flips=(),
            breakevens=(),
            adaptation=Adaptation(Technique.PROMPT, ()),
            notes=(),
            horizon_months=requirements.horizon_months,
            discount_rate=requirements.discount_rate,
            criteria=scenario.criteria,
        )

    def insights(
        self, scenario: Scenario, *, evidence: Evidence | None = None, found: OptionSet | None = None
    ) -> Insights:
        """What stands behind the recommendation: other ways to rank, the worth of knowing, hidden costs, capacity.

        Takes some tenths of a second; nothing in it changes the recommendation. `found`: the options, when at hand.
        """
        from workbench.analysis import insights

        matched = self._shortlist.matched(scenario, evidence=evidence)
        found = found or self.options(scenario, evidence=evidence)
        day = matched.day.isoformat()
        names = {developer.id: developer.name for developer in matched.catalog.developers}
        servers = rentable_servers(matched.catalog)
        return insights.insights(found, matched.requirements, matched.matching, matched.axis, day, names, servers)

    @staticmethod
    def acceptances(found: OptionSet) -> tuple[Acceptance, ...]:
        """How often each option is best, from nothing known of the weights to figures anywhere in their ranges."""
        from workbench.analysis.second_opinion import acceptances

        return acceptances(found.options, found.criteria)

    @staticmethod
    def sections(found: Insights, options: OptionSet) -> tuple[Section, ...]:
        """The insights in words, those that move a decision first; a part without data is left out."""
        from workbench.analysis.insight_words import sections

        return sections(found, options)

    @staticmethod
    def reweighed(found: OptionSet, criteria: Sequence[Criterion], requirements: Requirements) -> OptionSet:
        """The set ranked by other points, within a frame; flips and draws follow with `options`."""
        options = reweighed(found.options, criteria)
        return replace(
            found, options=options, criteria=tuple(criteria), recommendation=recommend(options, requirements)
        )

    def requirements(self, scenario: Scenario, *, evidence: Evidence | None = None) -> Requirements:
        """What the scenario's answers ask for, as everything here was computed for."""
        return self._shortlist.matched(scenario, evidence=evidence).requirements

    @staticmethod
    def insight_charts(found: Insights, options: OptionSet, requests_per_day: float) -> dict[str, Chart]:
        """Pictures by name, those with data: "break-even" (you stand at `requests_per_day`) and "acceptability"."""
        from workbench.analysis.insight_charts import insight_charts

        return insight_charts(found, options, requests_per_day)

    @staticmethod
    def keep(scenario: Scenario, found: OptionSet) -> Scenario:
        """The scenario with the proposed options and their criteria in it, fixed from now on; one that has options of
        its own is returned as it is."""
        if scenario.options:
            return scenario
        return replace(scenario, options=tuple(option.draft for option in found.options), criteria=found.criteria)

    def propose(self, scenario: Scenario, *, evidence: Evidence | None = None) -> tuple[OptionDraft, ...]:
        """The best buy, build and blend of the shortlist, with ids that the scenario does not use yet."""
        return self._propose(scenario, self._shortlist.matched(scenario, evidence=evidence))

    def what_if(
        self, scenario: Scenario, changes: Mapping[str, AnswerValue], *, evidence: Evidence | None = None
    ) -> OptionSet:
        """The options with some inputs changed; nothing is stored.

        Keys: a question's id, `weight.<criterion>` (swing points) or `<option>.<figure>` ("C.monthly_usd").
        Raises WorkbenchError for a key that names nothing.
        """
        return self.options(self.changed(scenario, changes), evidence=evidence)

    def changed(self, scenario: Scenario, changes: Mapping[str, AnswerValue]) -> Scenario:
        """The scenario with the changes of `what_if` in it."""
        for key, value in changes.items():
            if key in QUESTIONS or key in DETAILS:
                answers = {**scenario.answers, key: check_answer(key, value)}
                scenario = replace(scenario, answers=answers)
            elif key.startswith(WEIGHT):
                scenario = _weighted(scenario, key.removeprefix(WEIGHT), _number(key, value))
            else:
                scenario = self._with_figure(scenario, key, _number(key, value))
        return scenario

    @staticmethod
    def charts(found: OptionSet) -> dict[str, Chart]:
        """Pictures by name: "cumulative", "tornado", "contributions"; one without data is left out. With several
        options to compare with, "tornado/B" is the tornado against B."""
        return charts(found)

    def _propose(self, scenario: Scenario, matched: Matched) -> tuple[OptionDraft, ...]:
        taken = [option.id for option in scenario.options]
        criteria = criteria_in_force(scenario, matched.requirements)
        return propose(matched.requirements, matched.matching, matched.axis, criteria, taken=taken)

    @staticmethod
    def _resolved(draft: OptionDraft, matched: Matched) -> Resolved:
        as_of = matched.catalog.collected
        figures = resolve(draft, matched.requirements, matched.matching, matched.axis, as_of=as_of)
        reasons = option_reasons(draft, figures, matched.requirements, matched.matching)
        return Resolved(draft, figures, reasons, usage_usd_month(draft, figures, matched.matching))

    def _with_figure(self, scenario: Scenario, key: str, value: float) -> Scenario:
        drafts = scenario.options or self.propose(scenario)
        option_id, _, name = key.partition(".")
        if name not in FIGURES or option_id not in {draft.id for draft in drafts}:
            raise WorkbenchError(
                f"There is nothing called {key!r} to change",
                where="what if",
                mend="Name a question, weight.<criterion> or <option>.<figure>, such as C.monthly_usd.",
            )
        _in_range(key, value, most_of(name))
        figure = Figure(Estimate.exact(value), Origin.YOURS, "what if")
        return replace(
            scenario,
            options=tuple(
                replace(draft, figures={**draft.figures, name: figure}) if draft.id == option_id else draft
                for draft in drafts
            ),
        )


def _weighted(scenario: Scenario, criterion: str, points: float) -> Scenario:
    criteria = criteria_in_force(scenario, requirements_from(scenario.answers))
    if criterion not in {item.id for item in criteria}:
        raise WorkbenchError(
            f"There is no criterion {criterion!r}",
            where="what if",
            mend=f"The criteria are {', '.join(item.id for item in criteria)}.",
        )
    _in_range(f"{WEIGHT}{criterion}", points, MOST_POINTS)
    return replace(scenario, criteria=tuple(replace(c, points=points) if c.id == criterion else c for c in criteria))


def _in_range(key: str, value: float, most: float) -> None:
    if not 0 <= value <= most:
        what = f"{digits(value)} is out of range" if math.isfinite(value) else "That is not a number"
        raise WorkbenchError(what, where=key, mend=f"Give a number from 0 to {digits(most)}.")


def _number(key: str, value: AnswerValue) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WorkbenchError(f"{value!r} is not a number", where=key, mend="Give a plain number.")
    return float(value)
