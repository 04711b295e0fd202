"""What a judge's judgements say about the judge (`domain.bias_card`), and answers corrected by its errors.

Source: methods.md section 5, "LLM judge". A score of one half or more is "right".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.analysis import student
from workbench.analysis.judging import judge_corrected
from workbench.analysis.statistics import agresti_coull, wilson
from workbench.domain.bias_card import BiasCard, Corrected, Finding
from workbench.domain.errors import WorkbenchError

RIGHT = 0.5
FEWEST_FOR_SLOPE = 10
#: points between the ends of a slope's interval; a wider one says nothing, for there are 100 points in all
WIDEST_SLOPE = 200.0
#: labelled answers of each kind from which a model is corrected by its own
FEWEST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer under a judge: `score` from 0 to 1 (None: no verdict in its reply), `again` when it was asked once
    more, `human` what a person gave it; `words` in the answer."""

    model_id: str
    score: float | None
    words: int
    human: float | None = None
    again: float | None = None


def bias_card(
    judge: str, scorer: str, at: str, judged: Sequence[Judged], *, flips: tuple[int, int], own: frozenset[str]
) -> BiasCard:
    """`flips` of so many pairs; `own` are the models whose answers are the judge's own."""
    scored = [one for one in judged if one.score is not None]
    labelled = [one for one in scored if one.human is not None]
    right = [one for one in labelled if (one.human or 0.0) >= RIGHT]
    wrong = [one for one in labelled if (one.human or 0.0) < RIGHT]
    kept = sum(_is_right(one.score) for one in right)
    caught = sum(not _is_right(one.score) for one in wrong)
    asked_again = [one for one in scored if one.again is not None]
    agree = kept + caught
    card = BiasCard(
        judge=judge,
        scorer=scorer,
        at=at,
        answers=len(judged),
        flips=_share(*flips),
        verbosity=_verbosity(scored),
        self_preference=_self_preference(scored, own),
        retest=_share(sum(one.score == one.again for one in asked_again), len(asked_again)),
        failures=_share(len(judged) - len(scored), len(judged)),
        agreement=_share(agree, len(labelled)),
        kappa=_kappa(kept, len(right), caught, len(wrong)),
        right_kept=kept,
        labelled_right=len(right),
        wrong_caught=caught,
        labelled_wrong=len(wrong),
    )
    return card


def beats_chance(card: BiasCard) -> bool:
    """Whether labels show that it calls right answers right more often than wrong ones: Newcombe's interval of the
    difference of the two shares lies above 0. One in two judges that throw a coin agrees with people a little."""
    if not card.labelled_right or not card.labelled_wrong:
        return False
    kept = wilson(card.right_kept, card.labelled_right)
    missed = wilson(card.labelled_wrong - card.wrong_caught, card.labelled_wrong)
    gap = kept.point - missed.point
    return gap > math.hypot(kept.point - kept.low, missed.high - missed.point)


def corrected(judged: Sequence[Judged]) -> tuple[Corrected, ...]:
    """Every model's share of right answers with the judge's errors taken out, by hand-labelled answers among them."""
    rows = []
    for model in dict.fromkeys(one.model_id for one in judged):
        scored = [one for one in judged if one.model_id == model and one.score is not None]
        if scored:
            rows.append(_corrected(model, scored, [one for one in judged if one.score is not None]))
    return tuple(rows)


def _corrected(model: str, scored: Sequence[Judged], everybody: Sequence[Judged]) -> Corrected:
    share = sum(_is_right(one.score) for one in scored) / len(scored)
    own = [one for one in scored if one.human is not None]
    pooled = min(sum(_is_right(one.human) is side for one in own) for side in (True, False)) < FEWEST_LABELS
    labelled = [one for one in everybody if one.human is not None] if pooled else own
    right = [one for one in labelled if _is_right(one.human)]
    wrong = [one for one in labelled if not _is_right(one.human)]
    blank = Corrected(model, len(scored), share, None, None, None, len(labelled), pooled)
    if not right or not wrong:
        return _refused(blank, "There are no hand-labelled answers of both kinds, right and wrong.")
    try:
        found = judge_corrected(
            share,
            len(scored),
            sum(not _is_right(one.score) for one in wrong) / len(wrong),
            len(wrong),
            sum(_is_right(one.score) for one in right) / len(right),
            len(right),
        )
    except WorkbenchError as error:
        return _refused(blank, f"{error.what}. {error.mend}".strip())
    return Corrected(model, len(scored), share, found.point, found.low, found.high, len(labelled), pooled)


