"""What moved between the figures a decision was recorded with and today's, and which of them decided it.

Figures are put back one by one: the one with which the decision would stand as it did is the one that moved it. When
none does so alone, they are put back together, the weightiest first, until it stands.

Source: methods.md section 1.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.analysis import ranking
from workbench.analysis.options import ranking_criteria
from workbench.domain.basis import Basis, OptionBasis
from workbench.domain.criterion import Criterion
from workbench.domain.option import FIGURES
from workbench.domain.watch import Change, ChangeKind, PriceChange, Shift, Standing

#: a lead that shrinks by less than this much of the scale, or of itself, is no news
LEAST_LOSS = 0.005
LEAST_LOSS_SHARE = 0.05
_SAME = 1e-9
#: which figure a limit is about: putting the figure back puts the limit back
_ABOUT = {"R2.1": "monthly_usd", "R2.7": "setup_usd", "R2.2": "quality", "R2.3": "weeks"}


@dataclass(frozen=True, slots=True)
class _State:
    """What the options say at one time, in what can be put back."""

    figures: Mapping[str, Mapping[str, float]]
    excluded: Mapping[str, frozenset[str]]
    scores: Mapping[str, float]

    def leader(self) -> str:
        """Id of the best score inside the limits; "" without one."""
        inside = [name for name, rules in self.excluded.items() if not rules]
        return max(inside, key=lambda name: self.scores[name], default="")

    def lead(self, chosen: str) -> float | None:
        """How far `chosen` scores ahead of the best other inside the limits; None where there is none."""
        others = [self.scores[name] for name, rules in self.excluded.items() if not rules and name != chosen]
        return self.scores[chosen] - max(others) if others and chosen in self.scores else None

    def is_out(self, chosen: str) -> bool:
        """Whether a limit excludes `chosen`, or it is gone."""
        return bool(self.excluded.get(chosen, frozenset({"gone"})))


def shift(then: Basis, now: Basis, chosen: str, criteria: Sequence[Criterion]) -> Shift:
    """How the decision for `chosen` stands; `criteria` are what today's scores were weighed by.

    Flipped: other advice than then which is not the choice, or the choice is newly outside a limit. Weaker: its lead
    shrank by 0.005 and by a twentieth of itself, or an option beside it is newly inside the limits.
    """
    before, after = _state(then), _state(now)
    if (then.options, then.recommended, then.requests_per_day) == (now.options, now.recommended, now.requests_per_day):
        return Shift(Standing.UNCHANGED, before.lead(chosen), after.lead(chosen))
    changes = tuple(_changes(then, now, criteria))
    lead_before, lead_after = before.lead(chosen), after.lead(chosen)

    def stands(state: _State, leader: str) -> bool:
        return leader in (then.recommended, chosen) and (before.is_out(chosen) or not state.is_out(chosen))

    if not stands(after, now.recommended):
        marked = _flipped_by(after, changes, then, criteria, lambda state: stands(state, state.leader()), chosen)
        return Shift(Standing.FLIPPED, lead_before, lead_after, marked)
    if _is_weaker(lead_before, lead_after):
        return Shift(Standing.WEAKER, lead_before, lead_after, _weakened_by(after, changes, then, criteria, chosen))
    return Shift(Standing.UNCHANGED, lead_before, lead_after, changes)


def price_changes(then: Basis, now: Basis) -> tuple[PriceChange, ...]:
    """Offers behind the options whose prices are others than they were, those that came or went among them."""
    old, new = ({price.offer: price for price in each.prices} for each in (then, now))
    found = []
    for offer in dict.fromkeys((*old, *new)):
        a, b = old.get(offer), new.get(offer)
        pairs = (
            ("input", a.input_usd_per_mtok if a else None, b.input_usd_per_mtok if b else None),
            ("output", a.output_usd_per_mtok if a else None, b.output_usd_per_mtok if b else None),
        )
        found += [PriceChange(offer, part, x, y) for part, x, y in pairs if x != y]
    return tuple(found)


def _is_weaker(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is None and after is not None
    return before - after > max(LEAST_LOSS, LEAST_LOSS_SHARE * abs(before))


def _state(basis: Basis) -> _State:
    return _State(
        {option.id: option.figures for option in basis.options},
        {option.id: frozenset(option.excluded_by) for option in basis.options},
        {option.id: option.score for option in basis.options},
    )


def _changes(then: Basis, now: Basis, criteria: Sequence[Criterion]) -> Iterator[Change]:
    """Everything that differs, in the order of the options."""
    old, new = ({option.id: option for option in each.options} for each in (then, now))
    reweighed = _scored({name: each.figures for name, each in old.items()}, criteria)
    for name in dict.fromkeys((*new, *old)):
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            yield Change(ChangeKind.OPTION, name, "", float(a is not None), float(b is not None))
        else:
            yield from _option_changes(a, b, reweighed[name])
    if then.requests_per_day != now.requests_per_day:
        yield Change(ChangeKind.VOLUME, "", "requests_per_day", then.requests_per_day, now.requests_per_day)


def _option_changes(old: OptionBasis, new: OptionBasis, reweighed: float) -> Iterator[Change]:
    """`reweighed`: the old figures by today's weights."""
    moved = [name for name in FIGURES if old.figures.get(name) != new.figures.get(name)]
    for name in moved:
        yield Change(ChangeKind.FIGURE, new.id, name, old.figures.get(name), new.figures.get(name))
    for rule in sorted({*old.excluded_by} ^ {*new.excluded_by}):
        if _ABOUT.get(rule) not in moved:
            was, is_now = float(rule in old.excluded_by), float(rule in new.excluded_by)
            yield Change(ChangeKind.LIMIT, new.id, rule, was, is_now)
    if abs(reweighed - old.score) > 1e-6:
        yield Change(ChangeKind.WEIGHTS, new.id, "", old.score, reweighed)


