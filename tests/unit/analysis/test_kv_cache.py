"""methods.md section 3.2 on the models of the catalog."""

from __future__ import annotations

import pytest
from workbench.analysis.kv_cache import cache_shape
from workbench.domain.model import Architecture

from matching_values import catalog


def architecture_of(model_id: str) -> Architecture:
    found = catalog().model_by_id[model_id].architecture
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("model_id", "bytes_per_token"),
    [
        ("meta/llama-3.1-8b", 131_072),
        ("meta/llama-3.3-70b", 327_680),
        ("meta/llama-3.1-405b", 516_096),
        ("deepseek/deepseek-v3.2", 70_272),
    ],
)
def test_tv_3b_bytes_per_token_of_catalog_models(model_id: str, bytes_per_token: int) -> None:
    shape = cache_shape(architecture_of(model_id))
    assert shape is not None
    assert shape.growing == bytes_per_token
    assert shape.windowed == 0


def test_tv_3d_scout_at_ten_million_tokens_needs_493_gb_with_its_chunks_and_1970_without() -> None:
    shape = cache_shape(architecture_of("meta/llama-4-scout"))
    assert shape is not None
    assert shape.growing == 49_152
    assert shape.windowed * shape.window / 1e9 == pytest.approx(1.21, abs=0.005)
    assert shape.bytes_at(10e6) / 1e9 == pytest.approx(492.7, abs=0.05)
    assert (shape.growing + shape.windowed) * 10e6 / 1e12 == pytest.approx(1.97, abs=0.005)


def test_that_every_published_growth_per_token_follows_from_the_layers() -> None:
    checked = 0
    for model in catalog().models:
        shape = cache_shape(model.architecture)
        if model.architecture is None or shape is None or not shape.exact:
            continue
        published = model.architecture.kv_bytes_per_token_fp16
        # Where no source counts the full-attention layers the catalog leaves the figure out.
        if published is not None:
            assert shape.growing == published, model.id
            checked += 1
    assert checked > 50


def test_that_a_window_stops_growing_and_a_linear_layer_keeps_nothing() -> None:
    gemma = cache_shape(architecture_of("google/gemma-3-12b"))
    qwen = cache_shape(architecture_of("alibaba/qwen3.6-27b"))
    assert gemma is not None and qwen is not None
    below, above = gemma.bytes_at(1_024), gemma.bytes_at(2_048)
    assert above - below == 1_024 * gemma.growing
    assert qwen.windowed == 0
    assert qwen.growing == 16 * 2 * 4 * 256 * 2


def test_that_layers_with_a_width_of_their_own_count_with_it() -> None:
    shape = cache_shape(architecture_of("google/gemma-4-31b"))
    assert shape is not None
    assert shape.growing == 10 * 2 * 4 * 512 * 2
    assert shape.windowed == 50 * 2 * 16 * 256 * 2


def test_that_half_the_bytes_an_element_halve_the_cache() -> None:
    full, half = (cache_shape(architecture_of("meta/llama-4-scout"), element_bytes=size) for size in (2.0, 1.0))
    assert full is not None and half is not None
    assert half.bytes_at(50_000) * 2 == full.bytes_at(50_000)


def test_that_nothing_is_made_up_where_no_source_says() -> None:
    assert cache_shape(None) is None
    assert cache_shape(Architecture(layers=42, kv_heads=2, head_dim=256)) is None
    known = cache_shape(Architecture(kv_bytes_per_token_fp16=1_000))
    assert known is not None
    assert not known.exact
    assert known.bytes_at(10) == 10_000
