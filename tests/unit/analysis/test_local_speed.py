"""The predicted speed: between its bounds, falling with size, and a range that a measured run replaces."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis.capacity import DECODE_EFFICIENCY
from workbench.analysis.local_speed import EngineSpeed, MachineSpeed, ModelCost, first_token_time, predict, token_time

#: methods.md TV-3e: 8B at 4.92 GB on dual-channel DDR5
EIGHT = ModelCost(((4.9, 4_920_000_000),), 8_030_000_000, 32 * 4096, 32, 128_256)
DESKTOP = MachineSpeed(89.6e9, 1e12, 8)


def test_that_a_large_model_is_bound_by_its_weights_as_published() -> None:
    time = token_time(EIGHT, DESKTOP, 0)
    bound = 18.2  # tokens a second, as published
    assert 1 / time.low == pytest.approx(bound * DECODE_EFFICIENCY.high, rel=0.02)
    assert 1 / time.likely == pytest.approx(bound * DECODE_EFFICIENCY.likely * 0.75, rel=0.02)


def test_that_sixteen_bits_keep_the_published_efficiency_and_fewer_keep_less() -> None:
    likely = [
        1 / token_time(replace(EIGHT, read=((bits, 5_000_000_000),)), DESKTOP, 0).likely for bits in (16, 8, 4, 2)
    ]
    assert likely[0] == pytest.approx(89.6 / 5 * 0.72, rel=0.03)
    assert likely == sorted(likely, reverse=True)


def test_that_a_tiny_model_is_bound_by_what_every_token_costs_and_not_by_memory() -> None:
    tiny = ModelCost(((16.0, 200_000),), 100_000, 64, 1, 800)
    speed = predict(tiny, DESKTOP, prompt_tokens=100, answer_tokens=48)
    assert speed is not None
    assert speed.tokens_per_s.high < 50_000, "the bound by memory alone would be 448,000"
    assert speed.tokens_per_s.low > 200


def test_that_a_longer_context_makes_every_token_slower() -> None:
    times = [token_time(EIGHT, DESKTOP, context).likely for context in (0, 1000, 8000)]
    assert times == sorted(times) and times[0] < times[2]


def test_that_a_prompt_takes_its_arithmetic() -> None:
    time = first_token_time(EIGHT, DESKTOP, 1000)
    assert time.likely == pytest.approx(2 * 8.03e9 * 1000 / 1e12, rel=0.25), "attention comes on top"
    assert time.high / time.low == pytest.approx(9, rel=0.2)


@given(
    st.integers(10_000, 10**11), st.floats(1.5, 32), st.floats(1e9, 1e12), st.floats(1e9, 1e14), st.integers(1, 100_000)
)
def test_that_every_prediction_is_a_range_of_positive_numbers(
    size: int, bits: float, bandwidth: float, flops: float, prompt: int
) -> None:
    cost = ModelCost(((bits, size),), int(8 * size / bits), 1000, 10, 32_000)
    speed = predict(cost, MachineSpeed(bandwidth, flops, 1), prompt_tokens=prompt, answer_tokens=48)
    assert speed is not None and not speed.measured
    assert 0 < speed.tokens_per_s.low < speed.tokens_per_s.likely < speed.tokens_per_s.high
    assert 0 < speed.ttft_s.low < speed.ttft_s.likely < speed.ttft_s.high


def test_that_nothing_is_predicted_for_a_file_without_weights() -> None:
    assert predict(ModelCost((), 0, 0, 0, 0), DESKTOP, prompt_tokens=1, answer_tokens=1) is None


TINY = ModelCost(((16.0, 2_900_000),), 1_470_000, 4 * 5 * 32, 4, 864, head_values=32)


def test_that_an_engine_that_was_asked_makes_the_range_of_a_tiny_model_narrow() -> None:
    asked = replace(DESKTOP, engine=EngineSpeed(token_s=35e-6, attention_s=5e-9))
    wide, narrow = (predict(TINY, machine, prompt_tokens=256, answer_tokens=48) for machine in (DESKTOP, asked))
    assert wide is not None and narrow is not None
    assert wide.tokens_per_s.high / wide.tokens_per_s.low > 10
    assert narrow.tokens_per_s.high / narrow.tokens_per_s.low < 4
    assert narrow.ttft_s.high / narrow.ttft_s.low < wide.ttft_s.high / wide.ttft_s.low


def test_that_what_the_engine_takes_for_a_token_counts_for_each_layer() -> None:
    asked = replace(DESKTOP, engine=EngineSpeed(token_s=35e-6, attention_s=5e-9))
    one, ten = (token_time(replace(TINY, layers=layers), asked, 0).likely for layers in (1, 10))
    assert ten - one == pytest.approx(9 * 0.2 * 35e-6)
    slow = replace(DESKTOP, engine=EngineSpeed(token_s=350e-6, attention_s=5e-9))
    assert token_time(TINY, slow, 0).likely > 5 * token_time(TINY, asked, 0).likely


def test_that_narrow_heads_are_computed_value_by_value() -> None:
    asked = replace(DESKTOP, engine=EngineSpeed(token_s=35e-6, attention_s=5e-9))
    more = token_time(TINY, asked, 1000).likely - token_time(TINY, asked, 0).likely
    assert more == pytest.approx(1000 * 640 * 5e-9)
    whole = replace(TINY, head_values=64)
    assert token_time(whole, asked, 1000).likely < token_time(TINY, asked, 1000).likely / 5


def test_that_the_engine_says_nothing_of_a_large_model() -> None:
    asked = replace(DESKTOP, engine=EngineSpeed(token_s=35e-6, attention_s=5e-9))
    assert token_time(EIGHT, asked, 500).likely == pytest.approx(token_time(EIGHT, DESKTOP, 500).likely, rel=0.05)
