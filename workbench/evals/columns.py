"""The results of a run as columns of numbers: what figures, filters and tables are made from, however many there are.

Texts (answers, reasons) stay where they are and are read for the case that somebody looks at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.analysis.checks import BoolArray, FloatArray, IntArray
from workbench.domain.evals import CaseOutcome, CaseResult, EvalRun

OutcomeArray = npt.NDArray[np.int8]
NOT_ASKED, SCORED, ERROR, WITHHELD, UNSCORED = range(5)
OUTCOMES = {
    CaseOutcome.SCORED.value: SCORED,
    CaseOutcome.ERROR.value: ERROR,
    CaseOutcome.WITHHELD.value: WITHHELD,
    CaseOutcome.UNSCORED.value: UNSCORED,
}
#: what the rows `columns_from` takes hold, in this order: answers, and scores of them
ANSWERS = (
    "case_id", "model_id", "repeat", "outcome", "ttft_s", "total_s", "tokens_per_s", "tokens_in", "tokens_out",
    "cost_usd", "cached", "at_once", "source_document", "sensitive", "tags",
)  # fmt: skip
SCORES = ("case_id", "model_id", "repeat", "scorer", "score")
_NUMBERS = ("ttft_s", "total_s", "tokens_per_s", "tokens_in", "tokens_out", "cost_usd")
_TIMES = ("ttft_s", "total_s", "tokens_per_s")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """C cases, M models, S scorers, T tags and K repeats of one run; NaN is a figure that is not known.

    `outcome` and `score` have the shape (S, K, C, M), seconds, tokens and USD (K, C, M); `document` is each case's
    place in `documents`, -1 for none; `tagged` has the shape (C, T). Cases stand in the order they came. Times are
    known only of answers that were given alone and now (of a model with kept answers only, of
    those, when they were given): what a single person waits. `cached` ones cost nothing.
    """

    case_ids: tuple[str, ...]
    models: tuple[str, ...]
    scorers: tuple[str, ...]
    outcome: OutcomeArray
    score: FloatArray
    ttft_s: FloatArray
    total_s: FloatArray
    tokens_per_s: FloatArray
    tokens_in: FloatArray
    tokens_out: FloatArray
    cost_usd: FloatArray
    cached: BoolArray
    document: IntArray
    documents: tuple[str, ...]
    sensitive: BoolArray
    tags: tuple[str, ...]
    tagged: BoolArray

    @property
    def cases(self) -> int:
        return len(self.case_ids)

    @property
    def repeats(self) -> int:
        return int(self.outcome.shape[1])

    def scores(self, scorer: str) -> FloatArray:
        """(C, M) scores of one scorer, the mean of the repeats that have one; NaN where none has."""
        each: FloatArray = self.score[self.scorers.index(scorer)]
        known = (~np.isnan(each)).sum(axis=0)
        found: FloatArray = each[0]
        if len(each) > 1:
            found = np.where(known > 0, np.nansum(each, axis=0) / np.maximum(known, 1), np.nan)
        return found

    def shared(self, scorer: str) -> FloatArray:
        """(cases, M) scores of the cases for which every model has one."""
        scores = self.scores(scorer)
        found: FloatArray = scores[~np.isnan(scores).any(axis=1)]
        return found

    def outcomes(self, scorer: str) -> OutcomeArray:
        """(K, C, M) outcomes under one scorer."""
        found: OutcomeArray = self.outcome[self.scorers.index(scorer)]
        return found

    def with_scores(self, scores: Iterable[tuple[str, str, int, str, float]]) -> Columns:
        """The same with some scores replaced: (case, model, repeat, scorer, score); what has no place is left out."""
        places = {name: place for place, name in enumerate(self.case_ids)}
        score, outcome = self.score.copy(), self.outcome.copy()
        for case, model, repeat, scorer, value in scores:
            if case in places and model in self.models and scorer in self.scorers and repeat < self.repeats:
                at = self.scorers.index(scorer), repeat, places[case], self.models.index(model)
                score[at], outcome[at] = value, SCORED
        return replace(self, score=score, outcome=outcome)

    def in_order(self, case_ids: Sequence[str]) -> Columns:
        """The cases named, in that order, then the others as they stand."""
        places = {name: place for place, name in enumerate(self.case_ids)}
        first = [places[name] for name in dict.fromkeys(case_ids) if name in places]
        return self.of(first + sorted(set(range(self.cases)) - set(first)))

    def of(self, cases: Sequence[int] | IntArray | BoolArray) -> Columns:
        """Some of the cases: their places, or a mask."""
        chosen = np.asarray(cases)
        chosen = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen.astype(np.int64)
        numbers: dict[str, Any] = {name: getattr(self, name)[:, chosen] for name in _NUMBERS}
        return replace(
            self,
            case_ids=tuple(self.case_ids[place] for place in chosen.tolist()),
            outcome=self.outcome[:, :, chosen],
            score=self.score[:, :, chosen],
            cached=self.cached[:, chosen],
            document=self.document[chosen],
            sensitive=self.sensitive[chosen],
            tagged=self.tagged[chosen],
            **numbers,
        )


def columns_of(run: EvalRun, results: Iterable[CaseResult]) -> Columns:
    """The columns of a run from its results; those of other runs are left out, of equals the last one counts."""
    own = [result for result in results if result.eval_run_id == run.id]
    given = {CaseOutcome.SCORED, CaseOutcome.UNSCORED}
    answers = [
        (
            r.case_id, r.model_id, r.repeat, (CaseOutcome.SCORED if r.outcome in given else r.outcome).value, r.ttft_s,
            r.total_s, r.tokens_per_s, r.tokens_in, r.tokens_out, r.cost_usd, r.cached, r.at_once, r.source_document,
            r.sensitive, r.tags,
        )
        for r in own
    ]  # fmt: skip
    return columns_from(run, answers, [(r.case_id, r.model_id, r.repeat, r.scorer, r.score) for r in own])


def columns_from(run: EvalRun, answers: Sequence[Sequence[Any]], scores: Sequence[Sequence[Any]]) -> Columns:
    """The columns from plain rows of `ANSWERS` and `SCORES`; `tags` is a tuple of names or a JSON list of them.

    Rows of models or scorers that the run has not are left out.
    """
    told, judged = _by_field(ANSWERS, answers), _by_field(SCORES, scores)
    ids = tuple(dict.fromkeys(told["case_id"]))
    where = _places(told["case_id"], ids), _places(told["model_id"], run.model_ids)
    kept = where[1] >= 0
    repeat = np.array(told["repeat"], np.int64)
    shape = int(repeat.max(initial=0)) + 1, len(ids), len(run.model_ids)
    at = repeat[kept], where[0][kept], where[1][kept]

    def laid(name: str, empty: float, kind: type) -> npt.NDArray[Any]:
        # numpy keeps the last of several values for one place
        found: npt.NDArray[Any] = np.full(shape, empty, kind)
        found[at] = np.array(told[name], kind)[kept]
        return found

    answered = np.zeros(shape, np.int8)
    answered[at] = np.fromiter(map(OUTCOMES.__getitem__, told["outcome"]), np.int8, kept.size)[kept]
    score, outcome = _judged(run, ids, answered, judged)
    cached = laid("cached", False, np.bool_)
    numbers = {name: laid(name, np.nan, np.float64) for name in _NUMBERS}
    says_nothing = cached & ~only_kept(cached, answered == SCORED)
    for name in _TIMES:
        numbers[name][says_nothing | (laid("at_once", 1, np.int64) != 1)] = np.nan
    documents = tuple(dict.fromkeys(name for name in told["source_document"] if name is not None))
    document = np.full(len(ids), -1, np.int64)
    document[where[0]] = _places(told["source_document"], documents)
    sensitive = np.zeros(len(ids), np.bool_)
    sensitive[where[0]] = np.array(told["sensitive"], np.bool_)
    tags, tagged = _tags(told["tags"], where[0], len(ids))
    return Columns(
        ids, run.model_ids, run.scorers, outcome, score, **numbers, cached=cached,
        document=document, documents=documents, sensitive=sensitive, tags=tags, tagged=tagged,
    )  # fmt: skip


def only_kept(cached: BoolArray, answered: BoolArray) -> BoolArray:
    """Of each model, from arrays of (K, C, M): whether all its answers were taken from earlier evals."""
    found: BoolArray = np.asarray(answered.any(axis=(0, 1)) & (cached | ~answered).all(axis=(0, 1)))
    return found


def filled(values: FloatArray, cached: BoolArray) -> FloatArray | None:
    """(C, M) means over the repeats of what was really asked, from figures of (K, C, M).

    What is not known of a case is the mean of its model; None when nothing is known of some model.
    """
    known = ~np.isnan(values) & ~cached
    if not known.any(axis=(0, 1)).all():
        return None
    kept = np.where(known, values, 0.0)
    per_model = kept.sum(axis=(0, 1)) / known.sum(axis=(0, 1))
    times = known.sum(axis=0)
    found: FloatArray = np.where(times > 0, kept.sum(axis=0) / np.maximum(times, 1), per_model)
    return found


def _by_field(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return dict(zip(names, columns, strict=True))


def _judged(
    run: EvalRun, ids: Sequence[str], answered: OutcomeArray, judged: Mapping[str, Sequence[Any]]
) -> tuple[FloatArray, OutcomeArray]:
    """(S, K, C, M) scores, and outcomes: those of the answers, but an answer without a score is UNSCORED."""
    score = np.full((len(run.scorers), *answered.shape), np.nan)
    asked = np.zeros(score.shape, np.bool_)
    place = (
        _places(judged["scorer"], run.scorers), np.array(judged["repeat"], np.int64),
        _places(judged["case_id"], ids), _places(judged["model_id"], run.model_ids),
    )  # fmt: skip
    known = np.logical_and.reduce([each >= 0 for each in place]) & (place[1] < answered.shape[0])
    at = tuple(each[known] for each in place)
    score[at] = np.array(judged["score"], np.float64)[known]
    asked[at] = True
    outcome = np.where(asked, answered, NOT_ASKED).astype(np.int8)
    score[outcome != SCORED] = np.nan
    outcome[(outcome == SCORED) & np.isnan(score)] = UNSCORED
    return score, outcome


def _places(names: Sequence[Any], known: Sequence[Any]) -> IntArray:
    """Where each name stands in `known`, -1 for one that is not there."""
    places = {name: place for place, name in enumerate(known)}
    try:  # three times as fast, and nearly always all are known
        return np.fromiter(map(places.__getitem__, names), np.int64, len(names))
    except KeyError:
        return np.fromiter((places.get(name, -1) for name in names), np.int64, len(names))


def _tags(named: Sequence[Any], case: IntArray, cases: int) -> tuple[tuple[str, ...], BoolArray]:
    """All tags in the order they come, and which case carries which."""
    kinds = {kind: place for place, kind in enumerate(dict.fromkeys(named))}
    read = [json.loads(kind) if isinstance(kind, str) else kind for kind in kinds]
    tags = tuple(dict.fromkeys(tag for kind in read for tag in kind))
    places = {tag: place for place, tag in enumerate(tags)}
    table = np.zeros((len(kinds), len(tags)), np.bool_)
    for row, kind in enumerate(read):
        table[row, [places[tag] for tag in kind]] = True
    tagged = np.zeros((cases, len(tags)), np.bool_)
    if tags:
        tagged[case] = table[_places(named, tuple(kinds))]
    return tags, tagged
