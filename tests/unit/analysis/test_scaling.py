"""methods.md 7.1 to 7.3: scaling laws, training cost, emergence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis import scaling
from workbench.domain.errors import WorkbenchError


def test_tv_7a_kaplan_losses() -> None:
    assert scaling.kaplan_loss_of_params(1e8) == pytest.approx(2.8300, abs=5e-5)
    assert scaling.kaplan_loss_of_params(1.5e9) == pytest.approx(2.3036, abs=5e-5)
    assert scaling.kaplan_loss_of_tokens(1e9) == pytest.approx(2.8156, abs=5e-5)
    assert scaling.kaplan_loss_of_compute(3.1e8) == 1.0


@pytest.mark.parametrize(
    ("flop", "params", "tokens", "loss"),
    [(1e21, 2.778e9, 5.999e10, 2.3055), (5.76e23, 7.225e10, 1.329e12, 1.9744), (3.8e25, 6.187e11, 1.024e13, None)],
)
def test_tv_7b_compute_optimal_runs_of_the_refit(flop: float, params: float, tokens: float, loss: float | None) -> None:
    run = scaling.optimal_run(flop)
    assert (run.params, run.tokens) == pytest.approx((params, tokens), rel=5e-4)
    if loss is not None:
        assert run.loss == pytest.approx(loss, abs=1e-4)


def test_tv_7b_losses_of_two_known_models() -> None:
    assert scaling.loss(70e9, 1.4e12) == pytest.approx(1.9739, abs=1e-4)
    assert scaling.loss(8.03e9, 15e12) == pytest.approx(2.0218, abs=1e-4)


def test_tv_7b_tokens_per_parameter_of_the_three_fits() -> None:
    for fit, ratio in ((scaling.PRINTED_2022, 92.6), (scaling.UNROUNDED_2022, 59.1), (scaling.REFIT_2024, 18.4)):
        assert scaling.optimal_run(5.76e23, fit).tokens_per_param == pytest.approx(ratio, abs=0.05)


@pytest.mark.parametrize(
    ("params", "tokens", "flop", "hours", "reported", "mfu"),
    [
        (8.03e9, 15e12, 7.227e23, 0.507e6, 1.46e6, 0.139),
        (70.6e9, 15e12, 6.354e24, 4.46e6, 7.0e6, 0.255),
        (405e9, 15.6e12, 3.791e25, 26.6e6, 30.84e6, 0.345),
        (37e9, 14.8e12, 3.286e24, 2.31e6, 2.664e6, 0.346),
    ],
)
def test_tv_7c_predicted_hours_against_reported_runs(
    params: float, tokens: float, flop: float, hours: float, reported: float, mfu: float
) -> None:
    cost = scaling.training_cost(params, tokens, usd_per_gpu_hour=2.0)
    assert cost.flop == pytest.approx(flop, rel=1e-3)
    assert cost.gpu_hours == pytest.approx(hours, rel=2e-3)
    assert scaling.implied_mfu(cost.flop, reported) == pytest.approx(mfu, abs=1e-3)


@pytest.mark.parametrize(
    ("params", "tokens", "usd"),
    [(1e9, 20e9, 211), (7e9, 140e9, 10_322), (7e9, 2e12, 147_455), (70e9, 1.4e12, 1_032_187)],
)
def test_tv_7c_own_runs_at_two_dollars_fifty(params: float, tokens: float, usd: float) -> None:
    cost = scaling.training_cost(params, tokens, usd_per_gpu_hour=2.5)
    assert cost.usd == pytest.approx(usd, abs=1)
    assert cost.usd_high == pytest.approx(3 * cost.usd)


def test_tv_7c_gpt_3_in_petaflop_days() -> None:
    assert scaling.training_flop(175e9, 300e9) == pytest.approx(3.15e23)
    assert scaling.petaflop_days(3.14e23) == pytest.approx(3_634, abs=1)


def test_tv_7d_exact_match_seems_to_jump() -> None:
    accuracies = [0.8, 0.9, 0.95, 0.99]
    assert scaling.exact_match(accuracies, 10) == pytest.approx([0.1074, 0.3487, 0.5987, 0.9044], abs=5e-5)
    assert scaling.exact_match(accuracies, 30) == pytest.approx([0.0012, 0.0424, 0.2146, 0.7397], abs=5e-5)


@given(st.floats(1e18, 1e26), st.floats(0.2, 5))
def test_that_no_other_split_of_the_compute_has_a_lower_loss(flop: float, factor: float) -> None:
    run = scaling.optimal_run(flop)
    assert 6 * run.params * run.tokens == pytest.approx(flop, rel=1e-9)
    assert scaling.loss(run.params * factor, run.tokens / factor) >= run.loss - 1e-12


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: scaling.loss(0, 1), "Parameters"),
        (lambda: scaling.optimal_run(-1), "Compute"),
        (lambda: scaling.training_cost(1e9, 1e9, usd_per_gpu_hour=2, mfu=1.5), "Compute efficiency"),
        (lambda: scaling.implied_mfu(1, 0), "GPU hours"),
        (lambda: scaling.exact_match([1.5], 3), "Accuracy per token"),
        (lambda: scaling.exact_match([0.5], 0), "Answer length"),
    ],
)
def test_that_bad_input_is_refused_with_the_field_named(call: Callable[[], object], field: str) -> None:
    with pytest.raises(WorkbenchError) as error:
        call()
    assert error.value.where == field
