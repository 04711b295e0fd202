from __future__ import annotations

import pytest
from workbench.analysis import words
from workbench.domain.figures import Estimate


@pytest.mark.parametrize(
    ("value", "figures", "said"),
    [(0.0, 3, "0"), (0.4519, 2, "0.45"), (9712, 2, "9,700"), (99.7, 2, "100"), (999.6, 3, "1,000"), (-99.7, 2, "-100")],
)
def test_that_a_number_is_never_written_with_an_exponent(value: float, figures: int, said: str) -> None:
    assert words.rounded(value, figures) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(2100, 2600, "$2.1k–2.6k"), (1.03, 6200, "$1.03–$6.2k"), (40, 90, "$40–90"), (900, 1200, "$900–$1.2k")],
)
def test_that_a_range_of_money_cannot_be_read_in_the_wrong_unit(low: float, high: float, said: str) -> None:
    assert words.usd_range(Estimate(low, low, high)) == said


@pytest.mark.parametrize(("value", "told"), [(0.6681, "0.668"), (-0.0004, "0.000"), (0.0, "0.000"), (-0.118, "-0.118")])
def test_that_a_score_has_three_places_and_zero_no_sign(value: float, told: str) -> None:
    assert words.score(value) == told


def test_that_no_number_is_written_with_an_exponent() -> None:
    assert (words.usd(6.5e-05), words.usd(5.5e-12), words.usd(-0.0001)) == ("$0.000065", "$0", "−$0.0001")
    assert (words.usd_each(0.000165), words.usd_each(0.0), words.usd_each(2_410)) == ("$0.000165", "$0", "$2,410")
    assert (words.rounded(3e-06), words.rounded(0.000123456)) == ("0.000003", "0.000123")
    assert (words.share(2e-06), words.share(5e-300), words.share(0.0042)) == ("0.0002 %", "0 %", "0.4 %")
