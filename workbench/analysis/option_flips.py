"""What would change our mind: the figures, weights and limits at which another option leads.

Source: methods.md section 1.5, closed form for the additive model on fixed anchors. A score does not lift a limit: an
option that stays outside the limits leads by score only, and a figure that breaks the leader's own limit does so there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.analysis import robustness
from workbench.analysis.options import leader_of, ranking_criteria, raw_table
from workbench.analysis.ranking import criterion_weights, value_scores
from workbench.analysis.words import rounded, usd
from workbench.domain.criterion import Criterion
from workbench.domain.numbers import digits
from workbench.domain.option import Flip, Option
from workbench.domain.requirements import Requirements

_FIGURE_WORDS: Mapping[str, tuple[str, str]] = {
    "setup_usd": ("costs more than {at} to set up", "cost {at} to set up instead of {now}"),
    "monthly_usd": ("costs more than {at} a month", "cost {at} a month instead of {now}"),
    "weeks": ("takes longer than {at} weeks", "took {at} weeks instead of {now}"),
    "quality": ("falls below {at} of 100 in quality", "reached {at} of 100 in quality instead of {now}"),
    "privacy": ("falls below {at} of 100 in privacy", "reached {at} of 100 in privacy instead of {now}"),
    "independence": (
        "falls below {at} of 100 in independence",
        "reached {at} of 100 in independence instead of {now}",
    ),
}
_OF_100 = ("quality", "privacy", "independence")
# Limits whose loosening can let an option in, with the figure that they bound from above.
_LIMITS = {"weeks_limit": "weeks", "monthly_cap_usd": "monthly_usd", "setup_cap_usd": "setup_usd"}
_LIMIT_OF = {figure: question for question, figure in _LIMITS.items()}
_STAYS_OUT = "by score but {stays} outside your limits"
WEIGHT = "weight."
# However much a criterion counts, the others keep their points.
MOST_WEIGHT = 0.999
_LEVEL = 1e-12


def flips(options: Sequence[Option], criteria: Sequence[Criterion], requirements: Requirements) -> tuple[Flip, ...]:
    """Figures of the leader first, then limits, figures of its rivals, and weights; within each the closest first.

    Rivals that score higher already are left out: only their limits keep them back.
    """
    leader = leader_of(options)
    if leader is None:
        return ()
    behind = [item for item in options if item is not leader and item.score <= leader.score]
    own: dict[tuple[str, bool], tuple[float, Flip]] = {}
    theirs: list[tuple[float, Flip]] = []
    weights: dict[tuple[str, bool], tuple[float, Flip]] = {}
    check = _Check(options, criteria)
    for rival in behind:
        if any(item.id not in leader.figures or item.id not in rival.figures for item in criteria):
            continue  # a missing figure may be anything: no closed form can say where the two draw level
        for distance, flip in _figure_flips(leader, rival, criteria, requirements):
            broken = _broken_before(flip, leader, options, requirements) if flip.option == leader.id else None
            if broken is None and not check.holds(flip):
                continue
            if flip.option != leader.id:
                theirs.append((distance, flip))
                continue
            really = broken or flip
            nearer = distance * (really.at - flip.now) / (flip.at - flip.now)
            _keep_nearest(own, (really.input, really.stays_out), nearer, really)
        for distance, flip in _weight_flips(leader, rival, criteria):
            if check.holds(flip):
                _keep_nearest(weights, (flip.input, False), distance, flip)
    groups = (_without_later_scores(own), theirs, weights.values())
    first, others, by_weight = ([flip for _, flip in sorted(group, key=lambda entry: entry[0])] for group in groups)
    return (*first, *_limit_flips(options, leader, requirements), *others, *by_weight)


class _Check:
    """Whether what a flip says comes true just beyond it: two options may draw level where none gets ahead, and one
    that overtakes the leader may still be behind a third."""

    def __init__(self, options: Sequence[Option], criteria: Sequence[Criterion]) -> None:
        scales = ranking_criteria(criteria)
        values, _ = value_scores(raw_table([item.figures for item in options], criteria), scales)
        self._values, self._weights = np.nan_to_num(values), criterion_weights(scales)
        self._options, self._criteria = options, criteria
        self._rows = {item.id: row for row, item in enumerate(options)}
        self._columns = {item.id: k for k, item in enumerate(criteria)}

    def holds(self, flip: Flip) -> bool:
        """Who leads by score alone leads all of them, who is inside the limits those inside."""
        column = self._columns[flip.input.removeprefix(WEIGHT)]
        beyond = just_beyond(flip.input, flip.now, flip.at)
        scores = self._values @ self._weights
        if flip.input.startswith(WEIGHT):
            if beyond > MOST_WEIGHT:
                return False
            scores = self._values @ robustness.weights_after(self._weights, column, beyond)
        else:
            row, scale = self._rows[flip.option], self._criteria[column]
            value = min(max((beyond - scale.worst) / (scale.best - scale.worst), 0.0), 1.0)
            scores[row] += self._weights[column] * (value - self._values[row, column])
        others = [
            scores[row]
            for row, item in enumerate(self._options)
            if item.id != flip.winner and (flip.stays_out or not item.excluded_by)
        ]
        return bool(scores[self._rows[flip.winner]] > max(others, default=0.0) + _LEVEL)


def just_beyond(figure: str, now: float, at: float) -> float:
    """The first value past `at`, seen from `now`, that a person would name: whole dollars, tenths of a percent of the
    weight ("weight." before the criterion), else tenths. At `at` two options draw level; here the other one leads."""
    step = 0.001 if figure.startswith(WEIGHT) else 1.0 if figure.endswith("_usd") else 0.1
    places = round(at / step, 6)
    # A figure that stands at its limit breaks it upwards.
    beyond = math.floor(places) + 1 if at >= now else math.ceil(places) - 1
    most = 1.0 if figure.startswith(WEIGHT) else 100.0 if figure in _OF_100 else math.inf
    return min(max(round(beyond * step, 6), 0.0), most)


def _keep_nearest(
    found: dict[tuple[str, bool], tuple[float, Flip]], key: tuple[str, bool], distance: float, flip: Flip
) -> None:
    if key not in found or distance < found[key][0]:
        found[key] = (distance, flip)


def _without_later_scores(found: Mapping[tuple[str, bool], tuple[float, Flip]]) -> list[tuple[float, Flip]]:
    """Where a figure really changes the option to take, a lead by score alone further on says nothing more."""
    really = {name: distance for (name, stays_out), (distance, _) in found.items() if not stays_out}
    return [
        entry for (name, stays_out), entry in found.items() if not stays_out or entry[0] < really.get(name, math.inf)
    ]


def _broken_before(flip: Flip, leader: Option, options: Sequence[Option], requirements: Requirements) -> Flip | None:
    """The leader breaks its own limit before another draws level: what happens there instead."""
    limit = _limit(requirements, flip.input)
    if limit is None or not flip.now <= limit < flip.at:
        return None
    winner = leader_of([item for item in options if item is not leader])
    worse, _ = _FIGURE_WORDS[flip.input]
    then = f"{winner.id} leads" if winner is not None else "no option is left"
    text = f"If {leader.id} {worse.format(at=_value(flip.input, limit))}, it breaks your limit and {then}."
    return Flip(flip.input, leader.id, flip.now, limit, winner.id if winner is not None else "", text)


def _limit(requirements: Requirements, figure: str) -> float | None:
    """The most the person allows of a figure; None where nothing is stated."""
    question = _LIMIT_OF.get(figure)
    return getattr(requirements, question) if question is not None else None


def _stays_out(option: Option, requirements: Requirements, changed: str = "", at: float = 0.0) -> bool:
    """Whether limits still exclude the option when its figure `changed` is `at`."""
    question = _LIMIT_OF.get(changed)
    limit = _limit(requirements, changed)
    if limit is not None and at > limit:
        return True
    return any(reason.requirement != question for reason in option.excluded_by)


def _figure_flips(
    leader: Option, rival: Option, criteria: Sequence[Criterion], requirements: Requirements
) -> list[tuple[float, Flip]]:
    """With the share of the anchors' span that has to be crossed."""
    raw, scales = raw_table([leader.figures, rival.figures], criteria), ranking_criteria(criteria)
    found: list[tuple[float, Flip]] = []
    for k, criterion in enumerate(criteria):
        span = abs(criterion.best - criterion.worst)
        for row, option in enumerate((leader, rival)):
            at = robustness.raw_flip(raw, scales, row, 1 - row, k)
            now = float(raw[row, k])
            if at is None or abs(at - now) < 1e-9 * span:
                continue
            is_leader = option is leader
            stays_out = _stays_out(rival, requirements, *(() if is_leader else (criterion.id, at)))
            text = _figure_text(criterion.id, option, rival, now, at, is_leader=is_leader, stays_out=stays_out)
            flip = Flip(criterion.id, option.id, now, at, rival.id, text, stays_out)
            found.append((abs(at - now) / span, flip))
    return found


