"""What the results of a run say about the models: pure functions of values, computed again each time.

One row per model and scorer, one per pair of models on the cases both answered, and the same for the cases of each
tag (methods.md section 5).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum, auto

import numpy as np

from workbench.analysis import statistics
from workbench.analysis.checks import BoolArray, FloatArray, IntArray
from workbench.analysis.sequential import e_value, e_value_graded
from workbench.domain.evals import (
    CaseResult,
    Design,
    EvalRun,
    EvalSlice,
    EvalStatus,
    EvalSummary,
    ModelSummary,
    PairSummary,
    PairVerdict,
    Percentiles,
    RunsCompared,
)
from workbench.evals.columns import ERROR, SCORED, UNSCORED, WITHHELD, Columns, columns_of, only_kept

FEWEST_PAIRED = 2
# A tag on fewer cases says nothing that an interval would not take back; more tags than this nobody reads.
FEWEST_TAGGED, MOST_TAGS = 10, 40


def summarise(run: EvalRun, results: Iterable[CaseResult] | Columns) -> EvalSummary:
    """Every model under every scorer, every pair of models, and both for each tag. Of results with the same key the
    last one counts.

    A run that is not finished is looked at again and again, so its pairs are tested by what holds whenever one looks,
    also when it will ask every case, and none is called equivalent.
    """
    data = results if isinstance(results, Columns) else columns_of(run, results)
    most = 0 if run.is_imported else run.sampling.max_tokens
    models = [
        replace(_model(data, scorer, place), cut=_cut(data, scorer, place, most))
        for scorer in run.scorers
        for place in range(len(data.models))
    ]
    look = _look_at(run)
    pairs = [pair for scorer in run.scorers for pair in pairs_of(data, scorer, run.margin, look=look)]
    slices, left_out = _slices(data, run.margin, look)
    tests = sum(pair.p is not None for found in slices if found.scorer == run.scorers[0] for pair in found.pairs)
    return EvalSummary(run.id, run.case_count, run.margin, tuple(models), tuple(pairs), tuple(slices), tests, left_out)


def percentiles(values: FloatArray) -> Percentiles | None:
    """Median and 95th percentile with their intervals; None without a value. NaN is left out."""
    known = values[~np.isnan(values)]
    if not known.size:
        return None
    p50, p95 = (float(value) for value in np.quantile(known, (0.5, 0.95)))
    ends = [end for share in (0.5, 0.95) for end in statistics.percentile_interval(known, share)]
    return Percentiles(known.size, p50, ends[0], ends[1], p95, ends[2], ends[3])


def compare_runs(
    before: EvalRun, old: Columns, after: EvalRun, new: Columns, *, margin: float | None = None
) -> tuple[RunsCompared, ...]:
    """Every model that both runs asked, under every scorer of both, on the cases both have, and what changed there.

    `margin` is that of the run before unless given. Runs that end early, or are not finished, are tested as their own
    pairs are: by what holds whenever one looks.
    """
    asked_again = set(new.case_ids)
    shared = [name for name in old.case_ids if name in asked_again]
    first, second = old.in_order(shared).of(range(len(shared))), new.in_order(shared).of(range(len(shared)))
    look = max(_look_at(before), _look_at(after), key=lambda each: each.value)
    found = []
    for scorer in (name for name in before.scorers if name in after.scorers):
        for model in (name for name in before.model_ids if name in after.model_ids):
            was = first.scores(scorer)[:, first.models.index(model)]
            now = second.scores(scorer)[:, second.models.index(model)]
            pair = _pair("after", "before", scorer, now, was, first, before.margin if margin is None else margin)
            pair = _anytime(pair, now - was, first.document, look)
            gained = [shared[k] for k in np.flatnonzero((now >= 1) & (was < 1))]
            lost = [shared[k] for k in np.flatnonzero((now < 1) & (was >= 1))]
            place = second.models.index(model)
            kept = bool(only_kept(second.cached, second.outcomes(scorer) == SCORED)[place]) and np.array_equal(
                was, now, equal_nan=True
            )
            found.append(RunsCompared(model, scorer, _mean(was), _mean(now), pair, tuple(gained), tuple(lost), kept))
    adjusted = adjust([each.pair for each in found])
    return tuple(replace(each, pair=pair) for each, pair in zip(found, adjusted, strict=True))


def adjust(pairs: Sequence[PairSummary]) -> list[PairSummary]:
    """The pairs with Holm's adjustment over all of them that could be tested, and the verdict words that follow."""
    tested = [pair.p for pair in pairs if pair.p is not None]
    adjusted = iter(statistics.holm(tested).tolist() if tested else ())
    return [_judged(pair, None if pair.p is None else next(adjusted)) for pair in pairs]


def _judged(pair: PairSummary, p_adjusted: float | None) -> PairSummary:
    if pair.difference is None or pair.low is None or pair.high is None:
        return pair
    word = statistics.verdict(
        statistics.Interval(pair.difference, pair.low, pair.high),
        p_adjusted=p_adjusted,
        equivalent=pair.verdict is PairVerdict.EQUIVALENT,
    )
    return replace(pair, p_adjusted=p_adjusted, verdict=PairVerdict(word))


