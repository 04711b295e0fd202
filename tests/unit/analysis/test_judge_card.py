"""Bias cards on made-up judgements whose bias is known, and shares corrected by labels."""

from __future__ import annotations

import random

import pytest
import statsmodels.api as sm
from scipy import stats
from workbench.analysis.judge_card import Judged, beats_chance, bias_card, corrected


def card(judged: list[Judged], flips: tuple[int, int] = (0, 0), own: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    return bias_card("judge", "rubric/1", "2026-11-27", judged, flips=flips, own=own)


def test_that_a_fair_judge_has_no_bias_and_agrees() -> None:
    chance = random.Random(3)
    judged = [
        Judged(model, truth, chance.randrange(20, 200), human=truth, again=truth)
        for model in ("a", "b")
        for truth in (1.0, 0.0)
        for _ in range(30)
    ]
    found = card(judged, flips=(0, 40), own=frozenset({"a"}))
    assert (found.agreement.value, found.kappa, found.retest.value, found.failures.value) == (1.0, 1.0, 1.0, 0.0)
    assert found.verbosity.value == found.self_preference.value == 0.0
    assert (found.right_kept, found.labelled_right, found.wrong_caught, found.labelled_wrong) == (60, 60, 60, 60)
    assert found.flips.high < 0.12 and not found.is_useless


def test_that_a_taste_for_long_answers_shows_as_a_slope_with_an_interval() -> None:
    chance = random.Random(4)
    judged = []
    for _ in range(200):
        words = chance.randrange(10, 300)
        judged.append(Judged("a", float(chance.random() < 0.2 + 0.2 * words / 100), words, human=0.0))
    found = card(judged).verbosity
    assert found.low > 0 and found.low < 20 < found.high
    assert card(judged[:9]).verbosity is None
    assert card([Judged("a", 1.0, 50) for _ in range(20)]).verbosity is None, "all are equally long"
    assert card([Judged("a", float(n % 2), 41) for n in range(21)]).verbosity is None, "nor does rounding make a slope"
    close = [Judged("a", float(n % 3 == 0), 5 + n % 2) for n in range(20)]
    assert card(close).verbosity is None, "a word more or less does not tell what a hundred are worth"


def test_that_a_taste_for_its_own_answers_shows() -> None:
    chance = random.Random(5)
    judged = [
        Judged(model, float(chance.random() < share), 50, human=float(chance.random() < 0.5))
        for model, share in (("own", 0.9), ("other", 0.5))
        for _ in range(150)
    ]
    found = card(judged, own=frozenset({"own"})).self_preference
    assert found.low > 0 and found.low < 40 < found.high
    assert card(judged).self_preference is None


@pytest.mark.parametrize("seed", range(20))
def test_that_slope_and_preference_have_the_intervals_of_scipy_and_statsmodels(seed: int) -> None:
    chance = random.Random(seed)
    mine, others = chance.randrange(2, 12), chance.randrange(10, 30)
    judged = [
        Judged(model, chance.choice((0.0, 0.5, 1.0)), chance.randrange(5, 200))
        for model, n in (("own", mine), ("other", others))
        for _ in range(n)
    ]
    found = card(judged, own=frozenset({"own"}))
    y, x = [one.score for one in judged], [one.words / 100 for one in judged]
    low, high = sm.OLS(y, sm.add_constant(x)).fit().conf_int()[1]
    assert (found.verbosity.low, found.verbosity.high) == pytest.approx((100 * low, 100 * high), abs=1e-9)
    welch = stats.ttest_ind(y[:mine], y[mine:], equal_var=False).confidence_interval()
    assert (found.self_preference.low, found.self_preference.high) == pytest.approx(
        (100 * welch.low, 100 * welch.high), abs=1e-9
    )


def test_that_a_few_answers_that_do_not_differ_make_nothing_certain() -> None:
    alike = [Judged(model, 1.0, 10 * n) for model, count in (("own", 3), ("other", 9)) for n in range(count)]
    found = card(alike, own=frozenset({"own"}))
    for each in (found.verbosity, found.self_preference):
        assert each.value == 0 and each.low < -5 and each.high > 5


def test_that_flips_retests_and_failures_are_counted() -> None:
    judged = [Judged("a", 1.0, 10, again=1.0), Judged("a", 1.0, 10, again=0.0), Judged("a", None, 10)]
    found = card(judged, flips=(3, 12))
    assert (found.flips.value, found.flips.n) == (0.25, 12)
    assert (found.retest.value, found.retest.n) == (0.5, 2)
    assert (found.failures.value, found.failures.n) == (pytest.approx(1 / 3), 3)
    assert found.agreement is None and found.kappa is None and not found.is_useless


def labelled(model: str, right_kept: int, right: int, wrong_caught: int, wrong: int) -> list[Judged]:
    yes = [Judged(model, float(k < right_kept), 10, human=1.0) for k in range(right)]
    return yes + [Judged(model, float(k >= wrong_caught), 10, human=0.0) for k in range(wrong)]


def test_that_a_share_is_corrected_as_in_the_published_case() -> None:
    # TV-5i: p .80, specificity .85, sensitivity .90, n 500, 100 labels of each kind: .8667 [.7899, .9633]
    judged = labelled("a", 90, 100, 85, 100)
    judged += [Judged("a", 1.0, 10)] * (400 - 90 - 15) + [Judged("a", 0.0, 10)] * (100 - 10 - 85)
    (found,) = corrected(judged)
    assert (found.n, found.judged, found.labelled, found.pooled) == (500, 0.8, 200, False)
    assert (found.value, found.low, found.high) == (
        pytest.approx(0.8667, abs=1e-4),
        pytest.approx(0.7899, abs=1e-4),
        pytest.approx(0.9633, abs=1e-4),
    )


def test_that_a_judge_no_better_than_chance_corrects_nothing() -> None:
    (found,) = corrected(labelled("a", 20, 40, 20, 40))
    assert found.value is None and "no better than chance" in found.refusal
    assert card(labelled("a", 20, 40, 20, 40)).is_useless
    assert not card(labelled("a", 38, 40, 30, 40)).is_useless


def test_that_a_coin_is_seldom_taken_for_a_judge_and_a_good_judge_soon_is_one() -> None:
    chance = random.Random(6)
    taken = 0
    for _ in range(400):
        kept, caught = (sum(chance.random() < 0.5 for _ in range(n)) for n in (27, 53))
        taken += beats_chance(card(labelled("a", kept, 27, caught, 53)))
    assert taken / 400 <= 0.05, "half of them agree with people by a hair"
    assert not beats_chance(card(labelled("a", 15, 27, 30, 53)))
    assert beats_chance(card(labelled("a", 8, 10, 8, 10)))
    assert not beats_chance(card(labelled("a", 5, 5, 0, 0))), "one kind of label says nothing"


def test_that_a_model_with_few_labels_is_corrected_by_those_of_all() -> None:
    few = [*labelled("a", 30, 30, 25, 30), *labelled("b", 3, 3, 2, 2), *[Judged("b", 1.0, 10)] * 20]
    one, two = corrected(few)
    assert (one.pooled, one.labelled) == (False, 60)
    assert (two.pooled, two.labelled, two.value is not None) == (True, 65, True)
    (none,) = corrected([Judged("c", 1.0, 10)] * 5)
    assert none.value is None and "no hand-labelled answers of both kinds" in none.refusal
