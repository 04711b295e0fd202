"""Blind votes on answers: which pairs to judge, what was judged, and which model people prefer."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from workbench.domain.changes import Changes
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Comparison
from workbench.domain.ids import new_id
from workbench.domain.votes import Ballot, Choice, Preference, Preferences, Vote
from workbench.store.store import Store

#: the share of pairs shown a second time, the other way round (methods.md, section 5)
REPEATED = 0.10
INTERVAL = 1.959964
RATER = "me"
MIRRORED = {Choice.LEFT: Choice.RIGHT, Choice.RIGHT: Choice.LEFT, Choice.TIE: Choice.TIE}


class VoteService:
    """One person's votes; `now` gives the time of a vote."""

    def __init__(self, *, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    # voting

    def ballots(self, scenario_id: str, *, rater: str = RATER) -> tuple[Ballot, ...]:
        """The pairs that wait for this rater, none with a name on it. Pairs to be shown again come last."""
        given = {(vote.comparison_id, vote.left, vote.right) for vote in self._votes(scenario_id, rater)}
        waiting: list[Ballot] = []
        for comparison in self._store.comparisons.blind(scenario_id):
            waiting += [
                ballot
                for ballot in _ballots(comparison, rater)
                if (ballot.comparison_id, ballot.left, ballot.right) not in given
            ]
        return tuple(sorted(waiting, key=lambda ballot: ballot.repeat))

    def vote(self, ballot: Ballot, choice: Choice, *, rater: str = RATER) -> Changes:
        """Locks a judgement. Raises WorkbenchError when this pair was judged already, or its names are known."""
        comparison = self._store.comparisons.get(ballot.comparison_id)
        if comparison is None or not comparison.blind:
            raise WorkbenchError(
                "The names of these answers are known, so a vote would not be blind",
                where=ballot.comparison_id,
                mend="Ask again in blind mode.",
            )
        at = self._now().isoformat(timespec="milliseconds")
        self._store.votes.add(
            Vote(new_id(), comparison.id, rater, at, ballot.left, ballot.right, choice, ballot.repeat)
        )
        return Changes(comparisons=frozenset({comparison.id}))

    def reveal(self, comparison_id: str) -> Comparison:
        """The comparison with its names; from now on nobody can vote on it. Raises WorkbenchError when it is gone."""
        found = self._store.comparisons.reveal(comparison_id)
        if found is None:
            raise WorkbenchError("There is no such comparison", where=comparison_id, mend="It was deleted.")
        return found

    # what the votes say

    def preferences(self, scenario_id: str) -> Preferences | None:
        """How the models stand in all raters' votes on revealed comparisons; None while there are none."""
        return preferences_of(self._votes(scenario_id), self._store.comparisons.of(scenario_id))

    def given(self, scenario_id: str, *, until: str = "") -> int:
        """How many votes were given on the scenario's comparisons, up to a time (ISO UTC) or in all."""
        return sum(not until or vote.at <= until for vote in self._votes(scenario_id))

    def _votes(self, scenario_id: str, rater: str | None = None) -> tuple[Vote, ...]:
        return tuple(vote for vote in self._store.votes.of(scenario_id) if rater in (None, vote.rater))


def preferences_of(votes: Sequence[Vote], comparisons: Iterable[Comparison]) -> Preferences | None:
    """How the models stand in these votes on these comparisons, whose names are known; None without a vote."""
    names = {comparison.id: _names(comparison) for comparison in comparisons}
    judged = [_Judged(names[vote.comparison_id], vote) for vote in votes if vote.comparison_id in names]
    counted = [one for one in judged if not one.vote.repeat and one.left != one.right]
    if not counted:
        return None
    repeats = [one.vote for one in judged if one.vote.repeat]
    return _preferences(counted, len(repeats), _steady(repeats, votes))


def _ballots(comparison: Comparison, rater: str) -> Iterable[Ballot]:
    """Every pair of its answers once, sides drawn; about one in ten a second time, the other way round.

    The draw depends on the comparison and the rater alone: a ballot that was left and taken up again is the same. A
    failed answer is in no pair.
    """
    said = [place for place, answer in enumerate(comparison.answers) if answer.text and not answer.error_what]
    for pair in itertools.combinations(said, 2):
        draw = random.Random(f"{comparison.id} {pair} {rater}")
        left, right = pair if draw.random() < 0.5 else pair[::-1]
        yield _ballot(comparison, left, right)
        if draw.random() < REPEATED:
            yield _ballot(comparison, right, left, repeat=True)


def _ballot(comparison: Comparison, left: int, right: int, *, repeat: bool = False) -> Ballot:
    texts = (comparison.answers[left].text, comparison.answers[right].text)
    return Ballot(comparison.id, comparison.system, comparison.prompt, left, right, *texts, repeat)


class _Judged:
    """A vote with the models it was about."""

    def __init__(self, names: Sequence[str], vote: Vote) -> None:
        self.vote = vote
        self.left, self.right = names[vote.left], names[vote.right]

    @property
    def winner(self) -> str | None:
        return {Choice.LEFT: self.left, Choice.RIGHT: self.right, Choice.TIE: None}[self.vote.choice]


def _names(comparison: Comparison) -> tuple[str, ...]:
    return tuple(answer.model for answer in comparison.answers)


def _steady(repeats: Sequence[Vote], votes: Sequence[Vote]) -> int:
    """How many repeats say what the same rater said of the pair the first time."""
    first = {(v.comparison_id, v.rater, v.left, v.right): v.choice for v in votes if not v.repeat}
    return sum(first.get((v.comparison_id, v.rater, v.right, v.left)) is MIRRORED[v.choice] for v in repeats)


def _preferences(counted: Sequence[_Judged], repeats: int, steady: int) -> Preferences:
    import numpy as np

    from workbench.analysis.preference import ELO_PER_LOGIT, bradley_terry

    models = sorted({name for one in counted for name in (one.left, one.right)})
    place = {name: index for index, name in enumerate(models)}
    wins, ties = np.zeros((2, len(models), len(models)))
    for one in counted:
        left, right = place[one.left], place[one.right]
        if one.winner is None:
            ties[left, right] += 1
            ties[right, left] += 1
        else:
            wins[place[one.winner], right if one.winner == one.left else left] += 1
    found = bradley_terry(wins, ties)
    order = sorted(range(len(models)), key=lambda index: -found.theta[index])
    seen = Counter(name for one in counted for name in (one.left, one.right))

    def row(index: int) -> Preference:
        elo, half = float(found.elo[index]), INTERVAL * float(found.standard_error[index]) * ELO_PER_LOGIT
        won, tied = int(wins[index].sum()), int(ties[index].sum())
        return Preference(models[index], elo, elo - half, elo + half, seen[models[index]], won, tied)

    return Preferences(
        models=tuple(row(index) for index in order),
        votes=len(counted),
        ties=sum(one.winner is None for one in counted),
        raters=tuple(sorted({one.vote.rater for one in counted})),
        repeats=repeats,
        steady=steady,
        virtual_ties=found.virtual_ties,
        chances=tuple(tuple(found.chance(i, j) if i != j else 0.5 for j in order) for i in order),
    )