# One model


def _model(data: Columns, scorer: str, place: int, *, times: bool = True) -> ModelSummary:
    outcome, score = data.outcomes(scorer)[:, :, place], data.scores(scorer)[:, place]
    is_scored = ~np.isnan(score)
    scores = score[is_scored]
    clusters = _clusters(data.document[is_scored])
    interval = statistics.mean_score(scores, clusters) if scores.size else None
    each_score = data.score[data.scorers.index(scorer), :, :, place]
    answered = outcome == SCORED
    first = percentiles(data.ttft_s[:, :, place][answered]) if times else None
    rates = data.tokens_per_s[:, :, place][answered]
    rates = rates[~np.isnan(rates)]
    cached = data.cached[:, :, place]
    from_kept = bool(answered.any() and cached[answered].all())
    paid, each = _costs(data.cost_usd[:, :, place], cached, answered, from_kept=from_kept)
    per_right = _per_right(each, scores, interval) if each is not None and interval is not None else (None, None, None)
    return ModelSummary(
        model_id=data.models[place],
        scorer=scorer,
        n=scores.size,
        mean=interval.point if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        errors=int((outcome == ERROR).sum()),
        withheld=int((outcome == WITHHELD).sum()),
        method=_method(scores, clusters),
        clusters=np.unique(clusters).size if clusters is not None else None,
        ttft_p50_s=first.p50 if first else None,
        ttft_p95_s=first.p95 if first else None,
        tokens_per_s=float(np.median(rates)) if rates.size else None,
        cost_usd=paid,
        unscored=int((outcome == UNSCORED).sum()),
        right=int((scores >= 1).sum()),
        first_token=first,
        whole=percentiles(data.total_s[:, :, place][answered]) if times else None,
        cost_per_case_usd=each,
        cost_per_right_usd=per_right[0],
        cost_per_right_low_usd=per_right[1],
        cost_per_right_high_usd=per_right[2],
        from_kept=from_kept,
        graded=bool(((each_score > 0) & (each_score < 1)).any()),
    )


def _costs(
    costs: FloatArray, cached: BoolArray, answered: BoolArray, *, from_kept: bool
) -> tuple[float | None, float | None]:
    """What the run paid for all its answers, failed ones too, and what a case costs on average, in USD; from arrays of
    (K, C). None where the cost of a scored answer is not known.

    What was answered before costs nothing again and says nothing of what a case costs, unless all answers were.
    """
    if not answered.any():
        return None, None
    return _total(costs, answered, ~cached), _mean_cost(costs, answered, ~cached | from_kept)


def _total(costs: FloatArray, answered: BoolArray, counted: BoolArray) -> float | None:
    return None if np.isnan(costs[answered & counted]).any() else float(np.nansum(costs[counted]))


def _mean_cost(costs: FloatArray, answered: BoolArray, counted: BoolArray) -> float | None:
    total, cases = _total(costs, answered, counted), int((answered & counted).sum())
    return None if total is None or not cases else total / cases


def _per_right(
    each: float, scores: FloatArray, interval: statistics.Interval
) -> tuple[float | None, float | None, float | None]:
    """USD for each right answer, where a case costs `each`, with the ends that follow from the interval of the share
    right; None for the whole where none is right."""
    if not _right_or_wrong(scores):
        interval = statistics.agresti_coull(int((scores >= 1).sum()), scores.size)
    if interval.point <= 0:
        return None, None, None
    return each / interval.point, each / interval.high, each / interval.low if interval.low > 0 else None


def _clusters(document: IntArray) -> IntArray | None:
    """The source document of each case when every one names it and some share one; else None.

    With fewer than two documents nothing can be said about the differences between documents.
    """
    if not document.size or (document < 0).any():
        return None
    return document if 2 <= np.unique(document).size < document.size else None


def _cut(data: Columns, scorer: str, place: int, most: int) -> int:
    """How many answers that are not right ended with the last token they were allowed."""
    score = data.score[data.scorers.index(scorer), :, :, place]
    return int(((data.tokens_out[:, :, place] == most) & (score < 1)).sum())


def _right_or_wrong(scores: FloatArray) -> bool:
    return bool(((scores == 0) | (scores == 1)).all())


def _method(scored: FloatArray, clusters: IntArray | None) -> str:
    if not scored.size:
        return ""
    name = "Agresti-Coull" if _right_or_wrong(scored) else "Student's t, from the spread of the scores"
    return f"95 %, {name}" + (", cases of one source document counted together" if clusters is not None else "")


def _mean(scores: FloatArray) -> float | None:
    known = scores[~np.isnan(scores)]
    return float(known.mean()) if known.size else None


# Pairs


class Look(Enum):
    """When a run is looked at: once, at its end; at an end that came with the evidence; or on its way, again and
    again."""

    AT_END = auto()
    AT_EARLY_END = auto()
    ON_ITS_WAY = auto()


def _look_at(run: EvalRun) -> Look:
    if run.status is not EvalStatus.FINISHED:
        return Look.ON_ITS_WAY
    return Look.AT_EARLY_END if run.settings.design is Design.SEQUENTIAL else Look.AT_END