def _refused(blank: Corrected, why: str) -> Corrected:
    return Corrected(blank.model_id, blank.n, blank.judged, None, None, None, blank.labelled, blank.pooled, refusal=why)


def _is_right(score: float | None) -> bool:
    return (score or 0.0) >= RIGHT


def _share(count: int, n: int) -> Finding | None:
    if n == 0:
        return None
    found = agresti_coull(count, n)
    return Finding(found.point, found.low, found.high, n)


def _kappa(kept: int, right: int, caught: int, wrong: int) -> float | None:
    """Cohen's kappa of judge and people; None where one of them always says the same."""
    n = right + wrong
    if n == 0:
        return None
    judge_right = kept + (wrong - caught)
    chance = (right * judge_right + wrong * (n - judge_right)) / (n * n)
    return None if chance >= 1 else ((kept + caught) / n - chance) / (1 - chance)


def _verbosity(scored: Sequence[Judged]) -> Finding | None:
    """Points for a hundred words, by least squares; against people's labels when enough answers have one. None where
    the answers' lengths differ too little to tell."""
    used = _comparable(scored)
    if len(used) < FEWEST_FOR_SLOPE:
        return None
    x = np.array([one.words / 100 for one in used])
    y = np.array([_excess(one) for one in used])
    spread = float(((x - x.mean()) ** 2).sum())
    if len({one.words for one in used}) < 2:
        return None
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / spread)
    rest = y - y.mean() - slope * (x - x.mean())
    deviation = math.sqrt(float((rest**2).sum()) / (len(used) - 2)) or _least_deviation(len(used))
    found = _points(slope, deviation / math.sqrt(spread), len(used) - 2, len(used))
    return found if found.high - found.low <= WIDEST_SLOPE else None


def _self_preference(scored: Sequence[Judged], own: frozenset[str]) -> Finding | None:
    """Points of its own answers beyond others', with Welch's interval."""
    used = _comparable(scored)
    mine = np.array([_excess(one) for one in used if one.model_id in own])
    others = np.array([_excess(one) for one in used if one.model_id not in own])
    if len(mine) < 2 or len(others) < 2:
        return None
    parts = [float(each.var(ddof=1)) / len(each) for each in (mine, others)]
    if not any(parts):
        parts = [_least_deviation(len(used)) ** 2 / len(each) for each in (mine, others)]
    degrees = sum(parts) ** 2 / (parts[0] ** 2 / (len(mine) - 1) + parts[1] ** 2 / (len(others) - 1))
    return _points(float(mine.mean() - others.mean()), math.sqrt(sum(parts)), degrees, len(used))


def _comparable(scored: Sequence[Judged]) -> Sequence[Judged]:
    """Those with a label when there are enough of them, else all."""
    labelled = [one for one in scored if one.human is not None]
    return labelled if len(labelled) >= FEWEST_FOR_SLOPE else scored


def _least_deviation(n: int) -> float:
    """Where nothing differs that is not certain of all answers: as of a paired difference that n items show alike."""
    return math.sqrt(n) / (n + 2)


def _excess(one: Judged) -> float:
    """How much more the judge gives than a person did."""
    return (one.score or 0.0) - (one.human or 0.0)


def _points(value: float, error: float, degrees: float, n: int) -> Finding:
    reach = student.quantile(0.95, degrees) * error
    return Finding(100 * value, 100 * (value - reach), 100 * (value + reach), n)
