"""The results of a run as columns of numbers: what figures, filters and tables are made from, however many there are.

Texts (answers, reasons) stay where they are and are read for the case that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
#: what one row of a result holds, in the order `columns_from` takes it
FIELDS = (
    "case_id", "model_id", "scorer", "repeat", "outcome", "score", "ttft_s", "total_s", "tokens_per_s", "tokens_in",
    "tokens_out", "cost_usd", "cached", "at_once", "source_document", "sensitive", "tags",
)  # fmt: skip
_NUMBERS = ("ttft_s", "total_s", "tokens_per_s", "tokens_in", "tokens_out", "cost_usd")
_TIMES = ("ttft_s", "total_s", "tokens_per_s")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """C cases, M models, S scorers, T tags and K repeats of one run; NaN is a figure that is not known.

    `outcome` and `score` have the shape (S, K, C, M), seconds, tokens and USD (K, C, M); `document` is each case's
    place in `documents`, -1 for none; `tagged` has the shape (C, T). Cases stand in the order they came. Times are
    known only of answers that were given alone and now: what a single person waits. `cached` ones cost nothing.
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
    rows = [
        (
            r.case_id, r.model_id, r.scorer, r.repeat, r.outcome.value, r.score, r.ttft_s, r.total_s, r.tokens_per_s,
            r.tokens_in, r.tokens_out, r.cost_usd, r.cached, r.at_once, r.source_document, r.sensitive, r.tags,
        )
        for r in results
        if r.eval_run_id == run.id
    ]  # fmt: skip
    return columns_from(run, rows)


def columns_from(run: EvalRun, rows: Sequence[Sequence[Any]]) -> Columns:
    """The columns from plain rows of `FIELDS`; `tags` is anything hashable that iterates over names."""
    rows = [row for row in rows if row[1] in run.model_ids and row[2] in run.scorers]
    fields: dict[str, Sequence[Any]] = dict(zip(FIELDS, zip(*rows, strict=True), strict=True)) if rows else {}
    ids = tuple(dict.fromkeys(fields.get("case_id", ())))
    case = _places(fields.get("case_id", ()), ids)
    model = _places(fields.get("model_id", ()), run.model_ids)
    scorer = _places(fields.get("scorer", ()), run.scorers)
    repeat = np.array(fields.get("repeat", ()), np.int64)
    shape = int(repeat.max(initial=0)) + 1, len(ids), len(run.model_ids)
    outcome = np.zeros((len(run.scorers), *shape), np.int8)
    score = np.full((len(run.scorers), *shape), np.nan)
    # numpy keeps the last of several values for one place
    outcome[scorer, repeat, case, model] = [OUTCOMES[name] for name in fields.get("outcome", ())]
    score[scorer, repeat, case, model] = np.array(fields.get("score", ()), np.float64)
    score[outcome != SCORED] = np.nan
    cached = np.zeros(shape, np.bool_)
    cached[repeat, case, model] = np.array(fields.get("cached", ()), np.bool_)
    alone = np.ones(shape, np.bool_)
    alone[repeat, case, model] = np.array(fields.get("at_once", ()), np.int64) == 1
    numbers = {}
    for name in _NUMBERS:
        numbers[name] = np.full(shape, np.nan)
        numbers[name][repeat, case, model] = np.array(fields.get(name, ()), np.float64)
    for name in _TIMES:
        numbers[name][cached | ~alone] = np.nan
    documents = tuple(dict.fromkeys(name for name in fields.get("source_document", ()) if name is not None))
    document = np.full(len(ids), -1, np.int64)
    document[case] = _places(fields.get("source_document", ()), documents)
    sensitive = np.zeros(len(ids), np.bool_)
    sensitive[case] = np.array(fields.get("sensitive", ()), np.bool_)
    tags, tagged = _tags(fields.get("tags", ()), case, len(ids))
    return Columns(
        ids, run.model_ids, run.scorers, outcome, score, **numbers, cached=cached,
        document=document, documents=documents, sensitive=sensitive, tags=tags, tagged=tagged,
    )  # fmt: skip


def _places(names: Sequence[Any], known: Sequence[Any]) -> IntArray:
    """Where each name stands in `known`, -1 for one that is not there."""
    places = {name: place for place, name in enumerate(known)}
    return np.fromiter((places.get(name, -1) for name in names), np.int64, len(names))


def _tags(named: Sequence[Any], case: IntArray, cases: int) -> tuple[tuple[str, ...], BoolArray]:
    """All tags in the order they come, and which case carries which."""
    kinds = {kind: place for place, kind in enumerate(dict.fromkeys(named))}
    tags = tuple(dict.fromkeys(tag for kind in kinds for tag in kind))
    places = {tag: place for place, tag in enumerate(tags)}
    table = np.zeros((len(kinds), len(tags)), np.bool_)
    for kind, row in kinds.items():
        table[row, [places[tag] for tag in kind]] = True
    tagged = np.zeros((cases, len(tags)), np.bool_)
    if tags:
        tagged[case] = table[[kinds[kind] for kind in named]]
    return tags, tagged
