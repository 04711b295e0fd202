"""What would change our mind: the figures, weights and limits at which another option leads.

Source: methods.md section 1.5, closed form for the additive model on fixed anchors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.analysis import robustness
from workbench.analysis.options import leader_of, ranking_criteria, raw_table
from workbench.analysis.ranking import criterion_weights, value_scores
from workbench.analysis.words import rounded, share, usd
from workbench.domain.criterion import Criterion
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
# Limits whose loosening can let an option in, with the figure that they bound.
_LIMITS = {"weeks_limit": "weeks", "monthly_cap_usd": "monthly_usd", "setup_cap_usd": "setup_usd"}


def flips(options: Sequence[Option], criteria: Sequence[Criterion], requirements: Requirements) -> tuple[Flip, ...]:
    """Figures of the leader first, then limits, figures of its rivals, and weights; within each the closest first.

    Rivals that score higher already are left out: only their limits keep them back.
    """
    leader = leader_of(options)
    if leader is None:
        return ()
    behind = [item for item in options if item is not leader and item.score <= leader.score]
    own: dict[str, tuple[float, Flip]] = {}
    theirs: list[tuple[float, Flip]] = []
    weights: dict[str, tuple[float, Flip]] = {}
    for rival in behind:
        if any(item.id not in leader.figures or item.id not in rival.figures for item in criteria):
            continue  # a missing figure may be anything: no closed form can say where the two draw level
        for distance, flip in _figure_flips(leader, rival, criteria):
            if flip.option == leader.id:
                _keep_nearest(own, flip.input, distance, flip)
            else:
                theirs.append((distance, flip))
        for distance, flip in _weight_flips(leader, rival, criteria):
            _keep_nearest(weights, flip.input, distance, flip)
    groups = (own.values(), theirs, weights.values())
    first, others, by_weight = ([flip for _, flip in sorted(group, key=lambda entry: entry[0])] for group in groups)
    return (*first, *_limit_flips(options, leader, requirements), *others, *by_weight)


def _keep_nearest(found: dict[str, tuple[float, Flip]], key: str, distance: float, flip: Flip) -> None:
    if key not in found or distance < found[key][0]:
        found[key] = (distance, flip)


def _figure_flips(leader: Option, rival: Option, criteria: Sequence[Criterion]) -> list[tuple[float, Flip]]:
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
            text = _figure_text(criterion.id, option, rival, now, at, is_leader=option is leader)
            found.append((abs(at - now) / span, Flip(criterion.id, option.id, now, at, rival.id, text)))
    return found


def _figure_text(name: str, option: Option, winner: Option, now: float, at: float, *, is_leader: bool) -> str:
    other = (f"passes {{at}} in {name}", f"reached {{at}} in {name} instead of {{now}}")
    worse, better = _FIGURE_WORDS.get(name, other)
    at_words, now_words = _value(name, at), _value(name, now)
    if is_leader:
        return f"If {option.id} {worse.format(at=at_words)}, {winner.id} leads."
    return f"If {option.id} {better.format(at=at_words, now=now_words)}, it would lead."


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
        text = f"If “{criterion.title}” counted {share(at)} instead of {share(now)}, {rival.id} would lead by score."
        found.append((abs(at - now), Flip(f"weight.{criterion.id}", "", now, at, rival.id, text)))
    return found


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
