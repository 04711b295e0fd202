from __future__ import annotations

import pytest
from workbench.analysis import words


@pytest.mark.parametrize(
    ("value", "figures", "said"),
    [(0.0, 3, "0"), (0.4519, 2, "0.45"), (9712, 2, "9,700"), (99.7, 2, "100"), (999.6, 3, "1,000"), (-99.7, 2, "-100")],
)
def test_that_a_number_is_never_written_with_an_exponent(value: float, figures: int, said: str) -> None:
    assert words.rounded(value, figures) == said
