"""No sentence writes a number with an exponent: "1.5e+04" and "1e-05" are for machines."""

from __future__ import annotations

import re

import numpy as np
import pytest
from workbench.analysis import budget_routing, chartspec
from workbench.domain.catalog_fields import problem_of, spec_of
from workbench.domain.chat import Sampling, sampling_problem
from workbench.domain.errors import WorkbenchError
from workbench.domain.figures import Estimate
from workbench.domain.numbers import digits
from workbench.domain.quotes import Subject
from workbench.services.eval_export import _html_cell

EXPONENT = re.compile(r"\de[+-]?\d")


def test_that_a_range_the_wrong_way_round_is_told_in_the_figures_that_were_typed() -> None:
    with pytest.raises(WorkbenchError, match="wrong way round: 5,000,000, 1,000,000, 2,000,000"):
        Estimate(5e6, 1e6, 2e6)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (2_500, "2.5k"),
        (3e6, "3M"),
        (0.00001, "0.00001"),
        (4e-7, "0.0000004"),
        (4e13, "40,000B"),
    ],
)
def test_that_an_axis_of_small_prices_or_huge_numbers_reads_plainly(value: float, said: str) -> None:
    assert chartspec.short_number(value) == said


def test_that_the_least_budget_is_named_in_dollars() -> None:
    with pytest.raises(WorkbenchError) as refused:
        budget_routing.within_budget(np.array([[0.5, 0.9]]), [0.00002, 0.001], 0.00001)
    assert refused.value.mend == "Give at least 0.00002 USD."


def test_that_a_number_in_an_exported_eval_is_not_cut_to_an_exponent() -> None:
    assert (_html_cell(12_345.0), _html_cell(0.00002)) == ("<td class=n>12,340</td>", "<td class=n>0.00002</td>")


def test_that_the_bounds_of_a_setting_and_of_a_fact_are_whole_numbers() -> None:
    assert sampling_problem(Sampling(max_tokens=20_000_000)) == "max tokens is 20,000,000; it can be 1 to 10,000,000"
    spec = spec_of(Subject.FACTS, "context_tokens")
    assert spec is not None
    told = problem_of(spec, 10**15)
    assert told is not None and not EXPONENT.search(" ".join(told))


def test_that_the_largest_bound_of_a_question_is_written_out() -> None:
    assert digits(1e15) == "1,000,000,000,000,000" and digits(2e15) == "2e15"
