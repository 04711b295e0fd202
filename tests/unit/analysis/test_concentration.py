"""methods.md 7.4: dependence on vendors, shared failures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.analysis.concentration import concentration, shared_failure_ratio
from workbench.domain.errors import WorkbenchError


def test_tv_7e_herfindahl_index_and_effective_vendors() -> None:
    for shares, hhi in (((80, 20), 6_800), ((50, 30, 20), 3_800), ((1, 1, 1, 1), 2_500)):
        assert concentration(shares).hhi == pytest.approx(hhi)
    assert concentration((80, 20)).effective_vendors == pytest.approx(1.47, abs=5e-3)


def test_tv_7f_the_gsm8k_pair_shares_its_failures() -> None:
    weak = np.repeat([1, 1, 0, 0], [94, 383, 95, 747])
    strong = np.repeat([1, 0, 1, 0], [94, 383, 95, 747])
    assert (weak & strong).mean() == pytest.approx(0.07127, abs=5e-6)
    assert weak.mean() * strong.mean() == pytest.approx(0.05182, abs=5e-6)
    assert shared_failure_ratio(np.column_stack([weak, strong])) == pytest.approx(1.375, abs=5e-4)


def test_that_a_model_without_failures_has_no_ratio() -> None:
    assert shared_failure_ratio([[0, 1], [0, 0]]) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12).filter(lambda s: sum(s) > 1))
def test_that_shares_sum_to_one_and_effective_vendors_stay_below_their_number(spend: list[float]) -> None:
    result = concentration(spend)
    assert result.shares == pytest.approx([part / sum(spend) for part in spend])
    assert result.effective_vendors == pytest.approx(sum(spend) ** 2 / sum(part**2 for part in spend))
    assert result.effective_vendors <= len(spend) + 1e-9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: concentration([0, 0]), "add up to zero"),
        (lambda: concentration([-1, 2]), "Spend by developer"),
        (lambda: shared_failure_ratio([[1], [0]]), "second|two models"),
        (lambda: shared_failure_ratio([[0.5, 1]]), "flags"),
    ],
)
def test_that_bad_input_is_refused(call: Callable[[], object], words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        call()