def _figure_text(
    name: str, option: Option, winner: Option, now: float, at: float, *, is_leader: bool, stays_out: bool
) -> str:
    other = (f"passes {{at}} in {name}", f"reached {{at}} in {name} instead of {{now}}")
    worse, better = _FIGURE_WORDS.get(name, other)
    if is_leader:
        how = f" {_STAYS_OUT.format(stays='stays')}" if stays_out else ""
        return f"If {option.id} {worse.format(at=_value(name, at))}, {winner.id} leads{how}."
    how = f" {_STAYS_OUT.format(stays='stay')}" if stays_out else ""
    beyond = just_beyond(name, now, at)
    reached = better.format(at=usd(beyond) if name.endswith("_usd") else digits(beyond), now=_value(name, now))
    return f"If {option.id} {reached}, it would lead{how}."


def _value(name: str, value: float) -> str:
    return usd(value) if name.endswith("_usd") else rounded(value)


def _weight_flips(leader: Option, rival: Option, criteria: Sequence[Criterion]) -> list[tuple[float, Flip]]:
    scales = ranking_criteria(criteria)
    values, _ = value_scores(raw_table([leader.figures, rival.figures], criteria), scales)
    weights = criterion_weights(scales)
    found: list[tuple[float, Flip]] = []
    for k, criterion in enumerate(criteria):
        at = robustness.weight_flip(values, weights, 0, 1, k)
        if at is None:
            continue
        now = float(weights[k])
        found.append((abs(at - now), _weight_flip(criterion, now, at, rival)))
    return found


