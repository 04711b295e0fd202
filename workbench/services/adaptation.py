"""What a person can do about adaptation: see the ladder with its costs, and measure a gap from two of their evals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.domain.details import GAPS
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.option import Adaptation

if TYPE_CHECKING:
    from workbench.domain.evidence import Evidence
    from workbench.domain.scenario import Scenario
    from workbench.services.eval_results import EvalResults
    from workbench.services.options import OptionService
    from workbench.services.scenarios import ScenarioService


class AdaptationService:
    """The adaptation ladder of a scenario; measured gaps are kept with its answers."""

    def __init__(self, *, options: OptionService, evals: EvalResults, scenarios: ScenarioService) -> None:
        self._options = options
        self._evals = evals
        self._scenarios = scenarios

    def ladder(self, scenario: Scenario, *, evidence: Evidence | None = None) -> Adaptation:
        """Every rung with its gap, whether to climb it, and what it costs at the recommended option's workload."""
        return self._options.options(scenario, evidence=evidence).adaptation

    def measured(self, better_run: str, worse_run: str, *, model: str = "") -> Estimate:
        """The gap between two evals of the same cases in points of 100, with its 95 % interval.

        For example with the right documents in the prompt, and without.

        `model` is one that both ran (default: the first such). Raises WorkbenchError when they share none, or no cases.
        """
        from workbench.evals.paired import gap_between_runs

        better, worse = self._evals.find(better_run), self._evals.find(worse_run)
        shared = [name for name in better.model_ids if name in worse.model_ids]
        if not shared or (model and model not in shared):
            raise WorkbenchError(
                "The two evals did not run that model on both sides" if model else "The two evals share no model",
                where=f"{better.name}, {worse.name}",
                mend=f"Both ran {', '.join(shared)}." if shared else "Run the same model in both.",
            )
        scorers = [name for name in better.scorers if name in worse.scorers]
        gap = None
        if scorers:
            results = self._evals.results(better.id), self._evals.results(worse.id)
            gap = gap_between_runs(*results, model or shared[0], scorers[0])
        if gap is None:
            raise WorkbenchError(
                "The two evals have no two cases in common under one scorer",
                where=f"{better.name}, {worse.name}",
                mend="Run the same cases in both, with the same scorer.",
            )
        return gap

    def keep(self, scenario_id: str, gap: str, points: Estimate) -> Scenario:
        """Stores a gap with the scenario's answers. Raises WorkbenchError for a gap that is none of the ladder's."""
        if gap not in GAPS:
            raise WorkbenchError(
                f"There is no gap {gap!r}", where="adaptation", mend=f"The gaps are {', '.join(GAPS)}."
            )
        value = {"low": points.low, "likely": points.likely, "high": points.high}
        return self._scenarios.answer(scenario_id, f"gap_{gap}", value)
