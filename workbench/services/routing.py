"""What a person can do about routing: study it on their own eval, take a blend along as a gateway's configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import EvalRun, EvalStatus
from workbench.domain.option import OptionDraft, Strategy
from workbench.domain.routing import Frontier, RoutingPlan, RoutingStudy

if TYPE_CHECKING:
    from workbench.analysis.chartspec import Chart
    from workbench.analysis.routing_study import Paired
    from workbench.domain.evidence import Evidence
    from workbench.domain.scenario import Scenario
    from workbench.evals.columns import Columns
    from workbench.services.eval_results import EvalReading
    from workbench.services.options import OptionService
    from workbench.services.shortlist import ShortlistService

# At most this many topics go into a plan: a table nobody reads is no rule.
MOST_TOPICS = 12


class RoutingService:
    """Routing between models, from the results of an eval; nothing here calls a model."""

    def __init__(self, *, shortlist: ShortlistService, options: OptionService, evals: EvalReading) -> None:
        self._shortlist = shortlist
        self._options = options
        self._evals = evals

    def over(self, evals: EvalReading) -> RoutingService:
        """The same, with evals from elsewhere: of a bundle, or at hand already."""
        return RoutingService(shortlist=self._shortlist, options=self._options, evals=evals)

    def study(self, scenario: Scenario, *, run_id: str = "", weak: str = "", strong: str = "") -> RoutingStudy | None:
        """The study of the newest finished eval of the scenario (or of `run_id`) that has two models.

        Without `weak` and `strong` the two models with the lowest and the highest mean are taken. None when there is no
        such eval, or it has too few cases; raises WorkbenchError for a run or model that is not there.
        """
        from workbench.analysis import routing_study

        run = self._evals.find(run_id) if run_id else self._newest(scenario.id)
        if run is None:
            return None
        data = self._paired(run)
        if len(data.models) < 2 or len(data.scores) < routing_study.FEWEST_CASES:
            return None
        if weak and weak == strong:
            mend = f"Choose among {', '.join(data.models)}."
            raise WorkbenchError("A model cannot take over from itself", where="routing", mend=mend)
        means = dict(zip(data.models, data.scores.mean(axis=0).tolist(), strict=True))
        first = weak or min((name for name in means if name != strong), key=means.__getitem__)
        second = strong or max((name for name in means if name != first), key=means.__getitem__)
        return routing_study.study(data, first, second, eval_id=run.id, eval_name=run.name)

    @staticmethod
    def chart(found: RoutingStudy, name_of: Callable[[str], str] = str) -> Chart:
        """Quality along the share that goes to the strong model, with its table; models are called by `name_of`."""
        from workbench.analysis.routing_chart import routing_chart

        return routing_chart(found, name_of)

    def plan(self, scenario: Scenario, option_id: str = "", *, evidence: Evidence | None = None) -> RoutingPlan:
        """An option as a plan: the one named, else the recommended one, else a blend.

        Topics that gain from the strong model go to it, when an eval has run the option's two models. Raises
        WorkbenchError for an unknown option.
        """
        from workbench.analysis.routing_plan import plan_of

        matched = self._shortlist.matched(scenario, evidence=evidence)
        draft = self._option(scenario, option_id, evidence)
        topics = self._strong_topics(scenario, draft)
        as_of = str(matched.catalog.collected)
        return plan_of(
            draft, matched.requirements, matched.matching, scenario=scenario.name, as_of=as_of, strong_topics=topics
        )

    @staticmethod
    def formats() -> dict[str, str]:
        """What a plan can be written as: its id and its name in words."""
        from workbench.analysis.routing_plan import FORMATS

        return {key: title for key, (title, _, _) in FORMATS.items()}

    @staticmethod
    def text(plan: RoutingPlan, kind: str) -> str:
        """The plan as one of `formats`. Raises WorkbenchError for another one."""
        from workbench.analysis.routing_plan import FORMATS

        if kind not in FORMATS:
            raise WorkbenchError(
                f"There is no form {kind!r} of a routing plan", where="format", mend=f"Choose {', '.join(FORMATS)}."
            )
        return FORMATS[kind][2](plan)

    def export(self, plan: RoutingPlan, kind: str, file: Path) -> Path:
        """Writes the plan whole or not at all, and returns where. Raises WorkbenchError when the disk refuses."""
        from workbench.reports.files import write_whole

        write_whole(file, self.text(plan, kind).encode("utf-8"), "The routing plan")
        return file

    def _strong_topics(self, scenario: Scenario, draft: OptionDraft) -> Sequence[str]:
        if len(draft.models) != 2:
            return ()
        weak, strong = (role.model_id for role in sorted(draft.models, key=lambda role: -role.share))
        run = next((r for r in self._evals.runs(scenario.id) if {weak, strong} <= set(r.model_ids)), None)
        study = self.study(scenario, run_id=run.id, weak=weak, strong=strong) if run is not None else None
        return [topic.name for topic in study.topics if topic.gain > 0][:MOST_TOPICS] if study is not None else ()

    def _option(self, scenario: Scenario, option_id: str, evidence: Evidence | None) -> OptionDraft:
        found = self._options.options(scenario, evidence=evidence)
        by_id = {item.id: item.draft for item in found.options}
        if option_id:
            if option_id not in by_id:
                mend = f"The options are {', '.join(by_id)}." if by_id else "Add an option first."
                raise WorkbenchError(f"There is no option {option_id!r}", where=scenario.name, mend=mend)
            return by_id[option_id]
        chosen = scenario.decision.option if scenario.decision else ""
        wanted = next((name for name in (chosen, found.recommendation.option) if name in by_id), "")
        blend = next((draft for draft in by_id.values() if draft.strategy is Strategy.BLEND), None)
        draft = by_id.get(wanted) or blend or next(iter(by_id.values()), None)
        if draft is None:
            raise WorkbenchError("There is no option to route for", where=scenario.name, mend="Add an option first.")
        return draft

    def _newest(self, scenario_id: str) -> EvalRun | None:
        runs = self._evals.runs(scenario_id)
        return next((run for run in runs if run.status is EvalStatus.FINISHED and len(run.model_ids) > 1), None)

    def studies(self, run: EvalRun) -> tuple[RoutingStudy, ...]:
        """Every pair of a run's models, the weaker first; () when it has too few models or shared cases."""
        import itertools

        from workbench.analysis import routing_study

        data = self._paired(run)
        if len(data.models) < 2 or len(data.scores) < routing_study.FEWEST_CASES:
            return ()
        means = dict(zip(data.models, data.scores.mean(axis=0).tolist(), strict=True))
        pairs = [sorted(pair, key=means.__getitem__) for pair in itertools.combinations(data.models, 2)]
        return tuple(
            routing_study.study(data, weak, strong, eval_id=run.id, eval_name=run.name) for weak, strong in pairs
        )

    def frontier(self, run: EvalRun) -> Frontier | None:
        """What all models of a run come to together, by money where any answer cost some, else by time; None with fewer
        than two models, 20 shared cases, or without any price."""
        from workbench.analysis import routing_frontier, routing_study
        from workbench.evals.columns import filled

        data = self._shared(run)
        if len(run.model_ids) < 2 or data.cases < routing_study.FEWEST_CASES:
            return None
        unit: routing_frontier.Unit = "USD"
        prices = filled(data.cost_usd, data.cached)
        if prices is None or not prices.any():
            unit, prices = "s", filled(data.total_s, data.cached)
        if prices is None:
            return None
        documents = data.document.tolist() if (data.document >= 0).all() else None
        clusters = documents if documents and len(set(documents)) < len(documents) else None
        scores = data.scores(_scorer(run))
        return routing_frontier.frontier(run.model_ids, scores, prices, unit=unit, clusters=clusters)

    def newest(self, scenario_id: str) -> EvalRun | None:
        """The newest finished run with two models or more."""
        return self._newest(scenario_id)

    def _shared(self, run: EvalRun) -> Columns:
        """The cases that every model of the run has a score for by its scorer of quality, marks in place."""
        import numpy as np

        data = self._evals.numbers(run)  # no text is needed, and a report reads them anyway
        return data.of(np.flatnonzero(~np.isnan(data.scores(_scorer(run))).any(axis=1)))

    def _paired(self, run: EvalRun) -> Paired:
        import numpy as np

        from workbench.analysis.routing_study import Paired
        from workbench.evals.columns import filled

        data = self._shared(run)
        costs = filled(data.cost_usd, data.cached)
        lengths = np.nan_to_num(data.tokens_in[0, :, 0])
        return Paired(
            run.model_ids,
            data.scores(_scorer(run)),
            np.zeros((data.cases, len(run.model_ids))) if costs is None else costs,
            tuple(_topic(data, place) for place in range(data.cases)),
            tuple(lengths.tolist()),
        )


def _scorer(run: EvalRun) -> str:
    """What says how good an answer is; the first of all where none does."""
    from workbench.evals.scorers import of_quality

    return of_quality(run.scorers) or run.scorers[0]


def _topic(data: Columns, place: int) -> str:
    """The first tag of a case, else its source document."""
    for tag, is_tagged in zip(data.tags, data.tagged[place].tolist(), strict=True):
        if is_tagged:
            return tag
    at = int(data.document[place])
    return data.documents[at] if at >= 0 else ""
