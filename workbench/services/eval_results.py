"""What evals say: runs and their results, figures of them, what was overruled by hand, and the evidence they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evals import (
    CaseOutcome,
    CaseResult,
    EvalRun,
    EvalStatus,
    EvalSummary,
    Mark,
    PairSummary,
    RunsCompared,
)
from workbench.domain.evidence import Evidence, Quality
from workbench.domain.ids import new_id
from workbench.domain.numbers import digits

if TYPE_CHECKING:
    from workbench.evals.columns import Columns
    from workbench.evals.confusion import Confusion
    from workbench.services.eval_data import EvalData
    from workbench.store.eval_runs import EvalRuns

BASIS = "your eval"
WITHOUT_SCORE = (CaseOutcome.ERROR, CaseOutcome.UNSCORED)
#: cases that are shown before all of a long run are read
A_SCREENFUL = 200


class ReadRuns(Protocol):
    """As much of the repository of runs as summing up asks for."""

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]: ...
    def run(self, run_id: str) -> EvalRun | None: ...
    def results(self, run_id: str) -> tuple[CaseResult, ...]: ...
    def marks(self, run_id: str) -> tuple[Mark, ...]: ...


class EvalReading:
    """Runs, their results and what follows from them; of the store or of a bundle."""

    def __init__(self, runs: ReadRuns) -> None:
        self._runs = runs
        self._evidence: dict[str, tuple[EvalRun, int, Evidence | None]] = {}

    def runs(self, scenario_id: str | None = None) -> tuple[EvalRun, ...]:
        """The runs of a scenario (all for None), newest first."""
        return self._runs.runs(scenario_id)

    def find(self, run_id: str) -> EvalRun:
        """One run. Raises WorkbenchError when there is none."""
        found = self._runs.run(run_id)
        if found is None:
            raise WorkbenchError(
                f"There is no eval {run_id!r}", where="evals", mend="List them with `workbench eval results`."
            )
        return found

    def latest_run(self, scenario_id: str) -> EvalRun | None:
        """The scenario's newest finished run; None when it has none."""
        runs = self._runs.runs(scenario_id)
        return next((run for run in runs if run.status is EvalStatus.FINISHED), None)

    def results(self, run_id: str) -> tuple[CaseResult, ...]:
        """Every result with its texts, scores given by hand in place. Raises WorkbenchError for a damaged one."""
        from workbench.evals.marks import with_marks

        return with_marks(self._runs.results(run_id), self._runs.marks(run_id))

    def columns(self, run: EvalRun) -> Columns:
        """A run's results as columns of numbers, marks given by hand in place: for figures and tables of any length.

        Each result is read whole and checked; raises WorkbenchError for a damaged one.
        """
        from workbench.evals.columns import columns_of

        return self._marked(run, columns_of(run, self._runs.results(run.id)))

    def numbers(self, run: EvalRun) -> Columns:
        """Columns for figures alone, which need no text."""
        return self.columns(run)

    def _marked(self, run: EvalRun, data: Columns) -> Columns:
        marks = self._runs.marks(run.id)
        return data.with_scores((m.case_id, m.model_id, m.repeat, m.scorer, m.score) for m in marks) if marks else data

    def summary(self, run: EvalRun) -> EvalSummary:
        """Means with intervals, pairs with verdict words: computed from the stored results each time."""
        from workbench.evals.results import summarise

        return summarise(run, self.columns(run))

    def summary_of(self, run: EvalRun, results: Sequence[CaseResult] | Columns) -> EvalSummary:
        """The same from results at hand; touches no file."""
        from workbench.evals.results import summarise

        return summarise(run, results)

    def reasons(self, run: EvalRun, *, most: int = 3) -> tuple[tuple[str, int], ...]:
        """Why answers could not be had or scored, the most frequent first, and how many each."""
        why = (result.error for result in self._runs.results(run.id) if result.outcome in WITHOUT_SCORE)
        return tuple(Counter(filter(None, why)).most_common(most))

    def compare(self, run: EvalRun, a: str, b: str) -> tuple[PairSummary, ...]:
        """Two models of a run under every scorer, `a` first; a name stands for its id.

        Raises WorkbenchError when one of them is not in the run.
        """
        from workbench.services.eval_words import pair_of

        first, second = self._model_of(run, a), self._model_of(run, b)
        summary = self.summary(run)
        found = (pair_of(summary, scorer, first, second) for scorer in run.scorers)
        return tuple(pair for pair in found if pair is not None)

    def compare_runs(self, before: EvalRun, after: EvalRun) -> tuple[RunsCompared, ...]:
        """What changed from one run to another, model by model, on the cases both have.

        Raises WorkbenchError when they share no case, no model or no scorer.
        """
        from workbench.evals.results import compare_runs

        old, new = self.columns(before), self.columns(after)
        for what, first, second in (
            ("model", before.model_ids, after.model_ids),
            ("scorer", before.scorers, after.scorers),
            ("case", old.case_ids, new.case_ids),
        ):
            if not set(first) & set(second):
                raise WorkbenchError(
                    f"The two evals have no {what} in common",
                    where=f"{before.name}, {after.name}",
                    mend="Compare two runs of the same cases on the same models.",
                )
        return compare_runs(before, old, after, new)

    def _model_of(self, run: EvalRun, name: str) -> str:
        for id in run.model_ids:
            if name in (id, id.removeprefix("local/")):
                return id
        raise WorkbenchError(
            f"{name} is not in this eval", where=run.name, mend=f"Choose two of {', '.join(run.model_ids)}."
        )

    def evidence(self, scenario_id: str) -> Evidence | None:
        """What the newest finished run that scored quality says about each model, by the first scorer that does (time
        and cost are none), 0 to 100; what was overruled by hand counts.

        None when there is none. Every page asks for it, and a long run takes seconds to be read whole: what was made of
        a run is kept for as long as neither it nor its marks have changed.
        """
        from workbench.evals.scorers import of_quality

        finished = (each for each in self._runs.runs(scenario_id) if each.status is EvalStatus.FINISHED)
        found = next(((each, scorer) for each in finished if (scorer := of_quality(each.scorers))), None)
        if found is None:
            return None
        run, scorer = found
        marks = self._runs.marks(run.id)
        kept = self._evidence.get(scenario_id)
        if kept is None or kept[0] != run or kept[1] != len(marks):
            kept = self._evidence[scenario_id] = (run, len(marks), self._evidence_of(run, scorer))
        return kept[2]

    def _evidence_of(self, run: EvalRun, scorer: str) -> Evidence | None:
        from workbench.evals.columns import columns_of
        from workbench.evals.paired import instruction_gap, speeds

        results = self.results(run.id)
        data = columns_of(run, results)
        label = f"your eval “{run.name}”, {run.case_count} cases, {run.started_at.day} {run.started_at:%B %Y}"
        qualities = {
            model.model_id: Quality(100 * model.mean, 100 * model.low, 100 * model.high, BASIS, model.n, label)
            for model in self.summary_of(run, data).models
            if model.scorer == scorer
            if model.mean is not None and model.low is not None and model.high is not None
        }
        if not qualities:
            return None
        best_of_each = data.shared(scorer).max(axis=1)
        best = max(qualities, key=lambda name: qualities[name].value)
        gap = instruction_gap(results, best, run.scorers)
        return Evidence(
            qualities,
            label,
            oracle=100 * float(best_of_each.mean()) if best_of_each.size else None,
            speeds=speeds(results, scorer, label),
            gaps={} if gap is None else {"instruction": gap},
        )


