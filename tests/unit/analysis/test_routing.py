"""methods.md 4.1: two models from paired results."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.analysis import routing
from workbench.analysis.routing import PairedCounts
from workbench.domain.errors import WorkbenchError

# RouteLLM's published GSM8K results, Mixtral-8x7B against GPT-4-1106; the costs per item are assumptions.
GSM8K = PairedCounts(94, 383, 95, 747)
WEAK_USD, STRONG_USD = 0.0006, 0.012
COST = [0.2, 0.5, 1, 2, 6, 9]
QUALITY = [0.62, 0.70, 0.71, 0.84, 0.86, 0.91]


def items(counts: PairedCounts = GSM8K) -> tuple[np.ndarray, np.ndarray]:
    """Right or wrong per item, as the counts say."""
    weak = np.repeat([0.0, 0.0, 1.0, 1.0], [counts.neither, counts.only_strong, counts.only_weak, counts.both])
    strong = np.repeat([0.0, 1.0, 0.0, 1.0], [counts.neither, counts.only_strong, counts.only_weak, counts.both])
    return weak, strong


def test_tv_4a_counts_of_the_gsm8k_pair() -> None:
    assert routing.paired_counts(*(scores > 0 for scores in items())) == GSM8K
    assert (GSM8K.weak_quality, GSM8K.strong_quality) == pytest.approx((0.638362, 0.856710), abs=5e-7)
    assert GSM8K.oracle_quality == pytest.approx(0.928734, abs=5e-7)
    assert GSM8K.oracle_share == pytest.approx(0.2904, abs=5e-5)


def test_tv_4a_the_oracle_curve() -> None:
    curve = routing.oracle_curve(*items(), WEAK_USD, STRONG_USD)
    quality, cost = curve.at_share(0.2)
    assert quality == pytest.approx(0.838362, abs=5e-7)
    assert cost == pytest.approx(0.8 * WEAK_USD + 0.2 * STRONG_USD)
    gap = GSM8K.strong_quality - GSM8K.weak_quality
    assert (quality - GSM8K.weak_quality) / gap == pytest.approx(0.916, abs=5e-4)
    assert curve.average_gap_recovered() == pytest.approx(1.1249, abs=5e-5)
    assert curve.share_for(0.5) == pytest.approx(0.1092, abs=5e-5)
    # A curve drawn item by item reaches 80 % at the next whole item: .1751 of 1,319 against .17468 in between.
    assert curve.share_for(0.8) == pytest.approx(0.1751, abs=1 / 1_319)


def test_tv_4b_twenty_percent_strong_by_coin_flip() -> None:
    line = routing.random_line(GSM8K.weak_quality, GSM8K.strong_quality, WEAK_USD, STRONG_USD)
    assert line.at_share(0.2)[0] == pytest.approx(0.682032, abs=5e-7)
    assert line.average_gap_recovered() == pytest.approx(0.5)
    assert line.share_for(0.8) == pytest.approx(0.8)
    gap = GSM8K.strong_quality - GSM8K.weak_quality
    assert (0.698105 - GSM8K.weak_quality) / gap == pytest.approx(0.274, abs=5e-4)


def test_tv_4c_cascade_and_the_value_of_a_right_answer() -> None:
    good = routing.cascade(GSM8K, WEAK_USD, STRONG_USD, accepts_right=0.9, accepts_wrong=0.3)
    assert (good.escalated, good.quality) == pytest.approx((0.31698, 0.83442), abs=5e-6)
    assert good.cost_usd == pytest.approx(0.0044038, abs=5e-8)
    blind = routing.cascade(GSM8K, WEAK_USD, STRONG_USD, accepts_right=0.7, accepts_wrong=0.7)
    line = routing.random_line(GSM8K.weak_quality, GSM8K.strong_quality, WEAK_USD, STRONG_USD)
    assert (blind.escalated, blind.quality) == pytest.approx((0.3, line.at_share(0.3)[0]))
    assert blind.quality == pytest.approx(0.703867, abs=5e-7)
    value = routing.usd_per_avoided_error(WEAK_USD, STRONG_USD, GSM8K.weak_quality, GSM8K.strong_quality)
    assert value == pytest.approx(0.05221, abs=5e-6)


def test_tv_4d_a_topic_rule_learned_on_half_beats_the_coin_on_the_other_half() -> None:
    # The 14,042 published MMLU items are not shipped; topics with known gains stand in for them.
    rng = np.random.default_rng(8)
    topic = rng.integers(0, 57, 14_042)
    gain = np.linspace(-0.05, 0.35, 57)[topic]
    weak = (rng.random(topic.size) < 0.68).astype(float)
    strong = np.where(rng.random(topic.size) < np.abs(gain), (gain > 0).astype(float), weak)
    learn = rng.random(topic.size) < 0.5
    signal = routing.topic_signal([str(t) for t in topic], weak, strong, learn)
    held_out = routing.threshold_curve(signal[~learn], weak[~learn], strong[~learn], 0, 1)
    in_sample = routing.threshold_curve(signal[learn], weak[learn], strong[learn], 0, 1)
    assert held_out.average_gap_recovered() == pytest.approx(0.686, abs=0.08)
    assert in_sample.average_gap_recovered() > 0.5
    line = routing.random_line(held_out.quality[0], held_out.quality[-1], 0, 1)
    assert held_out.at_share(0.2)[0] > line.at_share(0.2)[0]


def test_tv_4e_hull_and_average_quality() -> None:
    assert [COST[i] for i in routing.mixture_hull(COST, QUALITY)] == [0.2, 0.5, 2, 9]
    assert routing.average_quality(COST, QUALITY, 10) == pytest.approx(0.855918, abs=5e-7)


def test_that_items_with_the_same_signal_are_split_like_a_coin_flip() -> None:
    weak, strong = items()
    flat = routing.threshold_curve(np.ones(weak.size), weak, strong, WEAK_USD, STRONG_USD)
    assert flat.share.tolist() == [0, 1]
    assert flat.average_gap_recovered() == pytest.approx(0.5)


def test_that_two_equal_models_have_no_gap_to_recover() -> None:
    curve = routing.threshold_curve([1, 2], [1, 0], [0, 1], 0, 1)
    assert curve.gap_recovered() is None
    assert curve.average_gap_recovered() is None
    assert curve.share_for(0.5) is None
    assert routing.average_gap_interval([1, 2], [1, 0], [0, 1]) is None
    assert routing.usd_per_avoided_error(1, 2, 0.5, 0.5) == math.inf
    assert routing.usd_per_avoided_error(2, 1, 0.5, 0.6) == 0


def test_that_the_interval_of_a_useless_signal_contains_one_half() -> None:
    weak, strong = items()
    noise = np.random.default_rng(3).random(weak.size)
    interval = routing.average_gap_interval(noise, weak, strong, resamples=200)
    assert interval is not None
    assert interval.low < 0.5 < interval.high
    assert interval.low <= interval.point <= interval.high


paired_scores = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*[st.lists(st.floats(0, 1), min_size=n, max_size=n) for _ in range(3)])
)


@settings(max_examples=100, deadline=None)
@given(paired_scores, st.integers(0, 50))
def test_that_the_interval_of_the_area_contains_it(scores: tuple[list[float], ...], seed: int) -> None:
    """Also where few cases and few draws anew put all of them on one side."""
    interval = routing.average_gap_interval(*scores, resamples=20, seed=seed)
    assert interval is None or interval.low <= interval.point <= interval.high


@settings(max_examples=150)
@given(paired_scores)
def test_that_no_router_beats_the_oracle(scores: tuple[list[float], list[float], list[float]]) -> None:
    signal, weak, strong = scores
    router = routing.threshold_curve(signal, weak, strong, 0.0, 1.0)
    oracle = routing.oracle_curve(weak, strong, 0.0, 1.0)
    for share in np.linspace(0, 1, 11):
        assert router.at_share(share)[0] <= oracle.at_share(share)[0] + 1e-9
    assert router.quality[0] == pytest.approx(np.mean(weak))
    assert router.quality[-1] == pytest.approx(np.mean(strong))
    assert (np.diff(router.share) > 0).all()


@settings(max_examples=150)
@given(st.integers(1, 12).flatmap(lambda n: st.tuples(*[st.lists(st.floats(0, 1), min_size=n, max_size=n)] * 2)))
def test_that_every_model_lies_on_or_below_the_hull(models: tuple[list[float], list[float]]) -> None:
    cost, quality = (np.array(values) for values in models)
    hull = list(routing.mixture_hull(cost, quality))
    assert (np.interp(cost, cost[hull], quality[hull]) >= quality - 1e-9).all()
    assert min(quality[hull]) - 1e-12 <= routing.average_quality(cost, quality) <= max(quality[hull]) + 1e-12


def test_that_a_frontier_of_fourteen_thousand_items_takes_no_more_steps_than_one_of_fourteen() -> None:
    def calls(items: int) -> int:
        """Calls of functions while the curve is made: with a loop over the items they would grow with them."""
        signal, weak, strong = np.random.default_rng(1).random((3, items))
        seen = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal seen
            seen += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            routing.threshold_curve(signal, weak, strong, 0.0, 1.0)
        finally:
            sys.setprofile(None)
        return seen

    few, many = calls(14), calls(14_000)
    assert 0 < many < few + 14


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: PairedCounts(0, 0, 0, 0), "Paired items"),
        (lambda: PairedCounts(-1, 0, 0, 2), "Paired items"),
        (lambda: routing.paired_counts([True], [True, False]), "Results of the strong model"),
        (lambda: routing.threshold_curve([1, math.nan], [0, 1], [1, 1], 0, 1), "Routing signal"),
        (lambda: routing.threshold_curve([1, 2], [0, 2], [1, 1], 0, 1), "Scores of the weak model"),
        (lambda: routing.threshold_curve([1, 2], [0, 1], [1, 1], 0, [1]), "Cost of the strong model"),
        (lambda: routing.topic_signal(["a"], [0], [1], [False]), "Items to learn from"),
        (lambda: routing.topic_signal(["a", "b"], [0], [1], [True]), "Topics"),
        (lambda: routing.cascade(GSM8K, 1, 1, accepts_right=1.5, accepts_wrong=0), "Accepted when right"),
        (lambda: routing.random_line(0.5, 1.2, 0, 1), "Strong quality"),
        (lambda: routing.mixture_hull([], []), "Cost"),
        (lambda: routing.average_quality([1, 2], [0.1, 0.2], 0.5), "Largest cost"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
