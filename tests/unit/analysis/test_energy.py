"""methods.md 2.6: energy and carbon."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import energy
from workbench.analysis.energy import Site
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate


@pytest.mark.parametrize(
    ("active", "total", "wh", "grams"),
    [(8, 8, 0.0357, 0.0143), (70, 70, 0.2630, 0.1052), (17, 109, 0.1601, None), (37, 671, 1.592, None)],
)
def test_tv_2m_four_hundred_output_tokens(active: float, total: float, wh: float, grams: float | None) -> None:
    footprint = energy.request_footprint(active * 1e9, total * 1e9, 400)
    assert footprint.kwh * 1000 == pytest.approx(wh, rel=2e-3)
    if grams is not None:
        assert footprint.g_co2 == pytest.approx(grams, abs=5e-5)


def test_tv_2n_own_servers_over_a_month() -> None:
    assert energy.own_servers_footprint(2, 700, 0.6).kwh == pytest.approx(797.2, abs=0.05)
    assert energy.own_servers_footprint(2, 700, 0.6, site=Site(1.3, 0)).g_co2 == 0


def test_that_a_guessed_size_gives_a_range() -> None:
    sizes = Estimate(100e9, 200e9, 400e9)
    low, likely, high = energy.request_footprint_range(sizes, Estimate(400e9, 1e12, 2e12), 300)
    assert 0 < low.kwh < likely.kwh < high.kwh


@given(st.floats(1e8, 1e12), st.floats(1, 4), st.integers(0, 4_000))
def test_that_more_tokens_never_take_less_energy(active: float, factor: float, tokens: int) -> None:
    some = energy.request_footprint(active, active * factor, tokens)
    more = energy.request_footprint(active, active * factor, tokens + 1)
    assert 0 <= some.kwh < more.kwh


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: energy.request_footprint(2e9, 1e9, 1), "Total parameters"),
        (lambda: energy.request_footprint(0, 1e9, 1), "Active parameters"),
        (lambda: energy.request_footprint(1e9, 1e9, -1), "Output tokens"),
        (lambda: Site(pue=0.9), "Power usage effectiveness"),
        (lambda: energy.own_servers_footprint(1, 700, 1.5), "Load"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