class EvalResults(EvalReading):
    """Those of the store, a hundred thousand at once, with scores given by hand."""

    _runs: EvalRuns

    def __init__(
        self, *, runs: EvalRuns, data: EvalData, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(runs)
        self._data, self._now = data, now

    def measured_scenarios(self) -> frozenset[str]:
        """Ids of the scenarios that have a finished run."""
        return self._runs.scenarios_with(EvalStatus.FINISHED)

    def numbers(self, run: EvalRun) -> Columns:
        """Columns without reading a text, for a window that opens a hundred thousand results at once. What is damaged
        shows when its case is read."""
        from workbench.evals.columns import columns_from

        return self._marked(run, columns_from(run, *self._runs.numbers(run.id)))

    def first_numbers(self, run: EvalRun, order: Iterable[str]) -> Columns:
        """Columns of a screenful of cases, to look at while the others are read: the first in this order of ids, or in
        their own when nobody knows one."""
        from workbench.evals.columns import columns_from

        kept = self._runs
        ids = tuple(islice(order, A_SCREENFUL)) or kept.first_cases(run.id, A_SCREENFUL)
        return self._marked(run, columns_from(run, *kept.numbers(run.id, ids)))

    def confusion(self, run: EvalRun) -> dict[tuple[str, str], Confusion]:
        """By (model, scorer): which class was read as which, for the run's classifying scorers; {} when there are none,
        or its cases are not at hand."""
        from workbench.evals.confusion import confusion_of

        cases, results = self._data.cases_of(run, None), self.results(run.id)
        found = {(m, s): confusion_of(results, cases, s, m) for m in run.model_ids for s in run.scorers}
        return {key: value for key, value in found.items() if value is not None}

    def case(self, run_id: str, case_id: str) -> tuple[tuple[CaseResult, ...], tuple[Mark, ...]]:
        """Everything about one case: each model's results with their texts, and the marks, oldest first.

        Raises WorkbenchError for a damaged row.
        """
        marks = tuple(mark for mark in self._runs.marks(run_id) if mark.case_id == case_id)
        return self._runs.results_of_case(run_id, case_id), marks

    def marks(self, run_id: str) -> tuple[Mark, ...]:
        """All marks of a run, oldest first: the trail of what was overruled."""
        return self._runs.marks(run_id)

    def mark(
        self,
        run: EvalRun,
        case_id: str,
        model: str,
        score: float | None,
        *,
        scorer: str = "",
        repeat: int = 0,
        by: str = "",
        why: str = "",
    ) -> Mark:
        """Overrules the score of one answer under one scorer (default: the run's first), with a trail; None puts the
        scorer's own back. A name stands for a model's id; `repeat` counts from 0 where a case was asked several times.

        Raises WorkbenchError when there is no such answer, the score is none of 0 to 1, or the scorer gave none to go
        back to.
        """
        model_id, scorer = self._model_of(run, model), scorer or run.scorers[0]
        results, marks = self.case(run.id, case_id)
        found = [r for r in results if (r.model_id, r.scorer, r.repeat) == (model_id, scorer, repeat)]
        if not found:
            raise WorkbenchError(
                f"{model_id} has no answer to case {case_id} scored by {scorer}",
                where=run.name,
                mend="Look at the cases of this eval and its scorers.",
            )
        own = found[0].score
        value = own if score is None else score
        if value is None or not 0 <= value <= 1:
            raise WorkbenchError(
                "The scorer gave no score to go back to" if value is None else f"{digits(value)} is no score",
                where=f"{run.name}, case {case_id}",
                mend="Give a score from 0 (wrong) to 1 (right).",
            )
        earlier = [m.score for m in marks if (m.model_id, m.scorer, m.repeat) == (model_id, scorer, repeat)]
        mark = Mark(
            id=new_id(),
            eval_run_id=run.id,
            case_id=case_id,
            model_id=model_id,
            scorer=scorer,
            score=float(value),
            was=earlier[-1] if earlier else own,
            at=self._now().isoformat(),
            by=by,
            why=why,
            repeat=repeat,
        )
        self._runs.add_mark(mark)
        return mark

    def delete(self, run_id: str) -> Changes:
        """Removes a run and its results."""
        gone = self._runs.delete(run_id)
        return Changes(evals=frozenset({run_id}) if gone else frozenset())
