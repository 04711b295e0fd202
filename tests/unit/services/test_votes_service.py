"""Blind votes: which pairs wait, that no name shows, and that the standing is that of the published method."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import choix
import numpy as np
import pytest
from workbench.domain.errors import WorkbenchError
from workbench.domain.evidence import Answer, Comparison
from workbench.domain.ids import new_id
from workbench.domain.votes import Choice
from workbench.services.votes import REPEATED, VoteService

from scenario_values import a_comparison, a_scenario, store_in


class Poll:
    """A scenario with blind comparisons of three models."""

    def __init__(self, folder: Path, questions: int, *, models: tuple[str, ...] = ("m/a", "m/b", "m/c")) -> None:
        self.store = store_in(folder)
        self.service = VoteService(store=self.store)
        self.scenario = self.store.scenarios.add(a_scenario()).id
        self.truth: dict[str, tuple[str, ...]] = {}
        for number in range(questions):
            order = random.Random(number).sample(models, len(models))
            self.add(*(answer_of(name, f"{name} says {number}") for name in order))

    def add(self, *answers: Answer) -> Comparison:
        made = replace(a_comparison(self.scenario, new_id()), answers=answers, blind=True)
        self.store.comparisons.save(made)
        self.truth[made.id] = tuple(answer.model for answer in answers)
        return made


def answer_of(model: str, text: str, *, error: str = "") -> Answer:
    return replace(Answer(model, text, "stop", 0.1, 50.0, 10, 5, 0.2, 0.0, None), error_what=error)


def test_that_every_pair_waits_once_and_some_a_second_time_the_other_way_round(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 40)
    ballots = poll.service.ballots(poll.scenario)
    first = {(b.comparison_id, b.left, b.right) for b in ballots if not b.repeat}
    again = [b for b in ballots if b.repeat]
    assert len(first) == 40 * 3
    assert all((b.comparison_id, b.right, b.left) in first for b in again)
    assert 0.3 * REPEATED < len(again) / len(first) < 3 * REPEATED
    assert [b.repeat for b in ballots] == sorted(b.repeat for b in ballots), "a pair comes again after all others"
    assert {b.left < b.right for b in ballots} == {True, False}, "sides are drawn"
    assert poll.service.ballots(poll.scenario) == ballots, "a ballot that was left is the same later"


def test_that_a_ballot_holds_no_name_and_no_figure(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 3, models=("local/secret-one", "local/secret-two"))
    for ballot in poll.service.ballots(poll.scenario):
        assert "secret" not in str(replace(ballot, left_text="", right_text=""))


def test_that_a_failed_or_empty_answer_is_in_no_pair(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 0)
    poll.add(answer_of("m/a", "yes"), answer_of("m/b", "half of", error="It died"), answer_of("m/c", ""))
    assert poll.service.ballots(poll.scenario) == ()


def test_that_a_vote_is_locked_and_none_is_taken_once_names_are_known(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 1)
    first, second = poll.service.ballots(poll.scenario)[:2]
    assert poll.service.vote(first, Choice.LEFT).comparisons == {first.comparison_id}
    assert first not in poll.service.ballots(poll.scenario)
    with pytest.raises(WorkbenchError, match="voted on already"):
        poll.service.vote(first, Choice.RIGHT)
    assert poll.service.preferences(poll.scenario) is None, "nothing is told of what is still blind"
    shown = poll.service.reveal(first.comparison_id)
    assert tuple(answer.model for answer in shown.answers) == poll.truth[shown.id]
    with pytest.raises(WorkbenchError, match="would not be blind"):
        poll.service.vote(second, Choice.LEFT)


def test_that_two_raters_judge_the_same_pairs_each_in_their_own_order(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 20)
    mine, hers = (poll.service.ballots(poll.scenario, rater=rater) for rater in ("me", "Ann"))
    pairs = [{frozenset((b.comparison_id, b.left, b.right)) for b in each} for each in (mine, hers)]
    assert pairs[0] == pairs[1]
    assert [(b.left, b.right) for b in mine] != [(b.left, b.right) for b in hers]
    poll.service.vote(mine[0], Choice.TIE)
    assert len(poll.service.ballots(poll.scenario, rater="Ann")) == len(hers)


def test_that_the_standing_is_bradley_terry_with_ties_as_half_a_win(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 40)
    strength = {"m/a": 1.0, "m/b": 0.0, "m/c": -1.0}
    draw = random.Random(1)
    data: list[tuple[int, int]] = []
    names = sorted(strength)
    for ballot in poll.service.ballots(poll.scenario):
        left, right = (poll.truth[ballot.comparison_id][place] for place in (ballot.left, ballot.right))
        chance = 1 / (1 + np.exp(strength[right] - strength[left]))
        choice = Choice.TIE if draw.random() < 0.2 else Choice.LEFT if draw.random() < chance else Choice.RIGHT
        poll.service.vote(ballot, choice)
        if not ballot.repeat:
            one, two = names.index(left), names.index(right)
            # choix counts whole wins: every vote twice, a tie once for each
            data += {Choice.LEFT: [(one, two)] * 2, Choice.RIGHT: [(two, one)] * 2}.get(
                choice, [(one, two), (two, one)]
            )
    for comparison_id in poll.truth:
        poll.service.reveal(comparison_id)
    found = poll.service.preferences(poll.scenario)
    assert found is not None
    expected = choix.ilsr_pairwise(3, data, alpha=1e-9)
    elo = {row.model: row.elo for row in found.models}
    for place, name in enumerate(names):
        assert elo[name] == pytest.approx((expected[place] - expected.mean()) * 400 / np.log(10), abs=0.5)
    assert [row.model for row in found.models] == names
    assert found.votes == 120 and found.ties == sum(row.ties for row in found.models) // 2
    assert all(row.low < row.elo < row.high for row in found.models)
    assert found.chances[0][1] > 0.5 > found.chances[1][0] and found.chances[0][0] == 0.5
    assert found.raters == ("me",) and not found.virtual_ties


def test_that_repeats_tell_how_steady_a_rater_is_and_count_for_no_model(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 40, models=("m/a", "m/b"))
    ballots = poll.service.ballots(poll.scenario)
    repeats = [ballot for ballot in ballots if ballot.repeat]
    for ballot in ballots:
        better = Choice.LEFT if poll.truth[ballot.comparison_id][ballot.left] == "m/a" else Choice.RIGHT
        wrong = ballot.repeat and ballot is repeats[0]
        poll.service.vote(ballot, Choice.TIE if wrong else better)
    for comparison_id in poll.truth:
        poll.service.reveal(comparison_id)
    found = poll.service.preferences(poll.scenario)
    assert found is not None
    assert (found.votes, found.repeats, found.steady) == (40, len(repeats), len(repeats) - 1)
    assert found.virtual_ties, "m/b never won, so its strength has no lower end"


def test_that_votes_between_two_answers_of_one_model_count_for_nobody(tmp_path: Path) -> None:
    poll = Poll(tmp_path, 0)
    made = poll.add(answer_of("m/a", "cold"), answer_of("m/a", "warm"))
    for ballot in poll.service.ballots(poll.scenario):
        poll.service.vote(ballot, Choice.LEFT)
    poll.service.reveal(made.id)
    assert poll.service.preferences(poll.scenario) is None