def _scored(figures: Mapping[str, Mapping[str, float]], criteria: Sequence[Criterion]) -> dict[str, float]:
    if not figures:
        return {}
    table = [[each.get(item.id, np.nan) for item in criteria] for each in figures.values()]
    raw = np.array(table, dtype=np.float64).reshape(len(table), len(criteria))
    scores = ranking.rank(raw, ranking_criteria(criteria)).scores
    return dict(zip(figures, map(float, scores), strict=True))


def _put_back(state: _State, change: Change, then: Basis, criteria: Sequence[Criterion]) -> _State:
    """The state with one change taken back; volume and weights cannot be: they are seen in what they moved."""
    old = next((option for option in then.options if option.id == change.option), None)
    figures, excluded = dict(state.figures), dict(state.excluded)
    match change.kind:
        case ChangeKind.FIGURE:
            own = dict(figures[change.option])
            own.pop(change.name, None)
            if change.before is not None:
                own[change.name] = change.before
            figures[change.option] = own
            rules = {rule for rule in excluded[change.option] if _ABOUT.get(rule) != change.name}
            rules |= {rule for rule in (old.excluded_by if old else ()) if _ABOUT.get(rule) == change.name}
            excluded[change.option] = frozenset(rules)
        case ChangeKind.LIMIT:
            excluded[change.option] = excluded[change.option] ^ {change.name}
        case ChangeKind.OPTION if old is None:
            del figures[change.option], excluded[change.option]
        case ChangeKind.OPTION if old is not None:
            figures[change.option], excluded[change.option] = old.figures, frozenset(old.excluded_by)
        case _:
            return state
    return _State(figures, excluded, _scored(figures, criteria))


def _flipped_by(
    state: _State,
    changes: tuple[Change, ...],
    then: Basis,
    criteria: Sequence[Criterion],
    stands: Callable[[_State], bool],
    chosen: str,
) -> tuple[Change, ...]:
    alone = {each for each in changes if stands(_put_back(state, each, then, criteria))}
    if alone:
        return _marked(changes, alone)
    together: set[Change] = set()
    for each in sorted(changes, key=lambda each: -_gain(state, each, then, criteria, chosen)):
        after = _put_back(state, each, then, criteria)
        if after is state:
            continue
        together.add(each)
        state = after
        if stands(state):
            return _marked(changes, together)
    # Nothing that can be put back restores it: what was asked or how it was weighed is another.
    rest = {each for each in changes if each.kind in (ChangeKind.VOLUME, ChangeKind.WEIGHTS)}
    return _marked(changes, rest or together)


def _weakened_by(
    state: _State, changes: tuple[Change, ...], then: Basis, criteria: Sequence[Criterion], chosen: str
) -> tuple[Change, ...]:
    """Those that cost the lead most: all that cost at least half as much as the costliest."""
    gains = {each: _gain(state, each, then, criteria, chosen) for each in changes}
    most = max(gains.values(), default=0.0)
    return _marked(changes, {each for each, gain in gains.items() if gain > _SAME and gain >= most / 2})


def _gain(state: _State, change: Change, then: Basis, criteria: Sequence[Criterion], chosen: str) -> float:
    """How much more lead the chosen option has with this put back; having no rival inside is the most."""
    lead, after = state.lead(chosen), _put_back(state, change, then, criteria).lead(chosen)
    if lead is None or after is None:
        return 1.0 if lead is not None else 0.0
    return after - lead


def _marked(changes: tuple[Change, ...], decided: set[Change]) -> tuple[Change, ...]:
    """Those that decided first, the rest in their order."""
    marked = [replace(each, decided=each in decided) for each in changes]
    return tuple(sorted(marked, key=lambda each: not each.decided))
