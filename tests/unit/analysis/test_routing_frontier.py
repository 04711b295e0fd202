"""methods.md section 4.2: the frontier of any number of models, with the vectors of TV-4f."""

from __future__ import annotations

import numpy as np
import pytest
from workbench.analysis.budget_routing import within_budget
from workbench.analysis.routing_frontier import frontier, frontier_chart, frontier_words

QUALITY = np.array([(0.9, 0.92, 0.95), (0.4, 0.7, 0.9), (0.2, 0.3, 0.8), (0.6, 0.85, 0.86)])
PRICE = np.broadcast_to([1.0, 4.0, 20.0], QUALITY.shape)
NAMES = ("small", "middle", "large")


def test_tv_4f_what_three_models_come_to_together() -> None:
    found = frontier(NAMES, QUALITY, PRICE)
    assert found.oracle == pytest.approx(QUALITY.max(axis=1).mean())
    assert found.hull == NAMES, "each is worth its price somewhere"
    qualities = [budget.quality for budget in found.budgets]
    assert qualities == sorted(qualities) and qualities[-1] == pytest.approx(found.oracle)
    for budget in found.budgets:
        assert budget.quality == pytest.approx(within_budget(QUALITY, PRICE, budget.budget_usd).quality)
    assert within_budget(QUALITY, PRICE, 6.5).quality == pytest.approx(0.789, abs=5e-4)


def test_that_a_model_that_a_mix_beats_is_off_the_frontier_and_said_to_be() -> None:
    scores = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 1], [0, 0, 1]] * 10, dtype=float)
    found = frontier(NAMES, scores, np.broadcast_to([1.0, 3.0, 5.0], scores.shape))
    assert [model.on_hull for model in found.models] == [True, False, True]
    assert "middle lies below what small and large give" in frontier_words(found, NAMES)


@pytest.mark.parametrize(
    ("won", "said"),
    [
        (0, "routing can win no right answer, only save money"),
        (1, "routing can win less than one point at most"),
        (4, "routing can win 1 point at most"),
        (40, "routing can win 10 points at most"),
    ],
)
def test_that_what_routing_can_win_is_never_said_to_be_0_points(won: int, said: str) -> None:
    strong = np.ones(400)
    strong[:won] = 0.0
    scores = np.stack([1 - strong, strong], axis=1)
    found = frontier(NAMES[:2], scores, np.broadcast_to([1.0, 4.0], scores.shape))
    assert said in frontier_words(found, NAMES[:2])


def test_that_every_model_has_an_interval_and_the_chart_a_table_twin() -> None:
    scores = (np.random.default_rng(1).random((40, 3)) < 0.6).astype(float)
    found = frontier(NAMES, scores, np.full(scores.shape, 0.2), unit="s")
    assert all(model.low < model.quality < model.high for model in found.models)
    chart = frontier_chart(found, NAMES)
    assert [row[0] for row in chart.rows] == list(NAMES) and "seconds" in chart.x.label
    alike = np.repeat(scores[::8], 8, axis=0)
    plain, clustered = (
        frontier(NAMES, alike, np.full(alike.shape, 0.2), clusters=clusters).models[0]
        for clusters in (None, [n // 8 for n in range(40)])
    )
    assert clustered.high - clustered.low > plain.high - plain.low, "cases of one document count together"
