"""The cases of a run as a grid of any length: what stands in a cell, which cases a filter keeps, how they are sorted.

Everything that looks at all cases is a numpy operation on the columns; words are made for the cell that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.analysis import words
from workbench.analysis.checks import BoolArray, FloatArray, IntArray
from workbench.domain.evals import EvalCase, Mark
from workbench.evals.columns import ERROR, NOT_ASKED, SCORED, UNSCORED, WITHHELD, Columns

ALL = "all"
_WORDS = {ERROR: "error", WITHHELD: "withheld", UNSCORED: "no score"}


@dataclass(frozen=True, slots=True)
class Which:
    """A filter: `id`, its title, and how many cases it keeps."""

    id: str
    title: str
    count: int


class CaseGrid:
    """The cases of a run under one scorer, by their place: cell words, filters and order.

    `cases` are the data set's by id, as far as it is at hand; `marks` say what was overruled by hand.
    """

    def __init__(
        self, data: Columns, scorer: str, cases: Mapping[str, EvalCase] | None = None, marks: Sequence[Mark] = ()
    ) -> None:
        self.data, self.scorer = data, scorer
        self._cases = cases or {}
        self._marked = frozenset(mark.case_id for mark in marks if mark.scorer == scorer)
        self.score: FloatArray = data.scores(scorer)
        outcomes = data.outcomes(scorer)
        # of several repeats the worst is told: an answer that could not be had before one that has no score
        worst = np.where((outcomes == ERROR).any(axis=0), ERROR, outcomes.max(axis=0, initial=NOT_ASKED))
        self.outcome = np.where(np.isnan(self.score), worst, SCORED)
        self.is_right: BoolArray = self.score >= 1
        self.was_answered: BoolArray = ~np.isnan(self.score)

    def __len__(self) -> int:
        return self.data.cases

    # cells

    def case_id(self, place: int) -> str:
        return self.data.case_ids[place]

    def place_of(self, case_id: str) -> int:
        """Where a case stands, -1 when it is none of them."""
        return self._places.get(case_id, -1)

    def case(self, place: int) -> EvalCase | None:
        """The case itself, None when the data set is not at hand."""
        return self._cases.get(self.data.case_ids[place])

    def with_their_own(self, spec: str) -> int:
        """How many cases name a scorer that stands in for the run's; 0 without the data set."""
        from workbench.evals.scorers import with_their_own

        return with_their_own(self._cases.values(), spec)

    def question(self, place: int) -> str:
        """The last line of the input, where the question usually stands; "—" without the data set."""
        case = self.case(place)
        if case is None:
            return words.UNKNOWN_FIGURE
        lines = [line.strip() for line in case.input.splitlines() if line.strip()]
        return lines[-1].removeprefix("Question:").strip() if lines else words.UNKNOWN_FIGURE

    def score_word(self, place: int, model: int) -> str:
        """ "right", "wrong", a share for a graded score, why there is none, "—" when it was not asked."""
        score = float(self.score[place, model])
        if score != score:  # NaN
            return _WORDS.get(int(self.outcome[place, model]), words.UNKNOWN_FIGURE)
        if score in (0.0, 1.0):
            return "right" if score else "wrong"
        return f"{score * 100:.0f} % right"

    def slowest_s(self, place: int) -> float | None:
        """The longest that any model took for this case; None when nobody's time is known."""
        value = float(self._slowest[place])
        return value if value == value else None

    def tags(self, place: int) -> tuple[str, ...]:
        return tuple(self.data.tags[k] for k in np.flatnonzero(self.data.tagged[place]))

    def document(self, place: int) -> str:
        at = int(self.data.document[place])
        return self.data.documents[at] if at >= 0 else ""

    def is_sensitive(self, place: int) -> bool:
        return bool(self.data.sensitive[place])

    def is_marked(self, place: int) -> bool:
        return self.data.case_ids[place] in self._marked

    # filters

    def filters(self, name_of: Mapping[str, str]) -> tuple[Which, ...]:
        """What the list above the grid offers, each with its count; those of single models need two of them."""
        titles = [(ALL, "All cases"), ("wrong", "All wrong")]
        if len(self.data.models) > 1:
            titles.append(("disagree", "Models disagree"))
            titles += [(f"only:{model}", f"Only {name_of.get(model, model)} right") for model in self.data.models]
        titles += [("slow", "Slowest in 20"), ("sensitive", "Sensitive"), ("errors", "Errors")]
        titles += [("unscored", "Without a score"), ("marked", "Overruled by hand")]
        return tuple(Which(id, title, int(self.mask(id).sum())) for id, title in titles)

    def mask(self, which: str) -> BoolArray:
        """(C,) whether a filter keeps each case; one it does not know keeps all."""
        kind, _, model = which.partition(":")
        answered = self.was_answered
        found: BoolArray = np.ones(len(self), np.bool_)
        match kind:
            case "wrong":
                asked = answered | (self.outcome == NOT_ASKED)
                found = np.asarray(answered.any(axis=1) & ~self.is_right.any(axis=1) & asked.all(axis=1))
            case "disagree":
                found = np.asarray(self.is_right.any(axis=1) & (answered & ~self.is_right).any(axis=1))
            case "only" if model in self.data.models:
                at = self.data.models.index(model)
                others = np.delete(np.arange(len(self.data.models)), at)
                others_right, others_answered = self.is_right[:, others].any(axis=1), answered[:, others].any(axis=1)
                found = np.asarray(self.is_right[:, at] & ~others_right & others_answered)
            case "slow":
                found = self._is_slow
            case "sensitive":
                found = self.data.sensitive
            case "errors":
                found = (self.data.outcomes(self.scorer) == ERROR).any(axis=(0, 2))
            case "unscored":
                found = (self.outcome == UNSCORED).any(axis=1)
            case "marked":
                found = np.fromiter((name in self._marked for name in self.data.case_ids), np.bool_, len(self))
            case "tag" if model in self.data.tags:
                found = self.data.tagged[:, self.data.tags.index(model)]
        return found

    # order

    def arrange(self, needle: str, column: str, descending: bool, *, which: str = ALL, tag: str = "") -> list[int]:
        """Places of the cases to show, in order: every word of `needle` (casefolded) stands in the case, its document
        or its tags; sorted by a column of the grid ("" for the order of the data), unknown last."""
        kept = self.mask(which)
        if tag:
            kept = kept & self.mask(f"tag:{tag}")
        for word in needle.split():
            kept = kept & np.fromiter((word in text for text in self._texts), np.bool_, len(self))
        places: IntArray = np.flatnonzero(kept)
        keys = self._keys(column)
        if keys is None:
            return list(places.tolist())
        values = keys[places]
        unknown = np.isnan(values)
        order = np.argsort(-values[~unknown] if descending else values[~unknown], kind="stable")
        return [*places[~unknown][order].tolist(), *places[unknown].tolist()]

    def prepare(self) -> CaseGrid:
        """Makes what showing needs; for the pool."""
        _ = self._places, self._is_slow
        return self

    def prepare_search(self) -> None:
        """Makes what searching and sorting need, so that the first of them is as quick as the next; for the pool."""
        _ = self._texts, self._question_order

    def _keys(self, column: str) -> FloatArray | None:
        if column in self.data.models:
            return self.score[:, self.data.models.index(column)]
        match column:
            case "case":
                return self._question_order
            case "slowest":
                return self._slowest
        return None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.data.case_ids)}

    @cached_property
    def _texts(self) -> list[str]:
        kinds, which = np.unique(self.data.tagged, axis=0, return_inverse=True)
        tags = [" ".join(self.data.tags[k] for k in np.flatnonzero(kind)) for kind in kinds]
        return [
            f"{case.input if case else ''} {name} {self.document(place)} {tags[kind]}".casefold()
            for place, (name, case, kind) in enumerate(
                zip(self.data.case_ids, map(self._cases.get, self.data.case_ids), which.ravel().tolist(), strict=True)
            )
        ]

    @cached_property
    def _question_order(self) -> FloatArray:
        texts = [self.question(place).casefold() for place in range(len(self))]
        found = np.empty(len(self))
        found[sorted(range(len(self)), key=texts.__getitem__)] = np.arange(len(self))
        return found

    @cached_property
    def _slowest(self) -> FloatArray:
        total = self.data.total_s
        known = ~np.isnan(total)
        longest = np.where(known, total, -np.inf).max(axis=(0, 2), initial=-np.inf)
        found: FloatArray = np.where(known.any(axis=(0, 2)), longest, np.nan)
        return found

    @cached_property
    def _is_slow(self) -> BoolArray:
        """Whether any model took longer than it did for 19 of 20 cases."""
        total = self.data.total_s
        slow = np.zeros(len(self), np.bool_)
        for model in range(total.shape[2]):
            known = total[:, :, model][~np.isnan(total[:, :, model])]
            if known.size:
                slow |= (total[:, :, model] > np.quantile(known, 0.95)).any(axis=0)
        return slow
