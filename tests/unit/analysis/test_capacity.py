"""methods.md 3.1 to 3.4: memory and speed on given hardware."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import capacity
from workbench.analysis.capacity import FILE_TYPE_BITS, GIB, KV_ELEMENT_BYTES, KvCache, Serving
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate

PARAMS_8B, PARAMS_70B = 8_030_261_248, 70.55e9
KV_8B, KV_70B = KvCache(32, 8, 128), KvCache(80, 8, 128)
SCOUT = KvCache(12, 8, 128, window_layers=36, window=8_192)
H100 = 3.35e12
SERVING_8B = Serving(2 * 8.03e9, 2 * 8.03e9, 8.03e9, 131_072, H100, 989e12, 80e9)
SERVING_70B = Serving(PARAMS_70B, PARAMS_70B, PARAMS_70B, 163_840, 2 * H100, 2 * 1_979e12, 160e9)
NIM = Serving(PARAMS_70B, PARAMS_70B, PARAMS_70B, 163_840, 2 * H100, 2 * 1_979e12, 160e9, 0.57, 0.55)


def test_tv_2o_llama_4_scout_in_four_bits_fits_one_80_gb_card() -> None:
    assert capacity.weight_bytes(109e9, FILE_TYPE_BITS["Q4_K_M"]) / 1e9 == pytest.approx(66.7, abs=0.05)


def test_tv_3a_file_sizes_of_an_8b_model() -> None:
    for name, gib in (("Q4_K_M", 4.576), ("Q8_0", 7.947), ("F16", 14.958)):
        assert capacity.weight_bytes(PARAMS_8B, FILE_TYPE_BITS[name]) / GIB == pytest.approx(gib, abs=5e-4)


def test_tv_3b_cache_bytes_per_token() -> None:
    assert KV_8B.bytes_per_token == 131_072
    assert KV_70B.bytes_per_token == 327_680
    assert KvCache(126, 8, 128).bytes_per_token == 516_096
    assert KvCache(61, latent_width=512 + 64).bytes_per_token == 70_272


def test_tv_3c_cache_at_full_context() -> None:
    assert KV_8B.bytes_at(8_192) == 1.0 * GIB
    assert KV_70B.bytes_at(131_072) == 40 * GIB


def test_tv_3d_chunked_attention_shrinks_ten_million_tokens() -> None:
    naive = KvCache(48, 8, 128)
    assert naive.bytes_per_token == 196_608
    assert naive.bytes_at(10e6) / 1e12 == pytest.approx(1.97, abs=5e-3)
    assert KvCache(12, 8, 128).bytes_per_token == 49_152
    assert SCOUT.bytes_at(10e6) / 1e9 == pytest.approx(492.7, abs=0.05)
    for memory, limits in ((8 * 80e9, (1.82e6, 7.26e6)), (8 * 141e9, (4.05e6, 16.2e6))):
        free = 0.9 * memory - 218e9
        found = naive.longest_context(free), SCOUT.longest_context(free)
        assert found == pytest.approx(limits, rel=3e-3)


def test_tv_3e_one_stream_on_desktop_memory() -> None:
    speed = capacity.single_stream(4.92e9, 0, 89.6e9)
    assert speed.bound_tokens_per_s == pytest.approx(18.2, abs=0.05)
    assert speed.tokens_per_s.likely == pytest.approx(13.1, abs=0.05)
    assert not speed.measured


def test_tv_3f_what_fits_an_8_gib_machine() -> None:
    file = capacity.weight_bytes(PARAMS_8B, FILE_TYPE_BITS["Q4_K_M"])
    quantised = KvCache(32, 8, 128, KV_ELEMENT_BYTES["q8_0"])
    cases = [(KV_8B, 8_192, 6.08, False), (KV_8B, 4_096, 5.58, True), (quantised, 8_192, 5.61, True)]
    for cache, context, need, fits in cases:
        fit = capacity.fits_machine(file, cache.bytes_at(context), 8 * GIB)
        assert (fit.need_bytes / GIB, fit.have_bytes / GIB) == pytest.approx((need, 6.0), abs=5e-3)
        assert fit.fits is fits
        assert (fit.short_bytes == 0) is fits


def test_tv_3g_served_70b_against_the_published_table() -> None:
    expected = {1: (52, 19.3), 5: (219, 22.8), 25: (620, 40.3), 50: (805, 62.1), 100: (917, 92.7)}
    for batch, (tokens_per_s, itl_ms) in expected.items():
        found = capacity.throughput(NIM, 5_000, 500, batch)
        assert found.tokens_per_s == pytest.approx(tokens_per_s, abs=1)
        assert found.inter_token_s * 1e3 == pytest.approx(itl_ms, abs=0.1)
    assert capacity.largest_batch(NIM, 5_000, 500) == pytest.approx(85.4, abs=0.05)
    assert capacity.largest_batch(NIM, 5_000, 500, full_length=True) == pytest.approx(81.5, abs=0.05)
    assert capacity.throughput(NIM, 5_000, 500, 1).prefill_s == pytest.approx(0.324, abs=5e-4)


def test_tv_3h_requests_per_second_of_a_replica() -> None:
    small = capacity.throughput(SERVING_8B, 500, 150, 200)
    assert (small.requests_per_s, small.inter_token_s * 1e3) == pytest.approx((35.90, 37.1), abs=0.05)
    large = capacity.throughput(SERVING_70B, 500, 150, 100)
    assert large.requests_per_s == pytest.approx(15.27, abs=5e-3)
    rag = capacity.throughput(SERVING_70B, 3_000, 400, 50)
    assert rag.requests_per_s == pytest.approx(2.460, abs=5e-4)
    assert rag.inter_token_s * 1e3 == pytest.approx(50.8, abs=0.05)


def test_that_a_measured_speed_replaces_the_estimate() -> None:
    speed = capacity.single_stream(4.92e9, 0, 89.6e9, measured_tokens_per_s=11.5)
    assert speed.measured
    assert speed.tokens_per_s == Estimate.exact(11.5)
    assert capacity.local_efficiency(11.5, speed.bound_tokens_per_s) == pytest.approx(0.631, abs=1e-3)


def test_that_the_first_token_comes_with_a_factor_three_band() -> None:
    time = capacity.time_to_first_token(5_000, PARAMS_70B, 2 * 1_979e12, mfu=0.55)
    assert time.likely == pytest.approx(0.324, abs=5e-4)
    assert (time.low * 3, time.high / 3) == pytest.approx((time.likely, time.likely))
    assert capacity.time_to_first_token(0, 1e9, 1e12, overhead_s=0.1) == Estimate.exact(0.1)


def test_that_a_model_larger_than_its_hardware_is_refused_with_a_cure() -> None:
    too_big = Serving(200e9, 200e9, 100e9, 1e5, H100, 989e12, 80e9)
    assert capacity.largest_batch(too_big, 100, 100) == 0
    with pytest.raises(WorkbenchError, match="does not fit") as error:
        capacity.throughput(too_big, 100, 100, 1)
    assert "Add a GPU" in error.value.mend


def test_that_a_cache_of_windows_alone_never_grows_past_them() -> None:
    windows = KvCache(0, 8, 128, window_layers=4, window=1_024)
    assert windows.bytes_at(1e6) == windows.bytes_at(1_024)
    assert windows.longest_context(2 * windows.bytes_at(1_024)) == math.inf
    assert windows.longest_context(windows.bytes_at(512)) == 512
    assert KvCache(0).longest_context(1.0) == math.inf
    assert KV_8B.longest_context(-1) == 0


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 4_096), st.floats(1, 1e6))
def test_that_the_longest_context_fills_the_memory_exactly(layers: int, windowed: int, window: int, mib: float) -> None:
    cache = KvCache(layers, 8, 128, window_layers=windowed, window=window)
    longest = cache.longest_context(mib * 2**20)
    if math.isfinite(longest):
        assert cache.bytes_at(longest) == pytest.approx(mib * 2**20, rel=1e-9)


@given(st.integers(1, 60), st.integers(1, 60))
def test_that_more_concurrent_requests_never_serve_fewer(batch: int, more: int) -> None:
    few, many = (capacity.throughput(NIM, 2_000, 300, b) for b in (batch, batch + more))
    assert many.requests_per_s >= few.requests_per_s * (1 - 1e-12)
    assert many.inter_token_s >= few.inter_token_s


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: KvCache(-1), "Layers"),
        (lambda: KvCache(1, 8, 128, 0), "Bytes per element"),
        (lambda: KvCache(1, 8, 128, window_layers=2), "Window"),
        (lambda: capacity.weight_bytes(0, 4), "Parameters"),
        (lambda: capacity.weight_bytes(1, 100), "Bits per weight"),
        (lambda: capacity.fits_machine(1, -1, 8), "KV cache"),
        (lambda: capacity.single_stream(1, 0, math.nan), "Memory bandwidth"),
        (lambda: capacity.single_stream(1, 0, 1, measured_tokens_per_s=0), "Measured tokens per second"),
        (lambda: capacity.throughput(NIM, 100, 0, 1), "Output tokens"),
        (lambda: capacity.throughput(NIM, 100, 10, 0), "Concurrent requests"),
        (lambda: Serving(1, 2, 1, 1, 1, 1, 1), "Active weight bytes"),
        (lambda: Serving(1, 1, 1, 1, 1, 1, 1, 1.5), "Bandwidth efficiency"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
