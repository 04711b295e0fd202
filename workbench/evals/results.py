"""What the results of a run say about the models: pure functions of values, computed again each time.

One row per model and scorer, and one per pair of models on the cases both answered (methods.md section 5).
"""

from __future__ import annotations

import itertools
import statistics as numbers
from collections.abc import Iterable, Sequence

from workbench.analysis import statistics
from workbench.domain.evals import (
    CaseOutcome,
    CaseResult,
    EvalRun,
    EvalSummary,
    ModelSummary,
    PairSummary,
    PairVerdict,
)

FEWEST_PAIRED = 2
Scores = dict[str, CaseResult]


def summarise(run: EvalRun, results: Iterable[CaseResult]) -> EvalSummary:
    """Every model under every scorer, and every pair of models. Of results with the same key the last one counts."""
    latest = {result.key: result for result in results if result.eval_run_id == run.id}
    models, pairs = [], []
    for scorer in run.scorers:
        rows = {
            model: [r for r in latest.values() if r.model_id == model and r.scorer == scorer] for model in run.model_ids
        }
        models += [_model(model, scorer, found) for model, found in rows.items()]
        pairs += _pairs(scorer, rows, run.margin)
    return EvalSummary(run.id, run.case_count, run.margin, tuple(models), tuple(pairs))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the values lie, interpolated; None when there are none."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _model(model: str, scorer: str, results: Sequence[CaseResult]) -> ModelSummary:
    scored = [result for result in results if result.score is not None]
    clusters = _clusters(scored)
    interval = statistics.mean_score([r.score or 0.0 for r in scored], clusters) if scored else None
    waits = [r.ttft_s for r in scored if r.ttft_s is not None]
    rates = [r.tokens_per_s for r in scored if r.tokens_per_s is not None]
    costs = [r.cost_usd for r in scored if r.cost_usd is not None]
    return ModelSummary(
        model_id=model,
        scorer=scorer,
        n=len(scored),
        mean=interval.point if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        errors=sum(r.outcome is CaseOutcome.ERROR for r in results),
        withheld=sum(r.outcome is CaseOutcome.WITHHELD for r in results),
        method=_method(scored, clusters),
        clusters=len(set(clusters)) if clusters else None,
        ttft_p50_s=percentile(waits, 0.50),
        ttft_p95_s=percentile(waits, 0.95),
        tokens_per_s=numbers.median(rates) if rates else None,
        cost_usd=sum(costs) if costs and len(costs) == len(scored) else None,
        unscored=sum(r.outcome is CaseOutcome.UNSCORED for r in results),
    )


def _clusters(results: Sequence[CaseResult]) -> list[str] | None:
    """The source document of each result when every one names it and some share one; else None.

    With fewer than two documents nothing can be said about the differences between documents.
    """
    named = [result.source_document for result in results]
    if not named or any(name is None for name in named) or not 2 <= len(set(named)) < len(named):
        return None
    return [name or "" for name in named]


def _right_or_wrong(results: Sequence[CaseResult]) -> bool:
    return all(result.score in (0.0, 1.0) for result in results)


def _method(scored: Sequence[CaseResult], clusters: Sequence[str] | None) -> str:
    if not scored:
        return ""
    name = "Agresti-Coull" if _right_or_wrong(scored) else "normal, from the spread of the scores"
    return f"95 %, {name}" + (", cases of one source document counted together" if clusters else "")


def _pairs(scorer: str, rows: dict[str, list[CaseResult]], margin: float) -> list[PairSummary]:
    """All pairs of one scorer, with Holm's adjustment over those that could be tested."""
    drafts = [
        _Pair(a, b, scorer, _scored(rows[a]), _scored(rows[b]), margin) for a, b in itertools.combinations(rows, 2)
    ]
    tested = [draft for draft in drafts if draft.p is not None]
    if tested:
        adjusted = statistics.holm([draft.p or 0.0 for draft in tested])
        for draft, value in zip(tested, adjusted, strict=True):
            draft.p_adjusted = float(value)
    return [draft.summary() for draft in drafts]


def _scored(results: Sequence[CaseResult]) -> Scores:
    return {result.case_id: result for result in results if result.score is not None}


class _Pair:
    """Two models on the cases both have a score for.

    Right/wrong without shared documents: Newcombe's interval and McNemar's exact test. Otherwise the paired
    difference with its (clustered) standard error, and the normal test of it.
    """

    def __init__(self, a: str, b: str, scorer: str, first: Scores, second: Scores, margin: float) -> None:
        self.a, self.b, self.scorer = a, b, scorer
        shared = [case for case in first if case in second]
        self.n = len(shared)
        self.p: float | None = None
        self.p_adjusted: float | None = None
        self.interval: statistics.Interval | None = None
        self.only_a: int | None = None
        self.only_b: int | None = None
        self.method = ""
        self.equivalent = False
        if self.n >= FEWEST_PAIRED:
            self._compare([first[case] for case in shared], [second[case] for case in shared], margin)

    def _compare(self, first: list[CaseResult], second: list[CaseResult], margin: float) -> None:
        one, two = [r.score or 0.0 for r in first], [r.score or 0.0 for r in second]
        clusters = _clusters(first)
        difference = statistics.paired_scores(one, two, clusters)
        self.equivalent = statistics.is_equivalent(difference, margin)
        self.interval = difference.interval()
        binary = _right_or_wrong(first) and _right_or_wrong(second)
        if binary:
            self.only_a = sum(x > y for x, y in zip(one, two, strict=True))
            self.only_b = sum(x < y for x, y in zip(one, two, strict=True))
        if binary and self.only_a is not None and self.only_b is not None:
            self.p = statistics.mcnemar(self.only_a, self.only_b).p
            self.method = "McNemar's exact test"
            if clusters is not None:
                self.p = max(self.p, _two_sided(difference))
            if clusters is None:
                both = sum(x == y == 1 for x, y in zip(one, two, strict=True))
                neither = self.n - both - self.only_a - self.only_b
                self.interval = statistics.newcombe_paired(both, self.only_a, self.only_b, neither)
                self.method += ", Newcombe's interval"
        else:
            self.p = _two_sided(difference)
            self.method = "paired difference"
        if clusters is not None:
            self.method += ", cases of one source document counted together"

    def summary(self) -> PairSummary:
        found = self.interval
        word = "not shown"
        if found is not None:
            word = statistics.verdict(found, p_adjusted=self.p_adjusted, equivalent=self.equivalent)
        return PairSummary(
            a=self.a,
            b=self.b,
            scorer=self.scorer,
            n=self.n,
            difference=found.point if found else None,
            low=found.low if found else None,
            high=found.high if found else None,
            p=self.p,
            p_adjusted=self.p_adjusted,
            verdict=PairVerdict(word),
            only_a=self.only_a,
            only_b=self.only_b,
            method=self.method,
        )


def _two_sided(difference: statistics.Difference) -> float:
    """The normal test of "no difference"; 1 when all differences are 0, 0 when they are all the same and not 0."""
    if difference.standard_error == 0:
        return 1.0 if difference.difference == 0 else 0.0
    return 2 * (1 - numbers.NormalDist().cdf(abs(difference.difference) / difference.standard_error))