def _weight_flip(criterion: Criterion, now: float, at: float, rival: Option) -> Flip:
    name, stays_out = f"{WEIGHT}{criterion.id}", bool(rival.excluded_by)
    how = _STAYS_OUT.format(stays="stay") if stays_out else "by score"
    counted = f"counted {_percent(just_beyond(name, now, at))} instead of {_percent(now)}"
    text = f"If “{criterion.title}” {counted}, {rival.id} would lead {how}."
    return Flip(name, "", now, at, rival.id, text, stays_out)


def _percent(weight: float) -> str:
    """In tenths: a weight at which two options draw level may lie within one percent of what it is now."""
    return f"{weight * 100:.1f}".removesuffix(".0") + " %"


def _limit_flips(options: Sequence[Option], leader: Option, requirements: Requirements) -> list[Flip]:
    """Limits which, loosened to what an excluded option needs, change the recommendation."""
    found: list[Flip] = []
    for item in options:
        if len(item.excluded_by) != 1 or item.excluded_by[0].requirement not in _LIMITS:
            continue
        question = item.excluded_by[0].requirement
        now, figure = getattr(requirements, question), item.figures.get(_LIMITS[question])
        if now is None or figure is None:
            continue
        at = figure.likely
        loosened = [_without(other, question, at) for other in options]
        winner = leader_of(loosened)
        if winner is not None and winner.id != leader.id:
            limit = {"weeks_limit": f"{rounded(at)} weeks", "monthly_cap_usd": f"{usd(at)} a month"}
            allowed = limit.get(question, f"{usd(at)} to set up")
            text = f"If you allowed {allowed}, {winner.id} would be inside your limits and lead."
            found.append(Flip(question, "", now, at, winner.id, text))
    return found


def _without(item: Option, question: str, at: float) -> Option:
    """The option as judged with the limit of `question` at `at`."""
    figure = item.figures.get(_LIMITS[question])
    fits = figure is not None and figure.likely <= at
    reasons = tuple(r if r.requirement != question else replace(r, kept=fits) for r in item.reasons)
    return replace(item, reasons=reasons)
