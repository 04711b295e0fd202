"""The watch: every accepted decision computed again with today's facts, and what moved since it was recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from workbench.domain.catalog import Catalog
from workbench.domain.decision import Decision, DecisionStatus
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Evidence
from workbench.domain.questions import requirements_from
from workbench.domain.scenario import Scenario
from workbench.domain.watch import PriceChange, Shift, Standing
from workbench.services.conditions import Facts, Measured, measured
from workbench.services.decision_basis import basis_of

if TYPE_CHECKING:
    from workbench.services.eval_results import EvalResults
    from workbench.services.options import OptionService
    from workbench.services.scenarios import ScenarioService


@dataclass(frozen=True, slots=True)
class Past:
    """A scenario with an accepted decision, and its evidence: what the watch reads from the store."""

    scenario: Scenario
    decision: Decision
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """One decision as it stands today.

    `recommended` is today's advice ("" for none), `recommended_then` that of the day it was recorded. `out_because`:
    why the chosen option is outside the limits today. `problem`: why it cannot be computed; the rest is then empty.
    """

    scenario: Scenario
    decision: Decision
    shift: Shift
    recommended: str = ""
    recommended_then: str = ""
    out_because: str = ""
    prices: tuple[PriceChange, ...] = ()
    triggers: tuple[Measured, ...] = ()
    thresholds: tuple[Measured, ...] = ()
    review_is_due: bool = False
    problem: str = ""

    @property
    def fired(self) -> tuple[Measured, ...]:
        """The triggers that have come about."""
        return tuple(each for each in self.triggers if each.is_so)

    @property
    def missed(self) -> tuple[Measured, ...]:
        """The thresholds that do not hold today."""
        return tuple(each for each in self.thresholds if each.is_so)

    @property
    def rank(self) -> int:
        """The smaller, the sooner somebody should look at it."""
        if self.shift.standing is Standing.FLIPPED:
            return 0
        if self.fired or self.missed:
            return 1
        return {Standing.WEAKER: 2, Standing.UNKNOWN: 3}.get(self.shift.standing, 4)


@dataclass(frozen=True, slots=True)
class WatchReport:
    """All of them, those to look at first in front. `collected` is the date of the facts, `today` an ISO date."""

    today: str
    collected: str
    fingerprint: str
    watched: tuple[Watched, ...]

    def count(self, standing: Standing) -> int:
        return sum(each.shift.standing is standing for each in self.watched)


class WatchService:
    """Looks at past decisions. `past` reads the store; `look` only computes, in any thread."""

    def __init__(
        self,
        *,
        scenarios: ScenarioService,
        options: OptionService,
        evals: EvalResults,
        catalog: Callable[[], Catalog],
        today: Callable[[], date] = date.today,
    ) -> None:
        self._scenarios = scenarios
        self._options = options
        self._evals = evals
        self._catalog = catalog
        self._today = today

    def past(self, refs: Sequence[str] = (), *, found: Sequence[Scenario] | None = None) -> tuple[Past, ...]:
        """The accepted decisions of the named scenarios, or all; damaged scenarios are left out.

        `found`: all scenarios, when they were just read. Raises WorkbenchError for a name that is not there, or has no
        accepted decision.
        """
        if refs:
            found = [self._scenarios.load(ref) for ref in refs]
        elif found is None:
            found = self._scenarios.whole()
        measured_ids = self._evals.measured_scenarios()
        decided = []
        for scenario in found:
            decision = scenario.decision
            if decision is None or decision.status is not DecisionStatus.ACCEPTED:
                if refs:
                    mend = "Record it as accepted with `workbench decide` first."
                    raise WorkbenchError("There is no accepted decision to watch", where=scenario.name, mend=mend)
                continue
            evidence = self._evals.evidence(scenario.id) if scenario.id in measured_ids else None
            decided.append(Past(scenario, decision, evidence))
        return tuple(decided)

    def look(
        self, past: Sequence[Past], *, report: Callable[[int, int], bool] = lambda done, all: False
    ) -> WatchReport:
        """Each of them computed again. `report(done, all)` is called after each and stops it by giving True."""
        catalog, today = self._catalog(), self._today()
        watched = []
        for number, each in enumerate(past, start=1):
            watched.append(self._watched(each, catalog, today))
            if report(number, len(past)):
                break
        watched.sort(key=lambda each: (each.rank, each.decision.review_on or "9", each.scenario.name))
        return WatchReport(today.isoformat(), catalog.collected, catalog.fingerprint, tuple(watched))

    def offer_name(self, offer_id: str) -> str:
        """ "Claude Sonnet 4.6 at Claude API" for `anthropic/claude-sonnet-4-6@anthropic`; as given when not known."""
        catalog = self._catalog()
        model_id, _, part = offer_id.partition("@")
        model, host = catalog.model_by_id.get(model_id), catalog.provider_by_id.get(part.partition("#")[0])
        return f"{model.name} at {host.name if host else part}" if model else offer_id

    def _watched(self, past: Past, catalog: Catalog, today: date) -> Watched:
        from workbench.analysis.shifts import price_changes, shift

        scenario, decision, then = past.scenario, past.decision, past.decision.basis
        due = bool(decision.review_on) and decision.review_on <= today.isoformat()
        try:
            asked = requirements_from(scenario.answers)
            found = self._options.standing(scenario, evidence=past.evidence, requirements=asked)
        except WorkbenchError as error:
            lost = Shift(Standing.UNKNOWN, None, None)
            return Watched(scenario, decision, lost, review_is_due=due, problem=error.what)
        now = basis_of(found, scenario, catalog, today, asked)
        moved = (
            Shift(Standing.UNKNOWN, None, None) if then is None else shift(then, now, decision.option, found.criteria)
        )
        if then is None and now.recommended == decision.option:
            moved = Shift(Standing.UNCHANGED, None, None)
        chosen = found.option(decision.option)
        facts = Facts(scenario, found, catalog, now.requests_per_day, past.evidence)
        return Watched(
            scenario,
            decision,
            moved,
            recommended=now.recommended,
            recommended_then=then.recommended if then else "",
            out_because=chosen.excluded_by[0].text if chosen and chosen.excluded_by else "",
            prices=price_changes(then, now) if then else (),
            triggers=tuple(measured(each, facts) for each in decision.triggers),
            thresholds=tuple(measured(each, facts) for each in decision.thresholds),
            review_is_due=due,
        )