def pairs_of(data: Columns, scorer: str, margin: float, *, look: Look = Look.AT_END) -> list[PairSummary]:
    """All pairs of one scorer, with Holm's adjustment over those that could be tested."""
    return adjust(_drafts(data, scorer, margin, look))


def _anytime(pair: PairSummary, gain: FloatArray, document: IntArray, look: Look) -> PairSummary:
    """Of a run that may end early, or is on its way, the pair tested by its e-value, which holds whenever one looks.

    `gain` are its first scores less its second ones: right and wrong count by how often each of the two won a case,
    graded scores by how much; cases that share documents by the more careful of that and the test of the differences.
    On its way no pair is called equivalent: that test is made for one look.
    """
    if pair.p is None or look is Look.AT_END:
        return pair
    both = ~np.isnan(gain)
    gain = gain[both]
    if np.isin(gain, (-1, 0, 1)).all():
        value = e_value(int((gain > 0).sum()), int(np.count_nonzero(gain)))
    else:
        value = e_value_graded(gain)
    p = min(1.0, 1 / value)
    if _clusters(document[both]) is not None:
        p = max(p, pair.p)
    return replace(
        pair,
        p=p,
        e_value=value,
        method=f"e-process, valid whenever one looks; {pair.method}",
        verdict=PairVerdict.NOT_SHOWN if look is Look.ON_ITS_WAY else pair.verdict,
    )


def _drafts(data: Columns, scorer: str, margin: float, look: Look) -> list[PairSummary]:
    scores = data.scores(scorer)
    drafts = []
    for a, b in itertools.combinations(range(len(data.models)), 2):
        pair = _pair(data.models[a], data.models[b], scorer, scores[:, a], scores[:, b], data, margin)
        drafts.append(_anytime(pair, scores[:, a] - scores[:, b], data.document, look))
    return drafts


def _pair(
    a: str, b: str, scorer: str, first: FloatArray, second: FloatArray, data: Columns, margin: float
) -> PairSummary:
    """Two rows of scores on the cases both have one for; not adjusted yet, its verdict says only whether equivalence is
    shown.

    Right/wrong without shared documents: Newcombe's interval (`paired_interval`) and McNemar's exact test. Otherwise
    the paired difference with its (clustered) standard error, Student's interval and test; right/wrong with shared
    documents is judged by the more careful of both tests.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    one, two = first[both], second[both]
    blank = PairSummary(a, b, scorer, one.size, None, None, None, None, None, PairVerdict.NOT_SHOWN)
    if one.size < FEWEST_PAIRED:
        return blank
    clusters = _clusters(data.document[both])
    difference = statistics.paired_scores(one, two, clusters)
    interval, p, method = difference.interval(), difference.p, "paired t"
    only_a = only_b = None
    if _right_or_wrong(one) and _right_or_wrong(two):
        only_a, only_b = int((one > two).sum()), int((one < two).sum())
        exact = statistics.mcnemar(only_a, only_b).p
        if clusters is not None:
            p, method = max(exact, p), "the more careful of McNemar's exact test and the paired t"
        else:
            difference = statistics.paired_difference(only_a, only_b, one.size)
            right = int((one + two == 2).sum())
            interval = statistics.paired_interval(right, only_a, only_b, one.size - right - only_a - only_b)
            p, method = exact, "McNemar's exact test, Newcombe's interval"
    if clusters is not None:
        method += ", cases of one source document counted together"
    return replace(
        blank,
        difference=interval.point,
        low=max(-1.0, interval.low),
        high=min(1.0, interval.high),
        p=p,
        only_a=only_a,
        only_b=only_b,
        method=method,
        verdict=PairVerdict.EQUIVALENT if statistics.is_equivalent(difference, margin) else PairVerdict.NOT_SHOWN,
    )


# Slices


def _slices(data: Columns, margin: float, look: Look) -> tuple[list[EvalSlice], int]:
    """The tags that some but not all cases carry, the most frequent first; how many were left out as too small."""
    chosen, left_out = _tags(data.tagged)
    found = []
    for scorer in data.scorers:
        parts = [data.of(data.tagged[:, place]) for place in chosen]
        drafts = [_drafts(part, scorer, margin, look) for part in parts]
        adjusted = iter(adjust(list(itertools.chain.from_iterable(drafts))))
        for place, part, pairs in zip(chosen, parts, drafts, strict=True):
            models = tuple(_model(part, scorer, model, times=False) for model in range(len(data.models)))
            found.append(
                EvalSlice(data.tags[place], scorer, part.cases, models, tuple(itertools.islice(adjusted, len(pairs))))
            )
    return found, left_out


def _tags(tagged: BoolArray) -> tuple[list[int], int]:
    sizes = tagged.sum(axis=0)
    telling = [place for place in range(sizes.size) if sizes[place] < len(tagged)]
    large = [place for place in telling if sizes[place] >= FEWEST_TAGGED]
    kept = sorted(large, key=lambda place: -int(sizes[place]))[:MOST_TAGS]
    return kept, len(telling) - len(kept)
